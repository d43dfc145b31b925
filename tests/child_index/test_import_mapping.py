"""What an agency says of its lists once holds for all its later ones."""

from typing import Any

import pytest

from tests.child_index.kit import Index, code, refused_fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADER = "Vorname;Name;Birthday;Surname;Plz\n"
COLUMNS = {"given_name": "Vorname", "family_name": "NAME", "date_of_birth": "Birthday", "postcode": "plz"}


async def test_later_imports_are_read_by_it(index: Index) -> None:
    content = HEADER + "Zoë;Okonkwo;03/07/2014;Other;M1 1AE\n"
    assert set(refused_fields(await index.school_system.upload(content))) == {"/file"}
    told: dict[str, Any] = {
        "columns": COLUMNS,
        "date_format": "month-day-year",
        "delimiter": ";",
        "encoding": "windows-1252",
    }
    saved = await index.school_system.map_imports(**told)
    assert saved.status_code == 200, saved.text
    read = await index.officer.call("GET", "/v1/services/roll/import-mapping", "import.read")
    assert read.json() == saved.json() == {"service_id": "roll", **told}
    done = await index.school_system.imported(content.encode("cp1252"))
    assert done.count("created", "rejected") == (1, 0)
    basics = (await index.teacher.record(done.results[0]["child_id"]))["basics"]
    assert [basics[name] for name in ("given_name", "family_name", "date_of_birth")] == ["Zoë", "Okonkwo", "2014-03-07"]
    # What is said is not guessed any more: neither a column by another name nor another service's lists.
    for header, reason in (
        (HEADER.replace("Plz", "Postcode"), "has no column for postcode by the name in the saved mapping"),
        (HEADER.replace(";", ","), "has no column for given_name by the name in the saved mapping"),
    ):
        answer = await index.school_system.upload(header + "Zoë;Okonkwo;03/07/2014;Other;M1 1AE\n")
        assert reason in {each["detail"] for each in answer.json()["errors"]}
    assert set(refused_fields(await index.officer.upload(content, "list"))) == {"/file"}
    assert (await index.school_system.map_imports(columns={}, date_format="year-month-day")).status_code == 200
    plain = "forename,surname,dob\nAmara,Okonkwo,{}\nOliver,Smith,2012-01-09\n"
    done = await index.school_system.imported(plain.format("07/03/2014"))
    assert done.count("created", "rejected") == (1, 1)
    assert done.rejections[0]["reason"] == "does not begin with the year, as the saved mapping says"
    await index.school_system.map_imports(columns={})
    assert (await index.school_system.imported(plain.format("07/03/2014"))).count("rejected") == (0,)


async def test_what_a_mapping_may_say_and_who(index: Index) -> None:
    for mapping, pointer in (
        ({"columns": {"name": "Name"}}, "/columns/name"),
        ({"columns": {"upn": "-"}}, "/columns/upn"),
        ({"columns": {"upn": "x" * 500}}, "/columns/upn"),
        ({"columns": {"upn": "No.", "local_id": "no"}}, ""),
        ({"columns": {}, "date_format": "day-year"}, "/date_format"),
        ({"columns": {}, "delimiter": ":"}, "/delimiter"),
        ({"columns": {}, "encoding": "utf-7"}, "/encoding"),
        ({}, "/columns"),
        ({"columns": {}, "more": 1}, "/more"),
    ):
        found = refused_fields(await index.school_system.map_imports(**mapping))
        assert len(found) == 1
        assert found[0].startswith(pointer)
    for service in ("list", "none"):
        answer = await index.school_system.map_imports(service, columns={})
        assert (answer.status_code, code(answer)) == (404, "not-found")
    assert (await index.officer.map_imports("list", columns={})).status_code == 200
