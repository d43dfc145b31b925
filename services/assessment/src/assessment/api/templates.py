"""The assessment templates: public knowledge, the same for every caller."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse

from assessment.api.schemas import TemplateBody, TemplatePage, TemplateRequest, TemplateSection, TemplateSummary
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.put_template import KeptTemplates
from assessment.application.read_templates import list_templates, read_template
from assessment.domain.templates import Catalogue, Template
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer

TemplateId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,62}$", description="Lower-case letters, digits, hyphens.")]
_ToRead = Annotated[Grant, Depends(Granted("template.read"))]


def template_routes(writing: UnitOfWorkFactory, catalogue: Catalogue, kept: KeptTemplates) -> APIRouter:
    router = APIRouter(tags=["assessment templates"])

    @router.get(
        "/v1/assessment-templates",
        summary="List the assessment templates, the newest version of each.",
        response_model=TemplatePage,
        responses=problems(),
    )
    async def list_all(_: _ToRead, limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
        after = decode_cursor(cursor)
        found = list_templates(catalogue, after[0] if after else None, limit)
        shown = page(
            found,
            limit,
            lambda template: TemplateSummary.of(template).model_dump(mode="json"),
            lambda template: encode_cursor(template.template_id),
        )
        return answer(Answer(200, shown))

    @router.get(
        "/v1/assessment-templates/{template_id}",
        summary="Read a template: its sections, and the JSON Schema of what each holds.",
        description="The newest version, unless the one is named that an assessment was begun with.",
        response_model=TemplateBody,
        responses=problems(404),
    )
    async def read(
        _: _ToRead, template_id: str, version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
    ) -> JSONResponse:
        return answer(Answer(200, _told(read_template(catalogue, template_id, version))))

    @router.put(
        "/v1/assessment-templates/{template_id}",
        summary="Put a template of your authority's own, or the next version of one.",
        description="An assessment keeps the version that it was begun with; every version stays readable. What is the "
        "same as the newest version makes none. A national template is not changed: derive your own by `extends`.",
        status_code=201,
        response_model=TemplateBody,
        responses={200: {"model": TemplateBody, "description": "As it was already"}, **problems(409)},
    )
    async def put(
        grant: Annotated[Grant, Depends(Granted("template.write"))], template_id: TemplateId, body: TemplateRequest
    ) -> JSONResponse:
        async with writing() as uow:
            template, new = await kept.put(uow, template_id, body.data(), grant)
            await uow.commit()
        return answer(Answer(201 if new else 200, _told(template)))

    return router


def _told(template: Template) -> dict[str, object]:
    body = TemplateBody.of(
        template, help=template.help, sections=[TemplateSection.of(section) for section in template.sections]
    )
    return body.model_dump(mode="json", by_alias=True)
