"""What a process counts of itself: nothing unless asked, no word of a caller's, no old figure for a new one."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import Response

from assessment.settings import AssessmentSettings
from assessment.worker import make_runtime
from chassis import metrics
from chassis.exposition import observed
from chassis.metrics import Gauge, Reading
from chassis.settings import ObservedSettings
from chassis.telemetry import RequestIdentity
from gateway.main import create_app
from gateway.settings import GatewaySettings
from stack.programs import LOOPBACK, free_ports
from tests.support.exposition import Told, told_by, value
from tests.support.processes import PLAIN

DEPTH = Gauge("kith_test_depth", "Of this test alone", ("part",))


@pytest.fixture(autouse=True)
def _own_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test counts is gone after it."""
    monkeypatch.setattr(metrics, "current", None)


@pytest.fixture
def settings() -> ObservedSettings:
    (port,) = free_ports(1)
    return ObservedSettings(metrics_port=port)


async def asked(settings: ObservedSettings, path: str = "/metrics") -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, verify=PLAIN) as http:
        return await http.get(f"http://{LOOPBACK}:{settings.metrics_port}{path}")


async def told(settings: ObservedSettings) -> Told:
    return told_by((await asked(settings)).text)


async def test_words_that_callers_chose_are_counted_together() -> None:
    counted = metrics.switch_on()
    app = FastAPI()
    app.add_middleware(RequestIdentity, part="test")

    @app.get("/v1/things/{thing_id}")
    async def thing(thing_id: str) -> Response:
        return Response(status_code=404 if thing_id == "none" else 200)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        for number in range(50):
            await http.get(f"/v1/things/{number}")
            await http.get(f"/Featherstonehaugh/{number}?q={number}")
            await http.request(f"VERB{number}", "/v1/things/none")
        await http.get("/v1/things/none")
    found = told_by((await counted.exposition()).decode())
    assert sorted((tuple(labels.values()), count) for labels, count in found["kith_http_requests_total"]) == [
        (("GET", "test", "/v1/things/{thing_id}", "2xx"), 50),
        (("GET", "test", "/v1/things/{thing_id}", "4xx"), 1),
        (("GET", "test", "unmatched", "4xx"), 50),
        (("other", "test", "/v1/things/{thing_id}", "4xx"), 50),
    ]
    assert value(found, "kith_http_request_seconds_count", method="GET", route="/v1/things/{thing_id}") == 51


async def test_a_figure_that_cannot_be_had_is_missing_and_not_old(
    settings: ObservedSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "_KEPT", -1.0)
    depth: list[float] = [3]

    async def sample() -> Sequence[Reading]:
        return [DEPTH(depth[0], "test")]

    async with observed(settings):
        with metrics.switch_on().sampling("test", {"depth": sample}):
            assert value(await told(settings), "kith_test_depth") == 3
            depth.clear()
            found = await told(settings)
            assert "kith_test_depth" not in found
            assert value(found, "kith_samples_failed_total", part="test", sample="depth") == 1
            depth.append(4)
            assert value(await told(settings), "kith_test_depth", part="test") == 4
        assert "kith_test_depth" not in await told(settings)


async def test_a_look_is_taken_once_for_many_who_ask(settings: ObservedSettings) -> None:
    looks = []

    async def sample() -> Sequence[Reading]:
        looks.append(1)
        return ()

    async with observed(settings):
        with metrics.switch_on().sampling("test", {"depth": sample}):
            for _ in range(5):
                await told(settings)
    assert len(looks) == 1


async def test_a_worker_in_a_process_of_its_own_tells_of_itself(settings: ObservedSettings, tmp_path: Path) -> None:
    worker = AssessmentSettings(data_dir=tmp_path, run_worker=True, metrics_port=settings.metrics_port)
    async with make_runtime(worker).running():
        found = await told(settings)
        assert (await asked(settings, "/")).status_code == (await asked(settings, "/metrics/x")).status_code == 404
    assert found["kith_outbox_events"] == [({"part": "assessment"}, 0)]
    lags = {(labels["group"], labels["topic"]): lag for labels, lag in found["kith_consumer_lag"]}
    assert lags == {
        ("assessment.child-index", "kith.child-index.v1"): 0,
        ("assessment.consent", "kith.consent.v1"): 0,
    }
    assert found["kith_build_info"][0][1] == 1
    with pytest.raises(httpx.ConnectError):
        await asked(settings)


async def test_a_process_that_only_answers_tells_nothing_of_the_workers_business(
    settings: ObservedSettings, tmp_path: Path
) -> None:
    api = AssessmentSettings(data_dir=tmp_path, run_worker=False, metrics_port=settings.metrics_port)
    async with make_runtime(api).running():
        found = await told(settings)
    assert "kith_outbox_events" not in found
    assert value(found, "kith_database_connections_limit", part="assessment") == 10


async def test_the_gateway_in_a_process_of_its_own_tells_of_itself(settings: ObservedSettings, tmp_path: Path) -> None:
    nowhere = "http://services.invalid"
    app = create_app(
        GatewaySettings(
            data_dir=tmp_path,
            metrics_port=settings.metrics_port,
            consent_url=nowhere,
            child_index_url=nowhere,
            assessment_url=nowhere,
            notifications_url=nowhere,
        )
    )
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:
            assert (await http.get("/v1/children/not-signed-in")).status_code == 401
        found = await told(settings)
    route = {"part": "gateway", "method": "GET", "route": "/v1/children/{child_id}"}
    assert value(found, "kith_http_requests_total", **route, status="4xx") == 1


async def test_a_port_that_is_taken_is_named(settings: ObservedSettings) -> None:
    async with observed(settings):
        with pytest.raises(ValueError, match=f"KITH_METRICS_PORT: port {settings.metrics_port} of 127.0.0.1"):
            async with observed(settings):
                pass


def test_where_no_port_is_set_nothing_is_counted_nor_loaded() -> None:
    code = (
        "import asyncio, sys, chassis.telemetry, chassis.exposition as e, chassis.metrics as m, chassis.settings as s\n"
        "async def run():\n"
        "    async with e.observed(s.ObservedSettings()): assert m.current is None\n"
        "asyncio.run(run()); assert not {'prometheus_client', 'opentelemetry.sdk', 'requests'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
