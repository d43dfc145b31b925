"""The report on the quality of the index, for index officers: numbers only, as JSON or as a file for a spreadsheet."""

import csv
import io
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from chassis.disclosure import STRUCTURE
from chassis.grants import Grant
from chassis.problem_docs import problems
from chassis.service import Granted
from child_index.api.wiring import Parts
from child_index.application.quality_report import DatedReport, quality_report
from child_index.domain import quality
from child_index.domain.spreadsheets import inert

_StaleMonths = Annotated[
    int | None,
    Query(ge=1, le=240, description="A record of which nothing was heard for so many months counts as stale"),
]
_Format = Annotated[
    Literal["json", "csv"], Query(description="`csv`: a line for all children, and one for each agency")
]
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


class NhsNumberFigures(BaseModel):
    """Numbers of children; each child is one of valid, invalid and missing."""

    valid: Annotated[int, STRUCTURE, Field(description="Have one that passes its own check (modulus 11)")]
    valid_share: Annotated[float | None, STRUCTURE, Field(description="Of all children, 0 to 1, never rounded up")]
    verified: Annotated[
        int | None,
        STRUCTURE,
        Field(
            description="Confirmed by the national service. Null: this index asks no such service, so it knows of none"
        ),
    ]
    invalid: Annotated[int, STRUCTURE]
    missing: Annotated[int, STRUCTURE]
    shared: Annotated[int, STRUCTURE, Field(description="Have a valid one that another child has as well")]
    conflicting: Annotated[int, STRUCTURE, Field(description="Merged records with different valid ones")]


class UpnFigures(BaseModel):
    """Numbers of children, each by the best unique pupil number there is."""

    permanent: Annotated[int, STRUCTURE]
    temporary: Annotated[int, STRUCTURE]
    invalid: Annotated[int, STRUCTURE]
    missing: Annotated[int, STRUCTURE]


class RefusedFigures(BaseModel):
    """Rows of imports since `stale_since` that were refused for this field."""

    nhs_number: Annotated[int, STRUCTURE]
    upn: Annotated[int, STRUCTURE]
    date_of_birth: Annotated[int, STRUCTURE]


class FiguresAnswer(BaseModel):
    children: Annotated[int, STRUCTURE, Field(description="Merged records count once")]
    reviews_waiting: Annotated[
        int, STRUCTURE, Field(description="Records that may be of a child in the index already; to the nearest 5")
    ]
    nhs_number: Annotated[NhsNumberFigures, STRUCTURE]
    upn: Annotated[UpnFigures, STRUCTURE]
    stale: Annotated[int, STRUCTURE]
    refused_rows: Annotated[RefusedFigures, STRUCTURE]

    @classmethod
    def of(cls, figures: quality.Figures) -> dict[str, Any]:
        found, upn, refused = figures.nhs_number, figures.upn, figures.refused
        return {
            "children": figures.children,
            "reviews_waiting": figures.reviews_waiting,
            "nhs_number": NhsNumberFigures(
                valid=found.valid,
                valid_share=figures.valid_nhs_number_share,
                verified=None,
                invalid=found.invalid,
                missing=found.missing,
                shared=found.shared,
                conflicting=found.conflicting,
            ),
            "upn": UpnFigures(
                permanent=upn.permanent, temporary=upn.temporary, invalid=upn.invalid, missing=upn.missing
            ),
            "stale": figures.stale,
            "refused_rows": RefusedFigures(
                nhs_number=refused.nhs_number, upn=refused.upn, date_of_birth=refused.date_of_birth
            ),
        }


class AgencyFiguresAnswer(FiguresAnswer):
    """Children with whom the agency is involved now, sensitive services left out; reviews and rows that it sent."""

    agency_id: Annotated[str, STRUCTURE]
    agency_name: Annotated[str | None, STRUCTURE]


class QualityAnswer(BaseModel):
    stale_since: Annotated[date, STRUCTURE, Field(description="Of a stale record nothing was heard from this day on")]
    reviews_as_at: Annotated[datetime, STRUCTURE, Field(description="Reviews are those that waited then")]
    all: Annotated[FiguresAnswer, STRUCTURE]
    agencies: Annotated[list[AgencyFiguresAnswer], STRUCTURE]

    @classmethod
    def of(cls, dated: DatedReport) -> "QualityAnswer":
        return cls(
            stale_since=dated.stale_since,
            reviews_as_at=dated.reviews_as_at,
            all=FiguresAnswer(**FiguresAnswer.of(dated.report.every)),
            agencies=[
                AgencyFiguresAnswer(
                    **FiguresAnswer.of(each.figures), agency_id=each.agency_id, agency_name=each.agency_name
                )
                for each in dated.report.agencies
            ],
        )


def quality_router(parts: Parts, usual_stale_months: int) -> APIRouter:
    router = APIRouter(tags=["Data quality"])

    @router.get(
        "/v1/data-quality",
        summary="Report on data quality",
        response_model=QualityAnswer,
        responses={**_CSV, **problems(422)},
    )
    async def read(
        grant: Annotated[Grant, Depends(Granted("quality.read"))],
        stale_months: _StaleMonths = None,
        format: _Format = "json",  # noqa: A002 - the query's own word
    ) -> Response:
        """How good the records are, for all children and by agency, in numbers.

        An NHS number is *valid* where it passes its own check; nothing here verifies it with the national service.
        """
        async with parts.reading() as uow:
            dated = await quality_report(uow, stale_months or usual_stale_months)
        made = QualityAnswer.of(dated)
        if format == "csv":
            name = f"data-quality-{dated.reviews_as_at.date().isoformat()}.csv"
            disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(as_csv(made), media_type="text/csv", headers=disposition)
        return JSONResponse(made.model_dump(mode="json"))

    return router


def as_csv(report: QualityAnswer) -> str:
    """A line for all children (without an agency), and one for each agency. Names are made inert."""
    lines = [_flat(each.model_dump(mode="json")) for each in (report.all, *report.agencies)]
    columns = ["agency_id", "agency_name", *(name for name in lines[0]), "stale_since"]
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, restval="")
    writer.writeheader()
    for line in lines:
        named = {**line, "stale_since": report.stale_since.isoformat()}
        writer.writerow({name: inert(value) if isinstance(value, str) else value for name, value in named.items()})
    return written.getvalue()


def _flat(figures: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in figures.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{inner}": number for inner, number in value.items()}
        else:
            flat[name] = value
    return flat
