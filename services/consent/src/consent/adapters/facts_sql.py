"""The statement that loads what a decision is made from, in a form for each database.

A child's facts are those of every record that answers as that child (`merged_records`), and the blocks and shields of
its family, by every record of theirs. One statement says all of it. Of the records to read PostgreSQL makes an array
first, which its planner takes for a handful of look-ups by index; SQLite is given them, since there another statement
costs no trip.
"""

# Every branch has the same nine text columns: what the row is, the child (or viewer) it belongs to, and seven values.
_FACTS = """
SELECT 'viewer' AS kind, p.practitioner_id AS child, p.role AS a, p.status AS b, p.agency_id AS c,
       g.sector AS d, p.scope AS e, CAST(NULL AS TEXT) AS f, CAST(NULL AS TEXT) AS g
  FROM practitioners p LEFT JOIN agencies g ON g.agency_id = p.agency_id WHERE p.practitioner_id IN :viewers
UNION ALL
SELECT 'team', m.practitioner_id, m.team_id, NULL, NULL, NULL, NULL, NULL, NULL FROM team_members m
 WHERE m.practitioner_id IN :viewers
UNION ALL
SELECT 'post', p.practitioner_id, o.practitioner_id, o.agency_id, NULL, NULL, NULL, NULL, NULL
  FROM practitioners p JOIN practitioners o ON o.person_id = p.person_id AND o.practitioner_id <> p.practitioner_id
 WHERE p.practitioner_id IN :viewers
UNION ALL
SELECT 'post-team', p.practitioner_id, o.practitioner_id, m.team_id, NULL, NULL, NULL, NULL, NULL
  FROM practitioners p JOIN practitioners o ON o.person_id = p.person_id AND o.practitioner_id <> p.practitioner_id
  JOIN team_members m ON m.practitioner_id = o.practitioner_id
 WHERE p.practitioner_id IN :viewers
UNION ALL
SELECT 'account', t.child_id, t.kind, t.account_id, t.identity, NULL, NULL, NULL, NULL
  FROM accounts t WHERE t.identity IN :viewers OR t.account_id IN :accounts
UNION ALL
SELECT 'child', k.child_id, CAST(k.epoch AS VARCHAR(20)), CASE WHEN k.archived THEN 'archived' END, NULL, NULL, NULL,
       NULL, NULL
  FROM children k WHERE k.child_id IN :own
UNION ALL
SELECT 'record', o.root_id, o.record_id, e.into_id, NULL, NULL, NULL, CAST(e.merged_at AS TEXT),
       CAST(e.taken_at AS TEXT)
  FROM merged_records m JOIN merged_records o ON o.root_id = m.root_id
  LEFT JOIN merges e ON e.from_id = o.record_id AND e.undone_at IS NULL
 WHERE m.record_id IN :blocking
UNION ALL
SELECT CASE WHEN i.sensitive OR s.sensitive THEN 'sensitive-involvement' ELSE 'involvement' END, i.child_id,
       i.reference, i.kind, CASE WHEN i.kind = 'referral' THEN CAST(i.shared AS TEXT) ELSE i.practitioner_id END,
       s.team_id, CAST(i.recorded_at AS TEXT), CAST(i.ended_on AS TEXT),
       CAST(i.began_at AS TEXT)
  FROM involvements i LEFT JOIN services s ON s.service_id = i.service_id WHERE i.child_id IN :own
UNION ALL
SELECT 'consent', s.child_id, s.consent_id, CAST(s.categories AS TEXT), CAST(s.recipients AS TEXT),
       CAST(s.purposes AS TEXT), s.given_by, CAST(s.valid_until AS TEXT), CAST(s.recorded_at AS TEXT)
  FROM consents s WHERE s.child_id IN :own AND s.withdrawn_at IS NULL
UNION ALL
SELECT 'legal-basis', l.child_id, l.basis_id, CAST(l.categories AS TEXT), CAST(l.recipients AS TEXT), NULL,
       CAST(l.recorded_at AS TEXT), CAST(l.valid_until AS TEXT), NULL
  FROM legal_bases l WHERE l.child_id IN :own AND l.ended_at IS NULL
UNION ALL
SELECT 'delay', d.child_id, CAST(d.viewers AS TEXT), NULL, NULL, NULL, CAST(d.since AS TEXT), CAST(d.until AS TEXT),
       NULL
  FROM history_delays d WHERE d.child_id IN :own AND d.ended_at IS NULL
UNION ALL
SELECT 'override', v.child_id, v.override_id, v.viewer_id, CAST(v.categories AS TEXT),
       CAST(v.disclosed_at AS TEXT), NULL, CAST(v.expires_at AS TEXT), NULL
  FROM overrides v WHERE v.child_id IN :own AND v.closed_at IS NULL
UNION ALL
SELECT 'block', b.child_id, b.block_id, b.viewer_type, b.viewer_id, CAST(b.categories AS TEXT), NULL,
       CAST(b.valid_until AS TEXT), NULL
  FROM blocks b WHERE b.lifted_at IS NULL AND b.child_id IN :blocking
UNION ALL
SELECT 'shield', b.child_id, b.shield_id, CAST(b.categories AS TEXT), NULL, NULL, NULL, NULL, NULL
  FROM shields b WHERE b.lifted_at IS NULL AND b.child_id IN :blocking
UNION ALL
SELECT 'related', f.child_id, f.other_child_id, NULL, NULL, NULL, NULL, NULL, NULL
  FROM family f WHERE f.child_id IN :own
UNION ALL
SELECT 'related', f.other_child_id, f.child_id, NULL, NULL, NULL, NULL, NULL, NULL
  FROM family f WHERE f.other_child_id IN :own
"""


def _of_one_viewer(facts: str, several: str) -> str:
    for name in ("viewer", "account"):
        facts = facts.replace(several.format(f"{name}s"), f"= :{name}")
    return facts


_SAME_CHILD = (
    "SELECT o.record_id FROM merged_records m JOIN merged_records o ON o.root_id = m.root_id WHERE m.record_id"
)
_OWN, _KIN = "ANY((SELECT ids FROM own)::varchar[])", "ANY((SELECT ids FROM kin)::varchar[])"

POSTGRES_FACTS_OF_SEVERAL = (
    f"""
WITH own AS MATERIALIZED (SELECT ARRAY(
  SELECT unnest(CAST(:children AS varchar[])) UNION {_SAME_CHILD} = ANY(CAST(:children AS varchar[]))) AS ids
), kin AS MATERIALIZED (SELECT ARRAY(
  SELECT f.other_child_id FROM family f WHERE f.child_id = {_OWN}
  UNION SELECT f.child_id FROM family f WHERE f.other_child_id = {_OWN}) AS ids
), blocking AS MATERIALIZED (SELECT
  (SELECT ids FROM own) || (SELECT ids FROM kin) || ARRAY({_SAME_CHILD} = {_KIN}) AS ids
)"""  # noqa: S608 - text of our own
    + _FACTS.replace("IN :own", f"= {_OWN}")
    .replace("IN :blocking", "= ANY((SELECT ids FROM blocking)::varchar[])")
    .replace("IN :viewers", "= ANY(:viewers)")
    .replace("IN :accounts", "= ANY(:accounts)")
)
"""`:children`, `:viewers` and `:accounts` are arrays: of the children asked about, by any of their records, and of who
asks (`:accounts` where an identity may be an account's id)."""

POSTGRES_FACTS = _of_one_viewer(POSTGRES_FACTS_OF_SEVERAL, "= ANY(:{})")
"""`:viewer` and `:account` are one identity."""

SQLITE_FACTS = _of_one_viewer(_FACTS, "IN :{}").replace(":own", ":records").replace(":blocking", ":records")
"""`:records` is a list. Where its rows name more records of a set, it is asked again with all of them; then
`SQLITE_KIN`, if there is family."""

_ROW, _OR_SAME = "\nUNION ALL\n", f"({_SAME_CHILD} IN :kin)"
SQLITE_KIN = _ROW.join(
    branch.replace("b.child_id IN :blocking", f"(b.child_id IN :kin OR b.child_id IN {_OR_SAME})").replace(
        ":blocking", ":kin"
    )
    for branch in _FACTS.split(_ROW)
    if ":blocking" in branch
)
"""The blocks and shields of the family, and which of their records belong together. `:kin` is a list of theirs."""
