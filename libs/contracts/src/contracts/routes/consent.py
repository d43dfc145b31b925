"""Consents, blocks, who can see, emergencies; and the young person's own side."""

from contracts.routes.base import ALL, ALSO_SENSITIVE, ASSESS, CHILD, CONSENT, INDEX, INVOLVED, ONE, OWN, OWNED, Route
from contracts.vocabulary import Purpose

ROUTES: tuple[Route, ...] = (
    # Consents, blocks, who can see
    # An assessment is completed by a consent that was recorded just before.
    Route("POST", f"{ONE}/consents", CONSENT, "consent.record", CHILD, INVOLVED, None, (ASSESS,)),
    Route("GET", f"{ONE}/consents", CONSENT, "consent.read", CHILD, ALSO_SENSITIVE, None),
    Route(
        "POST",
        "/v1/consents/{consent_id}/withdrawal",
        CONSENT,
        "consent.withdraw",
        OWNED,
        INVOLVED,
        None,
        owned_kind="consent",
    ),
    Route("POST", f"{ONE}/consent-requests", CONSENT, "request.record", CHILD, INVOLVED, None),
    Route("GET", f"{ONE}/consent-requests", CONSENT, "request.read", CHILD, ALSO_SENSITIVE, None),
    Route("GET", f"{ONE}/sharing-agreement", CONSENT, "agreement.read", CHILD, ALSO_SENSITIVE, None),
    # The child index asks for no decision on each child of a list: it has to know of a block or a shield before the
    # next one.
    Route("POST", f"{ONE}/blocks", CONSENT, "block.place", CHILD, INVOLVED, None, (INDEX,)),
    Route("GET", f"{ONE}/blocks", CONSENT, "block.read", CHILD, INVOLVED, None),
    Route("DELETE", "/v1/blocks/{block_id}", CONSENT, "block.lift", OWNED, INVOLVED, None, (INDEX,), "block"),
    Route("PUT", f"{ONE}/shield", CONSENT, "shield.place", CHILD, INVOLVED, None, (INDEX,)),
    Route("GET", f"{ONE}/shield", CONSENT, "shield.read", CHILD, INVOLVED, None),
    Route("DELETE", f"{ONE}/shield", CONSENT, "shield.lift", CHILD, INVOLVED, None, (INDEX,)),
    Route("GET", f"{ONE}/viewers", CONSENT, "viewers.read", CHILD, ALSO_SENSITIVE, None),
    # Emergencies
    # A referral may rest on one: the assessment service has to know of it before the next request.
    Route("POST", f"{ONE}/legal-bases", CONSENT, "legal-basis.record", CHILD, INVOLVED, None, (ASSESS,)),
    Route("GET", f"{ONE}/legal-bases", CONSENT, "legal-basis.read", CHILD, INVOLVED, None),
    Route(
        "POST",
        "/v1/legal-bases/{basis_id}/end",
        CONSENT,
        "legal-basis.end",
        OWNED,
        INVOLVED,
        None,
        (ASSESS,),
        "basis",
    ),
    Route("POST", f"{ONE}/overrides", CONSENT, "override.invoke", CHILD, (), None),
    Route("GET", "/v1/override-reviews", CONSENT, "override.review", purpose=Purpose.AUDIT),
    Route("POST", "/v1/override-reviews/{override_id}/outcome", CONSENT, "override.review", purpose=Purpose.AUDIT),
    Route("POST", "/v1/override-reviews/{override_id}/disclosure", CONSENT, "override.review", purpose=Purpose.AUDIT),
    Route("POST", "/v1/decisions/explain", CONSENT, "decision.explain", purpose=Purpose.AUDIT),
    # The young person
    Route("GET", "/v1/me/record", INDEX, "me.record", OWN, ALL),
    Route("GET", "/v1/me/viewers", CONSENT, "me.viewers", OWN),
    Route("GET", "/v1/me/access-history", CONSENT, "me.history", OWN),
    Route("GET", "/v1/me/blocks", CONSENT, "me.blocks", OWN),
    Route("POST", "/v1/me/blocks", CONSENT, "me.block", OWN, settles=(INDEX,)),
    Route("DELETE", "/v1/me/blocks/{block_id}", CONSENT, "me.block", OWN, settles=(INDEX,)),
    Route("GET", "/v1/me/consents", CONSENT, "me.consents", OWN),
    Route("POST", "/v1/me/consents", CONSENT, "me.consent", OWN, settles=(ASSESS,)),
    Route("GET", "/v1/me/consent-requests", CONSENT, "me.requests", OWN),
    Route("GET", "/v1/me/sharing-agreement", CONSENT, "me.agreement", OWN),
    Route("POST", "/v1/me/consents/{consent_id}/withdrawal", CONSENT, "me.withdraw", OWN),
)
