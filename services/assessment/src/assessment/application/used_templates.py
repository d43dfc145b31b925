"""Which versions of templates were ever used, and that they are still what they were.

An assessment is read by the version that it was begun with: were that one changed, or taken away, what was written
would stand under other questions, or under another category.
"""

from collections.abc import Awaitable, Callable

from assessment.application.ports import AssessmentUnitOfWork, UnitOfWorkFactory
from assessment.domain.templates import Catalogue, Template
from chassis.errors import Unavailable


class TemplateChanged(Unavailable):
    """A version that was used is not what it was. The text names it, and says what to do."""

    def __init__(self, template_id: str, version: int, what: str) -> None:
        super().__init__(
            f"Version {version} of the template {template_id} was used and {what}; put it back as it was, and give the "
            f"change a version of its own"
        )


async def note_use(uow: AssessmentUnitOfWork, template: Template) -> None:
    """Keeps what the version is, the first time. Raises `TemplateChanged` where it was something else then."""
    await uow.used_templates.note(template.template_id, template.version, template.content_hash, uow.now())
    recorded = (await uow.used_templates.all()).get((template.template_id, template.version))
    if recorded != template.content_hash:
        raise TemplateChanged(template.template_id, template.version, "has changed since")


async def check_used(uow: AssessmentUnitOfWork, catalogue: Catalogue) -> None:
    """Raises `TemplateChanged` for the first version that was used and is missing or changed. Of one that was used
    before its hash was kept, what it is now is kept."""
    for (template_id, version), recorded in sorted((await uow.used_templates.all()).items()):
        template = catalogue.find(template_id, version)
        if template is None:
            raise TemplateChanged(template_id, version, "is no longer there")
        if recorded is None:
            await note_use(uow, template)
        elif recorded != template.content_hash:
            raise TemplateChanged(template_id, version, "has changed since")


class UsedTemplates:
    """Looks once whether what was used still stands."""

    def __init__(
        self, writing: UnitOfWorkFactory, catalogue: Catalogue, refresh: Callable[[], Awaitable[None]]
    ) -> None:
        """`refresh` brings into the catalogue what was put over HTTP."""
        self._writing = writing
        self._refresh = refresh
        self._catalogue = catalogue
        self._stand = False

    async def check_at_start(self) -> None:
        """Raises `TemplateChanged`. A database that is away just now leaves the question to `ready`."""
        try:
            await self.ready()
        except TemplateChanged:
            raise
        except Unavailable:
            return

    async def ready(self) -> None:
        """Raises `TemplateChanged`, or `Unavailable` while the database is away."""
        if self._stand:
            return
        await self._refresh()
        async with self._writing() as uow:
            await check_used(uow, self._catalogue)
            await uow.commit()
        self._stand = True
