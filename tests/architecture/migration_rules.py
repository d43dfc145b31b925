"""What a migration does, as it does it, and what of that the release before would not survive.

The rule, and how to keep to it, is in `CONTRIBUTING.md`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.operations import ops
from alembic.operations.base import AbstractOperations
from sqlalchemy.dialects import postgresql

_FUNCTION_BODY = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)
_BREAKS = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|CONSTRAINT|SEQUENCE|FUNCTION|TYPE|VIEW)|RENAME|SET\s+NOT\s+NULL|DROP\s+DEFAULT|"
    r"TYPE\s+\w+|TRUNCATE|ADD\s+(CONSTRAINT|UNIQUE|PRIMARY|CHECK))\b",
    re.IGNORECASE,
)


@contextmanager
def recorded() -> Iterator[list[ops.MigrateOperation]]:
    """The operations that are carried out in the block, those within a batch too."""
    found: list[ops.MigrateOperation] = []
    carry_out = AbstractOperations.invoke

    def invoke(self: AbstractOperations, operation: ops.MigrateOperation) -> Any:
        found.append(operation)
        return carry_out(self, operation)

    AbstractOperations.invoke = invoke  # type: ignore[method-assign]
    try:
        yield found
    finally:
        AbstractOperations.invoke = carry_out  # type: ignore[method-assign]


def breaks(operations: list[ops.MigrateOperation]) -> list[str]:
    """Which of one migration's operations the release before, still running, would stumble over or wait for. Tables
    that the migration makes itself it knows nothing of."""
    own = {each.table_name for each in operations if isinstance(each, ops.CreateTableOp)}
    found = (_reason(each) for each in operations if getattr(each, "table_name", None) not in own)
    return [reason for reason in found if reason is not None]


def locks(operations: list[ops.MigrateOperation]) -> list[str]:
    """Indexes that are made while nobody can write to their table."""
    own = {each.table_name for each in operations if isinstance(each, ops.CreateTableOp)}
    made = [each for each in operations if isinstance(each, ops.CreateIndexOp) and each.table_name not in own]
    return [f"index {each.index_name} without add_index" for each in made if not each.kw.get("postgresql_concurrently")]


def _reason(operation: ops.MigrateOperation) -> str | None:
    match operation:
        case ops.DropTableOp():
            return f"drops table {operation.table_name}"
        case ops.RenameTableOp():
            return f"renames table {operation.table_name}"
        case ops.DropColumnOp():
            return f"drops {operation.table_name}.{operation.column_name}"
        case ops.DropConstraintOp():
            return f"drops constraint {operation.constraint_name}"
        case ops.AddColumnOp() if not operation.column.nullable and operation.column.server_default is None:
            return f"adds {operation.table_name}.{operation.column.name}, NOT NULL without a server default"
        case ops.AlterColumnOp():
            changed = {
                "renames": operation.modify_name is not None,
                "changes the type of": operation.modify_type is not None,
                "takes NULL from": operation.modify_nullable is False,
                "takes the default from": operation.modify_server_default is None,
            }
            does = ", ".join(words for words, is_so in changed.items() if is_so)
            return f"{does} {operation.table_name}.{operation.column_name}" if does else None
        case ops.AddConstraintOp():
            return f"adds constraint {operation.constraint_name}"  # type: ignore[attr-defined]
        case ops.CreateIndexOp() if operation.unique:
            return f"adds unique index {operation.index_name}"
        case ops.ExecuteSQLOp():
            found = _BREAKS.search(_FUNCTION_BODY.sub("", _text(operation.sqltext)))
            return f"executes {found.group()}" if found else None
    return None


def _text(statement: Any) -> str:
    if isinstance(statement, str):
        return statement
    return str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
