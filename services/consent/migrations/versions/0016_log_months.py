"""On PostgreSQL the access log is partitioned by month. On SQLite it stays one table.

What is there becomes one partition as it is, up to the end of the month: nothing is copied, but for entries that a
clock ahead of its time wrote. While its new primary key is made (seconds for a million entries) decisions wait.

Revision: 0016
After: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_INDEXES = {
    "at": "(at, entry_id) WHERE body IS NOT NULL",
    "viewer_id_at": "(viewer_id, at, entry_id)",
    "agency_id_at": "(agency_id, at, entry_id)",
    "child_id_at": "(child_id, at, entry_id)",
    "outcome_at": "(outcome, at, entry_id) WHERE outcome <> 'permitted'",
    "viewer_id_outcome_at": "(viewer_id, outcome, at, entry_id) WHERE outcome <> 'permitted'",
    "agency_id_outcome_at": "(agency_id, outcome, at, entry_id) WHERE outcome <> 'permitted'",
}
_MONTHS_AHEAD = 3
_LATER = "at >= (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'"

# Run by the worker, whose role makes no tables, with the rights of the role that owns them. It gives up soon where
# something holds the table, and is asked again. What lies in the default partition and belongs to the new month moves
# there; whether a month is still missing is asked of the default partition, which takes whatever the others do not.
_MAKE_MONTHS = """
CREATE FUNCTION make_log_months(ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
  begins timestamptz;
  ends timestamptz;
  name text;
  is_missing boolean;
  role text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock({lock});
  FOR n IN 0..ahead LOOP
    begins := (this_month + make_interval(months => n)) AT TIME ZONE 'UTC';
    ends := (this_month + make_interval(months => n + 1)) AT TIME ZONE 'UTC';
    EXECUTE format('SELECT %s FROM (SELECT $1 AS at) AS moment',
                   coalesce(pg_get_partition_constraintdef('access_log_default'::regclass), 'true'))
      INTO is_missing USING begins;
    CONTINUE WHEN NOT is_missing;
    name := to_char(begins AT TIME ZONE 'UTC', '"access_log_"YYYY_MM');
    EXECUTE format('CREATE TABLE %I (LIKE access_log)', name);
    FOR role IN SELECT DISTINCT grantee::regrole::text FROM pg_class, aclexplode(relacl)
                 WHERE oid = format('%I', name)::regclass AND grantee <> relowner AND grantee <> 0
    LOOP
      EXECUTE format('REVOKE ALL ON %I FROM %s', name, role);
    END LOOP;
    LOCK TABLE access_log_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('WITH moved AS (DELETE FROM access_log_default WHERE at >= $1 AND at < $2 RETURNING *)
                    INSERT INTO %I SELECT * FROM moved', name) USING begins, ends;
    EXECUTE format('ALTER TABLE access_log ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, begins, ends);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$
"""
_LOCK = 0x6C6F676D  # "logm": one at a time makes months


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE access_log RENAME TO access_log_before")
    op.execute("ALTER TABLE access_log_before DROP CONSTRAINT pk_access_log")
    for name in _INDEXES:
        op.execute(f"ALTER INDEX ix_access_log_{name} RENAME TO ix_access_log_before_{name}")
    # A later migration's column has to come to the end here as there: rows travel by the order of columns.
    op.execute("CREATE TABLE access_log (LIKE access_log_before) PARTITION BY RANGE (at)")
    op.execute("ALTER TABLE access_log ADD CONSTRAINT pk_access_log PRIMARY KEY (entry_id, at)")
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX ix_access_log_{name} ON access_log {columns}")
    op.execute("CREATE TABLE access_log_default PARTITION OF access_log DEFAULT")
    schema = connection.scalar(sa.text("SELECT quote_ident(current_schema())"))
    op.execute(_MAKE_MONTHS.format(schema=schema, lock=_LOCK))
    _keep(connection)
    op.execute(f"SELECT make_log_months({_MONTHS_AHEAD})")


def _keep(connection: sa.Connection) -> None:
    """What was logged until now becomes the first partition."""
    if not connection.scalar(sa.text("SELECT EXISTS (SELECT FROM access_log_before)")):
        op.execute("DROP TABLE access_log_before")
        return
    op.execute(
        f"WITH moved AS (DELETE FROM access_log_before WHERE {_LATER} RETURNING *)"  # noqa: S608 - text of our own
        " INSERT INTO access_log SELECT * FROM moved"
    )
    op.execute("ALTER TABLE access_log_before ADD CONSTRAINT pk_access_log_before PRIMARY KEY (entry_id, at)")
    next_month = connection.scalar(
        sa.text("SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'")
    )
    op.execute(
        f"ALTER TABLE access_log ATTACH PARTITION access_log_before FOR VALUES FROM (MINVALUE) TO ('{next_month}')"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("DROP FUNCTION make_log_months")
    op.execute("ALTER TABLE access_log RENAME TO access_log_months")
    op.execute("ALTER TABLE access_log_months RENAME CONSTRAINT pk_access_log TO pk_access_log_months")
    for name in _INDEXES:
        op.execute(f"DROP INDEX ix_access_log_{name}")
    op.execute("CREATE TABLE access_log (LIKE access_log_months)")
    op.execute("INSERT INTO access_log SELECT * FROM access_log_months")
    op.execute("DROP TABLE access_log_months")
    op.execute("ALTER TABLE access_log ADD CONSTRAINT pk_access_log PRIMARY KEY (entry_id)")
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX ix_access_log_{name} ON access_log {columns}")
