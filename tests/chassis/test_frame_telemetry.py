"""The frame can tell of requests by itself, by their whole paths; Kith's applications must not let it."""

from contextlib import nullcontext

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.grants import GrantVerifier
from chassis.service import create_service


async def test_the_frame_tells_nobody_of_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    told = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(told))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    app = create_service(
        title="Notes",
        part="notes",
        grant_verifier=GrantVerifier({}),
        internal_key="k",
        checks={},
        resources=lambda: nullcontext(),
    )

    @app.get("/notes/{name}")
    async def note(name: str) -> str:
        return name

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://notes") as client:
        assert (await client.get("/notes/Zofia")).status_code == 200
    assert told.get_finished_spans() == ()
