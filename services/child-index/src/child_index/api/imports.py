"""Imports of lists of children, for index officers and agencies' systems."""

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import astuple
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from chassis.disclosure import disclose
from chassis.errors import FieldError, Invalid
from chassis.grants import Grant
from chassis.idempotency import Idempotency
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from child_index.api.answers import ImportAnswer, ImportMade, RejectionAnswer, RejectionPage, ResultLine
from child_index.api.ids import PathId
from child_index.api.requests import Id
from child_index.api.wiring import Parts
from child_index.application.import_ports import ImportOrder
from child_index.application.read_import import read_import, read_rejections, refused, results
from child_index.application.receive_import import receive_import
from child_index.domain.full_roll import USUAL_LIMIT
from child_index.domain.rejected_rows import heading, line
from contracts import headers

_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "service_id"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "CSV with a header: given_name, family_name, date_of_birth, sex, "
                            "address_line, postcode, nhs_number, upn, local_id in any order, or what schools' and "
                            "surgeries' systems call them; encoding and delimiter are found out. Or a school's "
                            "Common Transfer File (XML)",
                        },
                        "service_id": {"type": "string", "description": "Each child gets an episode with it"},
                        "check": {
                            "type": "boolean",
                            "default": False,
                            "description": "Only tell what would happen: no child, episode or review is made",
                        },
                        "full_roll": {
                            "type": "boolean",
                            "default": False,
                            "description": "The list is the whole roll: children of earlier lists of this service who "
                            "are not on it have left, and their episode ends",
                        },
                        "leavers_limit": {
                            "type": "integer",
                            "minimum": 0,
                            "maximum": 100,
                            "default": USUAL_LIMIT,
                            "description": "Of a full roll: nobody leaves where more in a hundred would",
                        },
                    },
                }
            }
        },
    }
}
_CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of rejections; or, as CSV, every rejected row as it was sent",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}
_Format = Annotated[
    Literal["json", "csv"] | None, Query(description="`csv`: the rows themselves, as with `Accept: text/csv`.")
]
_PERCENT = re.compile("0|[1-9][0-9]?|100")
_YES_OR_NO: dict[object, bool] = {"true": True, "false": False}
_IMPORT_READ = Annotated[Grant, Depends(Granted("import.read"))]
_SERVICE_ID: TypeAdapter[str] = TypeAdapter(Id)


def imports_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Imports"])

    @router.post(
        "/v1/imports",
        summary="Import a list of children",
        status_code=202,
        response_model=ImportMade,
        responses=problems(409, 422),
        openapi_extra=_UPLOAD,
    )
    async def receive(
        request: Request,
        grant: Annotated[Grant, Depends(Granted("import.create"))],
        idempotency_key: Annotated[str | None, Header(max_length=200, description="Makes a repeat harmless.")] = None,
    ) -> JSONResponse:
        """Import a list of children: each is matched or created, and gets an episode with the service.

        The list is kept before it is acknowledged; a worker then takes it row by row. Bad rows are listed and stop
        nothing. Sending the same list again creates nothing. Of a date the day comes before the month, or the year
        comes first. With `check` nothing is written, and the import tells what would happen. After the last row of
        a `full_roll` the episodes of those who are not on it end, unless `leavers_held` tells why not.
        """
        try:
            async with request.form(max_files=1, max_fields=6) as form:
                file, order = _upload(form)

                def idempotency(digest: str) -> Idempotency:
                    body = "\0".join([*map(str, astuple(order)), digest]).encode()
                    return Idempotency.of(grant.viewer_id, grant.action, idempotency_key, request.url.path, body)

                made = await receive_import(parts.units, file.file, order, grant, parts.import_batch_rows, idempotency)
        except HTTPException as error:  # Starlette's word for a multipart body that is none
            raise Invalid([FieldError("", "is not multipart/form-data with file and service_id")]) from error
        parts.import_received()
        return answer(made)

    @router.get(
        "/v1/imports/{import_id}", summary="Follow an import", response_model=ImportAnswer, responses=problems(404)
    )
    async def read(import_id: PathId, grant: _IMPORT_READ) -> JSONResponse:
        """How an import goes. Row counts add up: processed = created + matched + review + rejected."""
        async with parts.reading() as uow:
            found = await read_import(uow, import_id, grant)
        shown = ImportAnswer.model_validate(found, from_attributes=True)
        response = JSONResponse(disclose(shown, grant.categories))
        if found.state == "completed" and found.last_event_id is not None:
            # Who sees "completed" can search for the children and open them: the gateway waits for these effects.
            response.headers[headers.EFFECTS] = found.last_event_id
        return response

    @router.get(
        "/v1/imports/{import_id}/rejections",
        summary="List the rows refused",
        response_model=RejectionPage,
        responses={**_CSV, **problems(404, 422)},
    )
    async def rejections(
        import_id: PathId,
        grant: _IMPORT_READ,
        limit: Limit = 50,
        cursor: Cursor = None,
        format: _Format = None,  # noqa: A002 - the query's own word
        accept: Annotated[str, Header(max_length=500, include_in_schema=False)] = "",
    ) -> Response:
        """The rows that were not taken: row, field and reason, never the value.

        As `text/csv`, each row as it was sent with `rejected_row`, `rejected_field` and `rejected_reason` behind it, to
        be mended and sent again.
        """
        if format == "csv" or (format is None and accept.partition(";")[0].strip() == "text/csv"):
            return await _rejections_file(parts, import_id, grant)
        after = _after(cursor)
        async with parts.reading() as uow:
            found = await read_rejections(uow, import_id, grant, limit, after)
        body = page(
            found,
            limit,
            lambda each: disclose(RejectionAnswer.model_validate(each, from_attributes=True), grant.categories),
            lambda each: encode_cursor(str(each.row), each.field),
        )
        return JSONResponse(body)

    @router.get(
        "/v1/imports/{import_id}/results",
        summary="Stream the rows taken",
        response_class=StreamingResponse,
        responses={200: {"model": ResultLine, "content": {"application/x-ndjson": {}}}, **problems(404)},
    )
    async def stream_results(import_id: PathId, grant: _IMPORT_READ) -> StreamingResponse:
        """What became of each row that was taken: one JSON object a line, so that an agency can keep the ids."""
        async with parts.reading() as uow:
            await read_import(uow, import_id, grant)

        async def lines() -> AsyncIterator[str]:
            async for result in results(parts.reading, import_id):
                yield ResultLine.model_validate(result, from_attributes=True).model_dump_json() + "\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    return router


async def _rejections_file(parts: Parts, import_id: str, grant: Grant) -> StreamingResponse:
    async with parts.reading() as uow:
        job = await read_import(uow, import_id, grant)

    async def lines() -> AsyncIterator[str]:
        yield _csv_line(heading(job.headings))
        async for row in refused(parts.reading, import_id):
            yield _csv_line(line(job.headings, row))

    disposition = {"Content-Disposition": f'attachment; filename="rejections-{import_id}.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=disposition)


def _csv_line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _upload(form: FormData) -> tuple[UploadFile, ImportOrder]:
    file, service_id = form.get("file"), form.get("service_id")
    errors = [FieldError("/file", "is needed")] if not isinstance(file, UploadFile) else []
    if not isinstance(service_id, str):
        errors.append(FieldError("/service_id", "is needed"))
    flags = {name: _YES_OR_NO.get(form.get(name, "false")) for name in ("check", "full_roll")}
    errors += [FieldError(f"/{name}", "is neither true nor false") for name, said in flags.items() if said is None]
    limit = form.get("leavers_limit", str(USUAL_LIMIT))
    if not isinstance(limit, str) or _PERCENT.fullmatch(limit) is None:
        errors.append(FieldError("/leavers_limit", "is not a whole number from 0 to 100"))
    elif "leavers_limit" in form and flags["full_roll"] is False:
        errors.append(FieldError("/leavers_limit", "is for a full roll alone"))
    if set(form) - {"file", "service_id", "leavers_limit", *flags}:
        errors.append(FieldError("", "holds a field that is not of this request"))
    if errors or not isinstance(file, UploadFile):
        raise Invalid(errors)
    try:
        service = _SERVICE_ID.validate_python(service_id)
    except ValidationError as error:
        raise Invalid.field("/service_id", "is not a service that you may import for") from error
    return file, ImportOrder(service, bool(flags["check"]), bool(flags["full_roll"]), int(str(limit)))


def _after(cursor: str | None) -> tuple[int, str]:
    found = decode_cursor(cursor, 2)
    if found is None:
        return 0, ""
    if not found[0].isdecimal() or not found[0].isascii() or len(found[0]) > 9:
        raise Invalid([FieldError("/cursor", "is not a cursor of this list")])
    return int(found[0]), found[1]
