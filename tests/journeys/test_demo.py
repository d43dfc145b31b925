"""A newcomer's first ten minutes: the demonstration, the README's first request and its answer."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import Server

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("demo")) as running:
        running.start()
        yield running
        assert running.stop() == 0


def test_the_demonstration_says_who_to_sign_in_as_and_twice_is_harmless(demo: Server) -> None:
    first = demo.kith("demo", "--url", demo.url)
    assert first.returncode == 0, first.stdout + first.stderr
    for name in ("dee-teacher", "hana-visitor", "sam-social", "ike-governance", "the young person of the story"):
        assert name in first.stdout
    assert f'TOKEN="$(KITH_DATA_DIR={demo.data_dir} .venv/bin/kith token --as dee-teacher)"' in first.stdout
    again = demo.kith("demo", "--url", demo.url)
    assert again.returncode == 0, again.stdout + again.stderr
    account = re.search(r"│ (\S+)\s+│ [^│]+│ the young person", first.stdout)
    assert account
    assert account[1] in again.stdout
    record = demo.person(account[1]).ok("GET", "/v1/me/record")
    assert len(record["involvement"]["episodes"]) == 4


def test_the_readmes_first_request_has_the_answer_that_it_shows(demo: Server) -> None:
    asked = json.loads(re.findall(r"-d '(\{.*?\})'", README)[0])
    shown = json.loads(re.findall(r"<!-- first-answer -->\s*```json\n(.*?)```", README, re.S)[0])
    token = demo.kith("token", "--as", "dee-teacher")
    assert token.returncode == 0
    assert token.stdout.strip().count(".") == 2
    answered = demo.person("dee-teacher").ok("POST", "/v1/children/search", asked)
    for match in (*shown["matches"], *answered["matches"]):
        match.pop("child_id")
    assert answered == shown


def test_the_demonstration_says_so_when_nothing_answers(tmp_path: Path) -> None:
    nowhere = Server(tmp_path)
    done = nowhere.kith("demo", "--url", nowhere.url)
    assert done.returncode != 0
    assert "make run" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
