"""An authority puts a template of its own, or the next version of one."""

from collections.abc import Mapping
from typing import Any

from assessment.application.ports import AssessmentUnitOfWork, UnitOfWorkFactory
from assessment.domain.deriving import derived_of
from assessment.domain.template_data import template_of
from assessment.domain.templates import Catalogue, Template, TemplateError
from chassis.errors import Conflict, Invalid, Unavailable
from chassis.grants import Grant
from contracts.events.assessment import AssessmentTemplateChanged

_PATTERNS = ("pattern", "patternProperties", "propertyNames")
_MAPS = ("properties", "$defs", "definitions", "dependentSchemas", "dependentRequired")


class KeptTemplates:
    """The templates that were put over HTTP, beside those of files, in the one catalogue of this process.

    Whatever process took them, all know them from the next request: each looks before it answers.
    """

    def __init__(self, reading: UnitOfWorkFactory, catalogue: Catalogue) -> None:
        self._reading = reading
        self._catalogue = catalogue
        self._in_files = {template.template_id for template in catalogue.all_latest()}
        self._known: set[tuple[str, int]] = set()

    async def refresh(self) -> None:
        """Raises `Unavailable` where one that was kept fits no more: a national template was changed under it."""
        async with self._reading() as uow:
            for data in await uow.kept_templates.beside(self._known):
                try:
                    self._add(template_in(data, self._catalogue))
                except TemplateError as error:
                    which = f"Version {data['version']} of the template {data['template_id']}"
                    raise Unavailable(f"{which} cannot be used any more: {error}") from error

    async def put(
        self, uow: AssessmentUnitOfWork, template_id: str, data: Mapping[str, Any], grant: Grant
    ) -> tuple[Template, bool]:
        """The template as it then is, and whether that is a new version: what says nothing new makes none.

        Raises `Invalid` by the place in what was put; Conflict `template-in-file` for one that comes out of a file (a
        national one does), `template-changed` where another version came at this moment.
        """
        if template_id in self._in_files:
            raise Conflict("This template is kept in a file, and is changed there", code="template-in-file")
        latest = self._catalogue.latest(template_id)
        version = 1 if latest is None else latest.version + 1
        try:
            _check_patterns(data, "")
            made = template_in({**data, "template_id": template_id, "version": version}, self._catalogue)
            self._catalogue.check(made)
        except TemplateError as error:
            place, _, wrong = str(error).partition(": ")
            raise Invalid.field(place, wrong) from error
        if latest is not None and latest.content_hash == made.content_hash:
            return latest, False
        if not await uow.kept_templates.add(template_id, version, dict(data), grant.viewer_id, uow.now()):
            raise Conflict("Another version of this template came at this moment", code="template-changed")
        uow.emit(AssessmentTemplateChanged(template_id=template_id, version=version, changed_by=grant.viewer_id))
        return made, True

    def _add(self, template: Template) -> None:
        if (template.template_id, template.version) not in self._known:  # another request of this process was first
            self._catalogue.add(template)
            self._known.add((template.template_id, template.version))


def template_in(data: Mapping[str, Any], catalogue: Catalogue) -> Template:
    return derived_of(dict(data), catalogue) if "extends" in data else template_of(dict(data))


def _check_patterns(part: Any, place: str, *, names: bool = False) -> None:
    """A regular expression may take for ever over what is written, and whoever puts a file has the machine anyway.
    `names`: the keys of this part are names that somebody chose, not keywords."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name in _PATTERNS and not names:
                raise TemplateError(f"{place}/{name}", "is taken from files only: an expression may take for ever")
            _check_patterns(inner, f"{place}/{name}", names=not names and name in _MAPS)
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            _check_patterns(inner, f"{place}/{number}")
