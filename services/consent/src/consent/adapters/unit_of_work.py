"""The consent service's unit of work: one transaction with its repositories."""

from typing import Any

from chassis.likeness import Likeness
from chassis.unit_of_work import UnitOfWork
from consent.adapters.children_repository import ChildrenRepository
from consent.adapters.directory_repository import DirectoryRepository
from consent.adapters.facts_repository import FactsRepository
from consent.adapters.likeness_repository import LikenessRepository
from consent.adapters.log_repository import LogRepository
from consent.adapters.merges_repository import MergesRepository
from consent.adapters.overrides_repository import OverridesRepository
from consent.adapters.provisioned_repository import ProvisionedRepository
from consent.adapters.purge_repository import PurgeRepository
from consent.adapters.records_repository import ConsentsRepository, RecordsRepository
from consent.adapters.signals_repository import SignalsRepository
from consent.adapters.tables import accounts, blocks, consent_requests, history_delays, legal_bases, shields


class ConsentUnitOfWork(UnitOfWork):
    def __init__(self, *, account_ids_are_identities: bool, likeness: Likeness, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.likeness = likeness
        self._account_ids_are_identities = account_ids_are_identities

    def _open(self) -> None:
        connection = self.connection
        self.facts = FactsRepository(connection, account_ids_are_identities=self._account_ids_are_identities)
        self.directory = DirectoryRepository(connection)
        self.provisioned = ProvisionedRepository(connection)
        self.children = ChildrenRepository(connection)
        self.merges = MergesRepository(connection)
        self.consents = ConsentsRepository(connection)
        self.consent_requests = RecordsRepository(connection, consent_requests)
        self.history_delays = RecordsRepository(connection, history_delays)
        self.blocks = RecordsRepository(connection, blocks)
        self.shields = RecordsRepository(connection, shields)
        self.legal_bases = RecordsRepository(connection, legal_bases)
        self.overrides = OverridesRepository(connection)
        self.accounts = RecordsRepository(connection, accounts)
        self.log = LogRepository(connection)
        self.purges = PurgeRepository(connection)
        self.signals = SignalsRepository(connection)
        self.likenesses = LikenessRepository(connection, self.likeness)

    async def _before_commit(self) -> None:
        await self.children.flush()
        await self.likenesses.flush()
