"""The generator keeps its promises: others build their tests on it."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from stdnum.gb import nhs, upn

from tests.generator.__main__ import main
from tests.generator.rolls import Lists, make_lists, write_csv
from tests.generator.row import HEADER


@pytest.fixture(scope="module")
def lists() -> Lists:
    return make_lists(seed=5, rolls=2000, shared=1800, bad_rows=8)


def test_the_same_seed_makes_the_same_lists() -> None:
    assert make_lists(3, 60, 50, bad_rows=2) == make_lists(3, 60, 50, bad_rows=2)
    assert make_lists(3, 60, 50) != make_lists(4, 60, 50)


def test_lists_are_as_long_and_share_as_many_as_asked(lists: Lists) -> None:
    assert len(lists.roll) == len(lists.gp_list) == 2008
    assert len(lists.truth.shared) == len(lists.truth.pairs()) == 1800
    local_ids = [row.local_id for row in (*lists.roll, *lists.gp_list)]
    assert len(set(local_ids)) == 4016
    assert set(local_ids) == set(lists.truth.child_of) | set(lists.truth.bad)
    with pytest.raises(ValueError, match="shared"):
        make_lists(1, rolls=10, shared=11)


def test_identifiers_are_valid_and_of_the_test_range(lists: Lists) -> None:
    good = [row for row in (*lists.roll, *lists.gp_list) if row.local_id in lists.truth.child_of]
    numbers = [row.nhs_number for row in good if row.nhs_number]
    assert all(nhs.is_valid(number) and number.startswith("999") for number in numbers)
    assert all(upn.is_valid(row.upn) for row in good if row.upn)
    assert 0.3 < sum(not row.nhs_number for row in lists.roll) / len(lists.roll) < 0.4


def test_identifiers_can_be_left_out() -> None:
    bare = make_lists(5, rolls=200, shared=150, identifiers=False)
    assert not any(row.nhs_number or row.upn for row in (*bare.roll, *bare.gp_list))


def test_good_rows_are_good(lists: Lists) -> None:
    for row in (*lists.roll, *lists.gp_list):
        if row.local_id in lists.truth.child_of:
            assert row.given_name.strip()
            assert row.family_name.strip()
            assert date(2000, 1, 1) < date.fromisoformat(row.date_of_birth) < date(2026, 1, 1)


def test_each_kind_of_fault_comes_on_each_list(lists: Lists) -> None:
    for prefix in "SG":
        faults = [fault for local_id, fault in lists.truth.bad.items() if local_id.startswith(prefix)]
        assert len(set(faults)) == 8


def test_there_are_families_and_twins_some_parted_between_the_lists(lists: Lists) -> None:
    families = Counter((row.family_name, row.address_line) for row in lists.roll if row.address_line)
    assert sum(count > 1 for count in families.values()) > 100
    twins = lists.truth.twins
    assert 0.015 < len(twins) / 2200 < 0.06
    assert any(child not in lists.truth.shared for child in twins)


def test_the_lists_differ_as_lists_do(lists: Lists) -> None:
    row_of = {row.local_id: row for row in (*lists.roll, *lists.gp_list)}
    pairs = [(row_of[a], row_of[b]) for a, b in lists.truth.pairs()]

    def share(differ: int) -> float:
        return differ / len(pairs)

    assert 0.15 < share(sum(a.given_name != b.given_name for a, b in pairs)) < 0.4
    assert 0.01 < share(sum(a.date_of_birth != b.date_of_birth for a, b in pairs)) < 0.03
    moved = sum(bool(a.postcode and b.postcode) and a.postcode[:-2] != b.postcode[:-2] for a, b in pairs)
    assert 0.04 < share(moved) < 0.25


def test_a_file_can_be_read_back(lists: Lists, tmp_path: Path) -> None:
    write_csv(lists.roll, tmp_path / "roll.csv")
    with (tmp_path / "roll.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == HEADER
    assert [tuple(row) for row in rows[1:]] == [row.cells() for row in lists.roll]


def test_the_command_writes_lists_and_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["--seed", "7", "--out", str(tmp_path), "--rolls", "20", "--shared", "15", "--bad-rows", "2"]
    monkeypatch.setattr("sys.argv", ["tests.generator", *arguments])
    main()
    lines = {path.name: len(path.read_bytes().splitlines()) for path in tmp_path.iterdir()}
    assert lines == {"roll.csv": 23, "gp_list.csv": 23, "truth.csv": 45}
