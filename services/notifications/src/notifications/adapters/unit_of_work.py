"""The unit of work over the service's own database."""

from notifications.adapters.deceased import SqlDeceased
from notifications.adapters.directory import SqlDirectory
from notifications.adapters.family import SqlFamily
from notifications.adapters.merges import SqlMerges
from notifications.adapters.outgoing import SqlDeliveries
from notifications.adapters.purge import SqlPurges
from notifications.adapters.repositories import SqlConsents, SqlEntries, SqlLeads
from notifications.application.ports import NotificationsUnitOfWork


class SqlUnitOfWork(NotificationsUnitOfWork):
    def _open(self) -> None:
        self.leads = SqlLeads(self.connection, self.now)
        self.merges = SqlMerges(self.connection)
        self.directory = SqlDirectory(self.connection)
        self.deceased = SqlDeceased(self.connection)
        self.purges = SqlPurges(self.connection)
        self.family = SqlFamily(self.connection)
        self.entries = SqlEntries(self.connection)
        self.deliveries = SqlDeliveries(self.connection, self.now)
        self.consents = SqlConsents(self.connection, self.now)
