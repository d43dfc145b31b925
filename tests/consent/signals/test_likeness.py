"""Signals of looks at a child who has a family name, or a home, in common with the viewer."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.ids import new_id
from chassis.likeness import Likeness
from consent.adapters.tables import practitioner_likenesses
from contracts.events.child_index import ChildLikenessChanged, ChildRegistered, RecordsMerged
from tests.consent.kit import Consent
from tests.consent.scene import INDEX_OFFICER, OFFICER, SOCIAL_WORKER, episode, make_account
from tests.consent.shared import SharedConsents
from tests.consent.signals.test_signals import WORKING, Time, Watched

SECRET = "a secret of the tests, long enough for production"
LIKENESS = Likeness(SECRET)
CANAL_STREET = {"address_line": "12 Canal Street", "postcode": "m1 1ae"}
WHOLE_WEEKS = timedelta(days=35)


@pytest.fixture(params=["sqlite", "postgresql"])
async def watched(request: pytest.FixtureRequest, shared_in_module: SharedConsents) -> AsyncIterator[Watched]:
    time = Time(WORKING)
    async with shared_in_module.turn(request.param, time, log_retention_days=1, likeness_key=SECRET) as consent:
        found = Watched(consent, time)
        await found.begin()
        yield found


async def child(consent: Consent, *names: str, homes: list[tuple[str, str]] | None = None) -> str:
    """A child with whom nobody is involved, as the index tells of them."""
    child_id = new_id()
    await consent.tell(_keys(ChildRegistered, child_id, names, homes or []))
    return child_id


def _keys(event: Any, child_id: str, names: tuple[str, ...], homes: list[tuple[str, str]]) -> Any:
    return event(child_id=child_id, family_name_keys=LIKENESS.family_names(names), home_keys=LIKENESS.homes(homes))


async def person(consent: Consent, who: str, name: str, **more: Any) -> dict[str, Any]:
    body = {"name": name, "agency_id": "school", "role": "safeguarding_lead", **more}
    answer = await consent.call("admin", "PUT", f"/v1/practitioners/{who}", body)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def judged(watched: Watched, kind: str = "same-family-name") -> dict[str, dict[str, Any]]:
    """The signals of a kind by viewer, once the weeks until now were judged; one for each."""
    looked_until = watched.time.now
    watched.time.now += WHOLE_WEEKS
    found = await watched.signals(kind=kind)
    async with watched.consent.app.state.reading() as uow:
        assert await uow.signals.progress("name-weeks") > looked_until.date().toordinal()
    assert len({each["viewer_id"] for each in found}) == len(found)
    return {each["viewer_id"]: each for each in found}


async def test_names_of_every_kind(watched: Watched) -> None:
    pairs = [
        ("Olu Smith", "Smith", True),
        ("Dr Jane Smith-Jones, MBE", "JONES", True),
        ("Núñez, Zoë", "nunez", True),
        ("Sean O'Brien", "OBrien", True),
        ("Ludwig van der Berg", "Berg", True),
        ("王小明", "王", True),
        ("Зоя Щербакова", "ЩЕРБАКОВА", True),
        ("عمر الحسن", "الحسن", True),
        ("Madonna", "Madonna", True),
        ("Jan van der Linden", "van der Berg", False),
        ("Smith Brown", "Smith", False),
        ("Olu Smith", "Smythe", False),
    ]
    expected = {}
    for number, (name, family_name, alike) in enumerate(pairs):
        who = f"viewer-{number}"
        await person(watched.consent, who, name)
        namesake = await child(watched.consent, "Unalike", family_name)
        await watched.search(who, namesake, await child(watched.consent, "Another"))
        if alike:
            expected[who] = namesake
    assert await watched.signals(kind="same-family-name") == []  # an involvement may begin yet
    found = await judged(watched)
    assert set(found) == set(expected)
    for who, signal in found.items():
        (entry,) = await watched.entries(signal)
        assert (entry["child_id"], entry["viewer_id"], signal["peak"]) == (expected[who], who, 1)
    assert found["viewer-0"]["period"] == "2027-10-04"
    assert (
        "the records of a child recorded with the same family name as the viewer's" in found["viewer-0"]["explanation"]
    )
    assert "14 days after that week" in found["viewer-0"]["explanation"]
    assert "smith" not in json.dumps(found).lower()


async def test_a_smith_may_teach_a_smith(watched: Watched) -> None:
    consent = watched.consent
    team = await person(consent, "in-the-team", "Ada Smith", team_ids=["year-6"])
    assert team["team_ids"] == ["year-6"]
    for who in ("by-name", "later", "stranger"):
        await person(consent, who, "Ada Smith")
    await person(consent, INDEX_OFFICER, "Ines Smith", agency_id="care", role="index_officer")
    taught, met = await child(consent, "Smith"), await child(consent, "Smith")
    merged = await child(consent, "Brown")
    await consent.tell(
        episode(taught, "elm"), episode(taught, "visits", "by-name"), episode(taught, "visits", SOCIAL_WORKER)
    )
    parent = await make_account(consent, taught, "parent")
    await watched.read(parent, taught)
    for who in ("in-the-team", "by-name", "later", "stranger", INDEX_OFFICER):
        await watched.search(who, taught)
    await consent.tell(episode(taught, "visits", "later"))
    # Of records that are one child's, each one's names are that child's.
    await consent.tell(RecordsMerged(merge_id=new_id(), child_id=merged, merged_child_id=met, merged_at=WORKING))
    await person(consent, "of-another", "Ada Smith")
    await watched.search("of-another", merged)
    found = await judged(watched)
    assert set(found) == {"stranger", "of-another"}
    assert [entry["child_id"] for entry in await watched.entries(found["of-another"])] == [merged]


async def test_a_name_counts_for_the_looks_of_its_time(watched: Watched) -> None:
    consent = watched.consent
    smith, jones = await child(consent, "Smith"), await child(consent, "Jones")
    await person(consent, "ada", "Ada Smith")
    await watched.search("ada", jones)
    watched.time.now += timedelta(minutes=1)
    await person(consent, "ada", "Ada Jones")
    await watched.search("ada", smith)
    watched.time.now += timedelta(minutes=1)
    assert await judged(watched) == {}

    smiths = [await child(consent, "Smith") for _ in range(2)]
    await watched.search("ada", jones, smiths[0])
    watched.time.now += timedelta(minutes=1)
    await person(consent, "ada", "Ada Smith")
    await watched.search("ada", smiths[1])
    # A child's former name that the index learns of later was not known to anybody at the time of the look.
    watched.time.now += timedelta(minutes=1)
    await consent.tell(_keys(ChildLikenessChanged, smiths[0], ("Smith", "Jones"), []))
    found = await judged(watched)
    assert {entry["child_id"] for entry in await watched.entries(found["ada"])} == {jones, smiths[1]}
    async with consent.app.state.reading() as uow:  # what nothing waits for any more is not kept
        held = sa.select(sa.func.count()).where(
            practitioner_likenesses.c.practitioner_id == "ada", practitioner_likenesses.c.until.is_not(None)
        )
        assert (await uow.connection.execute(held)).scalar_one() == 0


async def test_a_look_at_a_child_of_ones_own_home(watched: Watched) -> None:
    consent = watched.consent
    shown = await person(consent, "ada", "Ada Brown", home_address=CANAL_STREET)
    assert "home_address" not in shown
    here = await child(consent, "Green", homes=[("M1 1AE", "12, Canal St")])
    next_door = await child(consent, "Green", homes=[("M1 1AE", "14 Canal Street")])
    await consent.tell(episode(here, "visits", "ada"))
    await watched.read("ada", here, 2)
    await watched.search("ada", here, next_door)
    (signal,) = await watched.signals(kind="same-home")
    assert (signal["viewer_id"], signal["agency_id"], signal["period"]) == ("ada", "school", "2027-10-06")
    assert (signal["peak"], signal["entries"], signal["thresholds"]) == (1, 3, {"at_least": 1})
    assert "the records of a child recorded at the same home as the viewer's" in signal["explanation"]
    assert {entry["child_id"] for entry in await watched.entries(signal)} == {here}
    of_the_school = await consent.call("school-officer", "GET", "/v1/signals?kind=same-home")
    assert of_the_school.json()["items"] == [signal]
    assert (await consent.call("ada", "GET", "/v1/signals")).status_code == 403
    # A signal stops nobody.
    assert (await consent.call("ada", "GET", f"/v1/children/{here}/viewers")).status_code == 200

    # Found in portions or at once, again or not, it is the same.
    also = await child(consent, "Green", homes=[("M1 1AE", "12 Canal Street")])
    await watched.search("ada", also)
    (grown,) = await watched.signals(kind="same-home")
    assert (grown["signal_id"], grown["peak"], grown["entries"]) == (signal["signal_id"], 2, 5)
    async with consent.app.state.unit_of_work() as uow:
        await uow.signals.set_progress("leaves", 0)
        await uow.commit()
    assert await watched.signals(kind="same-home") == [grown]


async def test_a_home_is_kept_changed_shared_by_posts_and_forgotten(watched: Watched) -> None:
    consent = watched.consent
    green = await child(consent, "Green", homes=[("M1 1AE", "12 Canal Street")])
    nights: dict[str, Any] = {"agency_id": "care", "role": "social_worker"}
    expected: list[tuple[str, str]] = []

    async def looks(who: str, *, signalled: bool) -> None:
        watched.time.now += timedelta(days=1)
        await watched.search(who, green)
        if signalled:
            expected.append((watched.time.now.date().isoformat(), who))
        watched.time.now += timedelta(seconds=1)

    async def are_as_expected() -> None:
        assert sorted((each["period"], each["viewer_id"]) for each in await watched.signals()) == expected

    await person(consent, "ada", "Ada Brown", person_id="p1")
    await person(consent, "ada-nights", "Ada Brown", person_id="p1", **nights)
    await looks("ada", signalled=False)
    await person(consent, "ada", "Ada Brown", home_address=CANAL_STREET)
    await looks("ada", signalled=True)
    await looks("ada-nights", signalled=True)
    await person(consent, "ada", "Ada Brown")
    await looks("ada", signalled=True)
    await person(consent, "ada", "Ada Brown", home_address={"postcode": "M1 1AE"})
    await looks("ada", signalled=False)
    await person(consent, "ada", "Ada Brown", home_address={**CANAL_STREET, "address_line": "Flat 1, 12 Canal Street"})
    await looks("ada", signalled=False)
    await person(consent, "ada", "Ada Brown", home_address=CANAL_STREET)
    await looks("ada", signalled=True)
    await are_as_expected()

    await person(consent, "ada", "Ada Brown", home_address=None)
    await looks("ada", signalled=False)
    await person(consent, "ada-nights", "Ada Brown", home_address=CANAL_STREET, **nights)
    await looks("ada", signalled=True)
    await person(consent, "ada-nights", "Ada Brown", status="left", **nights)
    await looks("ada", signalled=False)
    await are_as_expected()


async def test_a_childs_new_address(watched: Watched) -> None:
    consent = watched.consent
    await person(consent, "ada", "Ada Brown", home_address=CANAL_STREET)
    moved = await child(consent, "Green", homes=[("M1 1AF", "1 Mill Lane")])
    twin = await child(consent, "Green")
    await watched.search("ada", moved)
    watched.time.now += timedelta(minutes=1)
    homes = [("M1 1AF", "1 Mill Lane"), ("M1 1AE", "12 Canal Street")]
    await consent.tell(_keys(ChildLikenessChanged, moved, ("Green",), homes))
    assert await watched.signals(kind="same-home") == []
    await watched.search("ada", moved)
    (signal,) = await watched.signals(kind="same-home")
    assert signal["entries"] == 1  # not the look from before it lived there
    await consent.tell(_keys(ChildLikenessChanged, moved, ("Green",), homes[:1]))
    watched.time.now += timedelta(days=1)
    await watched.search("ada", moved)
    assert await watched.signals(kind="same-home") == [signal]
    # The other record of the same child has it.
    await consent.tell(
        _keys(ChildLikenessChanged, twin, ("Green",), homes),
        RecordsMerged(merge_id=new_id(), child_id=moved, merged_child_id=twin, merged_at=WORKING),
    )
    watched.time.now += timedelta(days=1)
    await watched.search("ada", moved)
    assert len(await watched.signals(kind="same-home")) == 2


async def test_a_purge_takes_them_too(watched: Watched) -> None:
    consent = watched.consent
    await person(consent, "ada", "Ada Green", home_address=CANAL_STREET)
    await watched.search("ada", await child(consent, "Green", homes=[("M1 1AE", "12 Canal Street")]))
    looked: datetime = watched.time.now
    assert set(await judged(watched)) == {"ada"}
    assert {each["kind"] for each in await watched.signals()} == {"same-family-name", "same-home"}
    before = {"before": (looked + timedelta(days=2)).date().isoformat()}
    assert (await consent.call(OFFICER, "POST", "/v1/access-log/purges", before)).json()["entries"] > 0
    assert await watched.signals() == []


async def test_nothing_of_a_home_is_shown_or_told(watched: Watched, capfd: pytest.CaptureFixture[str]) -> None:
    consent = watched.consent
    keys = LIKENESS.homes([("M1 1AE", "12 Canal Street")]) + LIKENESS.family_names(["Brown"])
    answers = [json.dumps(await person(consent, "ada", "Ada Brown", home_address=CANAL_STREET))]
    for path in ("/v1/practitioners/ada", "/v1/practitioners?limit=200", "/v1/whoami"):
        answers.append((await consent.call("ada", "GET", path)).text)
    await watched.search("ada", await child(consent, "Brown", homes=[("M1 1AE", "12 Canal Street")]))
    (signal,) = await watched.signals(kind="same-home")
    answers += [json.dumps(signal), json.dumps(await watched.entries(signal))]
    refused = await consent.call(
        "admin",
        "PUT",
        "/v1/practitioners/ada",
        {"name": "Ada", "agency_id": "school", "role": "teacher", "home_address": {"postcode": "Canal 12"}},
    )
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/home_address/postcode"]
    answers.append(refused.text)
    told = "".join(envelope.model_dump_json() for envelope in consent.heard)
    assert '"practitioner_id":"ada"' in told
    logged = capfd.readouterr()
    for text in (*answers, told, logged.out + logged.err):
        for secret in ("canal", "m1 1ae", "m11ae", SECRET, *keys):
            assert secret not in text.lower()
