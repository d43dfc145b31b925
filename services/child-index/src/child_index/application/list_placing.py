"""Placing the rows of a list: near which children each of them is, is read while the rows before it are placed."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from chassis.ids import new_id
from child_index.application.block_ports import Barred
from child_index.application.enrolment import known_sources, surroundings
from child_index.application.import_ports import Import
from child_index.application.ports import IndexUnitOfWork, Service
from child_index.domain.days import uk_date
from child_index.domain.placement import Knowledge, Placement, SourceRecord, Submission, Surroundings
from child_index.domain.register import Register, whoever
from contracts.vocabulary import PartyType

_PORTION = 250
"""So many rows that are new are looked up at once: few enough that the database and this process seldom wait for each
other, many enough that the trips to it cost little."""


async def place_list(
    uow: IndexUnitOfWork, knowledge: Knowledge, job: Import, service: Service, submissions: Sequence[Submission]
) -> tuple[Register, list[Placement]]:
    """What becomes of each submission, in their order, and the register that holds what changed.

    Of a child whom a block keeps from the sender a row answers like a doubtful match, as it does where a child is
    registered by a request of its own.

    Holds the index until the transaction ends, as `open_register` does; not where nothing will be written (a check).
    Nothing is written meanwhile, so it comes to the same as if all were read first.
    """
    if not job.check:
        await uow.children.hold()
    barred = await _barred_from(uow, job, service)  # only now: who waited for others may have been blocked meanwhile
    sources = await known_sources(uow, submissions)
    portions = _portions(submissions, sources)
    first = next(portions)
    near = await surroundings(uow, first, sources, barred=barred)
    register = Register(knowledge, near, today=uk_date(uow.now()), make_id=new_id, may_link=_told_of_all_but(barred))
    placing = asyncio.create_task(asyncio.to_thread(_place, register, first))
    placements = []
    try:
        for portion in portions:
            near = await surroundings(uow, portion, sources, barred=barred)
            placements += await placing
            placing = asyncio.create_task(asyncio.to_thread(_meet_and_place, register, near, portion))
        placements += await placing
    finally:
        await asyncio.gather(placing, return_exceptions=True)  # no thread is left at work behind a failure
    return register, placements


async def _barred_from(uow: IndexUnitOfWork, job: Import, service: Service) -> Barred:
    """What blocks keep from whoever sent the list, or from the service that its children come to."""
    sender = await uow.directory.practitioner(job.created_by)
    parties = {
        (PartyType.PRACTITIONER, job.created_by),
        (PartyType.AGENCY, job.agency_id),
        (PartyType.AGENCY, service.agency_id),
        (PartyType.TEAM, service.team_id),
    }
    if sender is not None:
        parties |= {(PartyType.AGENCY, sender.agency_id), *((PartyType.TEAM, each) for each in sender.team_ids)}
    return await uow.blocks.naming([uow.likeness.party(kind, id_) for kind, id_ in parties if id_], uow.now())


def _told_of_all_but(barred: Barred) -> Callable[[str, Collection[str]], bool]:
    if not barred.closed:
        return whoever
    return lambda child_id, members: barred.closed.isdisjoint((child_id, *members))


def _portions(submissions: Sequence[Submission], sources: Mapping[str, SourceRecord]) -> Iterator[Sequence[Submission]]:
    """All of them, at least one portion."""
    begin = new = 0
    for end, submission in enumerate(submissions):
        if new == _PORTION:
            yield submissions[begin:end]
            begin, new = end, 0
        new += submission.source_key not in sources
    yield submissions[begin:]


def _meet_and_place(register: Register, near: Surroundings, portion: Sequence[Submission]) -> list[Placement]:
    register.meet(near)
    return _place(register, portion)


def _place(register: Register, portion: Sequence[Submission]) -> list[Placement]:
    return [register.place(submission) for submission in portion]
