"""What somebody wants to hear of: by type, as far as the rules let them choose."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.errors import FieldError, Invalid
from chassis.grants import Grant
from contracts.vocabulary import Role
from notifications.application.ports import NotificationsUnitOfWork
from notifications.domain.happenings import Audience, NotificationType
from notifications.domain.hearing import Rule


@dataclass(frozen=True, slots=True)
class Preference:
    """`inbox`: what was chosen; None: nothing, and each of `rules` is as it is at first."""

    type: NotificationType
    rules: tuple[Rule, ...]
    inbox: bool | None

    @property
    def stoppable(self) -> bool:
        return any(rule.stoppable for rule in self.rules)


async def preferences_of(uow: NotificationsUnitOfWork, grant: Grant) -> list[Preference]:
    """Of every type that somebody like the caller may be told, in the order of the rules."""
    chosen = await uow.choices.of(grant.viewer_id)
    return [Preference(type_, rules, chosen.get(type_)) for type_, rules in _for(uow, grant).items()]


async def choose(
    uow: NotificationsUnitOfWork, grant: Grant, chosen: Mapping[NotificationType, bool]
) -> list[Preference]:
    """In place of all that was chosen before. Raises `Invalid` for what cannot be chosen."""
    theirs = _for(uow, grant)
    faults = [
        FieldError(f"/types/{type_.value}", "is not yours to turn on or off")
        for type_ in chosen
        if not any(rule.stoppable for rule in theirs.get(type_, ()))
    ]
    if faults:
        raise Invalid(faults)
    await uow.choices.put(grant.viewer_id, chosen, grant.child_id if grant.role is Role.YOUNG_PERSON else None)
    return await preferences_of(uow, grant)


def _for(uow: NotificationsUnitOfWork, grant: Grant) -> dict[NotificationType, tuple[Rule, ...]]:
    young = grant.role is Role.YOUNG_PERSON
    found = {
        type_: tuple(rule for rule in rules if (rule.hears is Audience.YOUNG_PERSON) is young)
        for type_, rules in uow.rules.by_type().items()
    }
    return {type_: rules for type_, rules in found.items() if rules}
