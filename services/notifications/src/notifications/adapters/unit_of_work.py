"""The unit of work over the service's own database."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from notifications.adapters.choices import SqlChoices
from notifications.adapters.covers import SqlCovers
from notifications.adapters.deceased import SqlDeceased
from notifications.adapters.directory import SqlDirectory
from notifications.adapters.entries import SqlEntries
from notifications.adapters.family import SqlFamily
from notifications.adapters.merges import SqlMerges
from notifications.adapters.outgoing import SqlDeliveries
from notifications.adapters.purge import SqlPurges
from notifications.adapters.repositories import SqlConsents, SqlLeads
from notifications.adapters.team import SqlTeam
from notifications.application.ports import NotificationsUnitOfWork
from notifications.domain.hearing import Rules


class SqlUnitOfWork(NotificationsUnitOfWork):
    """`on_told` is given, after the commit, the ids of who was told something."""

    def __init__(
        self,
        *,
        rules: Rules,
        escalate_after: timedelta,
        on_told: Callable[[Collection[str]], None] = lambda _: None,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self.rules = rules
        self.escalate_after = escalate_after
        self._on_told = on_told

    def _open(self) -> None:
        self.leads = SqlLeads(self.connection, self.now)
        self.merges = SqlMerges(self.connection)
        self.directory = SqlDirectory(self.connection)
        self.deceased = SqlDeceased(self.connection)
        self.purges = SqlPurges(self.connection)
        self.family = SqlFamily(self.connection)
        self._entries = SqlEntries(self.connection, self.now, self.escalate_after)
        self.entries = self._entries
        self.deliveries = SqlDeliveries(self.connection, self.now)
        self.consents = SqlConsents(self.connection, self.now)
        self.choices = SqlChoices(self.connection)
        self.covers = SqlCovers(self.connection)
        self.team = SqlTeam(self.connection)

    async def _before_commit(self) -> None:
        await self._entries.number()

    async def commit(self) -> None:
        told = self._entries.told
        await super().commit()
        if told:
            self._on_told(told)
