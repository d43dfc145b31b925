"""`python -m assessment`: the service in a process of its own."""

from assessment.main import create_app
from assessment.settings import AssessmentSettings
from chassis.serving import serve
from contracts.routes import Service

if __name__ == "__main__":
    serve(Service.ASSESSMENT, AssessmentSettings, create_app)
