"""Every public route: which service answers, which action the decision is about, and whose child it touches.

The gateway forwards what is listed here and nothing else; the services' own routes are held against this table by
the architecture tests.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts.mais import QUERY
from contracts.vocabulary import Category, Purpose


class Service(StrEnum):
    CHILD_INDEX = "child-index"
    ASSESSMENT = "assessment"
    CONSENT = "consent"
    NOTIFICATIONS = "notifications"


class Subject(StrEnum):
    """How the gateway finds the child that a request is about."""

    NONE = "none"
    CHILD = "child"
    """`child_id` in the path."""
    OWNED = "owned"
    """An id in the path hangs off a child; the owning service tells whose, by an internal look-up (ids only)."""
    OWN = "own"
    """The caller's own record: the account that the directory ties to the caller's identity."""
    CANDIDATES = "candidates"
    """The owning service names children that the answer would speak of; each is decided on, and only the
    permitted ones are named in the grant."""


ALL = tuple(Category)
_CONTACT = (Category.BASICS, Category.INVOLVEMENT)
_INVOLVED = (Category.INVOLVEMENT,)
_PLANNED = (Category.PLAN, Category.SENSITIVE)
"""The plan, with what of it tells of sensitive services for whom a consent opens them."""
_ALSO_SENSITIVE = (Category.INVOLVEMENT, Category.SENSITIVE)
"""What tells who is involved: with the sensitive services for whom a consent opens them, and without for the rest."""


@dataclass(frozen=True, slots=True)
class Route:
    """One public operation.

    `categories` are those that the answer may hold, and that the decision is asked for. `purpose` is None where
    the caller must send `Kith-Purpose`; otherwise it is what the log records when the caller sends none.
    `settles` names the services whose view must have caught up before the answer is returned, so that the caller's
    next request sees its own change.
    """

    method: str
    path: str
    service: Service
    action: str
    subject: Subject = Subject.NONE
    categories: tuple[Category, ...] = ()
    purpose: Purpose | None = Purpose.ADMINISTRATION
    settles: tuple[Service, ...] = ()
    owned_kind: str | None = None
    upload: bool = False
    supplied_by: Service | None = None
    """Another service that gives to the answer (`contracts.supplies`): the gateway asks it under the same grant, and
    sends along what it says as the body."""

    @property
    def owned_parameter(self) -> str:
        """Name of the path parameter that holds the id of the thing that hangs off a child."""
        return f"{self.owned_kind}_id"

    @property
    def speaks_scim(self) -> bool:
        """Whether bodies and errors are those of SCIM 2.0 (RFC 7644) in place of Kith's own."""
        return self.path.startswith(SCIM)

    @property
    def speaks_fhir(self) -> bool:
        """Whether bodies and errors are those of FHIR R4 in place of Kith's own."""
        return self.path.startswith(FHIR)


SCIM = "/scim/v2/"
FHIR = "/fhir/R4/"

_INDEX, _ASSESS = Service.CHILD_INDEX, Service.ASSESSMENT
_CONSENT, _NOTIFY = Service.CONSENT, Service.NOTIFICATIONS
_CHILD, _OWNED, _OWN, _FOUND = Subject.CHILD, Subject.OWNED, Subject.OWN, Subject.CANDIDATES
_C = "/v1/children/{child_id}"
_SECTION = "/v1/assessments/{assessment_id}/sections/{key}"


def _directory(plural: str, singular: str) -> tuple[Route, ...]:
    one = f"/v1/{plural}/{{{singular}_id}}"
    seen_by = (_INDEX, _ASSESS) if plural == "practitioners" else (_INDEX,)
    return (
        Route("PUT", one, _CONSENT, "directory.write", settles=seen_by),
        Route("GET", one, _CONSENT, "directory.read"),
        Route("GET", f"/v1/{plural}", _CONSENT, "directory.read"),
    )


def _scim(plural: str, singular: str) -> tuple[Route, ...]:
    every, one = f"{SCIM}{plural}", f"{SCIM}{plural}/{{{singular}_id}}"
    seen_by = (_INDEX, _ASSESS) if plural == "Users" else (_INDEX,)
    return (
        Route("GET", every, _CONSENT, "scim.provision"),
        Route("POST", every, _CONSENT, "scim.provision", settles=seen_by),
        Route("GET", one, _CONSENT, "scim.provision"),
        Route("PUT", one, _CONSENT, "scim.provision", settles=seen_by),
        Route("PATCH", one, _CONSENT, "scim.provision", settles=seen_by),
        Route("DELETE", one, _CONSENT, "scim.provision", settles=seen_by),
    )


ROUTES: tuple[Route, ...] = (
    # The directory
    *_directory("agencies", "agency"),
    *_directory("teams", "team"),
    *_directory("practitioners", "practitioner"),
    *_directory("services", "service"),
    Route("GET", "/v1/whoami", _CONSENT, "whoami"),
    # The directory, as an authority's identity provider keeps it
    *_scim("Users", "user"),
    *_scim("Groups", "group"),
    Route("GET", f"{SCIM}ServiceProviderConfig", _CONSENT, "scim.provision"),
    Route("GET", f"{SCIM}ResourceTypes", _CONSENT, "scim.provision"),
    Route("GET", f"{SCIM}ResourceTypes/{{name}}", _CONSENT, "scim.provision"),
    Route("GET", f"{SCIM}Schemas", _CONSENT, "scim.provision"),
    Route("GET", f"{SCIM}Schemas/{{urn}}", _CONSENT, "scim.provision"),
    Route("POST", f"{_C}/accounts", _CONSENT, "account.create", _CHILD, _INVOLVED, None),
    Route("POST", "/v1/accounts/acceptance", _CONSENT, "account.accept"),
    # The child index
    Route("POST", "/v1/children/search", _INDEX, "child.search", _FOUND, (Category.BASICS,), None),
    Route("POST", "/v1/children", _INDEX, "child.create", _FOUND, (Category.BASICS,), None, (_CONSENT,)),
    Route("GET", _C, _INDEX, "child.read", _CHILD, ALL, None),
    Route("PATCH", _C, _INDEX, "child.correct", _CHILD, ALL, None, (_CONSENT,)),
    Route("GET", f"{_C}/history", _INDEX, "child.history", _CHILD, ALL, None),
    Route("POST", f"{_C}/episodes", _INDEX, "episode.open", _CHILD, _INVOLVED, None, (_CONSENT,)),
    Route(
        "PATCH",
        "/v1/episodes/{episode_id}",
        _INDEX,
        "episode.close",
        _OWNED,
        _INVOLVED,
        None,
        (_CONSENT,),
        "episode",
    ),
    Route("PUT", f"{_C}/lead-professional", _INDEX, "lead.assign", _CHILD, _INVOLVED, None, (_CONSENT,)),
    Route("GET", f"{_C}/lead-professional", _INDEX, "lead.read", _CHILD, (Category.INVOLVEMENT, Category.PLAN), None),
    Route("GET", "/v1/reassignments", _INDEX, "reassignment.read", _FOUND, _INVOLVED),
    Route("POST", f"{_C}/relationships", _INDEX, "family.write", _CHILD, (Category.FAMILY,), None, (_CONSENT,)),
    Route(
        "DELETE",
        f"{_C}/relationships/{{relationship_id}}",
        _INDEX,
        "family.write",
        _CHILD,
        (Category.FAMILY,),
        None,
        (_CONSENT,),
    ),
    Route("GET", "/v1/match-reviews", _INDEX, "review.read", _FOUND, (Category.BASICS,), Purpose.DATA_QUALITY),
    Route(
        "GET",
        "/v1/match-reviews/{review_id}",
        _INDEX,
        "review.read",
        _OWNED,
        (Category.BASICS, Category.WHEREABOUTS),
        Purpose.DATA_QUALITY,
        owned_kind="review",
    ),
    Route(
        "POST",
        "/v1/match-reviews/{review_id}/resolution/undo",
        _INDEX,
        "review.resolve",
        _FOUND,
        (Category.BASICS,),
        Purpose.DATA_QUALITY,
        (_CONSENT,),
    ),
    Route(
        "POST",
        "/v1/match-reviews/{review_id}/resolution",
        _INDEX,
        "review.resolve",
        _FOUND,
        (Category.BASICS,),
        Purpose.DATA_QUALITY,
        (_CONSENT,),
    ),
    Route("POST", f"{_C}/merge", _INDEX, "child.merge", _FOUND, (Category.BASICS,), Purpose.DATA_QUALITY, (_CONSENT,)),
    Route("GET", "/v1/merges", _INDEX, "merge.read", _FOUND, (Category.BASICS,), Purpose.DATA_QUALITY),
    Route("GET", "/v1/merges/{merge_id}", _INDEX, "merge.read", _FOUND, (Category.BASICS,), Purpose.DATA_QUALITY),
    Route(
        "POST",
        "/v1/merges/{merge_id}/undo",
        _INDEX,
        "merge.undo",
        _FOUND,
        (Category.BASICS,),
        Purpose.DATA_QUALITY,
        (_CONSENT,),
    ),
    Route("POST", "/v1/records/archive-runs", _INDEX, "record.archive", purpose=Purpose.DATA_QUALITY),
    Route("POST", "/v1/records/purge-runs", _INDEX, "record.purge", purpose=Purpose.DATA_QUALITY),
    Route("POST", "/v1/matching-weights", _INDEX, "weights.estimate", purpose=Purpose.DATA_QUALITY),
    Route("GET", "/v1/matching-weights", _INDEX, "weights.read", purpose=Purpose.DATA_QUALITY),
    Route("PUT", "/v1/matching-weights/in-force", _INDEX, "weights.use", purpose=Purpose.DATA_QUALITY),
    Route("GET", "/v1/data-quality", _INDEX, "quality.read", purpose=Purpose.DATA_QUALITY),
    Route("GET", "/v1/services/{service_id}/import-mapping", _INDEX, "import.read"),
    Route("PUT", "/v1/services/{service_id}/import-mapping", _INDEX, "import.map"),
    Route("POST", "/v1/imports", _INDEX, "import.create", upload=True),
    Route("GET", "/v1/imports/{import_id}", _INDEX, "import.read", settles=(_CONSENT,)),
    Route(
        "GET", "/v1/imports/{import_id}/links", _INDEX, "link.read", _FOUND, (Category.BASICS,), Purpose.DATA_QUALITY
    ),
    Route(
        "POST",
        "/v1/imports/{import_id}/links/undo",
        _INDEX,
        "link.undo",
        _FOUND,
        (Category.BASICS,),
        Purpose.DATA_QUALITY,
        (_CONSENT,),
    ),
    Route("GET", "/v1/imports/{import_id}/rejections", _INDEX, "import.read"),
    Route("GET", "/v1/imports/{import_id}/results", _INDEX, "import.read"),
    # Standards
    Route("POST", f"{FHIR}Patient/$person-info-query", _INDEX, QUERY, _FOUND, _CONTACT, None),
    Route("GET", f"{FHIR}metadata", _INDEX, "fhir.metadata"),
    # Consents, blocks, who can see
    Route("POST", f"{_C}/consents", _CONSENT, "consent.record", _CHILD, _INVOLVED, None),
    Route("GET", f"{_C}/consents", _CONSENT, "consent.read", _CHILD, _ALSO_SENSITIVE, None),
    Route(
        "POST",
        "/v1/consents/{consent_id}/withdrawal",
        _CONSENT,
        "consent.withdraw",
        _OWNED,
        _INVOLVED,
        None,
        owned_kind="consent",
    ),
    Route("POST", f"{_C}/consent-requests", _CONSENT, "request.record", _CHILD, _INVOLVED, None),
    Route("GET", f"{_C}/consent-requests", _CONSENT, "request.read", _CHILD, _ALSO_SENSITIVE, None),
    Route("GET", f"{_C}/sharing-agreement", _CONSENT, "agreement.read", _CHILD, _ALSO_SENSITIVE, None),
    # The child index asks for no decision on each child of a list: it has to know of a block or a shield before the
    # next one.
    Route("POST", f"{_C}/blocks", _CONSENT, "block.place", _CHILD, _INVOLVED, None, (_INDEX,)),
    Route("GET", f"{_C}/blocks", _CONSENT, "block.read", _CHILD, _INVOLVED, None),
    Route("DELETE", "/v1/blocks/{block_id}", _CONSENT, "block.lift", _OWNED, _INVOLVED, None, (_INDEX,), "block"),
    Route("PUT", f"{_C}/shield", _CONSENT, "shield.place", _CHILD, _INVOLVED, None, (_INDEX,)),
    Route("GET", f"{_C}/shield", _CONSENT, "shield.read", _CHILD, _INVOLVED, None),
    Route("DELETE", f"{_C}/shield", _CONSENT, "shield.lift", _CHILD, _INVOLVED, None, (_INDEX,)),
    Route("GET", f"{_C}/viewers", _CONSENT, "viewers.read", _CHILD, _ALSO_SENSITIVE, None),
    # The access log
    Route("GET", "/v1/access-log", _CONSENT, "log.read", purpose=Purpose.AUDIT),
    Route("GET", "/v1/access-log/export", _CONSENT, "log.export", purpose=Purpose.AUDIT),
    Route("GET", "/v1/access-log/tree-head", _CONSENT, "log.prove", purpose=Purpose.AUDIT),
    Route("GET", "/v1/access-log/keys", _CONSENT, "log.prove", purpose=Purpose.AUDIT),
    Route("GET", "/v1/access-log/inclusion-proof", _CONSENT, "log.prove", purpose=Purpose.AUDIT),
    Route("GET", "/v1/access-log/consistency-proof", _CONSENT, "log.prove", purpose=Purpose.AUDIT),
    Route("POST", "/v1/access-log/purges", _CONSENT, "log.purge", purpose=Purpose.AUDIT),
    # Emergencies
    Route("POST", f"{_C}/legal-bases", _CONSENT, "legal-basis.record", _CHILD, _INVOLVED, None),
    Route("GET", f"{_C}/legal-bases", _CONSENT, "legal-basis.read", _CHILD, _INVOLVED, None),
    Route("POST", "/v1/legal-bases/{basis_id}/end", _CONSENT, "legal-basis.end", _OWNED, _INVOLVED, None, (), "basis"),
    Route("POST", f"{_C}/overrides", _CONSENT, "override.invoke", _CHILD, (), None),
    Route("GET", "/v1/override-reviews", _CONSENT, "override.review", purpose=Purpose.AUDIT),
    Route("POST", "/v1/override-reviews/{override_id}/outcome", _CONSENT, "override.review", purpose=Purpose.AUDIT),
    Route("POST", "/v1/override-reviews/{override_id}/disclosure", _CONSENT, "override.review", purpose=Purpose.AUDIT),
    Route("POST", "/v1/decisions/explain", _CONSENT, "decision.explain", purpose=Purpose.AUDIT),
    # Officers' signals
    Route("GET", "/v1/signals", _CONSENT, "signal.read", purpose=Purpose.AUDIT),
    Route("GET", "/v1/signals/{signal_id}/entries", _CONSENT, "signal.read", purpose=Purpose.AUDIT),
    Route("PUT", f"{_C}/history-delay", _CONSENT, "delay.place", _CHILD, purpose=Purpose.AUDIT),
    Route("GET", f"{_C}/history-delay", _CONSENT, "delay.read", _CHILD, purpose=Purpose.AUDIT),
    Route("DELETE", f"{_C}/history-delay", _CONSENT, "delay.end", _CHILD, purpose=Purpose.AUDIT),
    # The young person
    Route("GET", "/v1/me/record", _INDEX, "me.record", _OWN, ALL),
    Route("GET", "/v1/me/viewers", _CONSENT, "me.viewers", _OWN),
    Route("GET", "/v1/me/access-history", _CONSENT, "me.history", _OWN),
    Route("GET", "/v1/me/blocks", _CONSENT, "me.blocks", _OWN),
    Route("POST", "/v1/me/blocks", _CONSENT, "me.block", _OWN, settles=(_INDEX,)),
    Route("DELETE", "/v1/me/blocks/{block_id}", _CONSENT, "me.block", _OWN, settles=(_INDEX,)),
    Route("GET", "/v1/me/consents", _CONSENT, "me.consents", _OWN),
    Route("POST", "/v1/me/consents", _CONSENT, "me.consent", _OWN),
    Route("GET", "/v1/me/consent-requests", _CONSENT, "me.requests", _OWN),
    Route("GET", "/v1/me/sharing-agreement", _CONSENT, "me.agreement", _OWN),
    Route("POST", "/v1/me/consents/{consent_id}/withdrawal", _CONSENT, "me.withdraw", _OWN),
    # Assessment
    Route("GET", "/v1/assessment-templates", _ASSESS, "template.read"),
    Route("GET", "/v1/assessment-templates/{template_id}", _ASSESS, "template.read"),
    Route("POST", f"{_C}/assessments", _ASSESS, "assessment.begin", _CHILD, _INVOLVED, None),
    Route("GET", f"{_C}/assessments", _ASSESS, "assessment.list", _CHILD, _INVOLVED, None),
    Route(
        "GET",
        "/v1/assessments/{assessment_id}",
        _ASSESS,
        "assessment.read",
        _OWNED,
        ALL,
        None,
        (),
        "assessment",
    ),
    Route(
        "PUT",
        "/v1/assessments/{assessment_id}/sections/{key}/contribution",
        _ASSESS,
        "assessment.contribute",
        _OWNED,
        ALL,
        None,
        (),
        "assessment",
    ),
    # The team around the child or family
    Route("GET", f"{_C}/team", _ASSESS, "team.read", _CHILD, _PLANNED, None),
    Route("POST", f"{_C}/team", _ASSESS, "team.invite", _CHILD, _PLANNED, None),
    Route("DELETE", f"{_C}/team", _ASSESS, "team.leave", _CHILD, _INVOLVED, None, (_CONSENT,)),
    Route("POST", "/v1/family-teams", _ASSESS, "team.invite", _FOUND, (Category.PLAN,), None),
    Route("GET", "/v1/team-invitations", _ASSESS, "invitation.read", purpose=Purpose.DIRECT_SUPPORT),
    Route(
        "POST",
        "/v1/team-invitations/{invitation_id}/answer",
        _ASSESS,
        "invitation.answer",
        purpose=Purpose.DIRECT_SUPPORT,
        settles=(_CONSENT,),
    ),
    Route("GET", "/v1/team-memberships", _ASSESS, "membership.read", _FOUND, _INVOLVED, Purpose.DIRECT_SUPPORT),
    Route(
        "GET",
        "/v1/assessments/{assessment_id}/prefill",
        _ASSESS,
        "assessment.prefill",
        _OWNED,
        ALL,
        None,
        (),
        "assessment",
        supplied_by=_INDEX,
    ),
    Route("GET", f"{_SECTION}/history", _ASSESS, "assessment.read", _OWNED, ALL, None, (), "assessment"),
    # Of a draft the log tells no more than of any contribution: nobody but its author knows that there is one.
    Route("GET", f"{_SECTION}/draft", _ASSESS, "assessment.contribute", _OWNED, ALL, None, (), "assessment"),
    Route("PUT", f"{_SECTION}/draft", _ASSESS, "assessment.contribute", _OWNED, ALL, None, (), "assessment"),
    Route("DELETE", f"{_SECTION}/draft", _ASSESS, "assessment.contribute", _OWNED, ALL, None, (), "assessment"),
    Route("POST", f"{_SECTION}/draft/offer", _ASSESS, "assessment.contribute", _OWNED, ALL, None, (), "assessment"),
    # The stage of intervention
    Route("GET", f"{_C}/stage", _ASSESS, "stage.read", _CHILD, (Category.PLAN,), None),
    Route("PUT", f"{_C}/stage", _ASSESS, "stage.set", _CHILD, (Category.PLAN,), None),
    Route("GET", "/v1/reports/stages", _ASSESS, "report.stages", purpose=Purpose.AUDIT),
    # The plan
    Route("GET", f"{_C}/actions", _ASSESS, "action.read", _CHILD, ALL, None),
    Route("POST", f"{_C}/actions", _ASSESS, "action.add", _CHILD, ALL, None),
    Route("GET", "/v1/actions/{action_id}", _ASSESS, "action.read", _OWNED, ALL, None, owned_kind="action"),
    Route("PATCH", "/v1/actions/{action_id}", _ASSESS, "action.change", _OWNED, ALL, None, owned_kind="action"),
    Route("GET", f"{_C}/reviews", _ASSESS, "review-meeting.read", _CHILD, ALL, None),
    Route("POST", f"{_C}/reviews", _ASSESS, "review-meeting.record", _CHILD, ALL, None),
    Route("GET", "/v1/reviews/{review_id}", _ASSESS, "review-meeting.read", _OWNED, ALL, None, owned_kind="review"),
    Route("GET", "/v1/calendar", _ASSESS, "calendar.read", _FOUND, (Category.PLAN,), Purpose.DIRECT_SUPPORT),
    Route("GET", f"{_C}/progress", _ASSESS, "review-meeting.read", _CHILD, ALL, None),
    # Notifications
    Route(
        "GET",
        "/v1/notifications",
        _NOTIFY,
        "notification.read",
        _FOUND,
        _CONTACT,
        Purpose.DIRECT_SUPPORT,
    ),
    Route(
        "POST",
        "/v1/notifications/{notification_id}/acknowledgement",
        _NOTIFY,
        "notification.acknowledge",
        _FOUND,
        _CONTACT,
        Purpose.DIRECT_SUPPORT,
    ),
)
