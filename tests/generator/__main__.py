"""Write a school roll, a GP list and the truth about them: `python -m tests.generator --seed 7 --out DIR`."""

import argparse
import csv
from pathlib import Path

from tests.generator.rolls import make_lists, write_csv


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.generator", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for roll.csv, gp_list.csv and truth.csv")
    parser.add_argument("--rolls", type=int, default=5000, help="good rows on each list")
    parser.add_argument("--shared", type=int, default=4500, help="children on both lists")
    parser.add_argument("--bad-rows", type=int, default=0, help="rows to be refused, more on each list")
    parser.add_argument("--no-identifiers", action="store_true", help="leave NHS number and UPN blank")
    chosen = parser.parse_args()
    lists = make_lists(
        chosen.seed, chosen.rolls, chosen.shared, identifiers=not chosen.no_identifiers, bad_rows=chosen.bad_rows
    )
    chosen.out.mkdir(parents=True, exist_ok=True)
    write_csv(lists.roll, chosen.out / "roll.csv")
    write_csv(lists.gp_list, chosen.out / "gp_list.csv")
    with (chosen.out / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("local_id", "child", "fault"))
        for row in (*lists.roll, *lists.gp_list):
            fault = lists.truth.bad.get(row.local_id)
            child = lists.truth.child_of.get(row.local_id, "")
            writer.writerow((row.local_id, child, f"{fault.kind}: {fault.field}" if fault else ""))


if __name__ == "__main__":
    main()
