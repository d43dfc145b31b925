"""The service directory: what is on offer to families, as Open Referral UK 3.0 has it."""

import asyncio
import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from assessment.api.schemas import without_nul
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.service_directory import (
    Feed,
    export_page,
    put_entry,
    read_entry,
    read_feed,
    search_entries,
    take_feed,
)
from assessment.domain.service_directory import Entry, Place, Wanted, code_of, outward_of, words_of
from chassis.errors import BadRequest, FieldError, Invalid, TooLarge
from chassis.etags import etag
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer

_PATH = "/v1/service-directory"
_ONE = f"{_PATH}/{{entry_id}}"
LARGEST_FEED = 20 * 1024 * 1024
_USUAL_KM, _FARTHEST_KM = 10.0, 200.0
_COORDINATES = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]+)?),(-?[0-9]{1,3}(?:\.[0-9]+)?)")
_ROUGH = re.compile(r"[^.]*(?:\.[0-9]{1,2})?")
_ToRead = Annotated[Grant, Depends(Granted("service-directory.read"))]
_ToWrite = Annotated[Grant, Depends(Granted("service-directory.write"))]
_Words = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(without_nul)]
_FEED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A list of services of Open Referral UK 3.0, a page of them as the standard's API gives it "
        "(`contents`), or one service. At most 5,000 and 20 MiB: larger feeds come page by page.",
        "content": {"application/json": {"schema": {}}},
    }
}
_DOCUMENT = (
    "A `service` of Open Referral UK 3.0 with all that is nested in it. Checked is what is searched by: `id`, `name`, "
    "`status`, `url`, `email`, `minimum_age`, `maximum_age`, `eligibility_description`, `assured_date`, "
    "`organization`, `service_at_locations`, `locations`, `attributes`; everything else is kept and given back. "
    "`kith_service_id` ties it to a service of Kith's own directory, whose team then receives referrals; "
    "`kith_sensitive` says of one that is not tied that referrals to it are sensitive."
)


class FoundService(BaseModel):
    """`distance_km`: that of the nearest of its places, where the search was for one."""

    entry_id: str
    distance_km: float | None = None
    service: dict[str, Any]


class FoundServices(BaseModel):
    """By distance, or else by id."""

    items: list[FoundService]
    next_cursor: str | None


class OpenReferralPage(BaseModel):
    """A page as HSDS 3.0 has it. `size` counts what is on this page."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[dict[str, Any]]


class RefusedEntry(BaseModel):
    pointer: Annotated[str, Field(description="The place in the feed (RFC 6901).")]
    detail: str


class FeedBody(BaseModel):
    """`errors` names the places of what was refused, at most 1,000."""

    taken: int
    unchanged: int
    refused: int
    errors: list[RefusedEntry]


def service_directory_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(tags=["service directory"])

    @router.get(
        _PATH,
        summary="Search what is on offer to families.",
        description="Everything that is asked for has to hold. Services that are closed are not found.",
        response_model=FoundServices,
        responses=problems(),
    )
    async def search(
        grant: _ToRead,
        need: Annotated[
            _Words | None, Query(description="Words of its name, description or taxonomy terms; or a term's code.")
        ] = None,
        age: Annotated[
            float | None, Query(ge=0, le=150, allow_inf_nan=False, description="In years; 0.5 is six months.")
        ] = None,
        near: Annotated[
            str | None,
            Query(
                max_length=40,
                description="`latitude,longitude` with at most two decimals, or the first half of a postcode: a "
                "request's address is no place for where somebody lives.",
            ),
        ] = None,
        within_km: Annotated[
            float | None,
            Query(gt=0, le=_FARTHEST_KM, allow_inf_nan=False, description="Of coordinates; 10 if not said."),
        ] = None,
        accessibility: Annotated[_Words | None, Query(description="Words of how its places are accessible.")] = None,
        open_to: Annotated[_Words | None, Query(description="Words of who it is for.")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        place, outward = _near(near)
        if within_km is not None and place is None:
            raise Invalid.field("/within_km", "goes with coordinates")
        wanted = Wanted(
            need=_in_words("need", need),
            need_code="" if need is None else code_of(need),
            age=age,
            near=place,
            within_km=_USUAL_KM if within_km is None else within_km,
            outward=outward,
            accessibility=_in_words("accessibility", accessibility),
            open_to=_in_words("open_to", open_to),
        )
        async with reading() as uow:
            found = await search_entries(uow, wanted, _after(cursor), limit)

        def shown(each: tuple[Entry, float | None]) -> dict[str, Any]:
            entry, distance = each
            about: dict[str, Any] = {"entry_id": entry.entry_id, "service": entry.document}
            return about if distance is None else {**about, "distance_km": round(distance, 3)}

        return JSONResponse(
            page(found, limit, shown, lambda each: encode_cursor(repr(each[1] or 0.0), each[0].entry_id))
        )

    @router.get(
        f"{_PATH}/export",
        summary="The directory as Open Referral UK 3.0, page by page.",
        description="All entries of whatever status, by id, without Kith's own fields.",
        response_model=OpenReferralPage,
        responses=problems(),
    )
    async def export(
        grant: _ToRead,
        number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1,
        per_page: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> JSONResponse:
        async with reading() as uow:
            found, total = await export_page(uow, number, per_page)
        pages = -(-total // per_page)
        body = OpenReferralPage(
            total_items=total,
            total_pages=pages,
            page_number=number,
            size=len(found),
            first_page=number == 1,
            last_page=number >= pages,
            empty=not found,
            contents=[entry.exported() for entry in found],
        )
        return JSONResponse(body.model_dump(mode="json"))

    @router.post(
        f"{_PATH}/imports",
        summary="Take in a feed or file of Open Referral UK 3.0.",
        description="Wrong entries are refused by their place, the rest is taken. The same feed again changes nothing; "
        "where it says nothing of Kith's own fields, they stay.",
        response_model=FeedBody,
        responses=problems(400, 412, 413),
        openapi_extra=_FEED,
    )
    async def take(grant: _ToWrite, request: Request) -> JSONResponse:
        feed = await asyncio.to_thread(_feed_in, await _whole(request))
        async with writing() as uow:
            taken = await take_feed(uow, grant, feed)
            await uow.commit()
        body = FeedBody(
            taken=taken.taken,
            unchanged=taken.unchanged,
            refused=taken.refused,
            errors=[RefusedEntry(pointer=each.pointer, detail=each.detail) for each in taken.errors],
        )
        return JSONResponse(body.model_dump(mode="json"))

    @router.get(_ONE, summary="One entry.", response_model=dict[str, Any], responses=problems(404))
    async def read(grant: _ToRead, entry_id: str) -> JSONResponse:
        async with reading() as uow:
            entry = await read_entry(uow, entry_id)
        return answer(Answer(200, dict(entry.document), etag(entry.version)))

    @router.put(
        _ONE,
        summary="Put an entry.",
        description="One that is there is changed with `If-Match`.",
        response_model=dict[str, Any],
        responses={201: {"description": "It is new", "model": dict[str, Any]}, **problems(412, 428)},
    )
    async def put(
        grant: _ToWrite,
        entry_id: str,
        document: Annotated[dict[str, Any], Body(description=_DOCUMENT)],
        if_match: Annotated[str | None, Header(max_length=500)] = None,
    ) -> JSONResponse:
        async with writing() as uow:
            entry, new = await put_entry(uow, grant, entry_id, document, if_match)
            await uow.commit()
        return answer(Answer(201 if new else 200, dict(entry.document), etag(entry.version)))

    return router


def _in_words(name: str, text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    found = words_of(text)
    if not found:
        raise Invalid.field(f"/{name}", "has no word in it")
    return tuple(sorted(found))


def _near(text: str | None) -> tuple[Place | None, str | None]:
    if text is None:
        return None, None
    found = _COORDINATES.fullmatch(text.replace(" ", ""))
    if found is None:
        outward = outward_of(f"{text} 1AA")
        if outward is None:
            wrong = "is neither coordinates (latitude,longitude) nor the first half of a postcode"
            raise Invalid.field("/near", "is more than the first half of a postcode" if outward_of(text) else wrong)
        return None, outward
    place = Place(*map(float, found.groups()))
    if not all(_ROUGH.fullmatch(part) for part in found.groups()):
        raise Invalid.field("/near", "has more than two decimals, which say where somebody lives")
    if abs(place.latitude) > 90 or abs(place.longitude) > 180:
        raise Invalid.field("/near", "is no place on earth")
    return place, None


def _after(cursor: str | None) -> tuple[float, str] | None:
    parts = decode_cursor(cursor, 2)
    if parts is None:
        return None
    try:
        return float(parts[0]), parts[1]
    except ValueError:
        raise Invalid([FieldError("/cursor", "is not a cursor of this list")]) from None


async def _whole(request: Request) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > LARGEST_FEED:
            raise TooLarge(f"A feed may have at most {LARGEST_FEED} bytes: send its pages one by one")
        pieces.append(piece)
    return b"".join(pieces)


def _feed_in(body: bytes) -> Feed:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("The feed is not JSON") from None
    return read_feed(raw)
