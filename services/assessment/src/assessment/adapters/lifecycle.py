"""The life of assessments over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.lifecycle_tables import (
    assessment_reviews,
    closures,
    completion_actions,
    completion_contributions,
    completion_findings,
    completions,
    consents,
    followings,
)
from assessment.adapters.repositories import inserted
from assessment.adapters.tables import actions, assessments, contributions
from assessment.application.lifecycle_ports import Reader
from assessment.domain.lifecycle import (
    AssessmentReview,
    Closure,
    ClosureReason,
    Completion,
    ConsentNoted,
    Direction,
    Finding,
    Following,
    GivenBy,
    ReviewOutcome,
)
from contracts.vocabulary import Category

_c, _f, _a, _k = completions.c, completion_findings.c, completion_actions.c, completion_contributions.c
_r, _s = assessment_reviews.c, followings.c


def _child_of(assessment_id: str) -> sa.ScalarSelect[str]:
    return sa.select(assessments.c.child_id).where(assessments.c.assessment_id == assessment_id).scalar_subquery()


class SqlLifecycle:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_completion(self, completion: Completion) -> None:
        key = {"assessment_id": completion.assessment_id, "version": completion.version}
        await self._connection.execute(
            sa.insert(completions).values(
                **key,
                summary=completion.summary,
                child_views=completion.child_views,
                parent_views=completion.parent_views,
                consent_given_by=completion.consent.given_by,
                consent_id=completion.consent.consent_id,
                consent_words=completion.consent.words,
                completed_by=completion.completed_by,
                completed_at=completion.completed_at,
                child_id=_child_of(completion.assessment_id),
            )
        )
        findings = [{**key, "number": number, **asdict(each)} for number, each in enumerate(completion.findings)]
        if findings:
            await self._connection.execute(sa.insert(completion_findings), findings)
        agreed = completion.agreed_action_ids
        if agreed:
            await self._connection.execute(
                sa.insert(completion_actions),
                [{**key, "number": number, "action_id": each} for number, each in enumerate(agreed)],
            )
        # One statement: whoever contributes holds the assessment, so nothing comes between it and the commit.
        c = contributions.c
        standing = sa.select(
            c.assessment_id, sa.literal(completion.version), c.section_key, c.contributor_id, c.version
        ).where(c.assessment_id == completion.assessment_id)
        columns = [_k.assessment_id, _k.version, _k.section_key, _k.contributor_id, _k.contribution_version]
        await self._connection.execute(sa.insert(completion_contributions).from_select(columns, standing))

    async def note_consent(self, consent_id: str, child_id: str) -> None:
        await inserted(self._connection, sa.insert(consents).values(consent_id=consent_id, child_id=child_id))

    async def child_of_consent(self, consent_id: str) -> str | None:
        query = sa.select(consents.c.child_id).where(consents.c.consent_id == consent_id)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def versions_of_completion(self, assessment_id: str) -> int:
        newest = sa.select(sa.func.max(_c.version)).where(_c.assessment_id == assessment_id)
        return (await self._connection.execute(newest)).scalar_one() or 0

    async def completions(self, assessment_id: str, reader: Reader, before: int | None, limit: int) -> list[Completion]:
        query = sa.select(completions).where(_c.assessment_id == assessment_id)
        if before is not None:
            query = query.where(_c.version < before)
        rows = (await self._connection.execute(query.order_by(_c.version.desc()).limit(limit))).all()
        versions = [row.version for row in rows]
        findings = await self._connection.execute(
            sa.select(completion_findings)
            .where(_f.assessment_id == assessment_id, _f.version.in_(versions), _f.category.in_(reader.categories))
            .order_by(_f.number)
        )
        # That an action was agreed is for whom the action is; of another record's it is nobody's while they are apart.
        agreed = await self._connection.execute(
            sa.select(_a.version, _a.action_id)
            .join_from(completion_actions, actions, _a.action_id == actions.c.action_id)
            .where(
                _a.assessment_id == assessment_id,
                _a.version.in_(versions),
                actions.c.category.in_(reader.categories),
                actions.c.child_id.in_(reader.records),
            )
            .order_by(_a.number)
        )
        told, acted = findings.all(), agreed.all()
        return [
            Completion(
                assessment_id=row.assessment_id,
                version=row.version,
                summary=row.summary,
                child_views=row.child_views,
                parent_views=row.parent_views,
                consent=ConsentNoted(GivenBy(row.consent_given_by), row.consent_id, row.consent_words),
                completed_by=row.completed_by,
                completed_at=row.completed_at,
                findings=tuple(
                    Finding(each.text, Category(each.category)) for each in told if each.version == row.version
                ),
                agreed_action_ids=tuple(each.action_id for each in acted if each.version == row.version),
            )
            for row in rows
        ]

    async def rested_on(self, assessment_id: str, section_keys: Collection[str]) -> dict[tuple[str, str], int]:
        last = sa.select(sa.func.max(_c.version)).where(_c.assessment_id == assessment_id).scalar_subquery()
        query = sa.select(_k.section_key, _k.contributor_id, _k.contribution_version).where(
            _k.assessment_id == assessment_id, _k.version == last, _k.section_key.in_(section_keys)
        )
        found = await self._connection.execute(query)
        return {(row.section_key, row.contributor_id): row.contribution_version for row in found}

    async def add_review(self, review: AssessmentReview) -> None:
        await self._connection.execute(sa.insert(assessment_reviews).values(**asdict(review)))

    async def reviews(self, assessment_id: str, before: str | None, limit: int) -> list[AssessmentReview]:
        query = sa.select(assessment_reviews).where(_r.assessment_id == assessment_id)
        if before is not None:
            query = query.where(_r.assessment_review_id < before)
        found = await self._connection.execute(query.order_by(_r.assessment_review_id.desc()).limit(limit))
        return [AssessmentReview(**{**row._mapping, "outcome": ReviewOutcome(row.outcome)}) for row in found]

    async def add_closure(self, closure: Closure) -> None:
        await self._connection.execute(
            sa.insert(closures).values(**asdict(closure), child_id=_child_of(closure.assessment_id))
        )

    async def closure(self, assessment_id: str) -> Closure | None:
        told = [column for column in closures.c if column.name != "child_id"]
        query = sa.select(*told).where(closures.c.assessment_id == assessment_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Closure(**{**row._mapping, "reason_code": ClosureReason(row.reason_code)})

    async def follow(self, following: Following) -> None:
        await self._connection.execute(sa.insert(followings).values(**asdict(following)))

    async def thread_of(self, assessment_id: str) -> str:
        query = sa.select(_s.thread_id).where(_s.assessment_id == assessment_id)
        found = (await self._connection.execute(query)).scalar_one_or_none()
        return assessment_id if found is None else str(found)

    async def thread(self, thread_id: str) -> list[Following]:
        query = sa.select(followings).where(_s.thread_id == thread_id).order_by(_s.assessment_id)
        return [_following(row) for row in await self._connection.execute(query)]

    async def purge(self, child_id: str) -> None:
        theirs = sa.select(assessments.c.assessment_id).where(assessments.c.child_id == child_id)
        for table in (completion_contributions, completion_actions, completion_findings, completions):
            await self._connection.execute(sa.delete(table).where(table.c.assessment_id.in_(theirs)))
        for table in (assessment_reviews, closures, followings):
            await self._connection.execute(sa.delete(table).where(table.c.assessment_id.in_(theirs)))
        await self._connection.execute(sa.delete(consents).where(consents.c.child_id == child_id))
        # What another record, taken for the same child's, has to do with them.
        await self._connection.execute(sa.update(followings).where(_s.follows.in_(theirs)).values(follows=None))
        acted = sa.select(actions.c.action_id).where(actions.c.child_id == child_id)
        await self._connection.execute(sa.delete(completion_actions).where(_a.action_id.in_(acted)))


def _following(row: sa.Row[Any]) -> Following:
    return Following(row.assessment_id, row.thread_id, row.follows, Direction(row.step))
