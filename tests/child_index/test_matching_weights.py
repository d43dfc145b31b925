"""Weights estimated from the index's own records, put in force and taken back."""

import random
import re
from typing import Any

import pytest
import sqlalchemy as sa

from child_index.adapters.tables import matching_weights
from child_index.domain.matching import DEFAULT_WEIGHTS
from tests.child_index.conftest import Started
from tests.child_index.kit import Index, code, problem, refused_fields
from tests.generator.identifiers import Numbers

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADER = "local_id,nhs_number,given_name,family_name,date_of_birth,postcode\n"
PATH = "/v1/matching-weights"
GIVEN = ("Amara", "Oliver", "Zofia", "Yusuf", "Mia", "Kofi", "Niamh", "Leo")


def _lists(children: int) -> tuple[str, str]:
    """A roll and a GP list of the same children; on the list a third have a slip in their family name. The last child
    has no NHS number on either."""
    dice, numbers = random.Random(1), Numbers(random.Random(2))
    roll, gp = [HEADER], [HEADER]
    for at in range(children + 1):
        number = numbers.nhs_number() if at < children else ""
        given = GIVEN[at % len(GIVEN)]
        family = "".join(dice.choice("bdfgklmnprst") + dice.choice("aeiou") for _ in range(4)).title()
        rest = f"20{dice.randrange(10, 20)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02},M{at % 20 + 1} 1AE\n"
        roll.append(f"{at},{number},{given},{family},{rest}")
        gp.append(f"{at},{number},{given},{family if at % 3 else family[:-2] + family[-1] + family[-2]},{rest}")
    return "".join(roll), "".join(gp)


async def _asked(index: Index, method: str, path: str = PATH, **sent: Any) -> Any:
    action = {"POST": "weights.estimate", "GET": "weights.read", "PUT": "weights.use"}[method]
    return await index.officer.call(method, path, action, **sent)


async def test_an_estimate_is_a_version_that_is_put_in_force_and_taken_back(index: Index, started: Started) -> None:
    builtin = DEFAULT_WEIGHTS.version
    few = await _asked(index, "POST", json={})
    assert (few.status_code, code(few)) == (409, "too-few-pairs")
    assert (await _asked(index, "GET")).json() == {
        "in_force": {"version": builtin}, "built_in": builtin, "items": [],
    }  # fmt: skip

    roll, gp = _lists(210)
    await index.school_system.imported(roll)
    linked = await index.caller("gp-system", "practice", index.school_system.role).imported(gp, "list")
    assert linked.count("matched") == (211,)
    # A third of the children are drawn, whichever: too few.
    drawn = await _asked(index, "POST", json={"most_children": 100})
    assert (drawn.status_code, code(drawn)) == (409, "too-few-pairs")
    assert 60 <= int(re.findall(r"\d+", problem(drawn)["detail"])[0]) <= 80

    made = await _asked(index, "POST", json={"most_children": 1000})
    assert made.status_code == 201, made.text
    version = made.json()["version"]
    assert (version, made.json()["pairs"], made.json()["made_by"]) == (f"{builtin}+1", 210, "officer")
    shares = {(each["table"], each["band"]): each for each in made.json()["shares"]}
    slip, same = shares["family", "typo"], shares["family", "equal"]
    assert (slip["pairs"], same["pairs"]) == (70, 140)
    assert slip["found"] > 2 * slip["assumed"]
    assert slip["bits"] > slip["bits_before"] + 1
    assert same["bits"] < same["bits_before"]
    assert made.text.lower().count("amara") == 0
    found = (await _asked(index, "GET")).json()
    assert (found["in_force"]["version"], found["items"]) == (builtin, [made.json()])

    home = {"address_line": "12 Canal Street", "postcode": "M1 1AE"}
    child = await index.child(**home)

    async def candidate(local_id: str) -> dict[str, Any]:
        """Of a record that no machine should decide on."""
        sent = {"given_name": "Tamara", "family_name": "Okonkwo", "date_of_birth": "2014-05-07", **home}
        told = await index.teacher.register(**sent, local_id=local_id)
        assert told.status_code == 202, told.text
        found: dict[str, Any] = (await index.officer.reviews())["items"][-1]
        assert found["review_id"] == told.json()["review_id"]
        return dict(found["candidate"])

    unknown = await _asked(index, "PUT", f"{PATH}/in-force", json={"version": "2026-1+9"})
    assert (unknown.status_code, refused_fields(unknown)) == (422, ["version"])
    before = await candidate("a")
    assert before["weights_version"] == builtin
    put = await _asked(index, "PUT", f"{PATH}/in-force", json={"version": version})
    assert (put.json()["version"], put.json()["by"]) == (version, "officer")
    again = await _asked(index, "PUT", f"{PATH}/in-force", json={"version": version})
    assert again.json() == put.json()
    after = await candidate("b")
    assert after["weights_version"] == version
    assert after["score"] != before["score"]
    await _asked(index, "PUT", f"{PATH}/in-force", json={"version": builtin})
    assert await candidate("c") == before
    # An estimate never rests on an earlier one.
    second = (await _asked(index, "POST", json={})).json()
    assert [each["bits"] for each in second["shares"]] == [each["bits"] for each in made.json()["shares"]]

    # One of the time when the matcher knew fewer bands and tables goes on to work.
    async with started.database.write() as connection:
        is_second = matching_weights.c.version == second["version"]
        row = (await connection.execute(sa.select(matching_weights).where(is_second))).one()
        fewer = {
            name: {
                table: {band: each for band, each in bands.items() if band not in {"typo", "similar", "two parts"}}
                for table, bands in getattr(row, name).items()
                if table != "address_in_postcode"
            }
            for name in ("odds", "counts")
        }
        await connection.execute(sa.update(matching_weights).where(is_second).values(fewer))
        await connection.commit()
    listed = (await _asked(index, "GET")).json()["items"][0]
    found_in = {(each["table"], each["band"]): each for each in listed["shares"]}
    assert len(found_in) == len(shares)
    assert (found_in["family", "typo"]["pairs"], found_in["family", "equal"]["pairs"]) == (0, 140)
    assert found_in["family", "typo"]["bits"] == slip["bits_before"]
    await _asked(index, "PUT", f"{PATH}/in-force", json={"version": second["version"]})
    assert (await candidate("d"))["weights_version"] == second["version"]
    assert await index.worker.found(given_name="Amara", family_name="Okonkvo", date_of_birth="2014-03-08") == [child]
