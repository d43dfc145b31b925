"""The unit of work over the service's own database."""

from assessment.adapters.drafts import SqlDrafts
from assessment.adapters.kept_templates import SqlKeptTemplates
from assessment.adapters.neighbours import SqlNeighbours
from assessment.adapters.plan import SqlActions, SqlReviews
from assessment.adapters.repositories import SqlAssessments, SqlContributions
from assessment.adapters.stages import SqlStages
from assessment.adapters.teams import SqlTeams
from assessment.adapters.used_templates import SqlUsedTemplates
from assessment.application.ports import AssessmentUnitOfWork


class SqlUnitOfWork(AssessmentUnitOfWork):
    def _open(self) -> None:
        self.assessments = SqlAssessments(self.connection)
        self.contributions = SqlContributions(self.connection)
        self.drafts = SqlDrafts(self.connection)
        self.used_templates = SqlUsedTemplates(self.connection)
        self.kept_templates = SqlKeptTemplates(self.connection)
        self.teams = SqlTeams(self.connection)
        self.neighbours = SqlNeighbours(self.connection)
        self.actions = SqlActions(self.connection)
        self.reviews = SqlReviews(self.connection)
        self.stages: SqlStages = SqlStages(self.connection)

    async def _before_commit(self) -> None:
        await self.stages.flush()
