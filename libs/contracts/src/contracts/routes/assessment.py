"""Assessments, and the stage of intervention."""

from contracts.routes.base import ALL, ASSESS, CHILD, FOUND, INDEX, INVOLVED, ONE, OWNED, Route
from contracts.vocabulary import Category, Purpose

ASSESSMENT = "/v1/assessments/{assessment_id}"
SECTION = f"{ASSESSMENT}/sections/{{key}}"
_PLANNED = (Category.INVOLVEMENT, Category.PLAN)


ROUTES: tuple[Route, ...] = (
    # Assessment
    Route("GET", "/v1/assessment-templates", ASSESS, "template.read"),
    Route("GET", "/v1/assessment-templates/{template_id}", ASSESS, "template.read"),
    Route("PUT", "/v1/assessment-templates/{template_id}", ASSESS, "template.write"),
    Route("POST", f"{ONE}/assessments", ASSESS, "assessment.begin", CHILD, INVOLVED, None),
    # Of all categories: whether somebody has contributed is told by what the reader may see alone.
    Route("GET", f"{ONE}/assessments", ASSESS, "assessment.list", CHILD, ALL, None),
    Route(
        "GET",
        "/v1/assessments/{assessment_id}",
        ASSESS,
        "assessment.read",
        OWNED,
        ALL,
        None,
        (),
        "assessment",
    ),
    Route(
        "PUT",
        "/v1/assessments/{assessment_id}/sections/{key}/contribution",
        ASSESS,
        "assessment.contribute",
        OWNED,
        ALL,
        None,
        (),
        "assessment",
    ),
    Route(
        "GET",
        "/v1/assessments/{assessment_id}/prefill",
        ASSESS,
        "assessment.prefill",
        OWNED,
        ALL,
        None,
        (),
        "assessment",
        supplied_by=INDEX,
    ),
    Route(
        "GET",
        "/v1/assessments/{assessment_id}/document",
        ASSESS,
        "assessment.document",
        OWNED,
        ALL,
        None,
        (),
        "assessment",
        supplied_by=INDEX,
    ),
    Route("GET", f"{SECTION}/history", ASSESS, "assessment.read", OWNED, ALL, None, (), "assessment"),
    # Of a draft the log tells no more than of any contribution: nobody but its author knows that there is one.
    Route("GET", f"{SECTION}/draft", ASSESS, "assessment.contribute", OWNED, ALL, None, (), "assessment"),
    Route("PUT", f"{SECTION}/draft", ASSESS, "assessment.contribute", OWNED, ALL, None, (), "assessment"),
    Route("DELETE", f"{SECTION}/draft", ASSESS, "assessment.contribute", OWNED, ALL, None, (), "assessment"),
    Route("POST", f"{SECTION}/draft/offer", ASSESS, "assessment.contribute", OWNED, ALL, None, (), "assessment"),
    Route("GET", "/v1/assessment-drafts", ASSESS, "assessment.contribute", FOUND, ALL, Purpose.DIRECT_SUPPORT),
    # The life of an assessment. What was agreed may be of any category.
    Route("POST", f"{ASSESSMENT}/completion", ASSESS, "assessment.complete", OWNED, ALL, None, (), "assessment"),
    Route("GET", f"{ASSESSMENT}/completion", ASSESS, "assessment.read", OWNED, ALL, None, (), "assessment"),
    Route("POST", f"{ASSESSMENT}/review", ASSESS, "assessment.review", OWNED, _PLANNED, None, (), "assessment"),
    Route("GET", f"{ASSESSMENT}/review", ASSESS, "assessment.read", OWNED, _PLANNED, None, (), "assessment"),
    Route("POST", f"{ASSESSMENT}/closure", ASSESS, "assessment.close", OWNED, _PLANNED, None, (), "assessment"),
    Route("POST", f"{ASSESSMENT}/contribution-requests", ASSESS, "assessment.ask", OWNED, ALL, None, (), "assessment"),
    Route("GET", f"{ASSESSMENT}/contribution-requests", ASSESS, "assessment.read", OWNED, ALL, None, (), "assessment"),
    # The stage of intervention
    Route("GET", f"{ONE}/stage", ASSESS, "stage.read", CHILD, (Category.PLAN,), None),
    Route("PUT", f"{ONE}/stage", ASSESS, "stage.set", CHILD, (Category.PLAN,), None),
    Route("GET", "/v1/reports/stages", ASSESS, "report.stages", purpose=Purpose.AUDIT),
)
