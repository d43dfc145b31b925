"""Loads what a decision is made from: one statement for the viewer and all the children that are asked about."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from consent.domain.facts import (
    Block,
    ChildFacts,
    ConsentInForce,
    HistoryDelay,
    Involvement,
    InvolvementKind,
    LegalBasisInForce,
    OverrideInForce,
    Post,
    Recipient,
    Viewer,
)
from contracts.vocabulary import (
    Category,
    PartyType,
    PractitionerStatus,
    Purpose,
    RecipientType,
    Role,
    Scope,
    Sector,
)

# Every branch has the same eight text columns: what the row is, the child it belongs to, and six values.
FACTS_SQL = """
SELECT 'viewer' AS kind, CAST(NULL AS VARCHAR(64)) AS child, p.role AS a, p.status AS b, p.agency_id AS c,
       g.sector AS d, p.scope AS e, CAST(NULL AS TEXT) AS f
  FROM practitioners p LEFT JOIN agencies g ON g.agency_id = p.agency_id WHERE p.practitioner_id = :viewer
UNION ALL
SELECT 'team', NULL, m.team_id, NULL, NULL, NULL, NULL, NULL FROM team_members m WHERE m.practitioner_id = :viewer
UNION ALL
SELECT 'post', NULL, o.practitioner_id, o.agency_id, NULL, NULL, NULL, NULL
  FROM practitioners p JOIN practitioners o ON o.person_id = p.person_id AND o.practitioner_id <> p.practitioner_id
 WHERE p.practitioner_id = :viewer
UNION ALL
SELECT 'post-team', NULL, o.practitioner_id, m.team_id, NULL, NULL, NULL, NULL
  FROM practitioners p JOIN practitioners o ON o.person_id = p.person_id AND o.practitioner_id <> p.practitioner_id
  JOIN team_members m ON m.practitioner_id = o.practitioner_id
 WHERE p.practitioner_id = :viewer
UNION ALL
SELECT 'account', t.child_id, t.kind, t.account_id, NULL, NULL, NULL, NULL
  FROM accounts t WHERE t.identity = :viewer OR t.account_id = :account
UNION ALL
SELECT 'child', k.child_id, CAST(k.epoch AS VARCHAR(20)), NULL, NULL, NULL, NULL, NULL
  FROM children k WHERE k.child_id IN :children
UNION ALL
SELECT CASE WHEN i.sensitive OR s.sensitive THEN 'sensitive-involvement' ELSE 'involvement' END, i.child_id,
       i.reference, i.kind, i.practitioner_id, s.team_id, CAST(i.recorded_at AS TEXT), CAST(i.ended_on AS TEXT)
  FROM involvements i LEFT JOIN services s ON s.service_id = i.service_id WHERE i.child_id IN :children
UNION ALL
SELECT 'consent', s.child_id, s.consent_id, CAST(s.categories AS TEXT), CAST(s.recipients AS TEXT),
       CAST(s.purposes AS TEXT), s.given_by, CAST(s.valid_until AS TEXT)
  FROM consents s WHERE s.child_id IN :children AND s.withdrawn_at IS NULL
UNION ALL
SELECT 'legal-basis', l.child_id, l.basis_id, CAST(l.categories AS TEXT), CAST(l.recipients AS TEXT), NULL,
       CAST(l.recorded_at AS TEXT),
       CAST(l.valid_until AS TEXT)
  FROM legal_bases l WHERE l.child_id IN :children AND l.ended_at IS NULL
UNION ALL
SELECT 'delay', d.child_id, CAST(d.viewers AS TEXT), NULL, NULL, NULL, CAST(d.since AS TEXT), CAST(d.until AS TEXT)
  FROM history_delays d WHERE d.child_id IN :children AND d.ended_at IS NULL
UNION ALL
SELECT 'override', v.child_id, v.override_id, v.viewer_id, CAST(v.categories AS TEXT),
       CAST(v.disclosed_at AS TEXT), NULL, CAST(v.expires_at AS TEXT)
  FROM overrides v WHERE v.child_id IN :children AND v.closed_at IS NULL
UNION ALL
SELECT 'block', b.child_id, b.block_id, b.viewer_type, b.viewer_id, CAST(b.categories AS TEXT), NULL,
       CAST(b.valid_until AS TEXT)
  FROM blocks b WHERE b.lifted_at IS NULL AND (
    b.child_id IN :children
    OR b.child_id IN (SELECT f.other_child_id FROM family f WHERE f.child_id IN :children)
    OR b.child_id IN (SELECT f.child_id FROM family f WHERE f.other_child_id IN :children))
UNION ALL
SELECT 'related', f.child_id, f.other_child_id, NULL, NULL, NULL, NULL, NULL FROM family f WHERE f.child_id IN :children
UNION ALL
SELECT 'related', f.other_child_id, f.child_id, NULL, NULL, NULL, NULL, NULL
  FROM family f WHERE f.other_child_id IN :children
"""
_FACTS = sa.text(FACTS_SQL).bindparams(sa.bindparam("children", expanding=True, type_=sa.String))

_VIEWERS = sa.text("""
SELECT p.practitioner_id, p.role, p.status, p.agency_id, p.scope, p.person_id, g.sector, m.team_id
  FROM practitioners p
  LEFT JOIN agencies g ON g.agency_id = p.agency_id
  LEFT JOIN team_members m ON m.practitioner_id = p.practitioner_id
 WHERE p.practitioner_id IN (SELECT i.practitioner_id FROM involvements i WHERE i.child_id = :child)
    OR p.practitioner_id IN (SELECT t.practitioner_id FROM team_members t
                               JOIN services s ON s.team_id = t.team_id
                               JOIN involvements i ON i.service_id = s.service_id WHERE i.child_id = :child)
    OR p.practitioner_id IN (SELECT v.viewer_id FROM overrides v WHERE v.child_id = :child AND v.closed_at IS NULL)
    OR p.role IN :roles
""").bindparams(sa.bindparam("roles", expanding=True, type_=sa.String))

_POSTS = sa.text("""
SELECT p.practitioner_id, p.agency_id, p.person_id, m.team_id
  FROM practitioners p LEFT JOIN team_members m ON m.practitioner_id = p.practitioner_id
 WHERE p.person_id IN :persons
""").bindparams(sa.bindparam("persons", expanding=True, type_=sa.String))


class FactsRepository:
    """`account_ids_are_identities` holds only with the development issuer, which signs in as an account by its id."""

    def __init__(self, connection: AsyncConnection, *, account_ids_are_identities: bool) -> None:
        self._connection = connection
        self._by_account_id = account_ids_are_identities

    async def load(self, viewer_id: str, child_ids: Sequence[str]) -> tuple[Viewer, dict[str, ChildFacts]]:
        """The viewer, and the facts of each child that there is (a child that is not known is left out)."""
        found = await self._connection.execute(
            _FACTS,
            {
                "viewer": viewer_id,
                "account": viewer_id if self._by_account_id else "",
                "children": list(dict.fromkeys(child_ids)),
            },
        )
        return read_facts(viewer_id, found)

    async def viewers_of(self, child_id: str, unrelated_roles: Sequence[Role]) -> list[Viewer]:
        """Every practitioner who is involved with the child, by name or by team, who holds an override for the child,
        and those of the roles that need no involvement for some purpose; ordered by id."""
        found = await self._connection.execute(
            _VIEWERS, {"child": child_id, "roles": [role.value for role in unrelated_roles] or [""]}
        )
        teams: dict[str, set[str]] = defaultdict(set)
        rows = {}
        for row in found:
            rows[row.practitioner_id] = row
            if row.team_id:
                teams[row.practitioner_id].add(row.team_id)
        posts = await self._posts({row.person_id for row in rows.values() if row.person_id is not None})
        return [
            Viewer(
                viewer_id=viewer_id,
                role=Role(row.role),
                status=PractitionerStatus(row.status),
                agency_id=row.agency_id,
                sector=Sector(row.sector) if row.sector else None,
                team_ids=frozenset(teams[viewer_id]),
                scope=Scope(row.scope),
                posts=tuple(post for post in posts.get(row.person_id, ()) if post.practitioner_id != viewer_id),
            )
            for viewer_id, row in sorted(rows.items())
        ]

    async def _posts(self, person_ids: set[str]) -> dict[str | None, list[Post]]:
        """Every post of these persons."""
        if not person_ids:
            return {}
        teams: dict[tuple[str, str | None, str], set[str]] = defaultdict(set)
        for row in await self._connection.execute(_POSTS, {"persons": sorted(person_ids)}):
            teams[row.practitioner_id, row.agency_id, row.person_id] |= {row.team_id} - {None}
        found: dict[str | None, list[Post]] = defaultdict(list)
        for (practitioner_id, agency_id, person_id), team_ids in sorted(teams.items(), key=str):
            found[person_id].append(Post(practitioner_id, agency_id, frozenset(team_ids)))
        return found


def read_facts(viewer_id: str, found: Iterable[Any]) -> tuple[Viewer, dict[str, ChildFacts]]:
    """The facts in the rows of `FACTS_SQL`, whose columns are attributes here."""
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in found:
        rows[row.kind].append(row)
    return _viewer(viewer_id, rows), _children(rows)


def _viewer(viewer_id: str, rows: dict[str, list[Any]]) -> Viewer:
    if rows["viewer"]:
        row = rows["viewer"][0]
        return Viewer(
            viewer_id=viewer_id,
            role=Role(row.a),
            status=PractitionerStatus(row.b),
            agency_id=row.c,
            sector=Sector(row.d) if row.d else None,
            team_ids=frozenset(team.a for team in rows["team"]),
            scope=Scope(row.e),
            posts=tuple(
                Post(post.a, post.b, frozenset(team.b for team in rows["post-team"] if team.a == post.a))
                for post in rows["post"]
            ),
        )
    if rows["account"]:
        row = rows["account"][0]
        return Viewer(viewer_id=row.b, role=Role(row.a), child_id=row.child)
    return Viewer(viewer_id=viewer_id)


def _children(rows: dict[str, list[Any]]) -> dict[str, ChildFacts]:
    blocks: dict[str, list[Block]] = defaultdict(list)
    for row in rows["block"]:
        blocks[row.child].append(
            Block(row.a, PartyType(row.b), row.c, _categories(row.d), _moment(row.f)),
        )
    involvements: dict[str, list[Involvement]] = defaultdict(list)
    for row in (*rows["involvement"], *rows["sensitive-involvement"]):
        ended = date.fromisoformat(row.f) if row.f else None
        sensitive = row.kind == "sensitive-involvement"
        found = Involvement(row.a, InvolvementKind(row.b), row.c, row.d, ended, sensitive, _moment(row.e))
        involvements[row.child].append(found)
    consents: dict[str, list[ConsentInForce]] = defaultdict(list)
    for row in rows["consent"]:
        consents[row.child].append(
            ConsentInForce(
                row.a,
                _categories(row.b) or frozenset(),
                _recipients(row.c),
                frozenset(map(Purpose, json.loads(row.d))) if row.d else None,
                _moment(row.f),
                row.e,
            )
        )
    legal_bases: dict[str, list[LegalBasisInForce]] = defaultdict(list)
    for row in rows["legal-basis"]:
        until = _moment(row.f)
        assert until is not None
        basis = LegalBasisInForce(row.a, _categories(row.b) or frozenset(), _recipients(row.c), until, _moment(row.e))
        legal_bases[row.child].append(basis)
    overrides: dict[str, list[OverrideInForce]] = defaultdict(list)
    for row in rows["override"]:
        until = _moment(row.f)
        assert until is not None
        override = OverrideInForce(row.a, row.b, _categories(row.c) or frozenset(), until, disclosed=row.d is not None)
        overrides[row.child].append(override)
    delays: dict[str, list[HistoryDelay]] = defaultdict(list)
    for row in rows["delay"]:
        since, until = _moment(row.e), _moment(row.f)
        assert since is not None
        assert until is not None
        delays[row.child].append(HistoryDelay(since, until, *parties_of(json.loads(row.a) if row.a else None)))
    related: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows["related"]:
        related[row.child][row.a] = None
    return {
        row.child: ChildFacts(
            child_id=row.child,
            epoch=int(row.a),
            involvements=tuple(involvements[row.child]),
            consents=tuple(consents[row.child]),
            blocks=tuple(blocks[row.child]),
            legal_bases=tuple(legal_bases[row.child]),
            overrides=tuple(overrides[row.child]),
            related=tuple((other, tuple(blocks[other])) for other in related[row.child]),
            delays=tuple(delays[row.child]),
        )
        for row in rows["child"]
    }


def parties_of(viewers: list[dict[str, str]] | None) -> tuple[frozenset[str], frozenset[str]]:
    """The practitioners and the agencies that a stored delay names."""
    named = [(PartyType(viewer["type"]), viewer["id"]) for viewer in viewers or ()]
    kinds = (PartyType.PRACTITIONER, PartyType.AGENCY)
    practitioners, agencies = (frozenset(party for kind, party in named if kind is wanted) for wanted in kinds)
    return practitioners, agencies


def _recipients(text: str) -> tuple[Recipient, ...]:
    return tuple(Recipient(RecipientType(entry["type"]), entry.get("id")) for entry in json.loads(text))


def _categories(text: str | None) -> frozenset[Category] | None:
    return None if text is None else frozenset(map(Category, json.loads(text)))


def _moment(text: str | None) -> datetime | None:
    """A time as either database writes it as text: with its zone, or in UTC without one."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
