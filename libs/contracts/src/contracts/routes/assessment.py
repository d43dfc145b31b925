"""Assessments, and the stage of intervention."""

from contracts.routes.base import ALL, ASSESS, CHILD, INDEX, INVOLVED, ONE, OWNED, Route
from contracts.vocabulary import Category, Purpose

SECTION = "/v1/assessments/{assessment_id}/sections/{key}"


ROUTES: tuple[Route, ...] = (
    # Assessment
    Route("GET", "/v1/assessment-templates", ASSESS, "template.read"),
    Route("GET", "/v1/assessment-templates/{template_id}", ASSESS, "template.read"),
    Route("PUT", "/v1/assessment-templates/{template_id}", ASSESS, "template.write"),
    Route("POST", f"{ONE}/assessments", ASSESS, "assessment.begin", CHILD, INVOLVED, None),
    Route("GET", f"{ONE}/assessments", ASSESS, "assessment.list", CHILD, INVOLVED, None),
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
    Route("GET", f"{SECTION}/history", ASSESS, "assessment.read", OWNED, ALL, None, (), "assessment"),
    # Of a draft the log tells no more than of any contribution: nobody but its author knows that there is one.
    Route("GET", f"{SECTION}/draft", ASSESS, "assessment.contribute", OWNED, ALL, None, (), "assessment"),
    Route("PUT", f"{SECTION}/draft", ASSESS, "assessment.contribute", OWNED, ALL, None, (), "assessment"),
    Route("DELETE", f"{SECTION}/draft", ASSESS, "assessment.contribute", OWNED, ALL, None, (), "assessment"),
    Route("POST", f"{SECTION}/draft/offer", ASSESS, "assessment.contribute", OWNED, ALL, None, (), "assessment"),
    # The stage of intervention
    Route("GET", f"{ONE}/stage", ASSESS, "stage.read", CHILD, (Category.PLAN,), None),
    Route("PUT", f"{ONE}/stage", ASSESS, "stage.set", CHILD, (Category.PLAN,), None),
    Route("GET", "/v1/reports/stages", ASSESS, "report.stages", purpose=Purpose.AUDIT),
)
