"""The child index's tables, the same on SQLite and PostgreSQL. `migrations/` makes exactly these."""

import sqlalchemy as sa

from chassis.database import UtcDateTime
from chassis.messaging import MessagingTables

metadata = sa.MetaData()
messaging = MessagingTables(metadata)

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Counts who held the index, one after the other (`SqlChildren.hold`). SQLite has no sequences, and needs none here.
index_turns = sa.Sequence("index_turns", metadata=metadata)

children = sa.Table(
    "children",
    metadata,
    # A small number beside the public id: the table of blocking keys holds a dozen of them for each child.
    sa.Column("child_no", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("child_id", sa.String(36), nullable=False, unique=True),
    sa.Column("given_name", sa.String(100), nullable=False),
    sa.Column("family_name", sa.String(100), nullable=False),
    sa.Column("date_of_birth", sa.Date, nullable=False),
    sa.Column("born_accuracy", sa.String(3), nullable=False, server_default="AAA"),
    sa.Column("sex", sa.String(20)),
    sa.Column("nhs_number", sa.String(10)),
    sa.Column("upn", sa.String(13)),
    sa.Column("died_on", sa.Date),
    sa.Column("archived_at", UtcDateTime),
    # Since when runs have found that it may be purged: one run alone purges nothing, whatever its clock says.
    sa.Column("purge_due_at", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # The number of the record that this one answers as, its own where others answer as this; NULL for one alone.
    sa.Column("root_no", _NUMBER),
    sa.Index(
        "ix_children_root_no",
        "root_no",
        sqlite_where=sa.text("root_no IS NOT NULL"),
        postgresql_where=sa.text("root_no IS NOT NULL"),
    ),
)

merges = sa.Table(
    "merges",
    metadata,
    sa.Column("merge_id", sa.String(36), primary_key=True),
    sa.Column("from_no", _NUMBER, sa.ForeignKey("children.child_no"), nullable=False, index=True),
    sa.Column("into_no", _NUMBER, sa.ForeignKey("children.child_no"), nullable=False, index=True),
    sa.Column("note", sa.String(500)),
    sa.Column("merged_by", sa.String(64), nullable=False),
    sa.Column("merged_at", UtcDateTime, nullable=False),
    sa.Column("undone_by", sa.String(64)),
    sa.Column("undone_at", UtcDateTime),
    sa.Index(
        "uq_merges_active",
        "from_no",
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    ),
)

other_names = sa.Table(
    "other_names",
    metadata,
    sa.Column("child_no", _NUMBER, sa.ForeignKey("children.child_no"), primary_key=True, autoincrement=False),
    sa.Column("given_name", sa.String(100), primary_key=True),
    sa.Column("family_name", sa.String(100), primary_key=True),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)

addresses = sa.Table(
    "addresses",
    metadata,
    sa.Column("address_id", sa.String(36), primary_key=True),
    sa.Column("child_no", _NUMBER, sa.ForeignKey("children.child_no"), nullable=False, index=True),
    sa.Column("address_line", sa.String(200)),
    sa.Column("postcode", sa.String(8)),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("uprn", sa.String(12)),
)

hidden_names = sa.Table(
    "hidden_names",
    metadata,
    # A name that is neither shown nor searched by, save for index officers (after an adoption, say).
    sa.Column("child_no", _NUMBER, sa.ForeignKey("children.child_no"), primary_key=True, autoincrement=False),
    sa.Column("given_name", sa.String(100), primary_key=True),
    sa.Column("family_name", sa.String(100), primary_key=True),
    sa.Column("hidden_at", UtcDateTime, nullable=False),
)

hidden_keys = sa.Table(
    "hidden_keys",
    metadata,
    # Blocking keys that only hidden names give: of another table, so that nobody else's search can come upon them.
    sa.Column("h", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("child_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

record_changes = sa.Table(
    "record_changes",
    metadata,
    # Newer changes have higher ids. One row for each field of each record that a change touched.
    sa.Column("change_id", sa.String(36), primary_key=True),
    sa.Column("child_no", _NUMBER, sa.ForeignKey("children.child_no"), primary_key=True, autoincrement=False),
    sa.Column("field", sa.String(40), primary_key=True),
    sa.Column("category", sa.String(20), nullable=False),
    sa.Column("before", sa.JSON(none_as_null=True)),
    sa.Column("after", sa.JSON(none_as_null=True)),
    sa.Column("other_child_id", sa.String(36)),
    sa.Column("origin", sa.String(10), nullable=False),
    sa.Column("changed_by", sa.String(64), nullable=False),
    sa.Column("agency_id", sa.String(64)),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.String(500)),
    # It speaks of a hidden name: for index officers only.
    sa.Column("hidden", sa.Boolean, nullable=False),
    # Who made it works with the child by nothing but what is sensitive.
    sa.Column("by_sensitive", sa.Boolean, nullable=False),
    sa.Index("ix_record_changes_child_no", "child_no", "change_id"),
)

blocking_keys = sa.Table(
    "blocking_keys",
    metadata,
    # No foreign key: a dozen look-ups for each child registered would cost more than the whole of the rest.
    sa.Column("h", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("child_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

source_records = sa.Table(
    "source_records",
    metadata,
    sa.Column("source", sa.String(80), primary_key=True),
    sa.Column("source_key", sa.String(120), primary_key=True),
    # What the sender last said, so that the next change is seen as a change. Only where the sender numbers its rows.
    sa.Column("submitted", sa.JSON(none_as_null=True)),
    sa.Column("child_no", _NUMBER, sa.ForeignKey("children.child_no"), index=True),
    sa.Column("review_id", sa.String(36)),
    sa.Column("pending", sa.Boolean, nullable=False),
)

partings = sa.Table(
    "partings",
    metadata,
    sa.Column("child_no", _NUMBER, sa.ForeignKey("children.child_no"), primary_key=True, autoincrement=False),
    sa.Column("other_child_no", _NUMBER, sa.ForeignKey("children.child_no"), primary_key=True, autoincrement=False),
    sa.Column("review_id", sa.String(36), nullable=False),
)

statements = sa.Table(
    "statements",
    metadata,
    sa.Column("statement_no", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("child_no", _NUMBER, sa.ForeignKey("children.child_no"), nullable=False, index=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("source_key", sa.String(120), nullable=False),
    sa.Column("person", sa.JSON, nullable=False),
    sa.Column("said_on", sa.Date, nullable=False),
    sa.Column("import_id", sa.String(36)),
    sa.Column("row_no", sa.Integer),
    sa.Column("review_id", sa.String(36)),
    sa.Column("score", sa.Float),
    sa.Column("weights_version", sa.String(40)),
    sa.Column("undone_at", UtcDateTime),
    sa.Column("undone_by", sa.String(64)),
    # For an import's links; most rows register a child, and need no place in it.
    sa.Index(
        "ix_statements_linked",
        "import_id",
        "row_no",
        sqlite_where=sa.text("kind = 'linked' AND import_id IS NOT NULL"),
        postgresql_where=sa.text("kind = 'linked' AND import_id IS NOT NULL"),
    ),
)

match_reviews = sa.Table(
    "match_reviews",
    metadata,
    sa.Column("review_id", sa.String(36), primary_key=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    sa.Column("agency_id", sa.String(64)),
    sa.Column("service_id", sa.String(64)),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("source_key", sa.String(120), nullable=False),
    sa.Column("submitted", sa.JSON, nullable=False),
    sa.Column("candidate_no", _NUMBER, sa.ForeignKey("children.child_no"), nullable=False, index=True),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("weights_version", sa.String(40)),
    sa.Column("because", sa.JSON, nullable=False),
    sa.Column("resolved_at", UtcDateTime),
    sa.Column("resolved_by", sa.String(64)),
    sa.Column("result_no", _NUMBER, sa.ForeignKey("children.child_no")),
    sa.Column("import_id", sa.String(36)),
    sa.Column("undone_at", UtcDateTime),
    sa.Column("undone_by", sa.String(64)),
    sa.Index("ix_match_reviews_state", "state", "review_id"),
)

_ENDED = sa.text("ended_on IS NOT NULL")

episodes = sa.Table(
    "episodes",
    metadata,
    sa.Column("episode_id", sa.String(36), primary_key=True),
    sa.Column("child_no", _NUMBER, sa.ForeignKey("children.child_no"), nullable=False, index=True),
    sa.Column("service_id", sa.String(64), nullable=False),
    sa.Column("agency_id", sa.String(64), nullable=False),
    sa.Column("practitioner_id", sa.String(64)),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("contact", sa.String(200)),
    sa.Column("started_on", sa.Date, nullable=False),
    sa.Column("ended_on", sa.Date),
    sa.Column("end_reason", sa.String(500)),
    sa.Column("opened_by", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # The list that opened it, so that it goes with the rows that were linked by mistake.
    sa.Column("import_id", sa.String(36)),
    # In the order of the chronology; a day's own few are sorted as they are read.
    sa.Index("ix_episodes_started", "child_no", "started_on"),
    sa.Index("ix_episodes_ended", "child_no", "ended_on", sqlite_where=_ENDED, postgresql_where=_ENDED),
    # Unique indexes take two NULLs for different, hence one index with and one without a practitioner.
    sa.Index(
        "uq_episodes_open_of_practitioner",
        "child_no",
        "service_id",
        "practitioner_id",
        "sensitive",
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    ),
    sa.Index(
        "uq_episodes_open_of_service",
        "child_no",
        "service_id",
        "sensitive",
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL AND practitioner_id IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL AND practitioner_id IS NULL"),
    ),
    # For the leavers of a full roll.
    sa.Index(
        "ix_episodes_by_list",
        "service_id",
        "import_id",
        sqlite_where=sa.text("ended_on IS NULL AND import_id IS NOT NULL"),
        postgresql_where=sa.text("ended_on IS NULL AND import_id IS NOT NULL"),
    ),
)

lead_professionals = sa.Table(
    "lead_professionals",
    metadata,
    sa.Column("lead_id", sa.String(36), primary_key=True),
    sa.Column("child_no", _NUMBER, sa.ForeignKey("children.child_no"), nullable=False, index=True),
    sa.Column("practitioner_id", sa.String(64), nullable=False),
    sa.Column("reason", sa.String(500)),
    sa.Column("handover_note", sa.String(4000)),
    sa.Column("assigned_by", sa.String(64), nullable=False),
    sa.Column("assigned_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Index("ix_lead_professionals_assigned", "child_no", "assigned_at"),
    sa.Index(
        "uq_lead_professionals_present",
        "child_no",
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
)

relationships = sa.Table(
    "relationships",
    metadata,
    sa.Column("relationship_id", sa.String(36), primary_key=True),
    sa.Column("child_no", _NUMBER, sa.ForeignKey("children.child_no"), nullable=False),
    sa.Column("other_child_no", _NUMBER, sa.ForeignKey("children.child_no"), index=True),
    sa.Column("given_name", sa.String(100)),
    sa.Column("family_name", sa.String(100)),
    sa.Column("phone", sa.String(40)),
    sa.Column("lives_with_child", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("relationship", sa.String(30), nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("child_no", "other_child_no", name="uq_relationships_pair"),
)

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("import_id", sa.String(36), primary_key=True),
    sa.Column("service_id", sa.String(64), nullable=False),
    sa.Column("agency_id", sa.String(64)),
    sa.Column("created_by", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, index=True),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("processed", sa.Integer, nullable=False),
    sa.Column("created", sa.Integer, nullable=False),
    sa.Column("matched", sa.Integer, nullable=False),
    sa.Column("review", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Column("next_chunk", sa.Integer, nullable=False),
    sa.Column("last_event_id", sa.String(36)),
    sa.Column("finished_at", UtcDateTime),
    # Nothing is written but what would happen.
    sa.Column("is_check", sa.Boolean, nullable=False, server_default=sa.false()),
    # What the list calls each of our columns, for its rejections file.
    sa.Column("headings", sa.JSON, nullable=False, server_default="[]"),
    # Of a list that is the whole roll: how many in a hundred may leave, how many were found to have left, how many
    # episodes ended for that, and why none did.
    sa.Column("is_full_roll", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("leavers_limit", sa.Integer, nullable=False, server_default="0"),
    sa.Column("leavers", sa.Integer, nullable=False, server_default="0"),
    sa.Column("left_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("leavers_held", sa.String(20)),
    # As the saved mapping had it when the list came.
    sa.Column("date_order", sa.String(20), nullable=False, server_default="day-month-year"),
)

import_mappings = sa.Table(
    "import_mappings",
    metadata,
    sa.Column("service_id", sa.String(64), primary_key=True),
    sa.Column("columns", sa.JSON, nullable=False),
    sa.Column("date_order", sa.String(20), nullable=False),
    sa.Column("delimiter", sa.String(1)),
    sa.Column("encoding", sa.String(20)),
    sa.Column("changed_by", sa.String(64), nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

import_chunks = sa.Table(
    "import_chunks",
    metadata,
    sa.Column("import_id", sa.String(36), sa.ForeignKey("imports.import_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("rows", sa.LargeBinary, nullable=False),
)

import_rejections = sa.Table(
    "import_rejections",
    metadata,
    sa.Column("import_id", sa.String(36), sa.ForeignKey("imports.import_id"), primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("field", sa.String(40), primary_key=True),
    sa.Column("reason", sa.String(200), nullable=False),
)

import_refused_rows = sa.Table(
    "import_refused_rows",
    metadata,
    sa.Column("import_id", sa.String(36), sa.ForeignKey("imports.import_id"), primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
    # As it was sent, in the order of our columns; NULL for one that could not be read as a row.
    sa.Column("cells", sa.JSON(none_as_null=True)),
)

import_results = sa.Table(
    "import_results",
    metadata,
    sa.Column("import_id", sa.String(36), sa.ForeignKey("imports.import_id"), primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("local_id", sa.String(100)),
    sa.Column("outcome", sa.String(10), nullable=False),
    sa.Column("child_id", sa.String(36)),
    sa.Column("review_id", sa.String(36)),
    sa.Column("score", sa.Float),
)

# Versions of the matcher's numbers, estimated from this index. None is ever changed.
matching_weights = sa.Table(
    "matching_weights",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.String(40), nullable=False, unique=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("made_by", sa.String(64), nullable=False),
    sa.Column("pairs", sa.Integer, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("odds", sa.JSON, nullable=False),
    sa.Column("names", sa.JSON, nullable=False),
)

# Which version was put in force when; the last one is.
matching_weights_in_force = sa.Table(
    "matching_weights_in_force",
    metadata,
    sa.Column("turn", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
)

# --- copies of the directory, kept by the consent service's events ---------------------------------------------

# Which records have a shield: an import is not decided on child by child.
shields = sa.Table(
    "shields",
    metadata,
    sa.Column("shield_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False, index=True),
    # Kept when lifted, so that a placing that comes late is known to be over.
    sa.Column("lifted", sa.Boolean, nullable=False),
)

# Whom blocks name, as a keyed hash, for the same reason.
blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("block_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False, index=True),
    # NULL of a block that was lifted before its placing came.
    sa.Column("viewer_key", sa.String(32), index=True),
    sa.Column("closes", sa.Boolean, nullable=False),
    sa.Column("veils", sa.Boolean, nullable=False),
    sa.Column("valid_until", UtcDateTime),
    sa.Column("lifted", sa.Boolean, nullable=False),
)

# Not of the directory: consents by which a record is kept open until 25.
keeping_consents = sa.Table(
    "keeping_consents",
    metadata,
    sa.Column("consent_id", sa.String(36), primary_key=True),
    sa.Column("child_id", sa.String(36), nullable=False, index=True),
    sa.Column("valid_until", UtcDateTime),
    # Kept when withdrawn, so that a recording that comes late is known to be over.
    sa.Column("withdrawn", sa.Boolean, nullable=False),
)

agencies = sa.Table(
    "agencies",
    metadata,
    sa.Column("agency_id", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("contact", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
)

practitioners = sa.Table(
    "practitioners",
    metadata,
    sa.Column("practitioner_id", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("agency_id", sa.String(64)),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("phone", sa.Text),
    # When they leave these stay: it is these teams' leaders who find somebody else for their children.
    sa.Column("team_ids", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("version", sa.Integer, nullable=False),
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("team_id", sa.String(64), primary_key=True),
    sa.Column("agency_id", sa.String(64), nullable=False),
    sa.Column("leader_id", sa.String(64), index=True),
    sa.Column("version", sa.Integer, nullable=False),
)

services = sa.Table(
    "services",
    metadata,
    sa.Column("service_id", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("agency_id", sa.String(64), nullable=False),
    sa.Column("team_id", sa.String(64)),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("contact", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
)
