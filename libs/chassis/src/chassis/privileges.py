"""What the role that a service runs as may do to the rows of its tables on PostgreSQL.

`deploy/postgres` gives that role SELECT, INSERT, UPDATE and DELETE on whatever a migration makes, by default
privileges. A table that says less (`Table(..., info=rows_may_be(...))`) is narrowed at the end of each migration job.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

_KEY = "kith_rows"
_VERSIONS = "alembic_version"
_GRANTED = sa.text("""
SELECT c.relname, g.rolname, c.relispartition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL aclexplode(c.relacl) acl JOIN pg_roles g ON g.oid = acl.grantee
 WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND acl.grantee <> c.relowner
 GROUP BY 1, 2, 3 ORDER BY 1, 2
""")


def rows_may_be(*, changed: Sequence[str] = (), deleted: bool = False) -> dict[str, Any]:
    """`info` of a table whose rows, once written, are to stay: only these columns may be changed."""
    return {_KEY: (tuple(changed), deleted)}


def narrow(connection: sa.Connection, metadata: sa.MetaData) -> None:
    """Takes from every role but the owner what the tables do not allow. Nothing on SQLite, nor where nobody else has
    anything. Partitions are reached through their table alone."""
    if connection.dialect.name != "postgresql":
        return
    quote = connection.dialect.identifier_preparer.quote
    for name, role, is_partition in connection.execute(_GRANTED).all():
        connection.execute(
            sa.text(f"REVOKE {_never(name, metadata, is_partition)} ON {quote(name)} FROM {quote(role)}")
        )
        for allowed in _allowed(name, metadata) if not is_partition else ():
            connection.execute(sa.text(f"GRANT {allowed} ON {quote(name)} TO {quote(role)}"))


def _never(name: str, metadata: sa.MetaData, is_partition: bool) -> str:
    if is_partition:
        return "ALL"
    if name == _VERSIONS:
        return "INSERT, UPDATE, DELETE, TRUNCATE"
    table = metadata.tables.get(name)
    return "UPDATE, DELETE, TRUNCATE" if table is not None and _KEY in table.info else "TRUNCATE"


def _allowed(name: str, metadata: sa.MetaData) -> Iterator[str]:
    table = metadata.tables.get(name)
    changed, deleted = table.info.get(_KEY, ((), False)) if table is not None else ((), False)
    if changed:
        yield f"UPDATE ({', '.join(changed)})"
    if deleted:
        yield "DELETE"
