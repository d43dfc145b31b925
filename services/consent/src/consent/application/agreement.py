"""What may be shared about a child, in plain words: a page that the family can keep."""

from datetime import datetime
from typing import Any

from chassis.grants import Grant
from consent.application.consents import open_ones
from consent.application.ports import Record, UnitOfWork
from consent.application.viewers import viewers_of
from consent.application.whole_child import knows_of_sensitive
from consent.domain.consents import Who
from consent.domain.facts import ChildFacts, InvolvementKind
from consent.domain.plain_words import (
    PLAIN_CATEGORY,
    PLAIN_NEAR,
    PLAIN_PURPOSE,
    PLAIN_RECIPIENT,
    plain_reason,
    plain_role,
)
from consent.domain.policy import Policy
from consent.domain.telling import Reader, as_told_to
from contracts.vocabulary import AREA_WIDE_ROLES, Category, Purpose, RecipientType, Role, Sector

_MOST = 1000
"""Consents, blocks and requests of one child that a page speaks of; nobody has so many."""


async def sharing_agreement(
    uow: UnitOfWork, policy: Policy, child: ChildFacts, reader: Reader, *, grant: Grant
) -> dict[str, Any]:
    """The page for one reader: what they may know, and nothing that would tell of the rest. For whoever may not learn
    where the child is, nobody who works near the child is named; of what is sensitive, as the grant says."""
    now, veiled = uow.now(), bool(grant.veiled)
    recorded = await _of_reader(uow, "consents", child, reader)
    asked = await _of_reader(uow, "consent_requests", child, reader)
    if not knows_of_sensitive(grant):
        recorded, asked = open_ones(grant, recorded), open_ones(grant, asked)
    consents = [each for each in recorded if _in_force(each, now)]
    names = _Names(uow, veiled=veiled)
    return {
        "made_at": now,
        "copy_for": Who.PARENT if reader is Reader.PARENT else Who.YOUNG_PERSON,
        "people": await _people(uow, policy, child, reader, veiled, {each["consent_id"]: each for each in consents}),
        "agreed": [
            {
                "consent_id": each["consent_id"],
                "given_by": each["given_by"],
                "what": [PLAIN_CATEGORY[Category(category)] for category in each["categories"]],
                "with_whom": [await names.recipient(entry) for entry in each["recipients"]],
                "what_for": [PLAIN_PURPOSE[Purpose(purpose)] for purpose in each["purposes"] or ()],
                "until": each["valid_until"],
            }
            for each in consents
        ],
        "not_agreed": [
            {
                "asked_of": each["asked_of"],
                "asked_at": each["asked_at"],
                "answer": each["outcome"],
                "what": [PLAIN_CATEGORY[Category(category)] for category in each["categories"]],
                "with_whom": [await names.recipient(entry) for entry in each["recipients"]],
            }
            for each in asked
            if each["outcome"] != "given"
        ],
        "kept_out": await _kept_out(uow, child, names, now) if reader is Reader.YOUNG_PERSON else None,
        "contact": await _contact(uow, child, reader, names, now),
    }


async def _of_reader(uow: UnitOfWork, kind: str, child: ChildFacts, reader: Reader) -> list[Record]:
    column = {"consents": "given_by", "consent_requests": "asked_of"}[kind]
    own = {column: Who.PARENT.value} if reader is Reader.PARENT else {}
    repository = uow.consents if kind == "consents" else uow.consent_requests
    return await repository.of_child(child.records, None, _MOST, **own)


def _in_force(consent: Record, now: datetime) -> bool:
    return consent["withdrawn_at"] is None and (consent["valid_until"] is None or consent["valid_until"] > now)


async def _people(
    uow: UnitOfWork, policy: Policy, child: ChildFacts, reader: Reader, veiled: bool, consents: dict[str, Record]
) -> list[dict[str, Any]]:
    people = []
    for viewer in await viewers_of(uow, policy, child, reader, veiled=veiled):
        sees = []
        for found in viewer["categories"]:
            consent = consents.get(found["reference"] or "") if found["rule"] == "consented" else None
            sees.append(
                {
                    "category": found["category"],
                    "what": PLAIN_CATEGORY[found["category"]],
                    "because": plain_reason(found["rule"], consent["given_by"] if consent else None),
                    "until": consent["valid_until"] if consent else None,
                }
            )
        people.append(
            {
                "name": viewer["name"] if viewer["name"] is not None else plain_role(viewer["role"]),
                "role": plain_role(viewer["role"]),
                "agency_name": viewer["agency_name"],
                "lead_professional": viewer["lead_professional"],
                "sees": sees,
            }
        )
    return sorted(people, key=lambda person: not person["lead_professional"])


async def _kept_out(uow: UnitOfWork, child: ChildFacts, names: "_Names", now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "who": await names.recipient({"type": block["viewer_type"], "id": block["viewer_id"]}),
            "what": None
            if block["categories"] is None
            else [PLAIN_CATEGORY[Category(category)] for category in block["categories"]],
            "until": block["valid_until"],
        }
        for block in await uow.blocks.of_child(child.records, None, _MOST)
        if block["lifted_at"] is None and (block["valid_until"] is None or block["valid_until"] > now)
    ]


async def _contact(
    uow: UnitOfWork, child: ChildFacts, reader: Reader, names: "_Names", now: datetime
) -> dict[str, Any] | None:
    """The lead professional, whom the family calls; None where nobody leads, as far as this reader knows."""
    for found in child.involvements:
        if found.kind is InvolvementKind.LEAD and found.practitioner_id is not None and found.current(now.date()):
            viewer, _ = await uow.facts.load(found.practitioner_id, [])
            told = as_told_to(reader, child, now, viewer)
            person = await uow.directory.get("practitioner", found.practitioner_id)
            if person is not None and found in told.involvements and names.may_name(viewer.role):
                return {
                    "name": person["name"],
                    "role": plain_role(person["role"]),
                    "agency_name": await names.of("agency", person["agency_id"]),
                    "phone": person["phone"],
                    "email": person["email"],
                }
    return None


class _Names:
    """Names out of the directory, each looked up once for a page."""

    def __init__(self, uow: UnitOfWork, *, veiled: bool) -> None:
        self._uow = uow
        self._veiled = veiled
        self._known: dict[tuple[str, str], str] = {}

    def may_name(self, role: Role | None) -> bool:
        return not self._veiled or role in AREA_WIDE_ROLES

    async def of(self, kind: str, thing_id: str | None) -> str | None:
        if thing_id is None:
            return None
        if (kind, thing_id) not in self._known:
            record = await self._uow.directory.get(kind, thing_id)
            self._known[kind, thing_id] = thing_id if record is None else str(record["name"])
        return self._known[kind, thing_id]

    async def recipient(self, entry: dict[str, Any]) -> str:
        kind = RecipientType(entry["type"])
        if kind is RecipientType.ALL:
            return PLAIN_RECIPIENT[kind]
        if kind is RecipientType.SECTOR:
            return PLAIN_RECIPIENT[kind].format(Sector(entry["id"]).replace("_", " "))
        if self._veiled:
            return PLAIN_NEAR
        return PLAIN_RECIPIENT[kind].format(await self.of(kind.value, entry["id"]))
