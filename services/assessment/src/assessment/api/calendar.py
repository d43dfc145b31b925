"""The lead professional's calendar, as JSON or as iCalendar (RFC 5545): what, when and a link, nothing more."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from assessment.application.ports import UnitOfWorkFactory
from assessment.application.read_calendar import CalendarDay, DayKind, children_led, read_calendar
from chassis.disclosure import STRUCTURE, In, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from contracts.decisions import Candidates
from contracts.vocabulary import Category

_PATH = "/v1/calendar"
_PLAN = In(Category.PLAN)
_ToRead = Annotated[Grant, Depends(Granted("calendar.read"))]
_ICS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}}
_SUMMARY = {DayKind.REVIEW: "Review", DayKind.ACTION: "Action due"}
_PLACE = {DayKind.REVIEW: "reviews", DayKind.ACTION: "actions"}


class CalendarEntry(BaseModel):
    kind: Annotated[DayKind, _PLAN]
    on: Annotated[date, _PLAN]
    link: Annotated[str, _PLAN]


class CalendarBody(BaseModel):
    """In the order of time."""

    items: Annotated[list[CalendarEntry], STRUCTURE]


def calendar_routes(reading: UnitOfWorkFactory, public_url: str) -> APIRouter:
    """`public_url`: where the gateway is reached, for the links."""
    router = APIRouter(tags=["plan"])

    @router.get(
        _PATH,
        summary="Planned reviews and days of open actions of the children for whom I lead.",
        description="Under the ordinary sign-in, also as iCalendar: there is no secret address. Whether you may see "
        "each child's plan is decided again at every reading.",
        response_model=CalendarBody,
        responses={**problems(), **_ICS},
    )
    async def read(
        grant: _ToRead,
        format_: Annotated[Literal["json", "ics"], Query(alias="format", description="`ics`: iCalendar")] = "json",
    ) -> Response:
        async with reading() as uow:
            days, at = await read_calendar(uow, grant), uow.now()
        entries = [CalendarEntry(kind=each.kind, on=each.on, link=_link(public_url, each)) for each in days]
        if format_ == "json":
            found: JSONResponse = answer(Answer(200, disclose(CalendarBody(items=entries), grant.categories)))
            return found
        from icalendar import Calendar, Event  # it takes a while to import, and few ask for it

        calendar = Calendar()
        calendar.add("prodid", "-//Kith//EN")
        calendar.add("version", "2.0")
        for day, entry in zip(days, entries, strict=True):
            event = Event()
            event.add("uid", f"{day.kind}-{day.about}@kith")
            event.add("dtstamp", at)
            event.add("dtstart", entry.on)
            event.add("summary", _SUMMARY[day.kind])
            event.add("url", entry.link)
            event.add("class", "PRIVATE")
            calendar.add_component(event)
        return Response(calendar.to_ical(), media_type="text/calendar")

    @router.get(f"/internal/candidates{_PATH}", include_in_schema=False)
    async def candidates(grant: _ToRead) -> Candidates:
        async with reading() as uow:
            return Candidates(children=await children_led(uow, grant))

    return router


def _link(public_url: str, day: CalendarDay) -> str:
    return f"{public_url.rstrip('/')}/v1/{_PLACE[day.kind]}/{day.about}"
