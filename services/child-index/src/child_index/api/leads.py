"""Who leads for a child, who led before, and whose children need somebody else."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from chassis.disclosure import STRUCTURE, In, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import Cursor, Limit, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from child_index.api.cursors import id_cursor
from child_index.api.record import LeadAnswer, PractitionerAnswer
from child_index.api.requests import LeadRequest
from child_index.api.wiring import Parts
from child_index.application import reassignments
from child_index.application.assign_lead import AssignLead, ShownLead, assign_lead, lead_history
from child_index.application.reassignment_ports import Part
from contracts.decisions import Candidates
from contracts.vocabulary import Category, PractitionerStatus

_INVOLVEMENT, _PLAN = In(Category.INVOLVEMENT), In(Category.PLAN)
_LEAD, _LEFT = "/v1/children/{child_id}/lead-professional", "/v1/reassignments"
_ToList = Annotated[Grant, Depends(Granted("reassignment.read"))]
_Practitioner = Annotated[str | None, Query(max_length=64, description="Only what this one left")]


class PastLeadAnswer(BaseModel):
    practitioner: Annotated[PractitionerAnswer, _INVOLVEMENT]
    assigned_at: Annotated[datetime, _INVOLVEMENT]
    assigned_by: Annotated[PractitionerAnswer, _INVOLVEMENT]
    ended_at: Annotated[datetime | None, _INVOLVEMENT] = None
    reason: Annotated[str | None, _INVOLVEMENT] = None
    handover_note: Annotated[str | None, _PLAN] = None

    @classmethod
    def of(cls, each: ShownLead) -> Self:
        lead = each.lead
        return cls(
            practitioner=PractitionerAnswer.of(lead.practitioner_id, each.practitioner),
            assigned_at=lead.assigned_at,
            assigned_by=PractitionerAnswer.of(lead.assigned_by, each.assigner),
            ended_at=lead.ended_at,
            reason=lead.reason,
            handover_note=lead.handover_note,
        )


class LeadHistory(BaseModel):
    items: Annotated[list[PastLeadAnswer], STRUCTURE]


class Leaver(BaseModel):
    practitioner_id: Annotated[str, _INVOLVEMENT]
    name: Annotated[str, _INVOLVEMENT]
    status: Annotated[PractitionerStatus, _INVOLVEMENT]


class ReassignmentAnswer(BaseModel):
    child_id: Annotated[str, STRUCTURE]
    practitioner: Annotated[Leaver, _INVOLVEMENT]
    part: Annotated[Part, _INVOLVEMENT, Field(description="As what the child is left by them")]
    since: Annotated[date, _INVOLVEMENT]
    episode_id: Annotated[str | None, _INVOLVEMENT] = None
    service_id: Annotated[str | None, _INVOLVEMENT] = None

    @classmethod
    def of(cls, each: reassignments.Reassignment) -> Self:
        left, who = each.left, each.practitioner
        return cls(
            child_id=each.child_id,
            practitioner=Leaver(
                practitioner_id=who.practitioner_id, name=who.name, status=PractitionerStatus(who.status)
            ),
            part=left.part,
            since=left.since,
            episode_id=left.left_id if left.part is Part.EPISODE else None,
            service_id=left.service_id,
        )


class ReassignmentPage(BaseModel):
    items: Annotated[list[ReassignmentAnswer], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


def leads_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Involvement"])

    @router.put(
        _LEAD, summary="Name the lead professional", response_model=LeadAnswer, responses=problems(404, 409, 422)
    )
    async def assign(
        child_id: str,
        sent: LeadRequest,
        grant: Annotated[Grant, Depends(Granted("lead.assign"))],
    ) -> JSONResponse:
        """Name the lead professional, with a note for who takes over. The one before is kept in history."""
        command = AssignLead(sent.practitioner_id, sent.reason, sent.handover_note)
        async with parts.units() as uow:
            lead, practitioner = await assign_lead(uow, command, grant)
            await uow.commit()
        return answer(Answer(200, disclose(LeadAnswer.naming(lead, practitioner), grant.categories)), uow.effects)

    @router.get(
        _LEAD, summary="Lead professionals, now and before", response_model=LeadHistory, responses=problems(404)
    )
    async def history(child_id: str, grant: Annotated[Grant, Depends(Granted("lead.read"))]) -> JSONResponse:
        """Everybody who has led for the child, the last one first; with the handover notes for who may see the plan."""
        async with parts.reading() as uow:
            found = await lead_history(uow, grant)
        body = LeadHistory(items=[PastLeadAnswer.of(each) for each in found])
        return JSONResponse(disclose(body, grant.categories))

    @router.get(f"/internal/candidates{_LEFT}", include_in_schema=False)
    async def candidates(
        grant: _ToList, limit: Limit = 50, cursor: Cursor = None, practitioner_id: _Practitioner = None
    ) -> Candidates:
        asked = reassignments.Asked(limit, id_cursor(cursor), practitioner_id)
        async with parts.reading() as uow:
            return Candidates(children=await reassignments.page_speaks_of(uow, asked, grant))

    @router.get(
        _LEFT,
        summary="Children whose practitioner left my team",
        response_model=ReassignmentPage,
        responses=problems(422),
    )
    async def left(
        grant: _ToList, limit: Limit = 50, cursor: Cursor = None, practitioner_id: _Practitioner = None
    ) -> JSONResponse:
        """For the leader of a team: the children whose lead professional, or who are in an open episode, with somebody
        who has left the team or is suspended. It empties as others take over and episodes end."""
        asked = reassignments.Asked(limit, id_cursor(cursor), practitioner_id)
        async with parts.reading() as uow:
            found = await reassignments.listed(uow, asked, grant)
        body = page(
            found,
            limit,
            lambda each: disclose(ReassignmentAnswer.of(each), grant.categories),
            lambda each: encode_cursor(each.left.left_id),
        )
        return JSONResponse(body)

    return router
