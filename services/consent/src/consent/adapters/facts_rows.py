"""Reads the rows of the statement that loads what a decision is made from."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from consent.domain.facts import (
    Block,
    ChildFacts,
    ConsentInForce,
    HistoryDelay,
    Involvement,
    InvolvementKind,
    LegalBasisInForce,
    OverrideInForce,
    Post,
    Recipient,
    Shield,
    Viewer,
)
from consent.domain.records import Merge, as_one
from contracts.vocabulary import (
    Category,
    PartyType,
    PractitionerStatus,
    Purpose,
    RecipientType,
    Role,
    Scope,
    Sector,
)


def records_in(rows: Iterable[Any], asked: Sequence[str]) -> list[str]:
    """The records asked about, and those that answer as the same children."""
    return list(dict.fromkeys([*asked, *(row.a for row in rows if row.kind == "record")]))


def kin_in(rows: Iterable[Any], records: Sequence[str]) -> list[str]:
    """The family's records, as the family was recorded."""
    return list(dict.fromkeys(row.a for row in rows if row.kind == "related" and row.a not in records))


def read_facts(viewer_id: str, found: Iterable[Any]) -> tuple[Viewer, dict[str, ChildFacts]]:
    """The viewer and the children, each by every of its records. Columns of a row are attributes here."""
    rows = rows_by_kind(found)
    return read_viewer(viewer_id, rows), read_children(rows)


def rows_by_kind(found: Iterable[Any]) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in found:
        rows[row.kind].append(row)
    return rows


def read_viewer(viewer_id: str, rows: dict[str, list[Any]]) -> Viewer:
    """One of those who ask. A viewer's rows are theirs by `child`."""
    for row in rows["viewer"]:
        if row.child != viewer_id:
            continue
        return Viewer(
            viewer_id=viewer_id,
            role=Role(row.a),
            status=PractitionerStatus(row.b),
            agency_id=row.c,
            sector=Sector(row.d) if row.d else None,
            team_ids=frozenset(team.a for team in rows["team"] if team.child == viewer_id),
            scope=Scope(row.e),
            posts=tuple(
                Post(post.a, post.b, frozenset(team.b for team in rows["post-team"] if team.a == post.a))
                for post in rows["post"]
                if post.child == viewer_id
            ),
        )
    for row in rows["account"]:
        if viewer_id in {row.b, row.c}:
            return Viewer(viewer_id=row.b, role=Role(row.a), child_id=row.child)
    return Viewer(viewer_id=viewer_id)


def read_children(rows: dict[str, list[Any]]) -> dict[str, ChildFacts]:
    """The children, each by every of its records."""
    blocks: dict[str, list[Block]] = defaultdict(list)
    for row in rows["block"]:
        blocks[row.child].append(
            Block(row.a, PartyType(row.b), row.c, _categories(row.d), _moment(row.f)),
        )
    involvements: dict[str, list[Involvement]] = defaultdict(list)
    for row in (*rows["involvement"], *rows["sensitive-involvement"]):
        ended = date.fromisoformat(row.f) if row.f else None
        sensitive = row.kind == "sensitive-involvement"
        kind, recorded_at, began_at = InvolvementKind(row.b), _moment(row.e), _moment(row.g)
        # A referral is to nobody in person: in that place stands what the referrer shares.
        referral = kind is InvolvementKind.REFERRAL
        practitioner_id, shared = (None, _categories(row.c) or frozenset()) if referral else (row.c, frozenset())
        found = Involvement(row.a, kind, practitioner_id, row.d, ended, sensitive, recorded_at, began_at, shared=shared)
        involvements[row.child].append(found)
    consents: dict[str, list[ConsentInForce]] = defaultdict(list)
    for row in rows["consent"]:
        consents[row.child].append(
            ConsentInForce(
                row.a,
                _categories(row.b) or frozenset(),
                _recipients(row.c),
                frozenset(map(Purpose, json.loads(row.d))) if row.d else None,
                _moment(row.f),
                row.e,
                _moment(row.g),
            )
        )
    legal_bases: dict[str, list[LegalBasisInForce]] = defaultdict(list)
    for row in rows["legal-basis"]:
        until = _moment(row.f)
        assert until is not None
        basis = LegalBasisInForce(row.a, _categories(row.b) or frozenset(), _recipients(row.c), until, _moment(row.e))
        legal_bases[row.child].append(basis)
    overrides: dict[str, list[OverrideInForce]] = defaultdict(list)
    for row in rows["override"]:
        until = _moment(row.f)
        assert until is not None
        override = OverrideInForce(row.a, row.b, _categories(row.c) or frozenset(), until, disclosed=row.d is not None)
        overrides[row.child].append(override)
    shields: dict[str, list[Shield]] = defaultdict(list)
    for row in rows["shield"]:
        shields[row.child].append(Shield(row.a, _categories(row.b) or frozenset()))
    delays: dict[str, list[HistoryDelay]] = defaultdict(list)
    for row in rows["delay"]:
        since, until = _moment(row.e), _moment(row.f)
        assert since is not None
        assert until is not None
        delays[row.child].append(HistoryDelay(since, until, *parties_of(json.loads(row.a) if row.a else None)))
    sets: dict[str, dict[str, None]] = defaultdict(dict)
    root_of: dict[str, str] = {}
    for row in rows["record"]:
        root_of[row.a] = row.child
        sets[row.child][row.a] = None
    shielded_kin: dict[str, set[str]] = defaultdict(set)
    related: dict[str, dict[str, tuple[Block, ...]]] = defaultdict(dict)
    for row in rows["related"]:
        # A child of the family may be recorded several times too: a block on any record keeps all of them back.
        theirs = list(sets[root_of[row.a]]) if row.a in root_of else [row.a]
        placed = tuple(block for record in theirs for block in blocks[record])
        related[row.child] |= dict.fromkeys(theirs, placed)
        if any(each.hides_from_kin for record in theirs for each in shields[record]):
            shielded_kin[row.child] |= set(theirs)
    found_children = {
        row.child: ChildFacts(
            child_id=row.child,
            epoch=int(row.a),
            archived=row.b is not None,
            involvements=tuple(involvements[row.child]),
            consents=tuple(consents[row.child]),
            blocks=tuple(blocks[row.child]),
            legal_bases=tuple(legal_bases[row.child]),
            overrides=tuple(overrides[row.child]),
            related=tuple(related[row.child].items()),
            delays=tuple(delays[row.child]),
            shields=tuple(shields[row.child]),
            shielded_kin=frozenset(shielded_kin[row.child]),
        )
        for row in rows["child"]
    }
    merges = list({Merge(row.a, row.b, _known(row.f), _known(row.g)) for row in rows["record"] if row.b is not None})
    for root, records in sets.items():
        if root in found_children:
            one = as_one(root, [found_children[record] for record in records if record in found_children], merges)
            found_children |= dict.fromkeys(records, one)
    return found_children


def parties_of(viewers: list[dict[str, str]] | None) -> tuple[frozenset[str], frozenset[str]]:
    """The practitioners and the agencies that a stored delay names."""
    named = [(PartyType(viewer["type"]), viewer["id"]) for viewer in viewers or ()]
    kinds = (PartyType.PRACTITIONER, PartyType.AGENCY)
    practitioners, agencies = (frozenset(party for kind, party in named if kind is wanted) for wanted in kinds)
    return practitioners, agencies


def _recipients(text: str) -> tuple[Recipient, ...]:
    return tuple(Recipient(RecipientType(entry["type"]), entry.get("id")) for entry in json.loads(text))


def _categories(text: str | None) -> frozenset[Category] | None:
    return None if text is None else frozenset(map(Category, json.loads(text)))


def _moment(text: str | None) -> datetime | None:
    """A time as either database writes it as text: with its zone, or in UTC without one."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _known(text: str) -> datetime:
    moment = _moment(text)
    assert moment is not None
    return moment
