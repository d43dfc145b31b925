"""Who works where, for people and for an authority's identity provider."""

from contracts.routes.base import ASSESS, CHILD, CONSENT, INDEX, INVOLVED, ONE, SCIM, Route


def _directory(plural: str, singular: str) -> tuple[Route, ...]:
    one = f"/v1/{plural}/{{{singular}_id}}"
    seen_by = (INDEX, ASSESS) if plural in {"practitioners", "services"} else (INDEX,)
    return (
        Route("PUT", one, CONSENT, "directory.write", settles=seen_by),
        Route("GET", one, CONSENT, "directory.read"),
        Route("GET", f"/v1/{plural}", CONSENT, "directory.read"),
    )


def _scim(plural: str, singular: str) -> tuple[Route, ...]:
    every, one = f"{SCIM}{plural}", f"{SCIM}{plural}/{{{singular}_id}}"
    seen_by = (INDEX, ASSESS) if plural == "Users" else (INDEX,)
    return (
        Route("GET", every, CONSENT, "scim.provision"),
        Route("POST", every, CONSENT, "scim.provision", settles=seen_by),
        Route("GET", one, CONSENT, "scim.provision"),
        Route("PUT", one, CONSENT, "scim.provision", settles=seen_by),
        Route("PATCH", one, CONSENT, "scim.provision", settles=seen_by),
        Route("DELETE", one, CONSENT, "scim.provision", settles=seen_by),
    )


ROUTES: tuple[Route, ...] = (
    # The directory
    *_directory("agencies", "agency"),
    *_directory("teams", "team"),
    *_directory("practitioners", "practitioner"),
    *_directory("services", "service"),
    Route("GET", "/v1/whoami", CONSENT, "whoami"),
    # The directory, as an authority's identity provider keeps it
    *_scim("Users", "user"),
    *_scim("Groups", "group"),
    Route("GET", f"{SCIM}ServiceProviderConfig", CONSENT, "scim.provision"),
    Route("GET", f"{SCIM}ResourceTypes", CONSENT, "scim.provision"),
    Route("GET", f"{SCIM}ResourceTypes/{{name}}", CONSENT, "scim.provision"),
    Route("GET", f"{SCIM}Schemas", CONSENT, "scim.provision"),
    Route("GET", f"{SCIM}Schemas/{{urn}}", CONSENT, "scim.provision"),
    Route("POST", f"{ONE}/accounts", CONSENT, "account.create", CHILD, INVOLVED, None),
    Route("POST", "/v1/accounts/acceptance", CONSENT, "account.accept"),
)
