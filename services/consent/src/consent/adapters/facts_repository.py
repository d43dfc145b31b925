"""Loads what a decision is made from: one trip for the viewer and all the children that are asked about."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from consent.adapters.facts_rows import kin_in, read_facts, records_in
from consent.adapters.facts_sql import POSTGRES_FACTS, SQLITE_FACTS, SQLITE_KIN
from consent.domain.facts import ChildFacts, Post, Viewer
from contracts.vocabulary import PractitionerStatus, Role, Scope, Sector

_ON_POSTGRES = sa.text(POSTGRES_FACTS).bindparams(sa.bindparam("children", type_=postgresql.ARRAY(sa.String)))
_ON_SQLITE = sa.text(SQLITE_FACTS).bindparams(sa.bindparam("records", expanding=True, type_=sa.String))
_KIN_ON_SQLITE = sa.text(SQLITE_KIN).bindparams(sa.bindparam("kin", expanding=True, type_=sa.String))

_VIEWERS = sa.text("""
SELECT p.practitioner_id, p.role, p.status, p.agency_id, p.scope, p.person_id, g.sector, m.team_id
  FROM practitioners p
  LEFT JOIN agencies g ON g.agency_id = p.agency_id
  LEFT JOIN team_members m ON m.practitioner_id = p.practitioner_id
 WHERE p.practitioner_id IN (SELECT i.practitioner_id FROM involvements i WHERE i.child_id IN :records)
    OR p.practitioner_id IN (SELECT t.practitioner_id FROM team_members t
                               JOIN services s ON s.team_id = t.team_id
                               JOIN involvements i ON i.service_id = s.service_id WHERE i.child_id IN :records)
    OR p.practitioner_id IN (SELECT v.viewer_id FROM overrides v WHERE v.child_id IN :records AND v.closed_at IS NULL)
    OR p.role IN :roles
""").bindparams(
    sa.bindparam("roles", expanding=True, type_=sa.String), sa.bindparam("records", expanding=True, type_=sa.String)
)

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
        """The viewer, and the facts of each child that there is, by each of its records (a child that is not known is
        left out)."""
        who = {"viewer": viewer_id, "account": viewer_id if self._by_account_id else ""}
        asked = list(dict.fromkeys(child_ids))
        if self._connection.dialect.name == "postgresql":
            return read_facts(viewer_id, await self._connection.execute(_ON_POSTGRES, {**who, "children": asked}))
        rows = (await self._connection.execute(_ON_SQLITE, {**who, "records": asked})).all()
        records = records_in(rows, asked)
        if len(records) > len(asked):
            rows = (await self._connection.execute(_ON_SQLITE, {**who, "records": records})).all()
        kin = kin_in(rows, records)
        if kin:
            rows = [*rows, *await self._connection.execute(_KIN_ON_SQLITE, {"kin": kin})]
        return read_facts(viewer_id, rows)

    async def viewers_of(self, records: Sequence[str], unrelated_roles: Sequence[Role]) -> list[Viewer]:
        """Every practitioner who is involved with the child, by name or by team, who holds an override for the child,
        and those of the roles that need no involvement for some purpose; ordered by id."""
        found = await self._connection.execute(
            _VIEWERS, {"records": list(records), "roles": [role.value for role in unrelated_roles] or [""]}
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
