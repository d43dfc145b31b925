"""Makes logs, heads and exports the way the consent service does."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk

from consent.domain.log_entries import leaf_data
from consent.domain.log_export import entry_line, head_line, hidden_line
from consent.domain.log_findings import Report
from consent.domain.log_heads import LogSigner, TreeHead
from consent.domain.merkle import Frontier, Node, leaf_hash


def new_signer(seed: int = 1) -> LogSigner:
    """A signer whose key is the same for the same seed."""
    key = ec.derive_private_key(0x5EED_0000 + seed, ec.SECP256R1())
    return LogSigner(jwk.construct(key, algorithm="ES256").to_dict())


def uuid_from(rng: random.Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-7{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def new_entry(rng: random.Random, **changes: object) -> dict[str, Any]:
    """An entry as the API gives it, with text that JSON could spell in more than one way."""
    permitted = rng.random() < 0.7
    return {
        "entry_id": uuid_from(rng),
        "at": f"2025-03-{rng.randint(1, 28):02d}T{rng.randint(0, 23):02d}:15:30.123456Z",
        "viewer_id": uuid_from(rng),
        "agency_id": f"agency-{rng.randint(1, 9)}",
        "child_id": uuid_from(rng) if rng.random() < 0.8 else None,
        "action": "read",
        "purpose": "early-help",
        "categories": ["basics", "plan"],
        "permitted": ["basics"] if permitted else [],
        "outcome": "permitted" if permitted else "refused",
        "rules": [{"category": "plan", "rule": "consent", "because": 'no consent – “ŵy’n iawn” \u2028 "\\\n'}],
        "decision_id": uuid_from(rng),
        "policy_version": "1",
        "request_id": uuid_from(rng),
        **changes,
    }


@dataclass
class Log:
    """A log of salted entries, as the service keeps it."""

    signer: LogSigner = field(default_factory=new_signer)
    rows: list[tuple[dict[str, Any], str, bytes]] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def append(self, entry: dict[str, Any], salt: str) -> list[Node]:
        leaf = leaf_hash(leaf_data(entry, salt))
        finished = self.frontier.append(leaf)
        self.rows.append((entry, salt, leaf))
        self.nodes.update({(node.level, node.position): node.hash for node in finished})
        return finished

    def head(self, timestamp: str = "2025-03-29T10:00:00.5Z", signer: LogSigner | None = None) -> TreeHead:
        return (signer or self.signer).sign(self.frontier.size, self.frontier.root().hex(), timestamp)

    def export(self, hidden: Callable[[int], bool] = lambda _: False, signer: LogSigner | None = None) -> list[bytes]:
        signer = signer or self.signer
        lines = [
            hidden_line(index, leaf) if hidden(index) else entry_line(index, leaf, entry, salt)
            for index, (entry, salt, leaf) in enumerate(self.rows)
        ]
        return [*lines, head_line(self.head(signer=signer), signer.public_jwk)]


def new_log(size: int, seed: int = 7, signer: LogSigner | None = None) -> Log:
    rng = random.Random(seed)
    log = Log(signer or new_signer())
    for _ in range(size):
        log.append(new_entry(rng), f"{rng.getrandbits(128):032x}")
    return log


def relog(log: Log, rows: Iterable[tuple[dict[str, Any], str]], signer: LogSigner | None = None) -> Log:
    """Another log from the rows given: what a forger with the whole database would make."""
    forged = Log(signer or log.signer)
    for entry, salt in rows:
        forged.append(entry, salt)
    return forged


LOG = new_log(24)
"""The log that most tests tamper with; every fifth entry is hidden from the reader of the export."""
TRUSTED = {LOG.signer.key_id: LOG.signer.public_jwk}
LINES = LOG.export(hidden=lambda index: index % 5 == 3)


def codes(report: Report) -> set[str]:
    return {str(code) for code in report.codes()}
