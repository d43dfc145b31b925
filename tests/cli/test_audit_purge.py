"""`kith audit purge`, part by part, over a made-up Kith; and what the real one says where no retention is set."""

from fastapi import FastAPI

from tests.cli.conftest import Running, made_up, typed


def test_it_asks_until_nothing_is_left_and_says_how_many() -> None:
    app, asked = FastAPI(), []

    @app.post("/v1/access-log/purges")
    def purge(body: dict[str, str]) -> dict[str, object]:
        asked.append(body)
        return {"entries": 20_000 if len(asked) < 3 else 7, "complete": len(asked) == 3}

    with made_up(app) as url:
        done = typed("audit", "purge", "--before", "2019-01-01", "--yes", "--token", "t", "--url", url)
    assert done.exit_code == 0, done.output
    assert "40,007 entries from before 2019-01-01 were purged" in done.stdout
    assert asked == [{"before": "2019-01-01"}] * 3


def test_without_yes_it_asks_a_person_first() -> None:
    done = typed("audit", "purge", "--before", "2019-01-01", "--token", "t", "--url", "http://127.0.0.1:9")
    assert done.exit_code == 1
    assert "cannot be brought back" in done.stdout


def test_where_no_retention_is_set_it_says_so(kith: Running) -> None:
    done = typed("audit", "purge", "--before", "2019-01-01", "--yes", "--as", "ig", "--url", kith.url)
    assert done.exit_code == 1
    assert "KITH_LOG_RETENTION_DAYS" in done.output
