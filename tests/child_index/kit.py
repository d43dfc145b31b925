"""The child index as its neighbours meet it: HTTP under signed grants, and events over a real embedded broker."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from chassis.broker import EmbeddedBroker, Message, Outgoing
from chassis.database import Database
from chassis.grants import Grant, GrantSigner, KeptBack
from chassis.ids import new_id, system_clock
from chassis.keys import SigningKey, generate_pem, write_jwks
from child_index.adapters.tables import imports, messaging
from child_index.main import create_app
from child_index.settings import ChildIndexSettings
from contracts import headers
from contracts.events.base import CHILD_INDEX, Envelope, Event
from contracts.events.consent import AgencyChanged, PractitionerChanged, ServiceChanged
from contracts.vocabulary import Category, PractitionerStatus, Role, Sector
from tests.support.patience import PATIENCE, taken_in
from tests.support.rows import Rows, put_back

KEY = SigningKey.from_pem(generate_pem())
INTERNAL_KEY = "an internal key of the tests, long enough"
LIKENESS_KEY = "a likeness key of the tests, long enough"
EVERYTHING = frozenset(Category)
BASICS = frozenset({Category.BASICS})
NOT_SENSITIVE = EVERYTHING - {Category.SENSITIVE}


@dataclass(frozen=True)
class Caller:
    """Somebody whose every request comes with what the consent service would have signed for it."""

    index: "Index"
    viewer_id: str
    agency_id: str | None
    role: Role
    categories: Collection[Category] = EVERYTHING
    related: tuple[str, ...] = ()
    kept_back: tuple[KeptBack, ...] = ()
    hidden: tuple[str, ...] = ()
    """Children whom the decision withholds from this caller."""
    veiled: tuple[str, ...] = ()
    """Children of whom this caller may not learn where they are."""
    unaware: bool = False
    """Whether the decision has not heard of any merge yet, nor of its undoing."""
    aware_of: dict[str, str] | None = None
    """Merges that the decision rests on, by the record merged, where that is not what the index holds."""

    def but(self, **changed: Any) -> "Caller":
        return replace(self, **changed)

    async def call(
        self,
        method: str,
        path: str,
        action: str,
        *,
        child: str | None = None,
        children: Sequence[str] = (),
        sent: dict[str, str] | None = None,
        grant: str | None = None,
        **request: Any,
    ) -> httpx.Response:
        request_id = new_id()
        sets = self._sets()
        whole = [sets.get(id_, (id_,)) for id_ in ((child,) if child else children)]
        child = whole[0][0] if child else None
        carried = {headers.REQUEST_ID: request_id, **(sent or {})}
        carried[headers.GRANT] = grant or GrantSigner(KEY).sign(
            Grant(
                decision_id=new_id(),
                viewer_id=self.viewer_id,
                role=self.role,
                agency_id=self.agency_id,
                team_ids=(),
                action=action,
                purpose="direct-support",
                request_id=request_id,
                child_id=None if child in self.hidden else child,
                categories=frozenset(self.categories),
                children=() if child else tuple(dict.fromkeys(records[0] for records in whole)),
                records=() if child in self.hidden else tuple(id_ for records in whole for id_ in records),
                related=self.related,
                kept_back=self.kept_back,
                veiled=self.veiled,
            )
        )
        return await self.index.client.request(method, path, headers=carried, **request)

    def _sets(self) -> dict[str, tuple[str, ...]]:
        """For each merged record all that the decision takes for one child, the one that stands first."""
        edges = {} if self.unaware else self.index.merged if self.aware_of is None else self.aware_of
        roots = {}
        for record in {*edges, *edges.values()}:
            roots[record] = record
            while roots[record] in edges:
                roots[record] = edges[roots[record]]
        return {
            record: (root, *sorted(other for other in roots if roots[other] == root and other != root))
            for record, root in roots.items()
        }

    async def call_with_candidates(self, method: str, path: str, action: str, **request: Any) -> httpx.Response:
        """As the gateway does: ask for candidates, have them decided on, ask again."""
        named = await self.call(method, f"/internal/candidates{path}", action, **request)
        if named.status_code != 200:
            return named
        sets = self._sets()
        children = named.json()["children"]
        permitted = [child for child in children if not {child, *sets.get(child, ())} & {*self.hidden}]
        return await self.call(method, path, action, children=permitted, **request)

    async def search(self, **criteria: Any) -> httpx.Response:
        return await self.call_with_candidates("POST", "/v1/children/search", "child.search", json=criteria)

    async def found(self, **criteria: Any) -> list[str]:
        response = await self.search(**criteria)
        assert response.status_code == 200, response.text
        return [match["child_id"] for match in response.json()["matches"]]

    async def register(self, *, key: str | None = None, **person: Any) -> httpx.Response:
        sent = {} if key is None else {headers.IDEMPOTENCY_KEY: key}
        return await self.call_with_candidates("POST", "/v1/children", "child.create", json=person, sent=sent)

    async def registered(self, **person: Any) -> str:
        """The id of a child who was not in the index."""
        response = await self.register(**person)
        assert response.status_code == 201, response.text
        child_id: str = response.json()["child_id"]
        return child_id

    async def read(self, child: str) -> httpx.Response:
        return await self.call("GET", f"/v1/children/{child}", "child.read", child=child)

    async def record(self, child: str) -> dict[str, Any]:
        response = await self.read(child)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    async def correct(self, child: str, *, etag: str | None = None, **fields: Any) -> httpx.Response:
        """Corrects the record as it is now, unless told which `etag` was read."""
        if etag is None:
            etag = (await self.read(child)).headers["ETag"]
        body = {"reason": "The mother told us", **fields}
        path = f"/v1/children/{child}"
        return await self.call("PATCH", path, "child.correct", child=child, json=body, sent={"If-Match": etag})

    async def corrected(self, child: str, **fields: Any) -> dict[str, Any]:
        """The record after a correction that was taken."""
        response = await self.correct(child, **fields)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    async def history(self, child: str, **query: Any) -> dict[str, Any]:
        path = f"/v1/children/{child}/history"
        response = await self.call("GET", path, "child.history", child=child, params=query)
        assert response.status_code == 200, response.text
        page: dict[str, Any] = response.json()
        return page

    async def archive_run(self, *, dry_run: bool = False, after: int = 0) -> dict[str, Any]:
        body = {"dry_run": dry_run, "after": after}
        response = await self.call("POST", "/v1/records/archive-runs", "record.archive", json=body)
        assert response.status_code == 200, response.text
        done: dict[str, Any] = response.json()
        return done

    async def purge_run(self, *, dry_run: bool = False) -> dict[str, Any]:
        response = await self.call("POST", "/v1/records/purge-runs", "record.purge", json={"dry_run": dry_run})
        assert response.status_code == 200, response.text
        done: dict[str, Any] = response.json()
        return done

    async def open_episode(self, child: str, *, key: str | None = None, **episode: Any) -> httpx.Response:
        sent = {} if key is None else {headers.IDEMPOTENCY_KEY: key}
        body = {"started_on": "2024-05-01", **episode}
        return await self.call(
            "POST", f"/v1/children/{child}/episodes", "episode.open", child=child, json=body, sent=sent
        )

    async def opened(self, child: str, service_id: str, **episode: Any) -> str:
        response = await self.open_episode(child, service_id=service_id, **episode)
        assert response.status_code == 201, response.text
        episode_id: str = response.json()["episode_id"]
        return episode_id

    async def close_episode(self, episode_id: str, child: str, **body: Any) -> httpx.Response:
        return await self.call("PATCH", f"/v1/episodes/{episode_id}", "episode.close", child=child, json=body)

    async def assign_lead(self, child: str, **body: Any) -> httpx.Response:
        path = f"/v1/children/{child}/lead-professional"
        return await self.call("PUT", path, "lead.assign", child=child, json=body)

    async def relate(self, child: str, **body: Any) -> httpx.Response:
        return await self.call("POST", f"/v1/children/{child}/relationships", "family.write", child=child, json=body)

    async def part(self, child: str, relationship_id: str) -> httpx.Response:
        path = f"/v1/children/{child}/relationships/{relationship_id}"
        return await self.call("DELETE", path, "family.write", child=child)

    async def reviews(self, **query: Any) -> dict[str, Any]:
        response = await self.call_with_candidates("GET", "/v1/match-reviews", "review.read", params=query)
        assert response.status_code == 200, response.text
        page: dict[str, Any] = response.json()
        return page

    async def resolve(self, review_id: str, **body: Any) -> httpx.Response:
        path = f"/v1/match-reviews/{review_id}/resolution"
        return await self.call_with_candidates("POST", path, "review.resolve", json=body)

    async def review(self, review_id: str, child: str) -> httpx.Response:
        return await self.call("GET", f"/v1/match-reviews/{review_id}", "review.read", child=child)

    async def take_back(self, review_id: str) -> httpx.Response:
        path = f"/v1/match-reviews/{review_id}/resolution/undo"
        return await self.call_with_candidates("POST", path, "review.resolve")

    async def links(self, import_id: str, **query: Any) -> dict[str, Any]:
        path = f"/v1/imports/{import_id}/links"
        response = await self.call_with_candidates("GET", path, "link.read", params=query)
        assert response.status_code == 200, response.text
        page: dict[str, Any] = response.json()
        return page

    async def undo_links(self, import_id: str, **body: Any) -> httpx.Response:
        path = f"/v1/imports/{import_id}/links/undo"
        return await self.call_with_candidates("POST", path, "link.undo", json=body)

    async def merge(self, child: str, into: str, *, key: str | None = None, **body: Any) -> httpx.Response:
        """Merges; the decision hears of it at once."""
        sent = {} if key is None else {headers.IDEMPOTENCY_KEY: key}
        response = await self.call_with_candidates(
            "POST", f"/v1/children/{child}/merge", "child.merge", json={"into": into, **body}, sent=sent
        )
        if response.status_code == 200:
            told = await self.index.told_of(response.json()["merge_id"])
            self.index.merged[told["merged_child_id"]] = told["child_id"]
        return response

    async def merged(self, child: str, into: str, **body: Any) -> str:
        """The id of a merge that is done."""
        response = await self.merge(child, into, **body)
        assert response.status_code == 200, response.text
        merge_id: str = response.json()["merge_id"]
        return merge_id

    async def undo(self, merge_id: str, *, key: str | None = None) -> httpx.Response:
        sent = {} if key is None else {headers.IDEMPOTENCY_KEY: key}
        response = await self.call_with_candidates("POST", f"/v1/merges/{merge_id}/undo", "merge.undo", sent=sent)
        if response.status_code == 200:
            self.index.merged.pop(response.json()["merged_child_id"], None)
        return response

    async def merge_of(self, merge_id: str) -> dict[str, Any]:
        response = await self.call_with_candidates("GET", f"/v1/merges/{merge_id}", "merge.read")
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    async def merges(self, **query: Any) -> dict[str, Any]:
        response = await self.call_with_candidates("GET", "/v1/merges", "merge.read", params=query)
        assert response.status_code == 200, response.text
        page: dict[str, Any] = response.json()
        return page

    async def upload(
        self, content: bytes | str, service_id: str = "roll", *, key: str | None = None, **asked: str
    ) -> httpx.Response:
        sent = {} if key is None else {headers.IDEMPOTENCY_KEY: key}
        return await self.call(
            "POST",
            "/v1/imports",
            "import.create",
            sent=sent,
            data={"service_id": service_id, **asked},
            files={"file": ("list.csv", content if isinstance(content, bytes) else content.encode())},
        )

    async def map_imports(self, service_id: str = "roll", **mapping: Any) -> httpx.Response:
        return await self.call("PUT", f"/v1/services/{service_id}/import-mapping", "import.map", json=mapping)

    async def import_state(self, import_id: str, part: str = "", **query: Any) -> httpx.Response:
        return await self.call("GET", f"/v1/imports/{import_id}{part}", "import.read", params=query)

    async def imported(self, content: bytes | str, service_id: str = "roll", **asked: str) -> "Imported":
        response = await self.upload(content, service_id, **asked)
        assert response.status_code == 202, response.text
        return await self.finished(response.json()["import_id"])

    async def finished(self, import_id: str) -> "Imported":
        """Waits until an import is at its end, and gathers all that it says."""
        async with asyncio.timeout(60):
            while (answer := await self.import_state(import_id)).json()["state"] in {"queued", "running"}:
                await asyncio.sleep(0.02)
        results = await self.import_state(import_id, "/results")
        rejections = await self.import_state(import_id, "/rejections", limit=200)
        return Imported(
            counts=answer.json(),
            effects=answer.headers.get(headers.EFFECTS),
            results=[json.loads(line) for line in results.text.splitlines()],
            rejections=rejections.json()["items"],
        )


@dataclass(frozen=True)
class Imported:
    counts: dict[str, Any]
    effects: str | None
    results: list[dict[str, Any]]
    rejections: list[dict[str, Any]]

    def count(self, *names: str) -> tuple[int, ...]:
        return tuple(self.counts[name] for name in names)

    @property
    def children(self) -> dict[str, str | None]:
        """Child id by the sender's own number."""
        return {line["local_id"]: line["child_id"] for line in self.results}


@dataclass
class Index:
    client: httpx.AsyncClient
    broker: EmbeddedBroker
    heard: list[Envelope] = field(default_factory=list)
    """What the service published, in the order in which it came."""
    merged: dict[str, str] = field(default_factory=dict)
    """The merges that the consent service has taken in: from each merged record to the next."""

    def caller(self, viewer_id: str, agency_id: str | None, role: Role, **more: Any) -> Caller:
        return Caller(self, viewer_id, agency_id, role, **more)

    @property
    def teacher(self) -> Caller:
        return self.caller("teacher", "school", Role.TEACHER)

    @property
    def nurse(self) -> Caller:
        return self.caller("nurse", "practice", Role.SCHOOL_NURSE)

    @property
    def officer(self) -> Caller:
        return self.caller("officer", "council", Role.INDEX_OFFICER)

    @property
    def school_system(self) -> Caller:
        return self.caller("mis", "school", Role.SYSTEM)

    @property
    def worker(self) -> Caller:
        return self.caller("worker", "council", Role.SOCIAL_WORKER)

    async def child(self, **person: Any) -> str:
        """The id of a child made in the index, whoever resembles them there."""
        given = {"given_name": "Amara", "family_name": "Okonkwo", "date_of_birth": "2014-03-07", **person}
        response = await self.officer.register(**given)
        if response.status_code == 202:
            response = await self.officer.resolve(response.json()["review_id"], same=False)
            assert response.json()["outcome"] == "created"
        else:
            assert response.status_code == 201, response.text
        child_id: str = response.json()["child_id"]
        return child_id

    async def tell(self, *events: Event) -> None:
        """Publishes events as the consent service would; returns when the index has taken them in."""
        envelopes = [
            Envelope(
                id=new_id(),
                source="urn:kith:tests",
                type=event.type_name(),
                subject=event.key,
                time=system_clock(),
                data=event.model_dump(mode="json"),
            )
            for event in events
        ]
        await self.broker.publish(
            [Outgoing(e.topic, e.key, x.model_dump_json().encode()) for e, x in zip(events, envelopes, strict=True)]
        )
        await taken_in(self.client, INTERNAL_KEY, [each.id for each in envelopes])

    async def told_of(self, merge_id: str) -> dict[str, Any]:
        """The event of a merge, once it came."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for each in self.heard:
                    if each.type == "RecordsMerged" and each.data["merge_id"] == merge_id:
                        return each.data
                await asyncio.sleep(0.005)

    async def published(self, type_name: str, count: int) -> list[dict[str, Any]]:
        """The data of `count` events of a type, once they came; fails when they don't, or when more did."""
        async with asyncio.timeout(PATIENCE):
            while len(found := [each.data for each in self.heard if each.type == type_name]) < count:
                await asyncio.sleep(0.01)
        assert len(found) == count
        return found

    async def owner(self, kind: str, thing_id: str, key: str = INTERNAL_KEY) -> httpx.Response:
        return await self.client.get(f"/internal/owners/{kind}/{thing_id}", headers={headers.INTERNAL_KEY: key})


def agency(agency_id: str, sector: Sector, name: str = "", version: int = 1) -> AgencyChanged:
    return AgencyChanged(
        agency_id=agency_id, name=name or agency_id.title(), sector=sector, contact=None, version=version
    )


def practitioner(
    practitioner_id: str,
    agency_id: str,
    role: Role,
    *,
    name: str = "",
    status: PractitionerStatus = PractitionerStatus.ACTIVE,
    version: int = 1,
) -> PractitionerChanged:
    return PractitionerChanged(
        practitioner_id=practitioner_id,
        name=name or practitioner_id.title(),
        agency_id=agency_id,
        team_ids=[],
        role=role,
        status=status,
        email=f"{practitioner_id}@example.org",
        phone="01632 960001",
        version=version,
    )


def service(
    service_id: str,
    agency_id: str,
    kind: str,
    *,
    name: str = "",
    sensitive: bool = False,
    team_id: str | None = None,
    version: int = 1,
) -> ServiceChanged:
    return ServiceChanged(
        service_id=service_id,
        name=name or service_id.title(),
        agency_id=agency_id,
        team_id=team_id,
        type=kind,
        sensitive=sensitive,
        contact=f"{service_id}@example.org",
        version=version,
    )


DIRECTORY: tuple[Event, ...] = (
    agency("school", Sector.EDUCATION),
    agency("practice", Sector.HEALTH),
    agency("council", Sector.SOCIAL_CARE),
    practitioner("teacher", "school", Role.TEACHER),
    practitioner("deputy", "school", Role.TEACHER),
    practitioner("leaver", "school", Role.TEACHER, status=PractitionerStatus.LEFT),
    practitioner("nurse", "practice", Role.SCHOOL_NURSE),
    practitioner("officer", "council", Role.INDEX_OFFICER),
    practitioner("worker", "council", Role.SOCIAL_WORKER),
    service("roll", "school", "school", name="Hilltop School", team_id="staff"),
    service("counselling", "school", "counselling", sensitive=True),
    service("list", "practice", "gp", team_id="surgery"),
    service("front-door", "council", "social_care"),
)


@asynccontextmanager
async def running(database_url: str, folder: Path, **settings: Any) -> AsyncIterator[Index]:
    """The index over a database, listening in on what it publishes. May be started again over the same folder."""
    folder.mkdir(exist_ok=True)
    jwks = folder / "grant.jwks.json"
    write_jwks(jwks, [KEY.public_jwk])
    broker = EmbeddedBroker(folder / "events.sqlite3")
    heard: list[Envelope] = []

    async def listen(batch: Sequence[Message]) -> None:
        heard.extend(Envelope.model_validate_json(message.value) for message in batch)

    broker.subscribe("tests", [CHILD_INDEX], listen)
    app = create_app(
        ChildIndexSettings(
            data_dir=folder,
            database_url=database_url,
            internal_key=INTERNAL_KEY,
            grant_jwks_file=jwks,
            **{"likeness_key": LIKENESS_KEY, **settings},
        ),
        broker,
    )
    async with app.router.lifespan_context(app):
        await broker.start()
        try:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://index", timeout=60) as client:
                yield Index(client, broker, heard)
        finally:
            await broker.stop()


async def restored(index: Index, database: Database, rows: Rows) -> None:
    """Waits until all imports are done and all events are out, then puts the rows in the place of all there are."""
    busy = sa.union_all(
        sa.select(messaging.outbox.c.event_id),
        sa.select(imports.c.import_id).where(imports.c.state.in_(("receiving", "queued", "running"))),
    ).limit(1)
    async with asyncio.timeout(PATIENCE):
        while True:
            async with database.write() as connection:
                if not (await connection.execute(busy)).all():
                    await put_back(connection, rows)
                    await connection.commit()
                    break
            await asyncio.sleep(0.01)
    index.heard.clear()
    index.merged.clear()


def problem(response: httpx.Response) -> dict[str, Any]:
    """The problem, but for the request id, which is each answer's own."""
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body.pop("instance") == response.headers[headers.REQUEST_ID]
    assert body["status"] == response.status_code
    return body


def code(response: httpx.Response) -> str:
    found: str = problem(response)["type"]
    return found.removeprefix("urn:kith:problem:")


def refused_fields(response: httpx.Response) -> list[str]:
    assert response.status_code == 422, response.text
    return sorted(error["pointer"] for error in problem(response)["errors"])
