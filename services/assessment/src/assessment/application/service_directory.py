"""The service directory: put an entry, take in a feed, search, read, export."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.open_referral import LARGEST_BYTES, is_entry_id, wrong_with
from assessment.domain.service_directory import SENSITIVE, TIE, Entry, Wanted, findable
from chassis.errors import FieldError, Invalid, NotFound, Stale
from chassis.etags import etag, require_match
from chassis.grants import Grant

MOST_ENTRIES = 5000
"""Of one feed; a larger one comes page by page."""
MOST_REFUSALS = 1000


@dataclass
class FeedTaken:
    """`unchanged`: as they were. `refused` counts entries; `errors` names places, at the most 1,000."""

    taken: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, errors: Sequence[FieldError]) -> None:
        self.refused += 1
        self.errors += errors[: MOST_REFUSALS - len(self.errors)]


@dataclass(frozen=True, slots=True)
class Feed:
    """Entries that are right in themselves, each with its place in the feed; and what was refused."""

    entries: list[tuple[str, dict[str, Any]]]
    taken: FeedTaken


def read_feed(raw: Any) -> Feed:
    """A list of services, a page of the standard's API (`contents`), or one service.

    Raises `Invalid` for anything else, and for more entries than one feed may have.
    """
    root, found = "", raw
    if isinstance(raw, dict):
        root, found = ("/contents", raw["contents"]) if "contents" in raw else ("", [raw] if "id" in raw else None)
    if not isinstance(found, list):
        raise Invalid.field(root or "/", "is no list of services, no page of them and no service")
    if len(found) > MOST_ENTRIES:
        raise Invalid.field(root or "/", f"has more than {MOST_ENTRIES} services: send the pages one by one")
    feed = Feed([], FeedTaken())
    seen: set[str] = set()
    for number, document in enumerate(found):
        place = "" if found is not raw and not root else f"{root}/{number}"
        errors = _wrong(document, place)
        if not errors and document["id"] in seen:
            errors = [FieldError(f"{place}/id", "is in the feed twice")]
        if errors:
            feed.taken.refuse(errors)
        else:
            seen.add(document["id"])
            feed.entries.append((place, document))
    return feed


async def put_entry(
    uow: AssessmentUnitOfWork, grant: Grant, entry_id: str, document: Mapping[str, Any], if_match: str | None
) -> tuple[Entry, bool]:
    """The entry as it is now, and whether it is new. Raises `Invalid`, and `Unconditional` and `Stale` by `If-Match`
    where there is one already."""
    whole = {"id": entry_id, **document}
    errors = _wrong(whole, "")
    if not errors and whole["id"] != entry_id:
        errors = [FieldError("/id", "is another than that of the address")]
    if not errors:
        errors = await _tie_errors(uow, [("", whole)])
    if errors:
        raise Invalid(errors)
    standing = await uow.service_directory.find(entry_id)
    if standing is not None:
        require_match(if_match, etag(standing.version))
    elif if_match is not None:
        raise Stale
    entry = _entry(whole, standing)
    if await uow.service_directory.save([(entry, findable(whole))], grant.viewer_id, uow.now()):
        raise Stale
    await _turned_sensitive(uow, [entry])
    return entry, standing is None


async def take_feed(uow: AssessmentUnitOfWork, grant: Grant, feed: Feed) -> FeedTaken:
    """Takes what is right, in one transaction. Where a feed says nothing of Kith's own fields, those stay that stand.
    Sent again it changes nothing."""
    taken = feed.taken
    standing = await uow.service_directory.of([document["id"] for _, document in feed.entries])
    known = [(place, _keeping_own(document, standing.get(document["id"]))) for place, document in feed.entries]
    wrong = {error.pointer.removesuffix(f"/{TIE}"): error for error in await _tie_errors(uow, known)}
    changed = []
    for place, document in known:
        before = standing.get(document["id"])
        if place in wrong:
            taken.refuse([wrong[place]])
        elif before is not None and before.document == document:
            taken.unchanged += 1
        else:
            changed.append((_entry(document, before), findable(document)))
    if await uow.service_directory.save(changed, grant.viewer_id, uow.now()):
        raise Stale  # somebody changed one of them just now: nothing is taken, and sending it again is harmless
    await _turned_sensitive(uow, [entry for entry, _ in changed])
    taken.taken = len(changed)
    return taken


async def read_entry(uow: AssessmentUnitOfWork, entry_id: str) -> Entry:
    found = await uow.service_directory.find(entry_id) if is_entry_id(entry_id) else None
    if found is None:
        raise NotFound("The service directory has no such entry")
    return found


async def search_entries(
    uow: AssessmentUnitOfWork, wanted: Wanted, after: tuple[float, str] | None, limit: int
) -> list[tuple[Entry, float | None]]:
    """One more than `limit` where there is another page. Distances are in kilometres."""
    return await uow.service_directory.search(wanted, after, limit + 1)


async def export_page(uow: AssessmentUnitOfWork, number: int, size: int) -> tuple[list[Entry], int]:
    """The page of that number, from 1, and how many entries there are in all."""
    return await uow.service_directory.page((number - 1) * size, size), await uow.service_directory.count()


def _wrong(document: Any, place: str) -> list[FieldError]:
    errors = wrong_with(document, place)
    if not errors and len(json.dumps(document)) > LARGEST_BYTES:
        errors = [FieldError(place or "/", f"has more than {LARGEST_BYTES} bytes")]
    return errors


def _entry(document: Mapping[str, Any], standing: Entry | None) -> Entry:
    version = 1 if standing is None else standing.version + 1
    return Entry(str(document["id"]), document, document.get(TIE), bool(document.get(SENSITIVE)), version)


def _keeping_own(document: dict[str, Any], standing: Entry | None) -> dict[str, Any]:
    if standing is None or TIE in document or SENSITIVE in document:
        return document
    return document | {name: standing.document[name] for name in (TIE, SENSITIVE) if name in standing.document}


async def _tie_errors(
    uow: AssessmentUnitOfWork, documents: Sequence[tuple[str, Mapping[str, Any]]]
) -> list[FieldError]:
    ties = {document[TIE] for _, document in documents if document.get(TIE) is not None}
    known = await uow.receiving_services.known(ties)
    return [
        FieldError(f"{place}/{TIE}", "is not a service of Kith's directory")
        for place, document in documents
        if document.get(TIE) is not None and document[TIE] not in known
    ]


async def _turned_sensitive(uow: AssessmentUnitOfWork, entries: Sequence[Entry]) -> None:
    """Referrals that were sent before belong to `sensitive` from now on, too."""
    for entry in entries:
        if entry.sensitive:
            await uow.referrals.turn_sensitive(entry_id=entry.entry_id)
