"""What a sender sees before and after an import: what it would do, and the rows that it refused."""

import csv
import io

import httpx
import pytest

from child_index.adapters.tables import metadata
from tests.child_index.conftest import Started
from tests.child_index.kit import Index, refused_fields
from tests.support.rows import all_rows

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADER = "Adno;Legal Surname;Forename;DOB;Post Code;Notes\n"
AMARA = "A1;Okonkwo;Amara;07/03/2014;M1 1AE;secret\n"
OLIVER = "O1;Smith;Oliver;09/01/2012;M1 1AE;secret\n"
BAD = {
    "A2;Lee;Ann;30/02/2014;nowhere;secret\n": "2,A2,Lee,Ann,30/02/2014,nowhere",
    '=2+3;@Lee;" -1";2014-02-03;+;secret\n': "3,'=2+3,'@Lee,' -1,2014-02-03,'+",
    "A4;Le\0e;Ann;2014-02-03;;secret\n": "4,A4,Le\0e,Ann,2014-02-03,",
    "A5;Lee\n": "5,,,,,",
    "A6;Le\udc80e;Ann;2014-02-03;;secret\n": "6,A6,Le\ufffde,Ann,2014-02-03,",
}


def _rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_rejected_rows_come_back_to_be_mended(index: Index) -> None:
    content = (HEADER + AMARA + "".join(BAD) + OLIVER + "é;" * 30).encode("utf-8", "surrogateescape")
    done = await index.school_system.imported(content)
    import_id = done.counts["import_id"]
    by_query = await index.school_system.import_state(import_id, "/rejections", format="csv")
    by_header = await index.school_system.call(
        "GET", f"/v1/imports/{import_id}/rejections", "import.read", sent={"Accept": "text/csv"}
    )
    assert by_query.text == by_header.text
    rows = _rows(by_query)
    ours = ("Forename", "Legal Surname", "DOB", "Post Code", "Adno")
    assert tuple(rows[0]) == (*ours, "rejected_row", "rejected_field", "rejected_reason")
    told = [
        ",".join(row[name] for name in ("rejected_row", "Adno", "Legal Surname", "Forename", "DOB", "Post Code"))
        for row in rows
    ]
    assert told[:-1] == list(BAD.values())
    assert "secret" not in by_query.text
    assert (rows[0]["rejected_field"], rows[0]["rejected_reason"]) == (
        "date_of_birth; postcode", "is not a day of the calendar; is not a UK postcode",
    )  # fmt: skip
    assert {row["rejected_field"] for row in rows if row["rejected_row"] in "57"} == {"row"}
    mended = by_query.text.replace("30/02/2014,nowhere", "28/02/2014,M1 1AE")
    again = await index.school_system.imported(mended)
    assert again.count("created", "rejected") == (1, len(BAD))
    for caller, status in ((index.officer, 404), (index.school_system.but(viewer_id="other"), 200)):
        assert (await caller.import_state(import_id, "/rejections", format="csv")).status_code == status


async def test_a_check_tells_what_would_happen_and_does_nothing(index: Index, started: Started) -> None:
    header = "given_name,family_name,date_of_birth,postcode,nhs_number,local_id\n"
    known = await index.teacher.registered(
        given_name="Amara", family_name="Okonkwo", date_of_birth="2014-03-07", nhs_number="9990000018"
    )
    await index.school_system.imported(header + "Oliver,Smith,2012-01-09,M1 1AE,,O1\n")
    rows = {
        "matched": "Oliver,Smith,2012-01-09,LS1 4AP,,O1\n",
        "review": "Amara,Okonkwo,2014-03-07,,9434765919,A1\n",
        "created": "Zofia,Nowak,2015-05-05,,,Z1\n",
    }
    again = "Zofia,Nowak,2015-05-05,,,Z1\nAnn,,2014-02-03,,,B1\n"

    async def kept() -> dict[str, object]:
        async with started.database.read() as connection:
            found = await all_rows(connection, metadata)
        own = ("import", "outbox", "inbox", "idempotency")
        return {table.name: rows for table, rows in found.items() if not table.name.startswith(own)}

    before = await kept()
    events = len(index.heard)
    check = await index.school_system.imported(header + "".join(rows.values()) + again, check="true")
    assert await kept() == before
    assert len(index.heard) == events
    assert check.counts["check"] is True
    assert check.effects is None
    names = ("created", "matched", "review", "rejected")
    assert check.count("total", *names) == (5, 1, 2, 1, 1)
    assert [line["outcome"] for line in check.results] == [*rows, "matched"]
    assert {line[name] for line in check.results for name in ("child_id", "review_id", "score")} == {None}
    assert known not in str(check)
    done = await index.school_system.imported(header + "".join(rows.values()) + again, check="false")
    assert (done.counts["check"], done.count(*names)) == (False, check.count(*names))
    assert done.rejections == check.rejections
    assert refused_fields(await index.school_system.upload(header + again, check="perhaps")) == ["/check"]


async def test_a_check_and_its_import_are_two_requests(index: Index) -> None:
    content = "given_name,family_name,date_of_birth\nAmara,Okonkwo,2014-03-07\n"
    first = await index.school_system.upload(content, key="k", check="true")
    other = await index.school_system.upload(content, key="k")
    assert (first.status_code, other.status_code) == (202, 422)
    await index.school_system.finished(first.json()["import_id"])
