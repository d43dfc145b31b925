"""A child's family."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from child_index.api.answers import RelationshipMade
from child_index.api.requests import RelationshipRequest
from child_index.api.wiring import Parts
from child_index.application.ports import RelatedPerson
from child_index.application.relate_children import Relate, part, relate
from contracts import headers


def family_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Family"])

    @router.post(
        "/v1/children/{child_id}/relationships",
        summary="Add a relationship",
        status_code=201,
        response_model=RelationshipMade,
        responses=problems(404, 409, 422),
    )
    async def relate_(
        child_id: str,
        sent: RelationshipRequest,
        grant: Annotated[Grant, Depends(Granted("family.write"))],
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        """Write down what somebody is to the child: another child of the index, or a person outside it.

        A relationship between two children shows from both sides.
        """
        person = RelatedPerson(**sent.person.model_dump()) if sent.person else None
        async with parts.units() as uow:

            async def work() -> Answer:
                made = await relate(uow, Relate(sent.relationship, sent.other_child_id, person), grant)
                return Answer(201, disclose(RelationshipMade(relationship_id=made), grant.categories))

            return answer(await once(uow, idempotency(grant), work), uow.effects)

    @router.delete(
        "/v1/children/{child_id}/relationships/{relationship_id}",
        summary="Remove a relationship",
        status_code=204,
        responses=problems(404),
    )
    async def part_(
        child_id: str,
        relationship_id: str,
        grant: Annotated[Grant, Depends(Granted("family.write"))],
    ) -> Response:
        """Take a relationship away that was written down in error or has ended."""
        async with parts.units() as uow:
            await part(uow, relationship_id, grant)
            await uow.commit()
        effects = {headers.EFFECTS: ",".join(uow.effects)} if uow.effects else None
        return Response(status_code=204, headers=effects)

    return router
