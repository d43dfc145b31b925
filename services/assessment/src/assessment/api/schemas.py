"""What the routes take and answer with. Each field of an answer declares its information category."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from assessment.application.begin_assessment import BeginAssessment, Follow
from assessment.domain import templates
from assessment.domain.assessments import Assessment, Contribution, Draft, Status
from assessment.domain.lifecycle import Direction
from assessment.domain.templates import Section, Template
from chassis.disclosure import BY_SECTION, STRUCTURE, In
from chassis.errors import Invalid
from contracts.vocabulary import Category

_INVOLVEMENT = In(Category.INVOLVEMENT)


def without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("has a character that cannot be kept")
    return text


Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(without_nul)
]


class BeginRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    template_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    reason: Reason
    also_open: Annotated[bool, Field(description="To be begun though another is open; needs `also_open_reason`.")] = (
        False
    )
    also_open_reason: Annotated[Reason | None, Field(description="Why another beside the one that is open.")] = None

    follows: Annotated[
        Annotated[str, StringConstraints(max_length=36), AfterValidator(without_nul)] | None,
        Field(description="An open assessment of the child that this one takes up, and closes."),
    ] = None
    step: Annotated[
        Direction | None, Field(description="Whether support steps up (to social care) or down; goes with `follows`.")
    ] = None

    def command(self, if_match: str | None) -> BeginAssessment:
        """Raises `Invalid` where one of two fields says nothing without the other."""
        if (self.follows is None) != (self.step is None):
            raise Invalid.field("/step", "is needed with follows, and goes with it alone")
        if self.follows is not None and self.step is not None:
            if self.also_open:
                raise Invalid.field("/also_open", "is not needed with follows")
            return BeginAssessment(self.template_id, self.reason, None, Follow(self.follows, self.step, if_match))
        if self.also_open != (self.also_open_reason is not None):
            raise Invalid.field("/also_open_reason", "is needed with also_open, and goes with it alone")
        return BeginAssessment(self.template_id, self.reason, self.also_open_reason)


class ContributionRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    content: Annotated[dict[str, Any], Field(description="As the section's schema in the template has it.")]


class TemplateField(BaseModel):
    """One question. `national_key` is the same wherever it is asked, in every authority's templates."""

    name: Annotated[str, STRUCTURE]
    title: Annotated[str, STRUCTURE]
    help: Annotated[str, STRUCTURE]
    required: Annotated[bool, STRUCTURE]
    national_key: Annotated[str | None, STRUCTURE]
    max_age_months: Annotated[int | None, STRUCTURE, Field(description="What is older is asked anew.")]

    @classmethod
    def of(cls, field: templates.Field) -> Self:
        return cls(
            name=field.name,
            title=field.title,
            help=field.help,
            required=field.required,
            national_key=field.national_key,
            max_age_months=field.max_age_months,
        )


class TemplateSection(BaseModel):
    model_config = ConfigDict(validate_by_name=True)
    key: Annotated[str, STRUCTURE]
    title: Annotated[str, STRUCTURE]
    category: Annotated[Category, STRUCTURE]
    help: Annotated[str, STRUCTURE]
    schema_: Annotated[
        dict[str, Any], STRUCTURE, Field(alias="schema", description="JSON Schema 2020-12 of a contribution's content.")
    ]
    fields_: Annotated[
        list[TemplateField], STRUCTURE, Field(alias="fields", description="In the order in which they are asked.")
    ]

    @classmethod
    def of(cls, section: Section) -> Self:
        return cls(
            key=section.key,
            title=section.title,
            category=section.category,
            help=section.help,
            schema_=dict(section.schema),
            fields_=[TemplateField.of(field) for field in section.fields],
        )


class TemplateVersion(BaseModel):
    template_id: Annotated[str, STRUCTURE]
    version: Annotated[int, STRUCTURE]


class TemplateSummary(BaseModel):
    template_id: Annotated[str, STRUCTURE]
    version: Annotated[int, STRUCTURE]
    title: Annotated[str, STRUCTURE]
    national: Annotated[bool, STRUCTURE, Field(description="Built in; else the authority's own.")]
    extends: Annotated[TemplateVersion | None, STRUCTURE, Field(description="The national one that it derives from.")]
    screening: Annotated[bool, STRUCTURE, Field(description="A checklist before an assessment.")]

    @classmethod
    def of(cls, template: Template, **more: Any) -> Self:
        base = template.extends
        return cls(
            template_id=template.template_id,
            version=template.version,
            title=template.title,
            national=template.national,
            extends=None if base is None else TemplateVersion(template_id=base[0], version=base[1]),
            screening=template.screening,
            **more,
        )


class TemplatePage(BaseModel):
    items: Annotated[list[TemplateSummary], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class TemplateBody(TemplateSummary):
    help: Annotated[str, STRUCTURE]
    sections: Annotated[list[TemplateSection], STRUCTURE]


class TemplateRequest(BaseModel):
    """What a file of a template holds, but for its id and version (`services/assessment/templates.md`). What is wrong
    in `sections` is told by its place."""

    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    help: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    screening: bool | None = None
    extends: Annotated[
        dict[str, Any] | None, Field(description="`{template_id, version}` of the national template it derives from.")
    ] = None
    hide: Annotated[list[str] | None, Field(max_length=500)] = None
    sections: Annotated[
        list[dict[str, Any]] | None,
        Field(max_length=200, description="`{key, title, category, schema, help?, max_age_months?}` each."),
    ] = None

    def data(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class AssessmentSummary(BaseModel):
    assessment_id: Annotated[str, _INVOLVEMENT]
    child_id: Annotated[str, _INVOLVEMENT]
    template_id: Annotated[str, _INVOLVEMENT]
    template_version: Annotated[int, _INVOLVEMENT]
    title: Annotated[str, _INVOLVEMENT]
    reason: Annotated[str, In(Category.PLAN)]
    also_open_reason: Annotated[str | None, In(Category.PLAN)] = None
    status: Annotated[Status, _INVOLVEMENT]
    begun_by: Annotated[str | None, _INVOLVEMENT] = None
    begun_at: Annotated[datetime, _INVOLVEMENT]

    @classmethod
    def of(cls, assessment: Assessment, title: str, child_id: str | None, status: Status, **more: Any) -> Self:
        """`child_id` is what the child answers as now; the assessment may stand under a record merged since.
        `status` as the reader may see it."""
        return cls(
            assessment_id=assessment.assessment_id,
            child_id=child_id or assessment.child_id,
            template_id=assessment.template_id,
            template_version=assessment.template_version,
            title=title,
            reason=assessment.reason,
            also_open_reason=assessment.also_open_reason,
            status=status,
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


class DraftBody(BaseModel):
    """The ETag of a draft is new with each save."""

    content: Annotated[dict[str, Any], BY_SECTION]
    saved_at: Annotated[datetime, BY_SECTION]

    @classmethod
    def of(cls, draft: Draft) -> Self:
        return cls(content=draft.content, saved_at=draft.saved_at)


class ContributionPage(BaseModel):
    """The oldest first."""

    items: Annotated[list[ContributionBody], BY_SECTION]
    next_cursor: Annotated[str | None, STRUCTURE]


class SavedBody(ContributionBody):
    assessment_id: Annotated[str, _INVOLVEMENT]
    section_key: Annotated[str, BY_SECTION]
