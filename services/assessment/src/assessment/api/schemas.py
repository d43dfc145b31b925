"""What the routes take and answer with. Each field of an answer declares its information category."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from assessment.domain.assessments import Assessment, Contribution, Status
from assessment.domain.templates import Section, Template
from chassis.disclosure import BY_SECTION, STRUCTURE, In
from contracts.vocabulary import Category

_INVOLVEMENT = In(Category.INVOLVEMENT)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("has a character that cannot be kept")
    return text


class BeginRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    template_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_without_nul)
    ]


class ContributionRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    content: Annotated[dict[str, Any], Field(description="As the section's schema in the template has it.")]


class TemplateSection(BaseModel):
    model_config = ConfigDict(validate_by_name=True)
    key: Annotated[str, STRUCTURE]
    title: Annotated[str, STRUCTURE]
    category: Annotated[Category, STRUCTURE]
    help: Annotated[str, STRUCTURE]
    schema_: Annotated[
        dict[str, Any], STRUCTURE, Field(alias="schema", description="JSON Schema 2020-12 of a contribution's content.")
    ]

    @classmethod
    def of(cls, section: Section) -> Self:
        return cls(
            key=section.key,
            title=section.title,
            category=section.category,
            help=section.help,
            schema_=dict(section.schema),
        )


class TemplateSummary(BaseModel):
    template_id: Annotated[str, STRUCTURE]
    version: Annotated[int, STRUCTURE]
    title: Annotated[str, STRUCTURE]

    @classmethod
    def of(cls, template: Template, **more: Any) -> Self:
        return cls(template_id=template.template_id, version=template.version, title=template.title, **more)


class TemplatePage(BaseModel):
    items: Annotated[list[TemplateSummary], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class TemplateBody(TemplateSummary):
    sections: Annotated[list[TemplateSection], STRUCTURE]


class AssessmentSummary(BaseModel):
    assessment_id: Annotated[str, _INVOLVEMENT]
    child_id: Annotated[str, _INVOLVEMENT]
    template_id: Annotated[str, _INVOLVEMENT]
    template_version: Annotated[int, _INVOLVEMENT]
    title: Annotated[str, _INVOLVEMENT]
    reason: Annotated[str, In(Category.PLAN)]
    status: Annotated[Status, _INVOLVEMENT]
    begun_by: Annotated[str | None, _INVOLVEMENT] = None
    begun_at: Annotated[datetime, _INVOLVEMENT]

    @classmethod
    def of(cls, assessment: Assessment, title: str, child_id: str | None, **more: Any) -> Self:
        """`child_id` is what the child answers as now; the assessment may stand under a record merged since."""
        return cls(
            assessment_id=assessment.assessment_id,
            child_id=child_id or assessment.child_id,
            template_id=assessment.template_id,
            template_version=assessment.template_version,
            title=title,
            reason=assessment.reason,
            status=assessment.status,
            begun_by=assessment.begun_by,
            begun_at=assessment.begun_at,
            **more,
        )


class AssessmentPage(BaseModel):
    """Newest first."""

    items: Annotated[list[AssessmentSummary], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class ContributionBody(BaseModel):
    """The ETag of a contribution is its `version` in double quotes."""

    contributor_id: Annotated[str | None, _INVOLVEMENT] = None
    content: Annotated[dict[str, Any], BY_SECTION]
    version: Annotated[int, BY_SECTION]
    updated_at: Annotated[datetime, BY_SECTION]

    @classmethod
    def of(cls, contribution: Contribution, **more: Any) -> Self:
        return cls(
            contributor_id=contribution.contributor_id,
            content=contribution.content,
            version=contribution.version,
            updated_at=contribution.updated_at,
            **more,
        )


class AssessmentSection(BaseModel):
    key: Annotated[str, BY_SECTION]
    title: Annotated[str, BY_SECTION]
    category: Annotated[Category, BY_SECTION]
    contributions: Annotated[list[ContributionBody], BY_SECTION]

    @classmethod
    def of(cls, section: Section, contributions: Sequence[Contribution]) -> Self:
        shown = [ContributionBody.of(each) for each in contributions]
        return cls(key=section.key, title=section.title, category=section.category, contributions=shown)


class AssessmentBody(AssessmentSummary):
    """`sections` holds the granted ones alone."""

    sections: Annotated[list[AssessmentSection], BY_SECTION]


class SavedBody(ContributionBody):
    assessment_id: Annotated[str, _INVOLVEMENT]
    section_key: Annotated[str, BY_SECTION]
