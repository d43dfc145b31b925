"""A school roll and a GP list of one town's children, and the truth of who is who. The same seed, the same lists."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from random import Random

from tests.generator import noise
from tests.generator.bad import BadRow, spoil
from tests.generator.families import Child, Town, make_children
from tests.generator.identifiers import NHS_MISSING, NHS_OF_A_SIBLING, UPN_MISSING, Numbers
from tests.generator.row import HEADER, Row


@dataclass(frozen=True)
class Truth:
    """Who is who. Local ids are unique over both lists."""

    child_of: dict[str, str]
    """local_id -> key of the child, of every good row."""
    shared: frozenset[str]
    """Keys of the children on both lists."""
    twins: frozenset[str]
    """Keys of the children of multiple births."""
    bad: dict[str, BadRow] = field(default_factory=dict)
    """local_id -> what is wrong with that row."""

    def pairs(self) -> set[tuple[str, str]]:
        """(school local_id, surgery local_id) of each child on both lists."""
        school = {child: id_ for id_, child in self.child_of.items() if id_.startswith("S")}
        surgery = {child: id_ for id_, child in self.child_of.items() if id_.startswith("G")}
        return {(school[child], surgery[child]) for child in self.shared}


@dataclass(frozen=True)
class Lists:
    """`roll`: the school's rows; `gp_list`: the surgery's; in the order of the files."""

    roll: list[Row]
    gp_list: list[Row]
    truth: Truth


def make_lists(
    seed: int, rolls: int = 5000, shared: int = 4500, *, identifiers: bool = True, bad_rows: int = 0
) -> Lists:
    """Two lists of `rolls` good rows each, `shared` of them the same children, and `bad_rows` more rows on each.

    Without `identifiers` no row has an NHS number or UPN. Raises ValueError where `shared` exceeds `rolls`.
    """
    if not 0 <= shared <= rolls:
        raise ValueError("shared must lie between 0 and rolls")
    random = Random(seed)
    town = Town(random, 2 * rolls - shared)
    children = make_children(random, town, 2 * rolls - shared)
    # Who is on one list only is drawn child by child, so that often one twin is here and the other there.
    order = random.sample(children, len(children))
    both, school_only, surgery_only = order[:shared], order[shared:rolls], order[rolls:]
    numbers = Numbers(random)
    issued = {child.key: (numbers.nhs_number(), numbers.upn()) for child in children}
    siblings = {earlier.key: later.key for earlier, later in pairwise(children)}

    def rows(of: Iterable[Child], at: str) -> list[tuple[str, Row]]:
        return [
            (
                child.key,
                _row(random, child, at, *_held(random, child, at, issued, siblings) if identifiers else ("", "")),
            )
            for child in of
        ]

    school = rows(both + school_only, "school")
    surgery = rows([_later(random, town, child) for child in both] + surgery_only, "surgery")
    child_of: dict[str, str] = {}
    bad: dict[str, BadRow] = {}
    roll = _listed(random, "S", school, bad_rows, child_of, bad, numbers if identifiers else None)
    gp_list = _listed(random, "G", surgery, bad_rows, child_of, bad, numbers if identifiers else None)
    truth = Truth(
        child_of=child_of,
        shared=frozenset(child.key for child in both),
        twins=frozenset(child.key for child in children if child.is_twin),
        bad=bad,
    )
    return Lists(roll, gp_list, truth)


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """Write rows under the import's header, UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(row.cells() for row in rows)


def _later(random: Random, town: Town, child: Child) -> Child:
    """The same child when the second list is written."""
    if random.random() < noise.MOVED_HOUSE:
        near = child.address.postcode if random.random() < 0.6 else None
        child = replace(child, address=town.address(near))
    if random.random() < noise.FAMILY_NAME_CHANGED:
        child = replace(child, family_name=random.choice(child.community.families))
    return child


def _held(
    random: Random, child: Child, at: str, issued: dict[str, tuple[str, str]], siblings: dict[str, str]
) -> tuple[str, str]:
    """The NHS number and UPN that this list holds for the child."""
    nhs_number, upn = issued[child.key]
    if at == "school" and random.random() < NHS_OF_A_SIBLING:
        nhs_number = issued[siblings.get(child.key, child.key)][0]
    return (
        "" if random.random() < NHS_MISSING[at] else nhs_number,
        "" if random.random() < UPN_MISSING[at] else upn,
    )


def _row(random: Random, child: Child, at: str, nhs_number: str, upn: str) -> Row:
    given = noise.given_as_written(random, child, at)
    family = noise.family_as_written(random, child.family_name, at)
    if noise.are_names_swapped(random, child):
        given, family = family, given
    return Row(
        given_name=given,
        family_name=family,
        date_of_birth=noise.date_as_written(random, child.date_of_birth).isoformat(),
        sex=noise.sex_as_written(random, child.sex, at),
        address_line=noise.address_as_written(random, child.address),
        postcode=noise.postcode_as_written(random, child.address.postcode),
        nhs_number=nhs_number,
        upn=upn,
        local_id="",
    )


def _listed(
    random: Random,
    prefix: str,
    rows: list[tuple[str, Row]],
    bad_rows: int,
    child_of: dict[str, str],
    bad: dict[str, BadRow],
    numbers: Numbers | None,
) -> list[Row]:
    """The rows in random order with local ids, bad ones strewn in; fills the truth."""
    mixed: list[tuple[str | BadRow, Row]] = list(rows)
    for position in range(bad_rows):
        row, what = spoil(position, random.choice(rows)[1], numbers)
        mixed.append((what, row))
    random.shuffle(mixed)
    listed = []
    for number, (whose, row) in enumerate(mixed, start=1):
        local_id = f"{prefix}{number:06d}"
        listed.append(replace(row, local_id=local_id))
        if isinstance(whose, BadRow):
            bad[local_id] = whose
        else:
            child_of[local_id] = whose
    return listed
