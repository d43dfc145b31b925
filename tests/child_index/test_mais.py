"""The drafts of multi-agency information sharing: the person query, and a record in their form."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.events.consent import AgencyChanged
from contracts.mais import NHS_NUMBER, UPN
from contracts.vocabulary import Category, Sector
from tests.child_index.kit import BASICS, NOT_SENSITIVE, Caller, Index

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = (Path(__file__).parents[2] / "docs" / "mais.md").read_text()
PATH = "/fhir/R4/Patient/$person-info-query"
S47 = "https://www.legislation.gov.uk/ukpga/1989/41/section/47"
NHS = "9434765919"
AMARA: dict[str, Any] = {
    "resourceType": "Patient",
    "identifier": [{"system": NHS_NUMBER, "value": NHS}],
    "name": [{"family": "Okonkwo", "given": ["Amara"]}],
    "birthDate": "2014-03-07",
}
NOBODY = {"resourceType": "Patient", "name": [{"family": "Zhang", "given": ["Wei"]}], "birthDate": "2010-01-02"}


def message(patient: Any, reason: Any = S47) -> dict[str, Any]:
    parameters = [{"name": "resource", "resource": patient}, {"name": "reason", "valueUri": reason}]
    return {"resourceType": "Parameters", "parameter": parameters}


async def ask(caller: Caller, patient: Any, *, content: bytes | None = None) -> httpx.Response:
    body = (
        content if content is not None else json.dumps(patient if "parameter" in patient else message(patient)).encode()
    )
    sent = {"Content-Type": "application/fhir+json"}
    return await caller.call_with_candidates("POST", PATH, "person.query", content=body, sent=sent)


async def answered(caller: Caller, patient: Any) -> dict[str, list[Any]]:
    """The values of an answer's parameters by name."""
    response = await ask(caller, patient)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/fhir+json"
    body = response.json()
    assert body["resourceType"] == "Parameters"
    found: dict[str, list[Any]] = {}
    for each in body["parameter"]:
        (value,) = (value for name, value in each.items() if name != "name")
        found.setdefault(each["name"], []).append(value)
    return found


def example(name: str) -> dict[str, Any]:
    found = re.search(rf"<!-- {name} -->\n```json\n(.*?)```", PAGE, re.S)
    assert found is not None
    body: dict[str, Any] = json.loads(found.group(1))
    return body


async def test_the_example_of_the_page(index: Index) -> None:
    school = {"agency_id": "school", "name": "Hilltop Academy Trust", "sector": Sector.EDUCATION}
    await index.tell(AgencyChanged(**school, contact="01632 960100", version=9))
    child = await index.child(nhs_number=NHS)
    await index.teacher.opened(child, "roll", started_on="2024-05-01")
    response = await ask(index.nurse, example("query"))
    assert response.status_code == 200, response.text
    assert response.json() == example("answer")


async def test_the_drafts_own_no_match(index: Index) -> None:
    await index.child(nhs_number=NHS)
    assert await answered(index.nurse, NOBODY) == {"match": [False], "decision": ["DENY"]}


async def test_a_hidden_child_is_as_one_who_is_not_there(index: Index) -> None:
    absent = await ask(index.nurse, AMARA)
    child = await index.child(nhs_number=NHS)
    await index.teacher.opened(child, "roll")
    hidden = await ask(index.nurse.but(hidden=(child,)), AMARA)
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert (await answered(index.nurse, AMARA))["match"] == [True]
    assert (await answered(index.nurse, AMARA | {"birthDate": "2014-03"}))["match"] == [True]


async def test_a_doubtful_match_opens_nothing(index: Index) -> None:
    child = await index.child(nhs_number=NHS)
    await index.teacher.opened(child, "roll")
    name = [{"family": "Okonkwo", "given": ["Amarra"]}]
    alike = {"resourceType": "Patient", "name": name, "birthDate": "2014-03-08"}
    assert await answered(index.nurse, alike) == {"match": [False], "decision": ["REVIEW"]}
    assert await answered(index.nurse.but(hidden=(child,)), alike) == {"match": [False], "decision": ["DENY"]}
    # What somebody typed is forgiven more, since they look at it themselves: here nobody does.
    wrong_day = {"given_name": "Amara", "family_name": "Okonkwo", "date_of_birth": "2014-03-21"}
    assert (await index.nurse.search(**wrong_day)).json()["status"] == "match"
    sent = {**AMARA, "identifier": [], "birthDate": "2014-03-21"}
    assert await answered(index.nurse, sent) == {"match": [False], "decision": ["REVIEW"]}


async def test_sensitive_and_ended_services_are_not_told_of(index: Index) -> None:
    child = await index.child(nhs_number=NHS)
    await index.teacher.opened(child, "counselling", sensitive=True)
    ended = await index.nurse.opened(child, "list")
    await index.nurse.close_episode(ended, child, ended_on="2024-06-01")
    for caller in (index.nurse, index.nurse.but(categories=frozenset(Category))):
        assert await answered(caller, AMARA) == {"match": [True], "decision": ["PERMIT"]}


async def test_only_granted_categories_leave(index: Index) -> None:
    child = await index.child(nhs_number=NHS)
    await index.teacher.opened(child, "roll")
    response = await ask(index.nurse.but(categories=BASICS), AMARA)
    assert {name for each in response.json()["parameter"] for name in each} == {"name", "valueBoolean", "valueCode"}


async def test_what_systems_send_with_a_patient_is_passed_over(index: Index) -> None:
    await index.child(nhs_number=NHS, given_name="Amara Grace")
    patient = {
        **AMARA,
        "id": "example",
        "meta": {"profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"]},
        "identifier": [{"system": "https://example.org/Id/episode", "value": "7"}, *AMARA["identifier"]],
        "name": [
            {"use": "nickname", "given": ["Mara"]},
            {"use": "official", "family": "Okonkwo", "given": ["Amara", "Grace"]},
        ],
        "telecom": [{"system": "phone", "value": "01632 960001"}],
        "gender": "female",
        "address": [{"use": "home", "line": ["1 High Street"], "postalCode": "M1 1AE"}],
    }
    assert (await answered(index.nurse, patient))["match"] == [True]


async def test_a_pupil_number_is_an_identifier_too(index: Index) -> None:
    await index.child(upn="H801200001001")
    patient = {**AMARA, "identifier": [{"system": UPN, "value": "H801200001001"}]}
    assert (await answered(index.nurse, patient))["match"] == [True]


async def test_what_cannot_be_taken_is_told_by_fhir_path_and_not_repeated(index: Index) -> None:
    secret = "Zebediah"
    two = [{"system": NHS_NUMBER, "value": "9990000018"}, *AMARA["identifier"]]
    cases: list[tuple[Any, str]] = [
        ({**AMARA, "identifier": [{"system": NHS_NUMBER, "value": "9434765918"}]}, "Patient.identifier"),
        ({**AMARA, "identifier": two}, "Patient.identifier"),
        ({**AMARA, "birthDate": "2014-13"}, "Patient.birthDate"),
        ({**AMARA, "name": [{"family": f"{secret}*", "given": ["A"]}]}, "Patient.name.family"),
        ({**AMARA, "modifierExtension": [{"url": secret}]}, "Parameters.parameter.resource"),
        ({**AMARA, "gender": secret}, "Parameters.parameter.resource.gender"),
        ({**AMARA, "resourceType": secret}, "Parameters.parameter.resource"),
        ({"resourceType": "Parameters", "parameter": [{"name": secret}, {"name": "reason"}]}, "Parameters"),
        ({"resourceType": "Parameters", "parameter": []}, "Parameters.parameter"),
        (message(AMARA) | {"resourceType": secret}, "Parameters"),
    ]
    for patient, place in cases:
        response = await ask(index.nurse, patient)
        assert response.status_code == 422, (patient, response.text)
        assert response.headers["content-type"] == "application/fhir+json"
        outcome = response.json()
        assert outcome["resourceType"] == "OperationOutcome"
        assert any(each["expression"][0].startswith(place) for each in outcome["issue"]), outcome
        assert secret not in response.text
        assert "943476" not in response.text


async def test_less_than_a_search_needs_is_refused(index: Index) -> None:
    for patient in ({"resourceType": "Patient"}, {"resourceType": "Patient", "name": AMARA["name"]}):
        response = await ask(index.nurse, patient)
        assert (response.status_code, response.json()["issue"][0]["code"]) == (422, "invalid")
        assert "more to go on" in response.json()["issue"][0]["diagnostics"]


async def test_a_body_that_is_no_json(index: Index) -> None:
    response = await ask(index.nurse, {}, content=b'{"resourceType": "Parameters"')
    assert (response.status_code, response.json()["issue"][0]["code"]) == (400, "structure")


async def test_no_answer_without_a_grant_of_its_own(index: Index) -> None:
    response = await index.nurse.call("POST", PATH, "child.search", json=message(AMARA))
    assert (response.status_code, response.json()["resourceType"]) == (403, "OperationOutcome")


async def test_the_capability_statement_names_the_operation(index: Index) -> None:
    response = await index.nurse.call("GET", "/fhir/R4/metadata", "fhir.metadata")
    body = response.json()
    assert (body["resourceType"], body["fhirVersion"], body["kind"]) == ("CapabilityStatement", "4.0.1", "instance")
    assert body["rest"][0]["resource"][0]["operation"][0]["name"] == "person-info-query"


async def in_the_drafts_form(caller: Caller, child: str) -> dict[str, Any]:
    path = f"/v1/children/{child}"
    response = await caller.call("GET", path, "child.read", child=child, params={"format": "mais"})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_a_record_in_the_drafts_form(index: Index) -> None:
    child = await index.child(nhs_number=NHS, sex="F", address_line="1 High Street", postcode="M1 1AE")
    sibling = await index.child(given_name="Bola", date_of_birth="2010-01-09")
    await index.teacher.relate(child, other_child_id=sibling, relationship="sibling")
    await index.teacher.relate(child, person={"given_name": "Ada", "family_name": "Obi"}, relationship="carer")
    episode = await index.teacher.opened(child, "roll", practitioner_id="teacher", started_on="2024-05-01")
    await index.nurse.close_episode(
        await index.nurse.opened(child, "list", started_on="2023-01-02"), child, ended_on="2023-02-03"
    )
    await index.teacher.assign_lead(child, practitioner_id="teacher")

    viewer = index.teacher.but(related=(sibling,), categories=NOT_SENSITIVE)
    found = await in_the_drafts_form(viewer, child)
    own = {"value": child, "system": "urn:kith:id:child"}
    teacher = {"value": "teacher", "system": "urn:kith:id:practitioner"}
    assert found["person"] == {
        "identifier": [own, {"value": NHS, "system": "https://fhir.nhs.uk/Id/nhs-number"}],
        "name": [{"familyName": ["Okonkwo"], "givenName": ["Amara"], "use": "usual"}],
        "dateOfBirth": {"date": "2014-03-07", "accuracyIndicator": "AAA"},
        "sexCode": "2",
        "address": [{"line1": "1 High Street", "postcode": "M1 1AE", "use": "home"}],
        "relatedPerson": [
            {"identifier": {"value": sibling, "system": "urn:kith:id:child"}, "relationship": ["SIB"]},
        ],
        "primaryContactProfessional": [teacher],
    }
    assert found["serviceEpisode"][0] == {
        "identifier": [{"value": episode, "system": "urn:kith:id:episode"}],
        "type": ["school"],
        "subjectPerson": [{"person": own, "involvement": "SBJ"}],
        "relatedProfessional": [{"professional": teacher, "involvement": "PPRF"}],
        "relatedService": [{"value": "roll", "system": "urn:kith:id:service"}],
        "timeInformation": [{"startDateTime": "2024-05-01"}],
    }
    assert [each["timeInformation"] for each in found["serviceEpisode"][1:]] == [
        [{"startDateTime": "2023-01-02", "endDateTime": "2023-02-03"}]
    ]


async def test_a_record_in_the_drafts_form_holds_what_was_granted(index: Index) -> None:
    child = await index.child(nhs_number=NHS, postcode="M1 1AE")
    await index.teacher.opened(child, "roll")
    await index.teacher.opened(child, "counselling", sensitive=True)
    own = [{"value": child, "system": "urn:kith:id:child"}]
    nothing = await in_the_drafts_form(index.teacher.but(categories=frozenset()), child)
    assert nothing == {"person": {"identifier": own}}
    basics = await in_the_drafts_form(index.teacher.but(categories=BASICS), child)
    assert basics.keys() == {"person"}
    assert basics["person"].keys() == {"identifier", "name", "dateOfBirth"}
    involved = await in_the_drafts_form(index.teacher.but(categories={Category.INVOLVEMENT}), child)
    assert involved["person"] == {"identifier": own}
    assert [each["type"] for each in involved["serviceEpisode"]] == [["school"]]


async def test_a_date_on_which_merged_records_differ_is_an_estimate(index: Index) -> None:
    one = await index.child(nhs_number=NHS)
    other = await index.child(date_of_birth="2014-07-03")
    await index.officer.merged(one, other, despite=["parted"])
    found = await in_the_drafts_form(index.teacher, other)
    assert found["person"]["dateOfBirth"] == {"date": "2014-07-03", "accuracyIndicator": "EEA"}
