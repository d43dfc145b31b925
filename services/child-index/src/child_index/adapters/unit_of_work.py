"""The child index's unit of work: one transaction and the repositories in it."""

from typing import Any

from chassis.likeness import Likeness
from child_index.adapters.archive import SqlArchive
from child_index.adapters.blocks import SqlBlocks
from child_index.adapters.children import SqlChildren
from child_index.adapters.chronology import SqlChronology
from child_index.adapters.directory import SqlDirectory
from child_index.adapters.episodes import SqlEpisodes, SqlLeads
from child_index.adapters.family import SqlFamily
from child_index.adapters.history import SqlHistory
from child_index.adapters.import_mappings import SqlMappings
from child_index.adapters.imports import SqlImports
from child_index.adapters.leavers import SqlLeavers
from child_index.adapters.merges import SqlMerges
from child_index.adapters.quality import SqlQuality
from child_index.adapters.reassignments import SqlReassignments
from child_index.adapters.reviews import SqlReviews
from child_index.adapters.shields import SqlShields
from child_index.adapters.statements import SqlStatements
from child_index.adapters.weights import SqlWeights
from child_index.application.ports import IndexUnitOfWork


class SqlUnitOfWork(IndexUnitOfWork):
    def __init__(self, *, likeness: Likeness, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.likeness = likeness

    def _open(self) -> None:
        self.children = SqlChildren(self.connection, self._clock)
        self.merges = SqlMerges(self.connection, self._clock)
        self.directory = SqlDirectory(self.connection)
        self.episodes = SqlEpisodes(self.connection, self._clock)
        self.leads = SqlLeads(self.connection, self._clock)
        self.reassignments = SqlReassignments(self.connection)
        self.family = SqlFamily(self.connection, self._clock)
        self.reviews = SqlReviews(self.connection, self._clock)
        self.statements = SqlStatements(self.connection, self._clock)
        self.imports = SqlImports(self.connection, self._clock)
        self.leavers = SqlLeavers(self.connection)
        self.mappings = SqlMappings(self.connection, self._clock)
        self.archive = SqlArchive(self.connection)
        self.history = SqlHistory(self.connection, self._clock)
        self.blocks = SqlBlocks(self.connection)
        self.shields = SqlShields(self.connection)
        self.quality = SqlQuality(self.connection)
        self.weights = SqlWeights(self.connection, self._clock)
        self.chronology = SqlChronology(self.connection)
