"""Read the templates: the same for everybody, since they say nothing of any child."""

from assessment.domain.templates import Catalogue, Template
from chassis.errors import NotFound


def list_templates(catalogue: Catalogue, after: str | None, limit: int) -> list[Template]:
    """The newest version of each, by id, from the one after `after`; one more than `limit` where there is more."""
    return [each for each in catalogue.all_latest() if after is None or each.template_id > after][: limit + 1]


def read_template(catalogue: Catalogue, template_id: str, version: int | None) -> Template:
    """That version, by default the newest. Raises `NotFound`."""
    template = catalogue.latest(template_id) if version is None else catalogue.find(template_id, version)
    if template is None:
        raise NotFound
    return template
