"""Archiving records of people grown up."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from child_index.api.requests import Request
from child_index.api.wiring import Parts
from child_index.application.archive import archive_step
from child_index.application.purge import purge_step
from child_index.domain.archiving import Ages


class ArchiveRun(Request):
    """Of archiving, or of purging. `after`: `next_after` of the answer before."""

    dry_run: bool = False
    after: Annotated[int, Field(ge=0, le=2**53)] = 0


class ArchiveAnswer(BaseModel):
    archived: Annotated[list[str], STRUCTURE, Field(description="Ids of records that are, or would be, archived")]
    restored: Annotated[list[str], STRUCTURE, Field(description="Ids of records that are, or would be, opened again")]
    next_after: Annotated[int | None, STRUCTURE, Field(description="Null: all records were looked at")]


class PurgeAnswer(BaseModel):
    noted: Annotated[list[str], STRUCTURE, Field(description="Due; a run a day later purges what is due still")]
    taken_back: Annotated[list[str], STRUCTURE, Field(description="Were noted, and are not due")]
    purged: Annotated[list[str], STRUCTURE, Field(description="Are, or would be, gone for good in every service")]
    next_after: Annotated[int | None, STRUCTURE, Field(description="Null: all records were looked at")]


def archive_router(parts: Parts, ages: Ages) -> APIRouter:
    router = APIRouter(tags=["Data quality"])

    @router.post(
        "/v1/records/archive-runs",
        summary="Archive records of people grown up",
        response_model=ArchiveAnswer,
        responses=problems(422),
    )
    async def run(sent: ArchiveRun, _: Annotated[Grant, Depends(Granted("record.archive"))]) -> JSONResponse:
        """Archive a part of what is due: at 18, or at 25 where a consent in force says so (`keep_until_25`).

        An archived record answers nobody any more but index officers, for the quality of the index. What was archived
        too early, by a wrong date of birth, is opened again. Ask again with `after` until `next_after` is null; a run
        that is repeated changes nothing.
        """
        async with parts.units() as uow:
            done = await archive_step(uow, ages, sent.after, dry_run=sent.dry_run)
            if not sent.dry_run:
                await uow.commit()
        shown = ArchiveAnswer(archived=done.archived, restored=done.restored, next_after=done.next_after or None)
        return answer(Answer(200, {"next_after": None, **disclose(shown, ())}))

    @router.post(
        "/v1/records/purge-runs",
        summary="Purge records that were archived long ago",
        response_model=PurgeAnswer,
        responses=problems(422),
    )
    async def purge(sent: ArchiveRun, _: Annotated[Grant, Depends(Granted("record.purge"))]) -> JSONResponse:
        """Purge a part of what was archived years ago, in every service; the access log keeps its hashes and proofs.

        One run only notes what is due; a run at least a day later that finds it due still purges it, so that a clock
        that jumps purges nothing. Ask again with `after` until `next_after` is null.
        """
        async with parts.units() as uow:
            done = await purge_step(uow, ages, sent.after, dry_run=sent.dry_run)
            if not sent.dry_run:
                await uow.commit()
        shown = PurgeAnswer(
            noted=done.noted, taken_back=done.taken_back, purged=done.purged, next_after=done.next_after or None
        )
        return answer(Answer(200, {"next_after": None, **disclose(shown, ())}))

    return router
