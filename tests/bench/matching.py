"""Measures Kith's scores against Splink's on the FEBRL sets: `python -m tests.bench.matching`.

Both weigh the same pairs, those that share one of Kith's keys, and both call a pair of even odds or better one person.
Neither sees an identifier. Splink is trained by its own way, without the truth. Kith's weights for these sets were
chosen (`tests/child_index/matching/febrl.py`), and for a second figure trained likewise (`tests/bench/training.py`).
Kith's time is for keys and scores in one thread; Splink's for training and predicting in DuckDB, with as many threads
as there are cores.
"""

import logging
import os
import platform
import time
from typing import Any

from splink import Linker, SettingsCreator, block_on
from splink import comparison_library as cl
from splink.backends.duckdb import DuckDBAPI

from child_index.domain.matching import blocking_keys
from tests.bench.training import trained
from tests.child_index.matching.febrl import FebrlSet, Pair, load

SEED = 20_260
EVEN = 0.5
COLUMNS = ("given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "date_of_birth")
# Of five models tried the one that did best; the others lost up to 0.0003.
COMPARISONS = (
    cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
    cl.NameComparison("surname").configure(term_frequency_adjustments=True),
    cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
    cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
    cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]).configure(term_frequency_adjustments=True),
    cl.JaroWinklerAtThresholds("address_2", [0.9, 0.7]),
    cl.JaroWinklerAtThresholds("suburb", [0.9, 0.7]).configure(term_frequency_adjustments=True),
)
SURE = (
    block_on("given_name", "surname", "date_of_birth"),
    block_on("surname", "date_of_birth", "postcode"),
    block_on("given_name", "date_of_birth", "address_1"),
    block_on("given_name", "surname", "address_1", "postcode"),
)
"""Pairs that agree so are one person: from their number Splink takes how many there are at all."""
SURE_RECALL = 0.8
TRAINED_WITHIN = (block_on("date_of_birth"), block_on("given_name", "surname"), block_on("postcode", "suburb"))


def by_splink(febrl: FebrlSet) -> tuple[set[Pair], set[Pair], float]:
    """(pairs weighed, pairs of even odds or better, seconds)."""
    api = DuckDBAPI()
    tables = []
    for place, file in enumerate(febrl.files):
        rows = [
            {column: row[column] for column in COLUMNS}
            | {"unique_id": record_id, "keys": list(blocking_keys(febrl.records[record_id]))}
            for record_id, row in file.items()
        ]
        tables.append(api.register(rows, table_name=f"file_{place}"))
    settings = SettingsCreator(
        link_type="dedupe_only" if len(tables) == 1 else "link_only",
        comparisons=list(COMPARISONS),
        blocking_rules_to_generate_predictions=[block_on("keys", arrays_to_explode=["keys"])],
    )
    began = time.perf_counter()
    linker = Linker(tables, settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(list(SURE), recall=SURE_RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    for rule in TRAINED_WITHIN:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)
    predicted: Any = linker.inference.predict()
    rows = predicted.as_record_list()
    took = time.perf_counter() - began
    odds = {_pair(row): row["match_probability"] for row in rows}
    return set(odds), {pair for pair, probability in odds.items() if probability >= EVEN}, took


def _pair(row: dict[str, Any]) -> Pair:
    one, other = sorted((row["unique_id_l"], row["unique_id_r"]))
    return one, other


def by_kith(febrl: FebrlSet) -> tuple[set[Pair], set[Pair], float]:
    """(pairs weighed, pairs of even odds or better, seconds)."""
    began = time.perf_counter()
    blocked = febrl.blocked()
    matched = febrl.matched(blocked)
    return blocked, matched, time.perf_counter() - began


def main() -> None:
    logging.getLogger("splink").setLevel(logging.ERROR)
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; pairs F1 without identifiers")
    for number in (1, 3, 4):
        febrl = load(number)
        pairs, matched, took = by_kith(febrl)
        peers, peers_matched, peers_took = by_splink(febrl)
        again = febrl.matched(pairs, trained(febrl, pairs, SEED))
        assert peers == pairs, "both must weigh the same pairs"
        print(
            f"  FEBRL{number}  {len(pairs):>7,} pairs  Kith {febrl.f1(matched):.4f} in {took:.1f} s,"
            f" trained as Splink is {febrl.f1(again):.4f}, Splink {febrl.f1(peers_matched):.4f} in {peers_took:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
