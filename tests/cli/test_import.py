"""`kith import`, with a real list into a real Kith; and what it does when Kith fails it."""

import csv
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

import kith.client
from tests.cli.conftest import Running, made_up, typed

HEADER = "given_name,family_name,date_of_birth,sex,address_line,postcode,nhs_number,upn,local_id\n"
GOOD = (
    "Amara,Okafor,2014-03-02,female,1 Mill Lane,LS1 4AP,,,L1\nTomos,Rees,2012-11-30,male,4 Church Road,CF10 1EP,,,L2\n"
)


@pytest.fixture
def roll(tmp_path: Path) -> Path:
    file = tmp_path / "roll.csv"
    bad = "".join(f"Child{number},,2014-01-01,male,,,,,B{number}\n" for number in range(25))
    file.write_text(HEADER + GOOD + bad)
    return file


def test_a_list_is_taken_in_and_its_bad_rows_are_told(kith: Running, roll: Path, tmp_path: Path) -> None:
    out, rejected = tmp_path / "out.ndjson", tmp_path / "rejected.csv"
    words = ("import", str(roll), "--service", "roll", "--as", "index", "--url", kith.url)
    done = typed(*words, "--results", str(out), "--rejections", str(rejected))
    assert done.exit_code == 0, done.stderr
    assert "27 rows: 2 created, 0 matched, 0 review, 25 rejected" in done.stdout
    assert done.stdout.count("family_name") == 20, "the first twenty"

    results = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(each["local_id"], each["outcome"]) for each in results] == [("L1", "created"), ("L2", "created")]
    with rejected.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(int(row["rejected_row"]), row["local_id"]) for row in rows] == [(n + 3, f"B{n}") for n in range(25)]
    assert {(row["rejected_field"], row["rejected_reason"]) for row in rows} == {("family_name", "is missing")}
    assert (out.stat().st_mode | rejected.stat().st_mode) & 0o077 == 0

    again = typed(*words)
    assert again.exit_code == 0
    assert "27 rows: 0 created, 2 matched, 0 review, 25 rejected" in again.stdout
    assert "--rejections FILE" in again.stdout

    mended = tmp_path / "mended.csv"
    mended.write_text(rejected.read_text().replace(",,2014", ",Lewis,2014"))
    words = ("import", str(mended), *words[2:])
    foretold, taken, since = (typed(*words, *more).stdout.splitlines() for more in (("--check",), (), ("--check",)))
    assert foretold[0] == taken[0]
    assert foretold[0].endswith(" 0 rejected")
    assert "25 rows: 0 created" in since[0]
    assert [lines[1] == "This was a check: nothing was written." for lines in (foretold, taken, since)] == [
        True,
        False,
        True,
    ]


def test_a_full_roll_ends_who_is_not_on_it(kith: Running, tmp_path: Path) -> None:
    roll = tmp_path / "full.csv"
    words = ("import", str(roll), "--service", "roll", "--as", "index", "--url", kith.url, "--full-roll")
    told = []
    for rows, more in (
        (GOOD, ("--leavers-limit", "100")),
        (GOOD.splitlines()[0], ("--check",)),
        (GOOD.splitlines()[0], ("--leavers-limit", "100")),
    ):
        roll.write_text(HEADER + rows)
        done = typed(*words, *more)
        assert done.exit_code == 0, done.stderr
        told.append(done.stdout.splitlines()[-1])
    assert "not on the roll and left" in told[0]
    assert told[1] == (
        "1 children are not on the roll, but nobody left: they are too many; if they did leave, import again with "
        "--leavers-limit 100"
    )
    assert told[2] == "1 children are not on the roll and left"


def test_a_token_serves_as_well(kith: Running, roll: Path) -> None:
    token = typed("token", "--as", "index", KITH_DATA_DIR=str(kith.data_dir)).stdout.strip()
    words = ("import", str(roll), "--service", "roll", "--url", kith.url)
    assert typed(*words, "--token", token).exit_code == 0
    assert typed(*words, KITH_TOKEN=token).exit_code == 0


def test_what_cannot_be_is_told_in_one_line(kith: Running, roll: Path, tmp_path: Path) -> None:
    words = ("import", str(roll), "--service", "roll", "--url", kith.url)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    refused = {
        "an unknown service": ("import", str(roll), "--service", "none", "--as", "index", "--url", kith.url),
        "another role": (*words, "--as", "ig"),
        "nobody": words,
        "a bad token": (*words, "--token", "x"),
        "no list": ("import", str(empty), "--service", "roll", "--as", "index", "--url", kith.url),
        "no address": ("import", str(roll), "--service", "roll", "--as", "index", "--url", "http://[::"),
    }
    for name, command in refused.items():
        done = typed(*command)
        assert done.exit_code == 1, name
        assert done.stderr.startswith("Error: "), name
        assert done.stderr.count("\n") == 1, name
        assert done.stdout == ""


class Stub:
    """A Kith that fails as it is told: answers to be given in turn, by method and path."""

    def __init__(self, answers: dict[str, list[Any]]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.keys: list[str | None] = []
        self.app = FastAPI(openapi_url=None)
        self.app.add_api_route("/{path:path}", self.answer, methods=["GET", "POST"])

    async def answer(self, path: str, request: Request) -> Any:
        await request.body()
        step = f"{request.method} /{path}"
        self.asked.append(step)
        if step == "POST /v1/imports":
            self.keys.append(request.headers.get("idempotency-key"))
        waiting = self.answers[step]
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(found, int):
            return JSONResponse(problem(found), found)
        return JSONResponse(found) if isinstance(found, dict) else found()


def problem(status: int) -> dict[str, Any]:
    return {"type": "urn:kith:problem:x", "title": "Not now", "detail": "Not now", "status": status}


def state(name: str, processed: int) -> dict[str, Any]:
    sums = {"created": processed, "matched": 0, "review": 0, "rejected": 0}
    return {"import_id": "7", "state": name, "total": 2, "processed": processed, **sums}


def broken() -> StreamingResponse:
    """A stream that breaks off half-way."""

    return StreamingResponse(iter([b'{"row": 1}\n']), headers={"Content-Length": "1000"})


def test_a_restart_of_kith_is_lived_through(roll: Path) -> None:
    stub = Stub(
        {
            "POST /v1/imports": [503, {"import_id": "7"}],
            "GET /v1/imports/7": [state("running", 1), 503, 502, 429, state("completed", 2)],
        }
    )
    with made_up(stub.app) as url:
        done = typed("import", str(roll), "--service", "roll", "--token", "t", "--url", url)
    assert done.exit_code == 0, done.stderr
    assert "2 rows: 2 created" in done.stdout
    assert len(stub.keys) == 2
    assert len(set(stub.keys)) == 1, "the second attempt is known for what it is"
    assert None not in stub.keys


def test_patience_ends(roll: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kith.client, "PATIENCE_SECONDS", 0.5)
    done = typed("import", str(roll), "--service", "roll", "--token", "t", "--url", "http://127.0.0.1:9")
    assert done.exit_code == 1
    assert "does not answer" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_import_that_failed_is_a_failure(roll: Path) -> None:
    stub = Stub({"POST /v1/imports": [{"import_id": "7"}], "GET /v1/imports/7": [state("failed", 1)]})
    with made_up(stub.app) as url:
        done = typed("import", str(roll), "--service", "roll", "--token", "t", "--url", url)
    assert done.exit_code == 1
    assert "failed after 1 of 2 rows" in done.stderr


def test_results_are_kept_whole_or_not_at_all(roll: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kith.client, "PATIENCE_SECONDS", 0.5)
    out = tmp_path / "out.ndjson"
    stub = Stub(
        {
            "POST /v1/imports": [{"import_id": "7"}],
            "GET /v1/imports/7": [state("completed", 2)],
            "GET /v1/imports/7/results": [broken],
        }
    )
    with made_up(stub.app) as url:
        done = typed("import", str(roll), "--service", "roll", "--token", "t", "--url", url, "--results", str(out))
    assert done.exit_code == 1
    assert list(tmp_path.iterdir()) == [roll]


def test_a_kith_without_development_issuer_says_so(roll: Path) -> None:
    stub = Stub({"POST /dev/token": [404]})
    with made_up(stub.app) as url:
        assert httpx.post(f"{url}/dev/token", trust_env=False).status_code == 404
        done = typed("import", str(roll), "--service", "roll", "--as", "index", "--url", url)
    assert done.exit_code == 1
    assert "--token" in done.stderr
