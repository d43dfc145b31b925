"""The moving parts beside the API: the outbox relay, the consumers, the reminders of actions and of referrals.
`python -m assessment.worker` runs them as a process of their own."""

from datetime import timedelta

from assessment.adapters.tables import messaging
from assessment.adapters.unit_of_work import SqlUnitOfWork
from assessment.application.chase_referrals import ReferralChaser
from assessment.application.remind_of_actions import ActionReminders
from assessment.consumers import child_index, consent
from assessment.settings import AssessmentSettings
from chassis.broker import Broker
from chassis.ids import Clock, system_clock
from chassis.inbox import InboxConsumer
from chassis.migrations import migrations_of
from chassis.runtime import Runtime, run_worker
from contracts.events.base import CHILD_INDEX, CONSENT
from contracts.routes import Service


def make_runtime(settings: AssessmentSettings, broker: Broker | None = None, clock: Clock = system_clock) -> Runtime:
    """The service's runtime, with its consumers subscribed, and the reminders beside them."""
    runtime = Runtime(settings, Service.ASSESSMENT, messaging, migrations_of(__file__), broker, clock)

    def unit_of_work() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments())

    def reading() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments(), read_only=True)

    for name, topic, handlers in (
        ("child-index", CHILD_INDEX, child_index.HANDLERS),
        ("consent", CONSENT, consent.HANDLERS),
    ):
        runtime.consume(name, [topic], InboxConsumer(name, unit_of_work, handlers, runtime.watch))
    lead_after = timedelta(days=settings.action_lead_after_days)
    runtime.in_background(ActionReminders(unit_of_work, reading, lead_after, settings.action_reminder_seconds).run)
    chase_after, escalate_after = (
        timedelta(days=days) for days in (settings.referral_chase_days, settings.referral_escalate_days)
    )
    chaser = ReferralChaser(unit_of_work, reading, chase_after, escalate_after, settings.referral_reminder_seconds)
    runtime.in_background(chaser.run)
    return runtime


def main() -> None:
    settings = AssessmentSettings(run_worker=True)
    run_worker(make_runtime(settings))


if __name__ == "__main__":
    main()
