"""`kith matching`, over a made-up Kith."""

from typing import Any

from fastapi import FastAPI

from tests.cli.conftest import made_up, typed

SHARE: dict[str, Any] = {"table": "family", "band": "typo", "pairs": 70, "assumed": 0.027, "found": 0.3333}
SHARE |= {"bits": 0.8, "bits_before": -2.0}
MADE: dict[str, Any] = {"version": "2026-1+1", "pairs": 210, "made_at": "2026-11-22T10:00:00Z", "shares": [SHARE]}


def test_estimating_listing_and_using() -> None:
    app, asked = FastAPI(), list[tuple[str, Any]]()
    items: list[dict[str, Any]] = []

    @app.post("/v1/matching-weights", status_code=201)
    def estimate(body: dict[str, Any]) -> dict[str, Any]:
        asked.append(("estimate", body))
        items.append(MADE)
        return MADE

    @app.get("/v1/matching-weights")
    def listed() -> dict[str, Any]:
        return {"in_force": {"version": "2026-1"}, "built_in": "2026-1", "items": items}

    @app.put("/v1/matching-weights/in-force")
    def use(body: dict[str, Any]) -> dict[str, Any]:
        asked.append(("use", body))
        return body

    with made_up(app) as url:
        signed = ("--token", "t", "--url", url)
        assert "No estimate was made yet" in typed("matching", "list", *signed).stdout
        told = typed("matching", "estimate", "--most-children", "5000", *signed)
        assert told.exit_code == 0, told.output
        assert "2026-1+1, from 210 pairs" in told.stdout
        assert "family, typo" in told.stdout
        assert "kith matching use '2026-1+1'" in told.stdout
        assert typed("matching", "list", *signed).stdout.splitlines() == [
            "  2026-1+1  210 pairs, 2026-11-22T10:00:00Z", "* 2026-1  built in",
        ]  # fmt: skip
        assert "version 2026-1+1 from now on" in typed("matching", "use", "2026-1+1", *signed).stdout
    assert asked == [("estimate", {"most_children": 5000}), ("use", {"version": "2026-1+1"})]
