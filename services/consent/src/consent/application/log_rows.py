"""An entry of the access log becomes a row: it gets its id, its time, its salt and the hash that stands for it."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from chassis.ids import new_id
from consent.application.ports import Record
from consent.domain.log_entries import encode_checked, leaf_data_of
from consent.domain.merkle import leaf_hash


def sealed(told: Mapping[str, object], at: datetime) -> Record:
    """The row of an entry that tells all but its id and time. `at` is UTC; member values are ids, codes and counts."""
    entry = {"entry_id": new_id(), "at": at.isoformat(timespec="microseconds").replace("+00:00", "Z"), **told}
    body = encode_checked(entry)
    salt = secrets.token_hex(16)
    return {
        "entry_id": entry["entry_id"],
        "at": at,
        "viewer_id": entry["viewer_id"],
        "agency_id": entry["agency_id"],
        "child_id": entry.get("child_id"),
        "action": entry["action"],
        "outcome": entry["outcome"],
        "body": body.decode(),
        "salt": salt,
        "leaf_hash": leaf_hash(leaf_data_of(body, salt)).hex(),
    }
