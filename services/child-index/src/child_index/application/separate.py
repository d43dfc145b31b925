"""A record that was linked to the wrong child is given a child of its own, and the other loses what it gave."""

from collections.abc import Sequence
from dataclasses import replace

from chassis.errors import Conflict
from chassis.ids import new_id
from child_index.application.enrolment import started, tell_of_records
from child_index.application.history import remember, vouched_for
from child_index.application.history_ports import Origin
from child_index.application.ports import Episode, IndexUnitOfWork, Service
from child_index.domain.days import uk_date
from child_index.domain.matching import blocking_keys, prepare
from child_index.domain.person import NUMBERED, ChildRecord
from child_index.domain.placement import Changes, Said, SourceRecord, Submission
from child_index.domain.statements import Kind, Statement, told, without
from contracts.events.child_index import ServiceEpisodeEnded

_SERVICE = "service:"


def said_since(link: Statement, statements: Sequence[Statement]) -> list[Statement]:
    """The link, and what its sender said of the same record afterwards."""
    return [each for each in statements if each.sender == link.sender and each.statement_no >= link.statement_no]


async def separate(uow: IndexUnitOfWork, link: Statement, by: str) -> ChildRecord:
    """Makes a child of the linked record, parted from the one it was linked to. Returns the new child's record.

    That one loses what only this record told of it, and the episodes that its list opened, where no other row of the
    same service is linked there. Who holds the index calls this.
    """
    (before,) = await uow.children.numbered([link.child_no])
    statements = await uow.statements.of([link.child_no])
    mine = said_since(link, statements)
    gone = {each.statement_no for each in mine}
    vouched = await vouched_for(uow, [link.child_no])
    after = without(before, statements, gone, vouched[link.child_no])
    made = told(new_id(), mine)
    changes = await _changes(uow, link, mine, before, after, made)
    numbers = await uow.children.save(changes, link.source)
    lost = set(blocking_keys(prepare(before.details()))) - set(blocking_keys(prepare(after.details())))
    await uow.children.drop_keys(link.child_no, lost)
    await uow.statements.undo(gone, by)
    number = numbers[made.child_id]
    await uow.statements.add(_said(made.child_id, mine), numbers, link.import_id)
    await uow.merges.part(number, link.child_no, link.review_id or link.import_id or "")
    tell_of_records(uow, changes)
    await remember(uow, changes.amended.values(), origin=Origin.PARTING, by=by, agency_id=None, by_sensitive=False)
    others = any(each.source == link.source and each.statement_no not in gone for each in statements)
    await _move_episodes(uow, link, replace(made, child_no=number), by, shared=others)
    return replace(made, child_no=number)


async def _changes(
    uow: IndexUnitOfWork,
    link: Statement,
    mine: Sequence[Statement],
    before: ChildRecord,
    after: ChildRecord,
    made: ChildRecord,
) -> Changes:
    known = (await uow.children.sources(link.source, [link.source_key])).get(link.source_key)
    said = mine[-1].person if link.source_key.startswith(NUMBERED) else None
    return Changes(
        added={made.child_id: made},
        amended={before.child_id: (before, after)},
        keys={made.child_id: blocking_keys(prepare(made.details()))},
        sources={
            link.source_key: SourceRecord(
                said, made.child_id, known.review_id if known else None, known.pending if known else False
            )
        },
    )


def _said(record_id: str, mine: Sequence[Statement]) -> list[Said]:
    found = []
    for place, each in enumerate(mine):
        numbered = each.source_key.startswith(NUMBERED)
        local_id = each.source_key.removeprefix(NUMBERED) if numbered else None
        submission = Submission.of(each.person, each.source, local_id, each.row)
        kind = each.kind if place else Kind.REGISTERED
        found.append(Said(record_id, kind, submission, each.said_on, each.review_id, None, None))
    return found


async def _move_episodes(uow: IndexUnitOfWork, link: Statement, made: ChildRecord, by: str, *, shared: bool) -> None:
    """`shared`: another row of the same service is linked to the child, whose episode stays."""
    if not link.source.startswith(_SERVICE):
        return
    service_id = link.source.removeprefix(_SERVICE)
    service = await uow.directory.service(service_id)
    if service is None:
        raise Conflict("The service that sent this record is not in the directory", code="service-unknown")
    held = [
        each
        for each in await uow.episodes.of([link.child_no])
        if each.service_id == service_id and each.practitioner_id is None and each.import_id is not None
    ]
    if held and not shared:
        await uow.episodes.remove([each.episode_id for each in held])
        for each in held:
            if each.ended_on is None:
                _end(uow, each, by)
    moved = held or [_first(link, service, by)]
    copies = [
        replace(
            each, episode_id=new_id(), child_no=made.child_no or 0, child_id=made.child_id, import_id=link.import_id
        )
        for each in moved
    ]
    await uow.episodes.add(copies)
    for copy in copies:
        uow.emit(started(copy, service.team_id, bulk=True))
        if copy.ended_on is not None:
            _end(uow, copy, by)


def _end(uow: IndexUnitOfWork, episode: Episode, by: str) -> None:
    ended_on = episode.ended_on or uk_date(uow.now())
    uow.emit(
        ServiceEpisodeEnded(episode_id=episode.episode_id, child_id=episode.child_id, ended_on=ended_on, ended_by=by)
    )


def _first(link: Statement, service: Service, by: str) -> Episode:
    return Episode(
        episode_id="",
        child_no=0,
        service_id=service.service_id,
        agency_id=service.agency_id,
        practitioner_id=None,
        sensitive=service.sensitive,
        contact=None,
        started_on=link.said_on,
        ended_on=None,
        opened_by=by,
    )
