"""`python -m child_index`: the service in a process of its own."""

from chassis.serving import serve
from child_index.main import create_app
from child_index.settings import ChildIndexSettings
from contracts.routes import Service

if __name__ == "__main__":
    serve(Service.CHILD_INDEX, ChildIndexSettings, create_app)
