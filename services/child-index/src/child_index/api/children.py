"""Search, match or create, and one child's record."""

import hashlib
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from child_index.api.answers import MatchAnswer, RegisterAnswer, SearchAnswer
from child_index.api.mais import MaisAnswer, in_the_drafts_form
from child_index.api.record import ChildAnswer
from child_index.api.requests import RegisterRequest, SearchRequest
from child_index.api.wiring import Parts
from child_index.application import register_child, search_children
from child_index.application.read_child import ChildView, read_child
from contracts.decisions import Candidates
from contracts.vocabulary import Category

_Format = Annotated[
    Literal["kith", "mais"], Query(description="`mais`: in the JSON of the Multi-Agency Information Sharing drafts")
]
_STATUSES = {"created": 201, "matched": 200, "review": 202}


def children_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Children"])

    @router.post("/internal/candidates/v1/children/search", include_in_schema=False)
    async def search_candidates(
        sent: SearchRequest, grant: Annotated[Grant, Depends(Granted("child.search"))]
    ) -> Candidates:
        details = sent.details()
        knowledge = (await parts.knowledge.current()).for_typed()
        async with parts.reading() as uow:
            hidden = search_children.sees_hidden_names(grant)
            return Candidates(children=await search_children.candidates(uow, knowledge, details, hidden=hidden))

    @router.post(
        "/v1/children/search", summary="Search for a child", response_model=SearchAnswer, responses=problems(422)
    )
    async def search(sent: SearchRequest, grant: Annotated[Grant, Depends(Granted("child.search"))]) -> JSONResponse:
        """Search for a child by what is known of them.

        Tolerates typing errors, swapped names, swapped day and month, and earlier addresses. At most five matches,
        best first. Less than an identifier, or family name and date of birth, or both names and postcode, is refused
        (`search-too-broad`), and so are wildcards.
        """
        details = sent.details()
        knowledge = (await parts.knowledge.current()).for_typed()
        async with parts.reading() as uow:
            status, found = await search_children.search(uow, knowledge, details, grant)
        overrides = dict(grant.overrides)
        hidden = search_children.sees_hidden_names(grant)
        matches = [
            disclose(MatchAnswer.of(match, overrides.get(match.child.child_id), hidden=hidden), grant.categories)
            for match in found
        ]
        return JSONResponse({"status": status, "matches": matches})

    @router.post("/internal/candidates/v1/children", include_in_schema=False)
    async def register_candidates(
        sent: RegisterRequest, grant: Annotated[Grant, Depends(Granted("child.create"))]
    ) -> Candidates:
        knowledge = await parts.knowledge.current()
        async with parts.reading() as uow:
            found = await register_child.candidates(uow, knowledge, sent.person(), sent.local_id, grant)
            return Candidates(children=found)

    @router.post(
        "/v1/children",
        summary="Match or create a child",
        status_code=201,
        response_model=RegisterAnswer,
        responses={
            200: {"model": RegisterAnswer, "description": "Matched: the child was in the index"},
            202: {"model": RegisterAnswer, "description": "Review: an index officer will look at the record"},
            **problems(409, 422),
        },
    )
    async def register(
        sent: RegisterRequest,
        grant: Annotated[Grant, Depends(Granted("child.create"))],
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        """Register a child, or find that the index holds them already."""
        person = sent.person()
        knowledge = await parts.knowledge.current()
        async with parts.units() as uow:

            async def work() -> Answer:
                placement = await register_child.register_child(uow, knowledge, person, sent.local_id, grant)
                body = disclose(RegisterAnswer.of(placement), grant.categories)
                return Answer(_STATUSES[placement.outcome], body)

            return answer(await once(uow, idempotency(grant), work), uow.effects)

    @router.get(
        "/v1/children/{child_id}",
        summary="Read a child's record",
        response_model=ChildAnswer | MaisAnswer,
        responses=problems(404),
    )
    async def read(
        child_id: str,
        grant: Annotated[Grant, Depends(Granted("child.read"))],
        format: _Format = "kith",  # noqa: A002 - the query's own word
    ) -> JSONResponse:
        """One child's record, as far as you may see it. `sections` names the categories that you may see.

        With `format=mais`: the Person and the ServiceEpisodes of the Multi-Agency Information Sharing drafts.
        """
        async with parts.reading() as uow:
            view = await read_child(uow, grant)
        if format == "kith":
            return shown(view)
        person, episodes = in_the_drafts_form(view)
        body: dict[str, Any] = {"person": disclose(person, view.categories)}
        if episodes is not None:
            body["serviceEpisode"] = [disclose(each, view.categories) for each in episodes]
        return _with_etag(body)

    @router.get(
        "/v1/me/record",
        summary="Read one's own record",
        response_model=ChildAnswer,
        responses=problems(404),
        tags=["The young person"],
    )
    async def own_record(grant: Annotated[Grant, Depends(Granted("me.record"))]) -> JSONResponse:
        """The young person's own general information: never the sensitive details that others wrote."""
        async with parts.reading() as uow:
            view = await read_child(uow, grant, without={Category.SENSITIVE})
        return shown(view)

    return router


def shown(view: ChildView) -> JSONResponse:
    return _with_etag(disclose(ChildAnswer.of(view), view.categories))


def etag_of(view: ChildView) -> str:
    return _etag(disclose(ChildAnswer.of(view), view.categories))


def _etag(body: dict[str, Any]) -> str:
    # Of what is shown, not of the record: a version that moved would tell of a hidden change.
    return f'"{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]}"'


def _with_etag(body: dict[str, Any]) -> JSONResponse:
    return JSONResponse(body, headers={"ETag": _etag(body)})
