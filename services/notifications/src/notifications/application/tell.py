"""An event happened: put an entry into the inbox of each who is to hear of it, and of whoever covers for them."""

from collections.abc import Sequence

from chassis.ids import new_id
from notifications.application.inbox_ports import Cover
from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.same_child import lead_of, records_of
from notifications.domain.colleagues import may_cover
from notifications.domain.entries import Entry
from notifications.domain.happenings import Audience
from notifications.domain.hearing import Chosen, Notice, Occurrence, Rule


async def tell(uow: NotificationsUnitOfWork, occurrence: Occurrence, lead: str | None = None) -> None:
    """Adds the entries. `lead` is given where it is known who is to be told as the lead professional.

    Whether a recipient may know of the child is decided at each reading, not here.
    """
    if occurrence.quiet:
        return  # an import brings these by the thousand; nothing is looked up for them
    rules = uow.rules.of(occurrence.event)
    heard_by = {rule.hears for rule in rules}
    audiences: dict[Audience, Sequence[str]] = {
        Audience.CONCERNED: [] if occurrence.concerns is None else [occurrence.concerns],
        Audience.OFFICERS: occurrence.officers,
        Audience.TEAM_LEADERS: occurrence.leaders,
        Audience.RECEIVING_TEAM: occurrence.receivers,
    }
    deceased = False
    if occurrence.child_id is not None:
        records = await records_of(uow, occurrence.child_id)
        deceased = await uow.deceased.any_of(records)
        lead = lead if lead is not None else await lead_of(uow, occurrence.child_id)
        audiences[Audience.LEAD_PROFESSIONAL] = [] if lead is None else [lead]
        if Audience.TEAM in heard_by:
            audiences[Audience.TEAM] = [*occurrence.team, *await uow.team.members(records)]
        if Audience.YOUNG_PERSON in heard_by:
            asked_for = [rule.type for rule in rules if rule.hears is Audience.YOUNG_PERSON]
            audiences[Audience.YOUNG_PERSON] = await uow.choices.accounts(records, asked_for)
    chosen = await _chosen(uow, rules, audiences)
    notices = uow.rules.who_hears(occurrence, audiences, chosen, deceased=deceased)
    await uow.entries.add([_entry(uow, occurrence, notice) for notice in notices])
    await _tell_who_covers(uow, occurrence, notices)


async def _chosen(
    uow: NotificationsUnitOfWork, rules: Sequence[Rule], audiences: dict[Audience, Sequence[str]]
) -> Chosen:
    stoppable = [rule for rule in rules if rule.stoppable]
    asked = {recipient for rule in stoppable for recipient in audiences.get(rule.hears, ())}
    return await uow.choices.chosen(asked, {rule.type for rule in stoppable}) if asked else {}


async def _tell_who_covers(uow: NotificationsUnitOfWork, occurrence: Occurrence, notices: Sequence[Notice]) -> None:
    """Only what names a child, of which the colleague is decided on themselves: what is of no child is for one person
    by who they are, an officer or a team's leader."""
    about_a_child = [notice for notice in notices if occurrence.child_id is not None and notice.names_child]
    if not about_a_child:
        return
    covers = await uow.covers.in_force({notice.recipient_id for notice in about_a_child}, uow.now())
    told = {(notice.recipient_id, notice.type, notice.categories) for notice in notices}
    added = []
    for cover in await _still_colleagues(uow, covers):
        for notice in about_a_child:
            same = (cover.colleague_id, notice.type, notice.categories)
            if (
                notice.recipient_id == cover.practitioner_id
                and cover.colleague_id != occurrence.done_by
                and same not in told
            ):
                told.add(same)
                added.append(_entry(uow, occurrence, notice, cover))
    await uow.entries.add(added)


async def _still_colleagues(uow: NotificationsUnitOfWork, covers: Sequence[Cover]) -> list[Cover]:
    people = {person for cover in covers for person in (cover.practitioner_id, cover.colleague_id)}
    posts = await uow.directory.posts(people) if covers else {}
    return [cover for cover in covers if may_cover(posts.get(cover.practitioner_id), posts.get(cover.colleague_id))]


def _entry(uow: NotificationsUnitOfWork, occurrence: Occurrence, notice: Notice, cover: Cover | None = None) -> Entry:
    return Entry(
        notification_id=new_id(),
        recipient_id=notice.recipient_id if cover is None else cover.colleague_id,
        type=notice.type,
        child_id=occurrence.child_id if notice.names_child else None,
        episode_id=occurrence.episode_id,
        assessment_id=occurrence.assessment_id,
        consent_id=occurrence.consent_id,
        created_at=uow.now(),
        override_id=occurrence.override_id,
        other_child_id=occurrence.other_child_id,
        practitioner_id=occurrence.practitioner_id,
        action_id=occurrence.action_id,
        categories=notice.categories,
        priority=notice.priority,
        audience=notice.audience,
        covers_for=None if cover is None else cover.practitioner_id,
        agency_id=occurrence.agency_id,
        signal_id=occurrence.signal_id,
        referral_id=occurrence.referral_id,
    )
