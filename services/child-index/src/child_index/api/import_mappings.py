"""What an agency says of its lists, for those who import them."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field, model_validator

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.problem_docs import problems
from chassis.service import Granted
from child_index.api.requests import Id, Request
from child_index.api.wiring import Parts
from child_index.application.import_mapping import read_mapping, save_mapping
from child_index.domain import fields
from child_index.domain.roll_forms import DateOrder, Mapping, comparable

_Field = Literal[
    "given_name", "family_name", "date_of_birth", "sex", "address_line", "postcode", "nhs_number", "upn", "local_id"
]


def _heading(text: str) -> str:
    found = fields.plain(text, fields.NAME_LENGTH)
    if found is None or not comparable(found):
        raise ValueError("has no letter or digit")
    return found


_Heading = Annotated[str, Field(max_length=4 * fields.NAME_LENGTH), AfterValidator(_heading)]


class ImportMappingRequest(Request):
    columns: Annotated[dict[_Field, _Heading], Field(description="Our field's name to the header in your lists")]
    date_format: Annotated[DateOrder | None, Field(description="Of dates in numbers; else the day comes first")] = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: Literal["utf-8", "utf-16", "windows-1252"] | None = None

    @model_validator(mode="after")
    def _each_header_once(self) -> Self:
        if len({comparable(heading) for heading in self.columns.values()}) < len(self.columns):
            raise ValueError("two fields cannot stand in one column")
        return self


class ImportMappingAnswer(BaseModel):
    service_id: Annotated[str, STRUCTURE]
    columns: Annotated[dict[str, str], STRUCTURE]
    date_format: Annotated[DateOrder, STRUCTURE]
    delimiter: Annotated[str | None, STRUCTURE, Field(description="Left out: found out")] = None
    encoding: Annotated[str | None, STRUCTURE, Field(description="Left out: found out")] = None

    @classmethod
    def of(cls, service_id: str, mapping: Mapping) -> Self:
        return cls(
            service_id=service_id,
            columns=mapping.columns,
            date_format=mapping.date_order,
            delimiter=mapping.delimiter,
            encoding=mapping.encoding,
        )


def import_mappings_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Imports"])
    path = "/v1/services/{service_id}/import-mapping"

    @router.get(path, summary="Read a service's import mapping", response_model=ImportMappingAnswer,
                responses=problems(404))  # fmt: skip
    async def read(service_id: Id, grant: Annotated[Grant, Depends(Granted("import.read"))]) -> JSONResponse:
        """How the service's lists are read: what is not said here is found out from each list."""
        async with parts.reading() as uow:
            mapping = await read_mapping(uow, service_id, grant)
        return JSONResponse(disclose(ImportMappingAnswer.of(service_id, mapping), grant.categories))

    @router.put(path, summary="Save a service's import mapping", response_model=ImportMappingAnswer,
                responses=problems(404, 422))  # fmt: skip
    async def save(
        service_id: Id, sent: ImportMappingRequest, grant: Annotated[Grant, Depends(Granted("import.map"))]
    ) -> JSONResponse:
        """How the service's lists are read from now on. A list that has not the columns named here is refused.

        Schools' Common Transfer Files are read without it.
        """
        mapping = Mapping(
            {str(ours): theirs for ours, theirs in sent.columns.items()},
            sent.date_format or Mapping().date_order,
            sent.delimiter,
            sent.encoding,
        )
        async with parts.units() as uow:
            await save_mapping(uow, service_id, mapping, grant)
        return JSONResponse(disclose(ImportMappingAnswer.of(service_id, mapping), grant.categories))

    return router
