"""Match reviews: records of which a human has to say whether they are a child of the index."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bulk import insert_rows
from chassis.ids import Clock
from child_index.adapters import tables
from child_index.adapters.sql import among
from child_index.application.ports import Review, ReviewFilter
from child_index.domain.person import Person
from child_index.domain.placement import Changes

_reviews, _children, _sources = tables.match_reviews, tables.children, tables.source_records


class SqlReviews:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def listed(self, limit: int, after: str | None, which: ReviewFilter) -> list[Review]:
        found = [_reviews.c.state == which.state]
        if after is not None:
            found.append(_reviews.c.review_id > after)
        if which.import_id is not None:
            found.append(_reviews.c.import_id == which.import_id)
        if which.created_before is not None:
            found.append(_reviews.c.created_at < which.created_before)
        if which.min_score is not None:
            found.append(_reviews.c.score >= which.min_score)
        if which.max_score is not None:
            found.append(_reviews.c.score <= which.max_score)
        return await self._select(sa.and_(*found), limit)

    async def get(self, review_id: str) -> Review | None:
        found = await self._select(_reviews.c.review_id == review_id, 1)
        return found[0] if found else None

    async def _select(self, which: sa.ColumnElement[bool], limit: int) -> list[Review]:
        root = _children.alias("root")
        found = await self._connection.execute(
            sa.select(
                _reviews,
                _children.c.child_id,
                sa.func.coalesce(root.c.child_id, _children.c.child_id).label("root_id"),
            )
            .select_from(
                _reviews.join(_children, _reviews.c.candidate_no == _children.c.child_no).outerjoin(
                    root, root.c.child_no == _children.c.root_no
                )
            )
            .where(which)
            .order_by(_reviews.c.review_id)
            .limit(limit)
        )
        return [
            Review(
                review_id=row.review_id,
                state=row.state,
                created_at=row.created_at,
                service_id=row.service_id,
                agency_id=row.agency_id,
                source=row.source,
                source_key=row.source_key,
                submitted=Person.from_json(row.submitted),
                candidate_record=row.child_id,
                candidate_id=row.root_id,
                score=row.score,
                weights_version=row.weights_version,
                because=tuple(row.because),
                import_id=row.import_id,
                resolved_at=row.resolved_at,
                resolved_by=row.resolved_by,
                result_no=row.result_no,
                undone_at=row.undone_at,
                undone_by=row.undone_by,
            )
            for row in found
        ]

    async def submitted_about(self, numbers: Collection[int]) -> dict[int, list[Person]]:
        found = await self._connection.execute(
            sa.select(_reviews.c.candidate_no, _reviews.c.submitted).where(
                _reviews.c.state == "open", among(self._connection, _reviews.c.candidate_no, numbers)
            )
        )
        about: dict[int, list[Person]] = {}
        for row in found:
            about.setdefault(row.candidate_no, []).append(Person.from_json(row.submitted))
        return about

    async def add(
        self,
        changes: Changes,
        numbers: Mapping[str, int],
        created_by: str,
        agency_id: str | None,
        service_id: str | None,
        import_id: str | None,
    ) -> None:
        if not changes.reviews:
            return
        rows = [
            {
                "review_id": review.review_id,
                "state": "open",
                "created_at": self._clock(),
                "created_by": created_by,
                "agency_id": agency_id,
                "service_id": service_id,
                "source": review.submission.source,
                "source_key": review.submission.source_key,
                "submitted": review.submission.person.to_json(),
                "candidate_no": numbers[review.candidate_id],
                "score": review.score,
                "weights_version": review.weights_version,
                "because": list(review.because),
                "import_id": import_id,
            }
            for review in changes.reviews
        ]
        await insert_rows(self._connection, _reviews, rows)

    async def resolve(self, review_id: str, state: str, resolved_by: str, result_no: int) -> bool:
        done = await self._connection.execute(
            sa.update(_reviews)
            .where(_reviews.c.review_id == review_id, _reviews.c.state == "open")
            .values(state=state, resolved_at=self._clock(), resolved_by=resolved_by, result_no=result_no)
        )
        return done.rowcount == 1

    async def undo(self, review_id: str, before: str, state: str, undone_by: str, result_no: int) -> bool:
        done = await self._connection.execute(
            sa.update(_reviews)
            .where(_reviews.c.review_id == review_id, _reviews.c.state == before)
            .values(state=state, undone_at=self._clock(), undone_by=undone_by, result_no=result_no)
        )
        return done.rowcount == 1
