"""Tell it once: what was answered before is offered, and only what is new or too old is asked anew."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from assessment.domain.assessments import Assessment, Contribution
from assessment.domain.contents import content_errors
from assessment.domain.templates import Field, Section, Template


@dataclass(frozen=True, slots=True)
class Offer:
    """An earlier answer. `recorded_at`: since when it has stood as it is, however often it was saved since."""

    value: Any
    contributor_id: str
    recorded_at: datetime
    assessment: Assessment
    title: str


@dataclass(frozen=True, slots=True)
class AskedField:
    """`offers` newest first, one of each contributor. `ask`: none of them is young enough."""

    section: Section
    field: Field
    offers: tuple[Offer, ...]
    ask: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another assessment of the child, with its form and every version of what was contributed to these `sections`."""

    assessment: Assessment
    template: Template
    sections: Sequence[Section]
    versions: Sequence[Contribution]


def asked(
    template: Template,
    sections: Iterable[Section],
    earlier: Iterable[Earlier],
    max_age_months: int | None,
    now: datetime,
) -> list[AskedField]:
    """The fields of these sections of the template. `max_age_months` stands in for the fields' own."""
    offers: dict[tuple[str, str], list[Offer]] = {}
    for each in earlier:
        _gather(each, offers)
    found = []
    for section in sections:
        for field in section.fields:
            # A field of another category than the one that was answered is another question, whatever its key.
            known = offers.get((field.shared_key(template.template_id, section.key), section.category), [])
            fitting = _newest_of_each(offer for offer in known if not content_errors(field.schema, offer.value))
            months = field.max_age_months if max_age_months is None else max_age_months
            since = None if months is None else months_before(now, months)
            young = [offer for offer in fitting if since is None or offer.recorded_at >= since]
            found.append(AskedField(section, field, tuple(fitting), ask=not young))
    return found


def _gather(earlier: Earlier, offers: dict[tuple[str, str], list[Offer]]) -> None:
    by_section = {section.key: section for section in earlier.sections}
    ordered = sorted(earlier.versions, key=lambda each: (each.section_key, each.contributor_id, each.version))
    for (section_key, contributor_id), versions in groupby(
        ordered, key=lambda each: (each.section_key, each.contributor_id)
    ):
        section, history = by_section[section_key], list(versions)
        for field in section.fields:
            value = history[-1].content.get(field.name)
            if value in (None, "", [], {}):
                continue
            since = history[-1].updated_at
            for version in reversed(history):
                if version.content.get(field.name) != value:
                    break
                since = version.updated_at
            key = field.shared_key(earlier.template.template_id, section.key), section.category
            offers.setdefault(key, []).append(
                Offer(value, contributor_id, since, earlier.assessment, earlier.template.title)
            )


def _newest_of_each(offers: Iterable[Offer]) -> list[Offer]:
    newest: dict[str, Offer] = {}
    for offer in sorted(offers, key=lambda each: each.recorded_at, reverse=True):
        newest.setdefault(offer.contributor_id, offer)
    return list(newest.values())


def months_before(at: datetime, months: int) -> datetime:
    """The same day so many months before, or the last of that month where it has no such day."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
