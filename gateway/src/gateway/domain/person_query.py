"""What the gateway reads in the body of a person query (FHIR Parameters): its reason, and which details it names."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from chassis.errors import BadRequest
from contracts.headers import PURPOSE
from contracts.mais import NHS_NUMBER, REASONS, UPN
from contracts.vocabulary import Purpose


def purpose_in(body: bytes, sent: Sequence[str]) -> Purpose:
    """The purpose of a person query: what its reason stands for.

    Raises `BadRequest` where there is no reason or none that is known, or where the header says something else.
    """
    reasons = [each.get("valueUri") for each in _parameters(body) if each.get("name") == "reason"]
    if len(reasons) != 1:
        raise BadRequest("Send one `reason`: the address of the law that you act under", code="reason-required")
    purpose = REASONS.get(reasons[0]) if isinstance(reasons[0], str) else None
    if purpose is None:
        raise BadRequest(f"`reason` must be one of: {', '.join(REASONS)}", code="reason-unknown")
    if sent and [value.strip() for value in sent] != [purpose.value]:
        raise BadRequest(f"The reason is the purpose here: leave {PURPOSE} out", code="purpose-unknown")
    return purpose


def patient_criteria_in(body: bytes) -> list[str]:
    """The kinds of detail by which a person query asks. Empty for a body that its service refuses."""
    found: set[str] = set()
    for each in _parameters(body):
        patient = each.get("resource")
        if each.get("name") == "resource" and isinstance(patient, dict):
            found |= set(_kinds(patient))
    return sorted(found)


def _kinds(patient: dict[str, Any]) -> Iterator[str]:
    for identifier in _objects(patient.get("identifier")):
        kind = {NHS_NUMBER: "nhs_number", UPN: "upn"}.get(str(identifier.get("system")))
        if kind:
            yield kind
    for name in _objects(patient.get("name")):
        yield from (kind for kind, field in (("family_name", "family"), ("given_name", "given")) if name.get(field))
    if any(address.get("postalCode") for address in _objects(patient.get("address"))):
        yield "postcode"
    yield from (kind for kind, field in (("date_of_birth", "birthDate"), ("sex", "gender")) if patient.get(field))


def _parameters(body: bytes) -> list[dict[str, Any]]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return _objects(found.get("parameter")) if isinstance(found, dict) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
