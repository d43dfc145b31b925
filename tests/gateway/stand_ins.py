"""The four services as the gateway's tests need them: routes of the table, under the real guards."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from chassis.errors import Invalid, NotFound
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.service import Granted, IdempotencyOf, InternalCaller, answer, create_service, internal_router
from chassis.telemetry import request_id_of
from contracts.decisions import Candidates, DecisionAnswer, DecisionRequest
from contracts.headers import EFFECTS
from contracts.routes import Service
from contracts.vocabulary import Purpose
from tests.gateway.world import INTERNAL_KEY, VERIFIER, Stage, StageWatch, Watched

LONG_LINE = b'{"row": 1, "outcome": "created"}\n' * 3000


class Person(BaseModel):
    """What a search goes by. `Note` below has the same name in another service, and another meaning."""

    family_name: Annotated[str, Field(max_length=100)]
    given_name: str | None = None
    purpose: Purpose = Purpose.DIRECT_SUPPORT


class Note(BaseModel):
    """Of the child index."""

    person: Person
    kind: str = "index"


def services(stage: Stage) -> dict[Service, Watched]:
    made = {
        Service.CONSENT: _consent(stage),
        Service.CHILD_INDEX: _child_index(stage),
        Service.ASSESSMENT: _assessment(stage),
        Service.NOTIFICATIONS: _notifications(stage),
    }
    return {service: Watched(app, service, stage) for service, app in made.items()}


def _service(stage: Stage, part: Service) -> FastAPI:
    @asynccontextmanager
    async def resources() -> AsyncIterator[None]:
        if part is not Service.CONSENT:
            yield
            return
        async with stage.world.inbox.running():
            yield
            await asyncio.gather(*stage.world.background)

    async def owner(thing_id: str) -> str | None:
        return stage.world.owners.get(thing_id)

    app = create_service(
        title=part,
        part=part,
        grant_verifier=VERIFIER,
        internal_key=INTERNAL_KEY,
        checks={},
        resources=resources,
    )
    kinds = ("episode", "assessment", "consent", "block")
    app.include_router(
        internal_router(lambda: stage.world.inbox.unit_of_work(), StageWatch(stage), owners=dict.fromkeys(kinds, owner))
    )
    return app


def _consent(stage: Stage) -> FastAPI:
    app = _service(stage, Service.CONSENT)

    class Note(BaseModel):
        """Of the consent service: not what the child index means by it."""

        text: str

    @app.post("/internal/decisions", dependencies=[Depends(InternalCaller())], include_in_schema=False)
    async def decide(question: DecisionRequest, request: Request) -> DecisionAnswer:
        identity = await stage.world.tokens.verify(request.headers.get("authorization"))
        return stage.world.decide(identity.subject, question, request_id_of(request))

    @app.get("/v1/whoami")
    async def whoami(grant: Annotated[Grant, Depends(Granted("whoami"))]) -> dict[str, str]:
        return {"practitioner_id": grant.viewer_id, "purpose": grant.purpose}

    @app.get("/v1/agencies/{agency_id}")
    async def agency(agency_id: str, grant: Annotated[Grant, Depends(Granted("directory.read"))]) -> Note:
        if agency_id == "none":
            raise NotFound("No such agency")
        return Note(text=agency_id)

    @app.put("/v1/agencies/{agency_id}")
    async def put_agency(
        agency_id: str, note: Note, grant: Annotated[Grant, Depends(Granted("directory.write"))]
    ) -> Response:
        made = answer(Answer(200, {"agency_id": agency_id}, '"3"'), [stage.world.emit()])
        made.headers["Set-Cookie"] = "session=of-another-caller"
        made.headers["Server"] = "the inside"
        made.headers["Kith-Grant"] = "leaked"
        return made

    @app.post("/v1/children/{child_id}/blocks")
    async def post_block(
        child_id: str, note: Note, grant: Annotated[Grant, Depends(Granted("block.place"))]
    ) -> Response:
        return answer(Answer(201, {}), [stage.world.emit()])

    @app.put("/v1/children/{child_id}/shield")
    async def put_shield(
        child_id: str, note: Note, grant: Annotated[Grant, Depends(Granted("shield.place"))]
    ) -> Response:
        return answer(Answer(200, {}), [stage.world.emit()])

    @app.delete("/v1/children/{child_id}/shield", status_code=204)
    async def delete_shield(child_id: str, grant: Annotated[Grant, Depends(Granted("shield.lift"))]) -> Response:
        return Response(status_code=204, headers={EFFECTS: stage.world.emit()})

    @app.get("/v1/me/blocks")
    async def my_blocks(grant: Annotated[Grant, Depends(Granted("me.blocks"))]) -> dict[str, Any]:
        raise NotFound("This account has no child")

    @app.get("/v1/access-log/export")
    async def export(grant: Annotated[Grant, Depends(Granted("log.export"))]) -> StreamingResponse:
        async def lines() -> AsyncIterator[bytes]:
            try:
                yield LONG_LINE
                await stage.world.gate.wait()
                if "export" in stage.world.lost:
                    raise OSError("the disk, and what was on it")
                yield b"the end\n"
            finally:
                stage.world.stream_ended.set()

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    return app


def _child_index(stage: Stage) -> FastAPI:
    app = _service(stage, Service.CHILD_INDEX)

    @app.get("/v1/children/{child_id}")
    async def read_child(child_id: str, grant: Annotated[Grant, Depends(Granted("child.read"))]) -> dict[str, Any]:
        """Reads the record."""
        if grant.child_id in stage.world.lost:
            raise NotFound("Merged away")
        return {"child_id": grant.child_id, "categories": sorted(grant.categories)}

    @app.post("/internal/candidates/v1/children/search", include_in_schema=False)
    async def candidates(person: Person, grant: Annotated[Grant, Depends(Granted("child.search"))]) -> Candidates:
        if person.family_name == "B":
            raise Invalid.field("/family_name", "is too short", code="search-too-broad")
        return Candidates(children=stage.world.found)

    @app.post("/v1/children/search")
    async def search(person: Person, grant: Annotated[Grant, Depends(Granted("child.search"))]) -> dict[str, Any]:
        return {"matches": list(grant.children)}

    @app.post("/internal/candidates/fhir/R4/Patient/$person-info-query", include_in_schema=False)
    async def query_candidates(grant: Annotated[Grant, Depends(Granted("person.query"))]) -> Candidates:
        return Candidates(children=stage.world.found)

    @app.post("/fhir/R4/Patient/$person-info-query")
    async def query(grant: Annotated[Grant, Depends(Granted("person.query"))]) -> dict[str, Any]:
        return {"purpose": grant.purpose, "children": list(grant.children)}

    @app.get("/internal/supplies/assessment.prefill", include_in_schema=False)
    async def supplies(grant: Annotated[Grant, Depends(Granted("assessment.prefill"))]) -> dict[str, Any]:
        return {"child_id": grant.child_id, "viewer": grant.viewer_id}

    @app.get("/internal/supplies/chronology.read", include_in_schema=False)
    async def chronology_of(
        request: Request, grant: Annotated[Grant, Depends(Granted("chronology.read"))], limit: int = 50
    ) -> dict[str, Any]:
        return {"query": str(request.url.query), "limit": limit}

    @app.get("/internal/candidates/v1/match-reviews", include_in_schema=False)
    async def review_candidates(grant: Annotated[Grant, Depends(Granted("review.read"))]) -> Candidates:
        raise NotFound

    @app.get("/v1/match-reviews")
    async def reviews(grant: Annotated[Grant, Depends(Granted("review.read"))]) -> dict[str, Any]:
        return {"items": list(grant.children), "next_cursor": None}

    @app.post("/v1/children/{child_id}/episodes", status_code=201)
    async def open_episode(
        child_id: str,
        note: Note,
        idempotency: IdempotencyOf,
        grant: Annotated[Grant, Depends(Granted("episode.open"))],
    ) -> Response:
        return answer(Answer(201, {"key": idempotency(grant).key}), [stage.world.emit(), stage.world.emit()])

    @app.patch("/v1/episodes/{episode_id}")
    async def close_episode(
        episode_id: str, grant: Annotated[Grant, Depends(Granted("episode.close"))]
    ) -> dict[str, Any]:
        return {"episode_id": episode_id, "child_id": grant.child_id}

    @app.delete("/v1/children/{child_id}/relationships/{relationship_id}", status_code=204)
    async def unrelate(relationship_id: str, grant: Annotated[Grant, Depends(Granted("family.write"))]) -> Response:
        return Response(status_code=204)

    @app.post("/v1/imports", status_code=202)
    async def receive_import(
        request: Request, grant: Annotated[Grant, Depends(Granted("import.create"))]
    ) -> dict[str, Any]:
        stage.world.uploaded = 0
        async for chunk in request.stream():
            stage.world.uploaded += len(chunk)
        return {"import_id": "1", "bytes": stage.world.uploaded}

    @app.get("/v1/imports/{import_id}")
    async def read_import(import_id: str, grant: Annotated[Grant, Depends(Granted("import.read"))]) -> dict[str, str]:
        return {"import_id": import_id}

    return app


def _assessment(stage: Stage) -> FastAPI:
    app = _service(stage, Service.ASSESSMENT)

    @app.get("/v1/assessments/{assessment_id}")
    async def read_assessment(
        assessment_id: str, grant: Annotated[Grant, Depends(Granted("assessment.read"))]
    ) -> dict[str, Any]:
        return {"assessment_id": assessment_id, "child_id": grant.child_id}

    @app.get("/v1/assessments/{assessment_id}/prefill")
    async def prefill(
        request: Request, grant: Annotated[Grant, Depends(Granted("assessment.prefill"))]
    ) -> dict[str, Any]:
        return {"brought": json.loads(await request.body()), "type": request.headers["content-type"]}

    @app.get("/v1/children/{child_id}/chronology")
    async def chronology(
        request: Request, grant: Annotated[Grant, Depends(Granted("chronology.read"))]
    ) -> dict[str, Any]:
        return {"brought": json.loads(await request.body()), "query": str(request.url.query)}

    return app


def _notifications(stage: Stage) -> FastAPI:
    app = _service(stage, Service.NOTIFICATIONS)

    @app.get("/internal/candidates/v1/notifications", include_in_schema=False)
    async def candidates(grant: Annotated[Grant, Depends(Granted("notification.read"))]) -> Candidates:
        return Candidates(children=stage.world.found)

    @app.get("/v1/notifications")
    async def notifications(
        grant: Annotated[Grant, Depends(Granted("notification.read"))], limit: int = 50
    ) -> dict[str, Any]:
        return {"items": list(grant.children), "limit": limit}

    return app
