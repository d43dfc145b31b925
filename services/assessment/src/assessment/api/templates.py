"""The assessment templates: public knowledge, the same for every caller."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from assessment.api.schemas import TemplateBody, TemplatePage, TemplateSection, TemplateSummary
from assessment.application.read_templates import list_templates, read_template
from assessment.domain.templates import Catalogue
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer

_ToRead = Annotated[Grant, Depends(Granted("template.read"))]


def template_routes(catalogue: Catalogue) -> APIRouter:
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
        template = read_template(catalogue, template_id, version)
        body = TemplateBody.of(
            template, help=template.help, sections=[TemplateSection.of(section) for section in template.sections]
        )
        return answer(Answer(200, body.model_dump(mode="json", by_alias=True)))

    return router
