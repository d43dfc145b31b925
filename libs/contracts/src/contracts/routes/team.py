"""The team around the child or family, and its plan."""

from contracts.routes.base import ALL, ASSESS, CHILD, CONSENT, FOUND, INDEX, INVOLVED, ONE, OWN, OWNED, PLANNED, Route
from contracts.vocabulary import Category, Purpose

GENERAL = (Category.BASICS, Category.INVOLVEMENT, Category.PLAN)
"""What a young person's page of their plan is made of."""

ROUTES: tuple[Route, ...] = (
    # The team around the child or family
    Route("GET", f"{ONE}/team", ASSESS, "team.read", CHILD, PLANNED, None),
    Route("POST", f"{ONE}/team", ASSESS, "team.invite", CHILD, PLANNED, None),
    Route("DELETE", f"{ONE}/team", ASSESS, "team.leave", CHILD, INVOLVED, None, (CONSENT,)),
    Route("POST", "/v1/family-teams", ASSESS, "team.invite", FOUND, (Category.PLAN,), None),
    Route("GET", "/v1/team-invitations", ASSESS, "invitation.read", purpose=Purpose.DIRECT_SUPPORT),
    Route(
        "POST",
        "/v1/team-invitations/{invitation_id}/answer",
        ASSESS,
        "invitation.answer",
        purpose=Purpose.DIRECT_SUPPORT,
        settles=(CONSENT,),
    ),
    Route("GET", "/v1/team-memberships", ASSESS, "membership.read", FOUND, INVOLVED, Purpose.DIRECT_SUPPORT),
    # The plan
    Route("GET", f"{ONE}/actions", ASSESS, "action.read", CHILD, ALL, None),
    Route("POST", f"{ONE}/actions", ASSESS, "action.add", CHILD, ALL, None),
    Route("GET", "/v1/actions/{action_id}", ASSESS, "action.read", OWNED, ALL, None, owned_kind="action"),
    Route("PATCH", "/v1/actions/{action_id}", ASSESS, "action.change", OWNED, ALL, None, owned_kind="action"),
    Route("GET", f"{ONE}/reviews", ASSESS, "review-meeting.read", CHILD, ALL, None),
    Route("POST", f"{ONE}/reviews", ASSESS, "review-meeting.record", CHILD, ALL, None),
    Route("GET", "/v1/reviews/{review_id}", ASSESS, "review-meeting.read", OWNED, ALL, None, owned_kind="review"),
    Route("GET", "/v1/calendar", ASSESS, "calendar.read", FOUND, (Category.PLAN,), Purpose.DIRECT_SUPPORT),
    Route("GET", f"{ONE}/progress", ASSESS, "review-meeting.read", CHILD, ALL, None),
    Route("GET", f"{ONE}/plan/document", ASSESS, "plan.document", CHILD, ALL, None, supplied_by=INDEX),
    # The young person's own
    Route("GET", "/v1/me/plan", ASSESS, "me.plan", OWN, GENERAL, supplied_by=INDEX),
    Route("GET", "/v1/me/plan/document", ASSESS, "me.plan-document", OWN, GENERAL, supplied_by=INDEX),
)
