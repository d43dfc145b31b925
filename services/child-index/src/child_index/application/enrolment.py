"""Match or create, in one transaction: what a create, an import and a review's resolution have in common."""

from collections.abc import Callable, Collection, Mapping, Sequence

from chassis.ids import new_id
from child_index.application.block_ports import Barred
from child_index.application.history import remember
from child_index.application.history_ports import Origin
from child_index.application.ports import Episode, IndexUnitOfWork, Service
from child_index.domain.days import uk_date
from child_index.domain.likeness import changed_keys, keys_of
from child_index.domain.placement import Changes, Knowledge, SourceRecord, Submission, Surroundings
from child_index.domain.register import Register, whoever
from contracts.events.child_index import ChildLikenessChanged, ChildRegistered, ServiceEpisodeStarted


async def open_register(
    uow: IndexUnitOfWork,
    knowledge: Knowledge,
    submissions: Sequence[Submission],
    *,
    also: Collection[str] = (),
    may_link: Callable[[str, Collection[str]], bool] = whoever,
) -> Register:
    """The part of the index that the submissions (of one source) and the children `also` touch.

    `may_link` is asked with a child's id and those of all its records.

    Holds the index until the transaction ends, so that one child sent twice at once becomes one record.
    """
    await uow.children.hold()
    sources = await known_sources(uow, submissions)
    near = await surroundings(uow, submissions, sources, also=also)
    return Register(knowledge, near, today=uk_date(uow.now()), make_id=new_id, may_link=may_link)


async def known_sources(uow: IndexUnitOfWork, submissions: Sequence[Submission]) -> dict[str, SourceRecord]:
    """What became of the submissions (of one source) that came before, by source key."""
    return await uow.children.sources(submissions[0].source, {s.source_key for s in submissions})


async def surroundings(
    uow: IndexUnitOfWork,
    submissions: Sequence[Submission],
    sources: Mapping[str, SourceRecord],
    *,
    also: Collection[str] = (),
    barred: Barred | None = None,
) -> Surroundings:
    """What the index holds near the submissions, some of which are among the `sources`, and near the children `also`.

    `barred`: what blocks keep from the sender, where nobody was asked what they may know of each child, as for a list;
    of a child with a shield the address then counts for nothing.
    """
    before = {s.source_key: sources[s.source_key] for s in submissions if s.source_key in sources}
    known = {record.child_id for record in before.values() if record.child_id}
    if barred is not None:
        known -= _repeated(submissions, before) - barred.closed
    sought = {s.source_key: s.votes for s in submissions if s.source_key not in before}
    records, votes = await uow.children.neighbours([*sought.values()], known | set(also))
    ids = {record.child_no: record.child_id for record in records if record.child_no is not None}
    claimed = await uow.children.claimed(submissions[0].source, ids)
    doubtful = await uow.reviews.submitted_about(ids)
    return Surroundings(
        records=records,
        votes=dict(zip(sought, votes, strict=True)),
        sources=before,
        claimed=frozenset(ids[number] for number in claimed),
        doubtful={ids[number]: persons for number, persons in doubtful.items()},
        veiled=frozenset()
        if barred is None
        else await uow.shields.among(ids.values()) | barred.veiled.intersection(ids.values()),
    )


def _repeated(submissions: Sequence[Submission], sources: Mapping[str, SourceRecord]) -> set[str]:
    """The ids of records that need not be read: each stands alone, and all that is sent of it was said before."""
    said = [(known, each.person) for each in submissions if (known := sources.get(each.source_key)) is not None]
    needed = {known.child_id for known, person in said if not (known.alone and known.is_repeated_by(person))}
    return {known.child_id for known, _ in said if known.child_id is not None} - needed


async def save_register(
    uow: IndexUnitOfWork,
    register: Register,
    source: str,
    *,
    by: str,
    agency_id: str | None,
    service_id: str | None,
    import_id: str | None = None,
) -> tuple[dict[str, int], str | None]:
    """Writes what the register changed and tells of it (`tell_of_records`).

    Returns the numbers of all children in the register, and the id of the last event.
    """
    numbers = register.numbers()
    numbers |= await uow.children.save(register.changes, source, numbers)
    await uow.reviews.add(register.changes, numbers, by, agency_id, service_id, import_id)
    await uow.statements.add(register.changes.said, numbers, import_id)
    await remember(
        uow,
        register.changes.amended.values(),
        origin=Origin.MATCH if import_id is None else Origin.IMPORT,
        by=by,
        agency_id=agency_id,
        # A record may come from a service that is sensitive: only who may know of those is told of the sender.
        by_sensitive=True,
    )
    return numbers, tell_of_records(uow, register.changes)


def tell_of_records(uow: IndexUnitOfWork, changes: Changes) -> str | None:
    """Tells of new records, and of changed names and addresses by their keys. Returns the id of the last event."""
    last = None
    for child_id, record in changes.added.items():
        names, homes = keys_of(record, uow.likeness)
        last = uow.emit(ChildRegistered(child_id=child_id, family_name_keys=names, home_keys=homes))
    return tell_of_changes(uow, changes) or last


def tell_of_changes(uow: IndexUnitOfWork, changes: Changes) -> str | None:
    """Tells of changed names and addresses by their keys. Returns the id of the last event."""
    last = None
    for child_id, (before, after) in changes.amended.items():
        if keys := changed_keys(before, after, uow.likeness):
            names, homes = keys
            last = uow.emit(ChildLikenessChanged(child_id=child_id, family_name_keys=names, home_keys=homes))
    return last


async def begin_with_service(
    uow: IndexUnitOfWork,
    service: Service,
    register: Register,
    numbers: Mapping[str, int],
    children: Mapping[str, str],
    by: str,
    *,
    bulk: bool,
    import_id: str | None = None,
) -> str | None:
    """Opens an episode with the service for each child who has none with it. Returns the id of the last event.

    `children`: for each child the record that the episode is written on. `numbers`: those of the records.
    """
    if not children:
        return None
    before = [child_id for child_id in children if child_id not in register.changes.added]
    records = {record_id: child_id for child_id in before for record_id in register.records_of(child_id)}
    held = {numbers[record_id]: child_id for record_id, child_id in records.items()}
    begun = {held[number] for number in await uow.episodes.open_with_service(service.service_id, held)}
    today = uk_date(uow.now())
    episodes = [
        Episode(
            episode_id=new_id(),
            child_no=numbers[record_id],
            service_id=service.service_id,
            agency_id=service.agency_id,
            practitioner_id=None,
            sensitive=service.sensitive,
            contact=None,
            started_on=today,
            ended_on=None,
            opened_by=by,
            child_id=record_id,
            import_id=import_id,
        )
        for child_id, record_id in children.items()
        if child_id not in begun
    ]
    await uow.episodes.add(episodes)
    last = None
    for episode in episodes:
        last = uow.emit(started(episode, service.team_id, bulk=bulk))
    return last


def started(episode: Episode, team_id: str | None, *, bulk: bool) -> ServiceEpisodeStarted:
    return ServiceEpisodeStarted(
        episode_id=episode.episode_id,
        child_id=episode.child_id,
        service_id=episode.service_id,
        agency_id=episode.agency_id,
        team_id=team_id,
        practitioner_id=episode.practitioner_id,
        sensitive=episode.sensitive,
        started_on=episode.started_on,
        opened_by=episode.opened_by,
        bulk=bulk,
    )
