"""The unit of work over the service's own database."""

from assessment.adapters.chronology import SqlChronology
from assessment.adapters.drafts import SqlDrafts
from assessment.adapters.kept_templates import SqlKeptTemplates
from assessment.adapters.life_events import SqlLifeEvents
from assessment.adapters.lifecycle import SqlLifecycle
from assessment.adapters.neighbours import SqlNeighbours
from assessment.adapters.people import SqlPeople
from assessment.adapters.plan import SqlActions, SqlReviews
from assessment.adapters.referrals import SqlLegalBases, SqlReceivingServices, SqlReferrals
from assessment.adapters.repositories import SqlAssessments, SqlContributions
from assessment.adapters.requests import SqlRequests
from assessment.adapters.service_directory import SqlServiceDirectory
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
        self.lifecycle = SqlLifecycle(self.connection)
        self.requests = SqlRequests(self.connection)
        self.kept_templates = SqlKeptTemplates(self.connection)
        self.teams = SqlTeams(self.connection)
        self.neighbours = SqlNeighbours(self.connection)
        self.actions = SqlActions(self.connection)
        self.reviews = SqlReviews(self.connection)
        self.life_events = SqlLifeEvents(self.connection)
        self.chronology = SqlChronology(self.connection)
        self.people = SqlPeople(self.connection)
        self.stages: SqlStages = SqlStages(self.connection)
        self.service_directory = SqlServiceDirectory(self.connection)
        self.receiving_services = SqlReceivingServices(self.connection)
        self.legal_bases = SqlLegalBases(self.connection)
        self.referrals = SqlReferrals(self.connection)

    async def _before_commit(self) -> None:
        await self.stages.flush()
