"""The links that an import made by itself; for index officers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from chassis.disclosure import disclose
from chassis.errors import FieldError, Invalid
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from child_index.api.ids import PathId
from child_index.api.requests import LinksUndoRequest
from child_index.api.side_by_side import LinkAnswer, LinkPage, LinksUndone, UndoneLink
from child_index.api.wiring import Parts
from child_index.application import links
from contracts.decisions import Candidates

_READ, _UNDO = Granted("link.read"), Granted("link.undo")
_Undone = Annotated[bool | None, Query(description="Only those undone, or only those in force")]


def links_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Imports"])
    every, undo = "/v1/imports/{import_id}/links", "/v1/imports/{import_id}/links/undo"

    @router.get(f"/internal/candidates{every}", include_in_schema=False)
    async def list_candidates(
        import_id: PathId,
        _: Annotated[Grant, Depends(_READ)],
        limit: Limit = 50,
        cursor: Cursor = None,
        undone: _Undone = None,
    ) -> Candidates:
        async with parts.reading() as uow:
            return Candidates(children=await links.page_speaks_of(uow, import_id, limit, _after(cursor), undone))

    @router.get(every, summary="List an import's links", response_model=LinkPage, responses=problems(404, 422))
    async def list_(
        import_id: PathId,
        grant: Annotated[Grant, Depends(_READ)],
        limit: Limit = 50,
        cursor: Cursor = None,
        undone: _Undone = None,
    ) -> JSONResponse:
        """Rows that the import took for a child of the index without asking anybody, each beside that child."""
        knowledge = await parts.knowledge.current()
        async with parts.reading() as uow:
            found = await links.listed(uow, knowledge, import_id, limit, _after(cursor), undone, grant)
        body = page(
            found,
            limit,
            lambda each: disclose(LinkAnswer.of(each, grant.categories), grant.categories),
            lambda each: encode_cursor(str(each.statement.row)),
        )
        return JSONResponse(body)

    @router.post(f"/internal/candidates{undo}", include_in_schema=False)
    async def undo_candidates(
        import_id: PathId, sent: LinksUndoRequest, _: Annotated[Grant, Depends(_UNDO)]
    ) -> Candidates:
        async with parts.reading() as uow:
            return Candidates(children=await links.undoing_speaks_of(uow, import_id, _asked(sent)))

    @router.post(undo, summary="Undo an import's links", response_model=LinksUndone, responses=problems(404, 409, 422))
    async def undo_(
        import_id: PathId,
        sent: LinksUndoRequest,
        grant: Annotated[Grant, Depends(_UNDO)],
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        """Give rows that were linked by mistake a child of their own, with an episode of its own.

        The two stay parted, and the child whom a row was linked to loses exactly what the row gave. All links of the
        import, or those of `rows`; a hundred at a time: ask again with `after` until `next_row` is null.
        """
        async with parts.units() as uow:

            async def work() -> Answer:
                done, next_row = await links.undo(uow, import_id, _asked(sent), grant)
                undone = [UndoneLink(row=row, child_id=child_id) for row, child_id in done]
                return Answer(200, disclose(LinksUndone(undone=undone, next_row=next_row), grant.categories))

            return answer(await once(uow, idempotency(grant), work), uow.effects)

    return router


def _asked(sent: LinksUndoRequest) -> links.Undoing:
    return links.Undoing(frozenset(sent.rows) if sent.rows is not None else None, sent.after)


def _after(cursor: str | None) -> int:
    found = decode_cursor(cursor)
    if found is None:
        return 0
    if not found[0].isdecimal() or not found[0].isascii() or len(found[0]) > 9:
        raise Invalid([FieldError("/cursor", "is not a cursor of this list")])
    return int(found[0])
