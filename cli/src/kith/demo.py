"""`kith demo`: fills a running Kith with a made-up authority, and says who to sign in as. Twice is harmless."""

import time
from datetime import date
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kith import demo_authority as authority
from kith.client import Kith
from kith.errors import CommandError
from kith.tokens import token_command

console = Console()

IMPORTS = (("hillside-roll", 0, 90), ("riverside-roll", 90, 170), ("mill-lane-list", 0, 200))
STEPS = len(IMPORTS) + 2


class Everybody:
    """The requests of everybody in the story, each signed in as themselves."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._people: dict[str, Kith] = {}

    def __call__(self, who: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The JSON of the answer. Raises `CommandError`."""
        if who not in self._people:
            self._people[who] = Kith(self._url, "direct-support", subject=who)
        kith = self._people[who]
        return kith.patiently(lambda: kith.json(method, path, json=body, **more))

    def close(self) -> None:
        for kith in self._people.values():
            kith.__exit__()


def demo(url: str) -> None:
    """Loads the authority through the gateway. Raises `CommandError` when nothing answers there."""
    try:
        httpx.get(f"{url}/health/live", timeout=5)
    except (httpx.TransportError, httpx.InvalidURL):
        raise CommandError(f"Nothing answers at {url}. Start Kith in another terminal with: make run") from None
    call = Everybody(url)
    try:
        with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console) as progress:
            task = progress.add_task("The directory of Ambleford", total=STEPS)
            make_directory(call)
            for service, first, last in IMPORTS:
                progress.update(task, advance=1, description=f"Children of {service}")
                load(call, service, authority.children()[first:last])
            progress.update(task, advance=1, description="One child's story")
            story = tell_story(call)
            progress.update(task, completed=STEPS, description="Ambleford is there")
    finally:
        call.close()
    show(url, story)


def make_directory(call: Everybody) -> None:
    for agency_id, name, sector, contact in authority.AGENCIES:
        call("admin", "PUT", f"/v1/agencies/{agency_id}", {"name": name, "sector": sector, "contact": contact})
    for team_id, name, agency_id in authority.TEAMS:
        call("admin", "PUT", f"/v1/teams/{team_id}", {"name": name, "agency_id": agency_id})
    for service_id, name, agency_id, team, kind, sensitive in authority.SERVICES:
        service = {"name": name, "agency_id": agency_id, "team_id": team, "type": kind, "sensitive": sensitive}
        call("admin", "PUT", f"/v1/services/{service_id}", service)
    for person_id, name, agency_id, role, teams in authority.PRACTITIONERS:
        body: dict[str, Any] = {"name": name, "agency_id": agency_id, "role": role, "team_ids": teams}
        if role == "ig_officer" and agency_id == "ambleford-council":
            body["scope"] = "partnership"
        call("admin", "PUT", f"/v1/practitioners/{person_id}", body)


def load(call: Everybody, service: str, children: list[authority.DemoChild]) -> None:
    files = {"file": (f"{service}.csv", authority.as_csv(children), "text/csv")}
    made = call("ines-index", "POST", "/v1/imports", files=files, data={"service_id": service})
    for _ in range(600):
        state = call("ines-index", "GET", f"/v1/imports/{made['import_id']}")
        if state["state"] == "completed" and state["rejected"] == 0:
            return
        if state["state"] in {"completed", "failed"}:
            break
        time.sleep(0.1)
    raise CommandError(f"the import for {service} did not complete")


def tell_story(call: Everybody) -> dict[str, str]:
    """A teacher, a health visitor and a social worker around one child, who has an account of their own."""
    child = authority.children()[0]
    body = {"nhs_number": child.nhs_number}
    child_id = call("dee-teacher", "POST", "/v1/children/search", body)["matches"][0]["child_id"]
    path = f"/v1/children/{child_id}"
    today = date.today().isoformat()
    record = call("dee-teacher", "GET", path)
    involved = {episode["service"]["service_id"] for episode in record["involvement"]["episodes"]}
    for who, service in (("sam-social", "family-support"), ("hana-visitor", "health-visiting")):
        if service not in involved:
            call(who, "POST", f"{path}/episodes", {"service_id": service, "started_on": today})
        if who == "sam-social":
            call(who, "PUT", f"{path}/lead-professional", {"practitioner_id": who, "reason": "First contact"})
    if not record["family"]["relationships"]:
        carer = {"person": {"given_name": "Robin", "family_name": child.family_name}, "relationship": "parent"}
        call("sam-social", "POST", f"{path}/relationships", carer)
    if not call("sam-social", "GET", f"{path}/consents")["items"]:
        consent = {
            "given_by": "parent",
            "basis": "parental_responsibility",
            "categories": ["education", "health"],
            "recipients": [{"type": "all"}],
            "note": "Agreed at home, with the summary left with the family",
        }
        call("sam-social", "POST", f"{path}/consents", consent)
    assessments = call("sam-social", "GET", f"{path}/assessments")["items"]
    if not assessments:
        begun = call(
            "dee-teacher", "POST", f"{path}/assessments",
            {"template_id": "common-assessment", "reason": "Often tired and late since the summer"},
        )  # fmt: skip
        contribute(call, begun["assessment_id"])
    once = {"Idempotency-Key": f"demo-{child_id}"}
    account = call("sam-social", "POST", f"{path}/accounts", {"kind": "young_person"}, headers=once)
    return {"child_id": child_id, "name": f"{child.given_name} {child.family_name}", "account": account["account_id"]}


def contribute(call: Everybody, assessment_id: str) -> None:
    sections = f"/v1/assessments/{assessment_id}/sections"
    for who, key, field, text in (
        ("dee-teacher", "learning", "participation_and_attendance", "Reads well; tired in the mornings."),
        ("hana-visitor", "development", "general_health", "Growing well; sleep is short since the move."),
    ):
        call(who, "PUT", f"{sections}/{key}/contribution", {"content": {field: text}})


def show(url: str, story: dict[str, str]) -> None:
    table = Table(title="Who to sign in as", title_justify="left")
    table.add_column("sign in as", no_wrap=True, min_width=36)  # an account's id is needed whole
    table.add_column("who")
    table.add_column("what they do")
    agencies = {agency_id: name for agency_id, name, _, _ in authority.AGENCIES}
    for person_id, name, agency_id, role, _ in authority.PRACTITIONERS:
        table.add_row(person_id, name, f"{role.replace('_', ' ')}, {agencies[agency_id]}")
    table.add_row(story["account"], story["name"], "the young person of the story")
    table.add_row("admin", "Directory administrator", "keeps the directory")
    console.print(table)
    console.print(f"\n{story['name']} is child {story['child_id']}. Open the record as their teacher:\n")
    print(f'  TOKEN="$({token_command("dee-teacher")})"')
    print(f"  curl -s {url}/v1/children/{story['child_id']} \\")
    print('    -H "Authorization: Bearer $TOKEN" -H "Kith-Purpose: direct-support"\n')
    console.print(f"Every route, with a form to try it: {url}/docs")
