"""What is on offer to families, and referrals to it."""

from contracts.routes.base import ALL, ALSO_SENSITIVE, ASSESS, CHILD, CONSENT, FOUND, ONE, OWNED, Route
from contracts.vocabulary import Purpose

_DIRECTORY = "/v1/service-directory"

ROUTES: tuple[Route, ...] = (
    # What is on offer to families (Open Referral UK)
    Route("GET", _DIRECTORY, ASSESS, "service-directory.read"),
    Route("GET", f"{_DIRECTORY}/export", ASSESS, "service-directory.read"),
    Route("POST", f"{_DIRECTORY}/imports", ASSESS, "service-directory.write", upload=True),
    Route("GET", f"{_DIRECTORY}/{{entry_id}}", ASSESS, "service-directory.read"),
    Route("PUT", f"{_DIRECTORY}/{{entry_id}}", ASSESS, "service-directory.write"),
    # Referrals
    Route("POST", f"{ONE}/referrals", ASSESS, "referral.send", CHILD, ALL, None, (CONSENT,)),
    Route("GET", f"{ONE}/referrals", ASSESS, "referral.read", CHILD, ALSO_SENSITIVE, None),
    Route("GET", "/v1/referrals", ASSESS, "referral.read", FOUND, ALSO_SENSITIVE, Purpose.REFERRAL),
    Route(
        "GET",
        "/v1/referrals/{referral_id}",
        ASSESS,
        "referral.read",
        OWNED,
        ALSO_SENSITIVE,
        Purpose.REFERRAL,
        owned_kind="referral",
    ),
    Route(
        "POST",
        "/v1/referrals/{referral_id}/steps",
        ASSESS,
        "referral.step",
        OWNED,
        ALSO_SENSITIVE,
        Purpose.REFERRAL,
        (CONSENT,),
        "referral",
    ),
)
