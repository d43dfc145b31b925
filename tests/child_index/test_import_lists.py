"""Whole lists: two noisy lists of one town, an import cut off in the middle, and files of any bytes."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.child_index.kit import DIRECTORY, Index, running
from tests.generator.rolls import make_lists, write_csv

HEADER = "given_name,family_name,date_of_birth,sex,address_line,postcode,nhs_number,upn,local_id\n"


@pytest.mark.asyncio(loop_scope="session")
async def test_two_noisy_lists_of_one_town(index: Index, tmp_path: Path) -> None:
    lists = make_lists(20_011, 150, 120, identifiers=False, bad_rows=6)
    truth = lists.truth
    found: dict[str, str] = {}
    reviewed = 0
    for rows, service in ((lists.roll, "roll"), (lists.gp_list, "list")):
        path = tmp_path / f"{service}.csv"
        write_csv(rows, path)
        done = await index.officer.imported(path.read_bytes(), service)
        assert done.counts["state"] == "completed"
        bad_here = [row.local_id for row in rows if row.local_id in truth.bad]
        assert done.counts["rejected"] == len(bad_here)
        assert {(rows[r["row"] - 1].local_id, r["field"]) for r in done.rejections} == {
            (local_id, truth.bad[local_id].field) for local_id in bad_here
        }
        found |= {local_id: child for local_id, child in done.children.items() if child}
        reviewed += done.counts["review"]

    same = {(s, g) for s, g in truth.pairs() if s in found and g in found}
    linked = {(s, g) for s in found for g in found if s[0] == "S" and g[0] == "G" and found[s] == found[g]}
    assert not linked - truth.pairs(), "a wrong link"
    assert len(same & linked) >= 0.97 * len(same)
    assert reviewed <= 0.1 * 270


async def test_an_import_goes_on_where_it_was_cut_off(database_url: str, tmp_path: Path) -> None:
    lists = make_lists(7, 120, 0)
    write_csv(lists.roll, tmp_path / "roll.csv")
    options = {"import_batch_rows": 6, "import_poll_seconds": 0.05}
    heard = []
    async with running(database_url, tmp_path / "index", **options) as index:
        await index.tell(*DIRECTORY)
        import_id = (await index.officer.upload((tmp_path / "roll.csv").read_bytes())).json()["import_id"]
        heard += index.heard
    for cut in range(1, 3):
        async with running(database_url, tmp_path / "index", **options) as index:
            while (state := (await index.officer.import_state(import_id)).json())["processed"] < 12 * cut:
                await asyncio.sleep(0.005)
            heard += index.heard
    assert state["state"] == "running", "it was never cut off"
    async with running(database_url, tmp_path / "index", **options) as index:
        done = await index.officer.finished(import_id)
        for _ in range(100):
            registered = [e.data["child_id"] for e in heard + index.heard if e.type == "ChildRegistered"]
            begun = [e.data["child_id"] for e in heard + index.heard if e.type == "ServiceEpisodeStarted"]
            if len(set(begun)) == done.counts["created"]:
                break
            await asyncio.sleep(0.05)
    assert done.count("total", "processed") == (120, 120)
    assert [line["row"] for line in done.results] == list(range(1, 121))
    created = {line["child_id"] for line in done.results if line["outcome"] == "created"}
    assert len(created) == done.counts["created"]
    assert set(registered) == created
    assert set(begun) == {line["child_id"] for line in done.results if line["child_id"]}


_CELLS = (
    st.sampled_from(
        [
            "Amara",
            "Okonkwo",
            "2014-03-07",
            "07/03/2014",
            "F",
            "M1 1AE",
            "9434765919",
            "",
            " ",
            '"',
            ",",
            "\0",
            "x" * 9000,
        ]
    )
    | st.sampled_from(
        ["\r", "\n", "ß", "\u202e", "31/02/2014", "0001-01-01", "9999-12-31", "-", "=1+1", "2014-03-07T00:00"]
    )
    | st.text(max_size=12)
)
_ROWS = st.lists(st.lists(_CELLS, min_size=7, max_size=10).map(",".join), max_size=6).map("\n".join)
_TRANSFER_FILES = st.builds(
    lambda encoding, cells, end: (
        (
            f'<?xml version="1.0" encoding="{encoding}"?><CTfile><CTFpupilData><Pupil>'
            f"<Surname>{''.join(cells)}</Surname><Forename>Amara</Forename><DOB>2014-03-07</DOB></Pupil></CTFpupilData></CTfile>"
        ).encode("utf-8", "surrogatepass")
        + end
    ),
    st.sampled_from(
        ["utf-8", "utf-16", "utf-32", "utf-7", "windows-1252", "shift_jis", "gb18030", "big5", "koi8-r", "x"]
    ),
    st.lists(_CELLS, max_size=2),
    st.binary(max_size=3),
)
_FILES = (
    _TRANSFER_FILES
    | st.binary(max_size=200)
    | st.builds(
        lambda begin, rows, end: begin + rows.encode("utf-8", "surrogatepass") + end,
        st.sampled_from(
            [HEADER.encode(), b"\xef\xbb\xbf" + HEADER.encode(), b"date_of_birth,family_name,given_name\n"]
        ),
        _ROWS,
        st.binary(max_size=3),
    )
)


async def test_whatever_the_bytes_are(tmp_path: Path) -> None:
    """Any file is either refused at once or taken to its end, each row accounted for."""
    async with running(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite'}", tmp_path / "index") as index:
        await index.tell(*DIRECTORY)
        loop = asyncio.get_running_loop()

        async def send(content: bytes) -> None:
            answer = await index.officer.upload(content)
            assert answer.status_code in {202, 422}, answer.text
            if answer.status_code == 202:
                done = await index.officer.finished(answer.json()["import_id"])
                total, processed, *outcomes = done.count(
                    "total", "processed", "created", "matched", "review", "rejected"
                )
                assert done.counts["state"] == "completed"
                assert total == processed == sum(outcomes) > 0
                assert len({r["row"] for r in done.rejections}) == min(outcomes[-1], 200)

        @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(content=_FILES)
        def check(content: bytes) -> None:
            asyncio.run_coroutine_threadsafe(send(content), loop).result()

        await asyncio.to_thread(check)
