"""`kith records archive` and `purge`, part by part, over a made-up Kith."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI

from tests.cli.conftest import made_up, typed


def test_it_asks_until_all_were_looked_at_and_writes_which(tmp_path: Path) -> None:
    app, asked = FastAPI(), list[dict[str, Any]]()

    @app.post("/v1/records/archive-runs")
    def run(body: dict[str, Any]) -> dict[str, object]:
        asked.append(body)
        last = len(asked) == 2
        return {"archived": [f"a{len(asked)}"], "restored": ["b"] if last else [], "next_after": None if last else 70}

    out = tmp_path / "ids"
    with made_up(app) as url:
        done = typed("records", "archive", "--dry-run", "--ids", str(out), "--token", "t", "--url", url)
    assert done.exit_code == 0, done.output
    assert "2 records would be archived, 1 would be opened again" in done.stdout
    assert asked == [{"dry_run": True, "after": 0}, {"dry_run": True, "after": 70}]
    assert out.read_text() == "archived a1\narchived a2\nrestored b\n"


def test_a_purge_asks_a_person_first_and_a_dry_run_does_not() -> None:
    app, asked = FastAPI(), list[dict[str, Any]]()

    @app.post("/v1/records/purge-runs")
    def run(body: dict[str, Any]) -> dict[str, object]:
        asked.append(body)
        return {"noted": ["n"], "taken_back": [], "purged": ["p", "q"], "next_after": None}

    with made_up(app) as url:
        told = typed("records", "purge", "--token", "t", "--url", url)
        assert (told.exit_code, asked) == (1, [])
        assert "cannot be brought back" in told.stdout
        assert (
            "2 records would be purged" in typed("records", "purge", "--dry-run", "--token", "t", "--url", url).stdout
        )
        done = typed("records", "purge", "--yes", "--token", "t", "--url", url)
    assert "2 records were purged for good; 1 were noted" in done.stdout
    assert [each["dry_run"] for each in asked] == [True, False]
