"""The unit of work over the service's own database."""

from assessment.adapters.repositories import SqlAssessments, SqlContributions
from assessment.application.ports import AssessmentUnitOfWork


class SqlUnitOfWork(AssessmentUnitOfWork):
    def _open(self) -> None:
        self.assessments = SqlAssessments(self.connection)
        self.contributions = SqlContributions(self.connection)
