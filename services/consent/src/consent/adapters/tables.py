"""The consent service's tables."""

import sqlalchemy as sa

from chassis.database import UtcDateTime
from chassis.messaging import MessagingTables
from chassis.privileges import rows_may_be

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)
messaging = MessagingTables(metadata)

_directory_id = sa.String(64)
_id = sa.String(36)

agencies = sa.Table(
    "agencies",
    metadata,
    sa.Column("agency_id", _directory_id, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("sector", sa.String(20), nullable=False),
    sa.Column("ods_code", sa.String(10)),
    sa.Column("urn", sa.String(6)),
    sa.Column("contact", sa.String(500)),
    sa.Column("version", sa.Integer, nullable=False),
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("team_id", _directory_id, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("agency_id", _directory_id, nullable=False),
    sa.Column("leader_id", _directory_id),
    sa.Column("version", sa.Integer, nullable=False),
)

practitioners = sa.Table(
    "practitioners",
    metadata,
    sa.Column("practitioner_id", _directory_id, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("agency_id", _directory_id, index=True),
    sa.Column("role", sa.String(30), nullable=False, index=True),
    sa.Column("email", sa.String(254)),
    sa.Column("phone", sa.String(40)),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("scope", sa.String(12), nullable=False),
    # The same for each post that one person holds under a practitioner id of its own.
    sa.Column("person_id", _directory_id, index=True),
    sa.Column("version", sa.Integer, nullable=False),
)

team_members = sa.Table(
    "team_members",
    metadata,
    sa.Column("practitioner_id", _directory_id, primary_key=True),
    sa.Column("team_id", _directory_id, primary_key=True, index=True),
)

provisioned = sa.Table(
    "provisioned",
    metadata,
    # What an identity provider calls a practitioner or a team that it keeps, where that is not its id here.
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("entry_id", _directory_id, primary_key=True),
    sa.Column("user_name", sa.String(254)),
    # The name by which it is looked for: without regard to case, NULL once it is removed.
    sa.Column("name_key", sa.String(254), unique=True),
    sa.Column("external_id", sa.String(255), index=True),
    # Removed there: not found by SCIM any more, kept here with its history.
    sa.Column("removed", sa.Boolean, nullable=False),
)

services = sa.Table(
    "services",
    metadata,
    sa.Column("service_id", _directory_id, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("agency_id", _directory_id, nullable=False),
    sa.Column("team_id", _directory_id),
    sa.Column("type", sa.String(60), nullable=False),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("contact", sa.String(500)),
    sa.Column("version", sa.Integer, nullable=False),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("account_id", _id, primary_key=True),
    sa.Column("child_id", _id, nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("identity", sa.String(255), unique=True),
    sa.Column("created_by", _directory_id, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("accepted_at", UtcDateTime),
)

children = sa.Table(
    "children",
    metadata,
    sa.Column("child_id", _id, primary_key=True),
    # Bumped by each change to what a decision about the child is made from.
    sa.Column("epoch", sa.BigInteger, nullable=False),
    # Grown up: closed to everybody but index officers.
    sa.Column("archived", sa.Boolean, nullable=False, server_default=sa.false()),
)

involvements = sa.Table(
    "involvements",
    metadata,
    # The episode's id; for the lead professional `lead:<child id>`, so that a child has one.
    sa.Column("reference", sa.String(50), primary_key=True),
    sa.Column("child_id", _id, nullable=False, index=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("practitioner_id", _directory_id),
    # The service's team, as the directory has it at the time of asking, shares the relationship.
    sa.Column("service_id", _directory_id, index=True),
    sa.Column("ended_on", sa.Date),
    sa.Column("sensitive", sa.Boolean, nullable=False, server_default=sa.true()),
    # When it became known here; NULL: before that was kept.
    sa.Column("recorded_at", UtcDateTime),
    # When the child index recorded it, by its own clock; NULL: before that was kept.
    sa.Column("began_at", UtcDateTime),
    # Of a referral: the categories that the referrer shares; NULL of everything else.
    sa.Column("shared", sa.JSON(none_as_null=True)),
)

merges = sa.Table(
    "merges",
    metadata,
    sa.Column("merge_id", _id, primary_key=True),
    sa.Column("from_id", _id, nullable=False, index=True),
    sa.Column("into_id", _id, nullable=False, index=True),
    # By the child index's clock; what it recorded since holds for both.
    sa.Column("merged_at", UtcDateTime, nullable=False),
    # When it became known here, by our own clock; what was agreed here since holds for both.
    sa.Column("taken_at", UtcDateTime, nullable=False),
    # When it became known here that it was undone.
    sa.Column("undone_at", UtcDateTime),
)

merged_records = sa.Table(
    "merged_records",
    metadata,
    # Worked out from the merges in force: each record of a set of more than one, and the record that it answers as.
    sa.Column("record_id", _id, primary_key=True),
    sa.Column("root_id", _id, nullable=False, index=True),
)

# Keyed hashes: by which family names and homes a child and a practitioner are alike. Nothing can be read out of them.
child_likenesses = sa.Table(
    "child_likenesses",
    metadata,
    sa.Column("child_id", _id, primary_key=True),
    sa.Column("kind", sa.String(12), primary_key=True),
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("since", UtcDateTime, nullable=False),
)

practitioner_likenesses = sa.Table(
    "practitioner_likenesses",
    metadata,
    sa.Column("practitioner_id", _directory_id, primary_key=True),
    sa.Column("kind", sa.String(12), primary_key=True),
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("since", UtcDateTime, primary_key=True),
    # A former name counts for the looks of its time; it goes once they have been examined.
    sa.Column("until", UtcDateTime),
)

family = sa.Table(
    "family",
    metadata,
    sa.Column("relationship_id", _id, primary_key=True),
    sa.Column("child_id", _id, nullable=False, index=True),
    sa.Column("other_child_id", _id, nullable=False, index=True),
)

consents = sa.Table(
    "consents",
    metadata,
    sa.Column("consent_id", _id, primary_key=True),
    sa.Column("child_id", _id, nullable=False, index=True),
    sa.Column("given_by", sa.String(20), nullable=False),
    sa.Column("basis", sa.String(30), nullable=False),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("recipients", sa.JSON, nullable=False),
    sa.Column("purposes", sa.JSON(none_as_null=True)),
    sa.Column("valid_until", UtcDateTime, index=True),
    sa.Column("keep_until_25", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("note", sa.String(2000)),
    # How and when the family gave it, as whoever recorded it says; NULL where the family recorded it.
    sa.Column("evidence", sa.JSON(none_as_null=True)),
    sa.Column("recorded_by", _directory_id, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_by", _directory_id),
    sa.Column("withdrawn_at", UtcDateTime),
    sa.Column("reminded_at", UtcDateTime),
)

consent_requests = sa.Table(
    "consent_requests",
    metadata,
    sa.Column("request_id", _id, primary_key=True),
    sa.Column("child_id", _id, nullable=False, index=True),
    sa.Column("asked_of", sa.String(20), nullable=False),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("recipients", sa.JSON, nullable=False),
    sa.Column("outcome", sa.String(10), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("note", sa.String(2000)),
    sa.Column("recorded_by", _directory_id, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)

history_delays = sa.Table(
    "history_delays",
    metadata,
    sa.Column("delay_id", _id, primary_key=True),
    sa.Column("child_id", _id, nullable=False, index=True),
    # The agency of the officer who may change it, or the whole partnership.
    sa.Column("owner", _directory_id, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    # NULL: everybody's looks.
    sa.Column("viewers", sa.JSON(none_as_null=True)),
    sa.Column("reason", sa.String(2000), nullable=False),
    sa.Column("placed_by", _directory_id, nullable=False),
    sa.Column("placed_at", UtcDateTime, nullable=False),
    sa.Column("ended_by", _directory_id),
    sa.Column("ended_at", UtcDateTime),
)

blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("block_id", _id, primary_key=True),
    sa.Column("child_id", _id, nullable=False, index=True),
    sa.Column("viewer_type", sa.String(20), nullable=False),
    sa.Column("viewer_id", _directory_id, nullable=False),
    # NULL: all categories, those that are added later too.
    sa.Column("categories", sa.JSON(none_as_null=True)),
    sa.Column("valid_until", UtcDateTime),
    sa.Column("placed_by", _directory_id, nullable=False),
    sa.Column("placed_at", UtcDateTime, nullable=False),
    sa.Column("lifted_by", _directory_id),
    sa.Column("lifted_at", UtcDateTime),
)

shields = sa.Table(
    "shields",
    metadata,
    sa.Column("shield_id", _id, primary_key=True),
    sa.Column("child_id", _id, nullable=False, index=True),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("reason", sa.String(2000), nullable=False),
    sa.Column("placed_by", _directory_id, nullable=False),
    sa.Column("placed_at", UtcDateTime, nullable=False),
    sa.Column("lifted_by", _directory_id),
    sa.Column("lifted_at", UtcDateTime),
)

legal_bases = sa.Table(
    "legal_bases",
    metadata,
    sa.Column("basis_id", _id, primary_key=True),
    sa.Column("child_id", _id, nullable=False, index=True),
    sa.Column("code", sa.String(30), nullable=False),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("recipients", sa.JSON, nullable=False),
    sa.Column("valid_until", UtcDateTime, nullable=False),
    sa.Column("reference", sa.String(200), nullable=False),
    sa.Column("recorded_by", _directory_id, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("ended_by", _directory_id),
    sa.Column("ended_at", UtcDateTime),
)

overrides = sa.Table(
    "overrides",
    metadata,
    sa.Column("override_id", _id, primary_key=True),
    sa.Column("child_id", _id, nullable=False, index=True),
    sa.Column("viewer_id", _directory_id, nullable=False, index=True),
    sa.Column("agency_id", _directory_id),
    sa.Column("reason_code", sa.String(40), nullable=False),
    sa.Column("reason", sa.String(2000), nullable=False),
    sa.Column("flags", sa.JSON, nullable=False),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    # Set by the worker some time after it expired, so that a decision does not load what is long past.
    sa.Column("closed_at", UtcDateTime),
    sa.Column("reviewed_by", _directory_id),
    sa.Column("reviewed_at", UtcDateTime),
    sa.Column("justified", sa.Boolean),
    sa.Column("note", sa.String(2000)),
    sa.Column("reminded_at", UtcDateTime),
    sa.Column("escalated_at", UtcDateTime),
    # From when on the young person may know of it.
    sa.Column("disclosed_at", UtcDateTime),
)

PURGED_COLUMNS = ("body", "salt", "viewer_id", "agency_id", "child_id", "override_id")
"""What a purge empties; all else of an entry stays as it was written."""

access_log = sa.Table(
    "access_log",
    metadata,
    # On PostgreSQL partitioned by month of `at`, which its primary key has to hold as well: `(entry_id, at)` there.
    sa.Column("entry_id", _id, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    # These three are copies out of the body, to be searched by, and go with it.
    sa.Column("viewer_id", sa.String(255)),
    sa.Column("agency_id", _directory_id),
    sa.Column("child_id", _id),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("outcome", sa.String(10), nullable=False),
    # The override that opened it, of which the young person may not know yet.
    sa.Column("override_id", _id),
    # The salted body can be dropped by a purge; the leaf's hash stays, so that proofs still hold.
    sa.Column("body", sa.Text),
    sa.Column("salt", sa.String(32)),
    sa.Column("leaf_hash", sa.String(64), nullable=False),
    info=rows_may_be(changed=PURGED_COLUMNS),
)

# Written with the entry, and gone when it has its place in the tree: what waits is known without a look at the log, and
# no row of the log is ever written again (but by a purge), which would cost as much as writing it.
log_waiting = sa.Table(
    "log_waiting",
    metadata,
    sa.Column("entry_id", _id, primary_key=True),
    sa.Column("leaf_hash", sa.String(64), nullable=False),
    info=rows_may_be(deleted=True),
)

log_leaves = sa.Table(
    "log_leaves",
    metadata,
    sa.Column("leaf_index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry_id", _id, nullable=False, unique=True),
    info=rows_may_be(),
)


def _log_index(name: str, *columns: str, where: sa.ColumnElement[bool] | None = None) -> None:
    # Newest first is the order of every search, so time follows whatever else is searched by.
    sa.Index(
        f"ix_access_log_{name}",
        *(access_log.c[column] for column in columns),
        sqlite_where=where,
        postgresql_where=where,
    )


RARE_OUTCOME = access_log.c.outcome != sa.literal_column("'permitted'")
"""Most decisions permit; an index over the rest alone costs the others nothing. A literal, because neither database
uses a partial index whose condition it would have to find in a parameter."""

_log_index("at", "at", "entry_id", where=access_log.c.body.is_not(None))
for _column in ("viewer_id", "agency_id", "child_id"):
    _log_index(f"{_column}_at", _column, "at", "entry_id")
_log_index("outcome_at", "outcome", "at", "entry_id", where=RARE_OUTCOME)
for _column in ("viewer_id", "agency_id"):
    _log_index(f"{_column}_outcome_at", _column, "outcome", "at", "entry_id", where=RARE_OUTCOME)

LOG_COLUMNS = tuple(column.name for column in access_log.columns)

log_nodes = sa.Table(
    "log_nodes",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    info=rows_may_be(),
)

tree_heads = sa.Table(
    "tree_heads",
    metadata,
    sa.Column("tree_size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("root_hash", sa.String(64), nullable=False),
    sa.Column("timestamp", sa.String(40), nullable=False),
    sa.Column("key_id", sa.String(64), nullable=False),
    sa.Column("signature", sa.String(200), nullable=False),
    # When it was handed to other agencies as an event; most heads of a busy second never are.
    sa.Column("published_at", UtcDateTime, index=True),
    info=rows_may_be(changed=["published_at"]),
)

# Every public key that ever signed a head: after a rotation the old heads still need theirs.
log_keys = sa.Table(
    "log_keys",
    metadata,
    sa.Column("key_id", sa.String(64), primary_key=True),
    sa.Column("public_key", sa.JSON, nullable=False),
    sa.Column("first_used_at", UtcDateTime, nullable=False),
    info=rows_may_be(),
)

signals = sa.Table(
    "signals",
    metadata,
    sa.Column("signal_id", _id, primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("viewer_id", sa.String(255), nullable=False, index=True),
    sa.Column("agency_id", _directory_id),
    # One signal for each viewer, agency, kind and period: the local day, or the Monday of the week.
    sa.Column("period", sa.Date, nullable=False),
    sa.Column("began_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime, nullable=False, index=True),
    sa.Column("found_at", UtcDateTime, nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("peak", sa.Integer, nullable=False),
    sa.Column("thresholds", sa.JSON, nullable=False),
    sa.Column("policy_version", sa.String(100), nullable=False),
)
sa.Index("ix_signals_agency_id_signal_id", signals.c.agency_id, signals.c.signal_id)

signal_entries = sa.Table(
    "signal_entries",
    metadata,
    sa.Column("signal_id", _id, primary_key=True),
    sa.Column("entry_id", _id, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
)

signal_progress = sa.Table(
    "signal_progress",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
)
