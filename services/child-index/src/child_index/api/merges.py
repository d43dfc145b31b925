"""Merging records of one child, and taking a merge back; for index officers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from child_index.api.answers import MergeAnswer, MergeMade, MergePage
from child_index.api.cursors import id_cursor
from child_index.api.ids import PathId, QueryId
from child_index.api.requests import MergeRequest
from child_index.api.wiring import Parts
from child_index.application import merge_children
from contracts.decisions import Candidates

_MERGE, _UNDO, _READ = Granted("child.merge"), Granted("merge.undo"), Granted("merge.read")
_ChildId = Annotated[QueryId | None, Query(description="A record that was merged, or merged into")]
_Undone = Annotated[bool | None, Query(description="Only those undone, or only those in force")]


def merges_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Merging"])
    merge, undo, one, every = (
        "/v1/children/{child_id}/merge",
        "/v1/merges/{merge_id}/undo",
        "/v1/merges/{merge_id}",
        "/v1/merges",
    )

    @router.post(f"/internal/candidates{merge}", include_in_schema=False)
    async def merge_candidates(
        child_id: PathId, sent: MergeRequest, _: Annotated[Grant, Depends(_MERGE)]
    ) -> Candidates:
        async with parts.reading() as uow:
            return Candidates(children=await merge_children.named(uow, child_id, sent.into))

    @router.post(merge, summary="Merge two records", response_model=MergeMade, responses=problems(404, 409, 422))
    async def merge_(
        child_id: PathId,
        sent: MergeRequest,
        grant: Annotated[Grant, Depends(_MERGE)],
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        """Say that two records are of one child: from now on both ids answer as `into`.

        Nothing is rewritten, so that undoing it gives each exactly its own back. Blocks on either hold for both. Where
        the NHS numbers or the permanent pupil numbers differ, an officer found the two to be different children, or the
        name of `into` is hidden on the other, it is refused (`merge-doubtful`) unless `despite` names what was weighed:
        `different-nhs-numbers`, `different-upns`, `parted`, `hidden-name`.
        """
        command = merge_children.MergeChildren(child_id, sent.into, sent.note, frozenset(sent.despite))
        async with parts.units() as uow:

            async def work() -> Answer:
                merge_id, root = await merge_children.merge(uow, command, grant)
                return Answer(200, disclose(MergeMade(merge_id=merge_id, child_id=root), grant.categories))

            return answer(await once(uow, idempotency(grant), work), uow.effects)

    @router.post(f"/internal/candidates{undo}", include_in_schema=False)
    async def undo_candidates(merge_id: PathId, _: Annotated[Grant, Depends(_UNDO)]) -> Candidates:
        async with parts.reading() as uow:
            return Candidates(children=await merge_children.spoken_of(uow, merge_id))

    @router.post(undo, summary="Undo a merge", response_model=MergeAnswer, responses=problems(404, 409))
    async def undo_(
        merge_id: PathId, grant: Annotated[Grant, Depends(_UNDO)], idempotency: IdempotencyOf
    ) -> JSONResponse:
        """Part two records that were merged by mistake: each answers as itself again, with exactly its own.

        Merges may be undone in any order; later ones stand. What was written while they were one stays with the record
        that stood; blocks placed in that time hold for both. A second time is refused (`merge-undone`).
        """
        async with parts.units() as uow:

            async def work() -> Answer:
                undone = await merge_children.undo(uow, merge_id, grant)
                return Answer(200, disclose(MergeAnswer.of(undone), grant.categories))

            return answer(await once(uow, idempotency(grant), work), uow.effects)

    @router.get(f"/internal/candidates{one}", include_in_schema=False)
    async def read_candidates(merge_id: PathId, _: Annotated[Grant, Depends(_READ)]) -> Candidates:
        async with parts.reading() as uow:
            return Candidates(children=await merge_children.spoken_of(uow, merge_id))

    @router.get(one, summary="Read a merge", response_model=MergeAnswer, responses=problems(404))
    async def read(merge_id: PathId, grant: Annotated[Grant, Depends(_READ)]) -> JSONResponse:
        """One merge: which record was merged into which, by whom, and whether it was undone."""
        async with parts.reading() as uow:
            found = await merge_children.get(uow, merge_id, grant)
        return JSONResponse(disclose(MergeAnswer.of(found), grant.categories))

    @router.get(f"/internal/candidates{every}", include_in_schema=False)
    async def list_candidates(
        _: Annotated[Grant, Depends(_READ)],
        limit: Limit = 50,
        cursor: Cursor = None,
        child_id: _ChildId = None,
        undone: _Undone = None,
    ) -> Candidates:
        which = merge_children.Filter(child_id, undone)
        async with parts.reading() as uow:
            return Candidates(children=await merge_children.page_speaks_of(uow, limit, id_cursor(cursor), which))

    @router.get(every, summary="List merges", response_model=MergePage, responses=problems(422))
    async def list_(
        grant: Annotated[Grant, Depends(_READ)],
        limit: Limit = 50,
        cursor: Cursor = None,
        child_id: _ChildId = None,
        undone: _Undone = None,
    ) -> JSONResponse:
        """Merges, oldest first: all, those that one child's records were part of, those undone or in force."""
        which = merge_children.Filter(child_id, undone)
        async with parts.reading() as uow:
            found = await merge_children.listed(uow, limit, id_cursor(cursor), which, grant)
        body = page(
            found,
            limit,
            lambda each: disclose(MergeAnswer.of(each), grant.categories),
            lambda each: encode_cursor(each.merge_id),
        )
        return JSONResponse(body)

    return router
