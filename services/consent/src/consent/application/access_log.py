"""Reading the access log: search, proofs, and the export that anybody can verify offline."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from chassis.errors import FieldError, Invalid, NotFound, NotYet
from chassis.grants import Grant
from consent.application.ports import Record, UnitOfWork, UnitOfWorkFactory
from consent.application.whole_child import places_in_log
from consent.domain.log_heads import TreeHead, thumbprint
from consent.domain.log_lines import entry_line, head_line, hidden_line
from consent.domain.merkle import (
    consistency_nodes,
    consistency_path,
    inclusion_nodes,
    inclusion_path,
    root,
    root_nodes,
)
from contracts.vocabulary import Scope


def visible_to(grant: Grant, row: Record) -> bool:
    """An officer sees the looks of their own agency's people, and all where the directory gives them the scope."""
    if row["body"] is None:
        return False
    return grant.scope == Scope.PARTNERSHIP or (grant.agency_id is not None and row["agency_id"] == grant.agency_id)


def scoped(grant: Grant, filters: Mapping[str, Any]) -> dict[str, Any] | None:
    """The filters narrowed to what the officer may see; None where nothing can be left."""
    if grant.scope == Scope.PARTNERSHIP:
        return dict(filters)
    if grant.agency_id is None or filters.get("agency_id") not in {None, grant.agency_id}:
        return None
    return {**filters, "agency_id": grant.agency_id}


def entry_of(row: Record) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(row["body"])
    return entry


async def search(
    uow: UnitOfWork, grant: Grant, filters: Mapping[str, Any], after: tuple[datetime, str] | None, limit: int
) -> list[Record]:
    """Log rows, newest first: one more than `limit` where there are more."""
    narrowed = scoped(grant, filters)
    return [] if narrowed is None else await uow.log.search(await places_in_log(uow, narrowed), after, limit + 1)


async def tree_head(uow: UnitOfWork) -> TreeHead:
    head = await uow.log.latest_head()
    if head is None:
        raise NotYet("The first tree head is being signed", code="not-yet-sequenced")
    return head


async def inclusion_proof(uow: UnitOfWork, grant: Grant, entry_id: str) -> dict[str, Any]:
    """Proves that an entry is in the tree of the latest head. Raises `NotFound`, or `NotYet` when not sequenced.

    Of a purged entry nobody knows any more whose look it was, so its proof is for those who may see all.
    """
    row = await uow.log.get(entry_id)
    if row is None or not (visible_to(grant, row) or (row["body"] is None and grant.scope == Scope.PARTNERSHIP)):
        raise NotFound
    head = await tree_head(uow)
    index = row["leaf_index"]
    if index is None or index >= head.tree_size:
        raise NotYet("The entry is recorded and will be in the tree within a second", code="not-yet-sequenced")
    nodes = await uow.log.nodes(inclusion_nodes(index, head.tree_size))
    return {
        "leaf_index": index,
        "leaf_hash": row["leaf_hash"],
        "tree_size": head.tree_size,
        "root_hash": head.root_hash,
        "audit_path": [step.hex() for step in inclusion_path(index, head.tree_size, nodes)],
    }


async def consistency_proof(uow: UnitOfWork, from_size: int, to_size: int) -> dict[str, Any]:
    """Proves that the tree of `to_size` begins with that of `from_size`. Raises `Invalid` outside the tree."""
    head = await tree_head(uow)
    if to_size > head.tree_size:
        raise Invalid([FieldError("/to_size", "is larger than the tree")])
    if from_size > to_size:
        raise Invalid([FieldError("/from_size", "is larger than to_size")])
    needed = [*consistency_nodes(from_size, to_size), *root_nodes(from_size), *root_nodes(to_size)]
    nodes = await uow.log.nodes(list(dict.fromkeys(needed)))
    return {
        "from_size": from_size,
        "to_size": to_size,
        "from_root": root(from_size, nodes).hex(),
        "to_root": root(to_size, nodes).hex(),
        "path": [step.hex() for step in consistency_path(from_size, to_size, nodes)],
    }


async def keys(uow: UnitOfWork) -> list[dict[str, str]]:
    """The public keys that ever signed a head, the oldest first, as members of a JWKS (RFC 7517)."""
    return [{**key, "alg": "ES256", "use": "sig", "kid": thumbprint(key)} for key in await uow.log.keys()]


async def begin_export(uow: UnitOfWork) -> tuple[TreeHead, bytes]:
    """The head to export up to, and the line that says so, with all public keys. Raises `NotYet` before the first."""
    head = await tree_head(uow)
    found = {thumbprint(key): key for key in await uow.log.keys()}
    own = found.pop(head.key_id, None)
    if own is None:
        raise NotYet("The next tree head is being signed", code="not-yet-sequenced")
    return head, head_line(head, own, list(found.values()))


async def export(unit_of_work: UnitOfWorkFactory, grant: Grant, head: TreeHead, last: bytes) -> AsyncIterator[bytes]:
    """The log as NDJSON up to a signed head, which is the `last` line. Entries beyond the officer's scope are there
    by hash alone, so that the whole tree can be verified by anybody."""
    async with unit_of_work() as uow:
        async for row in uow.log.leaves(0, head.tree_size):
            if visible_to(grant, row):
                yield entry_line(row["leaf_index"], bytes.fromhex(row["leaf_hash"]), entry_of(row), row["salt"])
            else:
                yield hidden_line(row["leaf_index"], bytes.fromhex(row["leaf_hash"]))
        yield last
