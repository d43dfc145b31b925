"""The actions of the public routes, and what each rests on."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.decisions import DELIVER


class Basis(StrEnum):
    """What an action rests on, besides the role."""

    ROLE = "role"
    """No child is spoken of."""
    ANYBODY = "anybody"
    """Any identity that the issuer vouches for, known to the directory or not."""
    INVOLVED = "involved"
    """A current involvement with the child."""
    UNRELATED = "unrelated"
    """Needs no involvement: search before create, opening an involvement of one's own."""
    OWN = "own"
    """An account's own child."""
    EMERGENCY = "emergency"
    """The child exists; neither involvement nor block matters: breaking the glass."""


@dataclass(frozen=True, slots=True)
class ActionRule:
    """`writes`: recording what one knows discloses nothing, so no consent is asked for. `overridable`: a look that an
    override in force opens."""

    basis: Basis
    writes: bool = False
    overridable: bool = False
    whole: bool = False
    """Permitted only where every category asked for is: the answer says one thing of them all."""
    family: bool = False
    """The answer may tell of another child of the family, though it holds nothing of the category."""
    handed_on: bool = False
    """The answer may be made to be handed to the family: the grant says what is kept back from them."""


ACTIONS: dict[str, ActionRule] = {
    "directory.read": ActionRule(Basis.ROLE),
    "directory.write": ActionRule(Basis.ROLE),
    "whoami": ActionRule(Basis.ROLE),
    "scim.provision": ActionRule(Basis.ROLE),
    "template.read": ActionRule(Basis.ROLE),
    "template.write": ActionRule(Basis.ROLE),
    "record.archive": ActionRule(Basis.ROLE),
    "record.purge": ActionRule(Basis.ROLE),
    "quality.read": ActionRule(Basis.ROLE),
    "weights.estimate": ActionRule(Basis.ROLE),
    "weights.read": ActionRule(Basis.ROLE),
    "weights.use": ActionRule(Basis.ROLE),
    "import.create": ActionRule(Basis.ROLE),
    "import.map": ActionRule(Basis.ROLE),
    "import.read": ActionRule(Basis.ROLE),
    "log.read": ActionRule(Basis.ROLE),
    "log.export": ActionRule(Basis.ROLE),
    "log.prove": ActionRule(Basis.ROLE),
    "log.purge": ActionRule(Basis.ROLE),
    "signal.read": ActionRule(Basis.ROLE),
    "account.accept": ActionRule(Basis.ANYBODY),
    "child.search": ActionRule(Basis.UNRELATED, overridable=True),
    "child.create": ActionRule(Basis.UNRELATED),
    "person.query": ActionRule(Basis.UNRELATED, overridable=True, whole=True),
    "fhir.metadata": ActionRule(Basis.ANYBODY),
    "review.read": ActionRule(Basis.UNRELATED),
    "review.resolve": ActionRule(Basis.UNRELATED),
    "child.merge": ActionRule(Basis.UNRELATED),
    "link.read": ActionRule(Basis.UNRELATED),
    "link.undo": ActionRule(Basis.UNRELATED),
    "merge.read": ActionRule(Basis.UNRELATED),
    "merge.undo": ActionRule(Basis.UNRELATED),
    "episode.open": ActionRule(Basis.UNRELATED),
    "notification.read": ActionRule(Basis.INVOLVED, family=True),
    DELIVER: ActionRule(Basis.INVOLVED, family=True),
    "notification.acknowledge": ActionRule(Basis.INVOLVED, family=True),
    "notification.snooze": ActionRule(Basis.INVOLVED, family=True),
    "notification.stream": ActionRule(Basis.ROLE),
    "notification.prefer": ActionRule(Basis.ROLE),
    "notification.cover": ActionRule(Basis.ROLE),
    "child.read": ActionRule(Basis.INVOLVED, overridable=True),
    "child.correct": ActionRule(Basis.INVOLVED),
    "child.history": ActionRule(Basis.INVOLVED, overridable=True),
    "episode.close": ActionRule(Basis.INVOLVED),
    "lead.assign": ActionRule(Basis.INVOLVED),
    "lead.read": ActionRule(Basis.INVOLVED, overridable=True),
    "reassignment.read": ActionRule(Basis.UNRELATED),
    "family.write": ActionRule(Basis.INVOLVED, writes=True),
    "account.create": ActionRule(Basis.INVOLVED),
    "consent.record": ActionRule(Basis.INVOLVED),
    "consent.read": ActionRule(Basis.INVOLVED),
    "consent.withdraw": ActionRule(Basis.INVOLVED),
    "request.record": ActionRule(Basis.INVOLVED),
    "request.read": ActionRule(Basis.INVOLVED),
    "agreement.read": ActionRule(Basis.INVOLVED),
    "block.place": ActionRule(Basis.INVOLVED),
    "block.read": ActionRule(Basis.INVOLVED),
    "block.lift": ActionRule(Basis.INVOLVED),
    "shield.place": ActionRule(Basis.INVOLVED, writes=True),
    "shield.read": ActionRule(Basis.INVOLVED, writes=True),
    "shield.lift": ActionRule(Basis.INVOLVED, writes=True),
    "viewers.read": ActionRule(Basis.INVOLVED),
    "legal-basis.record": ActionRule(Basis.INVOLVED),
    "legal-basis.read": ActionRule(Basis.INVOLVED),
    "legal-basis.end": ActionRule(Basis.INVOLVED),
    "override.invoke": ActionRule(Basis.EMERGENCY),
    "override.review": ActionRule(Basis.ROLE),
    "decision.explain": ActionRule(Basis.ROLE),
    "assessment.begin": ActionRule(Basis.INVOLVED),
    "assessment.list": ActionRule(Basis.INVOLVED, overridable=True),
    "assessment.read": ActionRule(Basis.INVOLVED, overridable=True),
    "assessment.prefill": ActionRule(Basis.INVOLVED, overridable=True),
    "assessment.document": ActionRule(Basis.INVOLVED, overridable=True),
    "assessment.contribute": ActionRule(Basis.INVOLVED, writes=True),
    "assessment.ask": ActionRule(Basis.INVOLVED),
    "assessment.complete": ActionRule(Basis.INVOLVED),
    "assessment.review": ActionRule(Basis.INVOLVED),
    "assessment.close": ActionRule(Basis.INVOLVED),
    "team.read": ActionRule(Basis.INVOLVED, overridable=True),
    "team.invite": ActionRule(Basis.INVOLVED, family=True),
    "team.leave": ActionRule(Basis.INVOLVED),
    "invitation.read": ActionRule(Basis.ROLE),
    "invitation.answer": ActionRule(Basis.ROLE),
    "membership.read": ActionRule(Basis.INVOLVED),
    "action.read": ActionRule(Basis.INVOLVED, overridable=True),
    "action.add": ActionRule(Basis.INVOLVED, writes=True),
    "action.change": ActionRule(Basis.INVOLVED),
    "review-meeting.read": ActionRule(Basis.INVOLVED, overridable=True),
    "plan.document": ActionRule(Basis.INVOLVED, overridable=True, handed_on=True),
    "calendar.read": ActionRule(Basis.INVOLVED),
    "review-meeting.record": ActionRule(Basis.INVOLVED, writes=True),
    "stage.read": ActionRule(Basis.INVOLVED, overridable=True),
    "stage.set": ActionRule(Basis.INVOLVED),
    "report.stages": ActionRule(Basis.ROLE),
    "service-directory.read": ActionRule(Basis.ROLE),
    "service-directory.write": ActionRule(Basis.ROLE),
    "referral.send": ActionRule(Basis.INVOLVED),
    "referral.read": ActionRule(Basis.INVOLVED),
    "referral.step": ActionRule(Basis.INVOLVED),
    "chronology.read": ActionRule(Basis.INVOLVED, overridable=True),
    "life-event.read": ActionRule(Basis.INVOLVED, overridable=True),
    "life-event.record": ActionRule(Basis.INVOLVED, writes=True),
    "life-event.change": ActionRule(Basis.INVOLVED, writes=True),
    "delay.place": ActionRule(Basis.ROLE),
    "delay.read": ActionRule(Basis.ROLE),
    "delay.end": ActionRule(Basis.ROLE),
    "me.record": ActionRule(Basis.OWN),
    "me.viewers": ActionRule(Basis.OWN),
    "me.history": ActionRule(Basis.OWN),
    "me.blocks": ActionRule(Basis.OWN),
    "me.block": ActionRule(Basis.OWN),
    "me.consents": ActionRule(Basis.OWN),
    "me.consent": ActionRule(Basis.OWN),
    "me.withdraw": ActionRule(Basis.OWN),
    "me.requests": ActionRule(Basis.OWN),
    "me.notifications": ActionRule(Basis.OWN),
    "me.notification-prefer": ActionRule(Basis.OWN),
    "me.agreement": ActionRule(Basis.OWN),
    "me.plan": ActionRule(Basis.OWN),
    "me.plan-document": ActionRule(Basis.OWN),
}
"""What each action of the public routes rests on. An action that is not here is refused."""
