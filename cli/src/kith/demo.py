"""`kith demo`: fills a running Kith with a made-up authority, and says who to sign in as. Twice is harmless."""

import time
from datetime import date
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kith import demo_authority as authority

console = Console()

IMPORTS = (("hillside-roll", 0, 90), ("riverside-roll", 90, 170), ("mill-lane-list", 0, 200))


class DemoFailed(Exception):
    """The demonstration could not be loaded. The text is for the person at the keyboard."""


class Caller:
    """Somebody's requests to a running Kith, with tokens of the development issuer."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=60)
        self._tokens: dict[str, str] = {}

    def __call__(
        self, who: str, method: str, path: str, body: Any = None, *, fine: tuple[int, ...] = (), **more: Any
    ) -> Any:
        """The JSON of the answer. Statuses in `fine` are taken as "there already". Raises `DemoFailed`."""
        if who not in self._tokens:
            self._tokens[who] = self._checked(self._http.post("/dev/token", json={"sub": who}), ())["access_token"]
        purpose = more.pop("purpose", "direct-support")
        headers = {"Authorization": f"Bearer {self._tokens[who]}", "Kith-Purpose": purpose, **more.pop("headers", {})}
        return self._checked(self._http.request(method, path, json=body, headers=headers, **more), fine)

    @staticmethod
    def _checked(answer: httpx.Response, fine: tuple[int, ...]) -> Any:
        if answer.status_code in fine:
            return None
        if not answer.is_success:
            raise DemoFailed(f"{answer.request.method} {answer.request.url.path}: {answer.status_code}")
        return answer.json() if answer.content else None


def demo(
    url: Annotated[str, typer.Option(help="Where Kith answers.", envvar="KITH_URL")] = "http://127.0.0.1:8080",
) -> None:
    """Fill a running Kith with a made-up authority, and say who to sign in as."""
    call = Caller(url)
    try:
        with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console) as progress:
            task = progress.add_task("The directory of Ambleford", total=5)
            make_directory(call)
            for service, first, last in IMPORTS:
                progress.update(task, advance=1, description=f"Children of {service}")
                load(call, service, authority.children()[first:last])
            progress.update(task, advance=1, description="One child's story")
            story = tell_story(call)
            progress.update(task, completed=5, description="Ambleford is there")
    except httpx.TransportError:
        console.print(f"[red]Nothing answers at {url}.[/] Start Kith in another terminal with [bold]make run[/].")
        raise typer.Exit(1) from None
    except DemoFailed as error:
        console.print(f"[red]The demonstration could not be loaded:[/] {error}")
        raise typer.Exit(1) from None
    show(url, story)


def make_directory(call: Caller) -> None:
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


def load(call: Caller, service: str, children: list[authority.DemoChild]) -> None:
    files = {"file": (f"{service}.csv", authority.as_csv(children), "text/csv")}
    made = call("ines-index", "POST", "/v1/imports", files=files, data={"service_id": service})
    for _ in range(600):
        state = call("ines-index", "GET", f"/v1/imports/{made['import_id']}")
        if state["state"] == "completed":
            return
        if state["state"] == "failed":
            break
        time.sleep(0.1)
    raise DemoFailed(f"the import for {service} did not complete")


def tell_story(call: Caller) -> dict[str, str]:
    """A teacher, a health visitor and a social worker around one child, who has an account of their own."""
    child = authority.children()[0]
    body = {"nhs_number": child.nhs_number}
    child_id = call("dee-teacher", "POST", "/v1/children/search", body)["matches"][0]["child_id"]
    path = f"/v1/children/{child_id}"
    today = date.today().isoformat()
    for who, service in (("sam-social", "family-support"), ("hana-visitor", "health-visiting")):
        call(who, "POST", f"{path}/episodes", {"service_id": service, "started_on": today}, fine=(409,))
        if who == "sam-social":
            call(who, "PUT", f"{path}/lead-professional", {"practitioner_id": who, "reason": "First contact"})
    record = call("sam-social", "GET", path)
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


def contribute(call: Caller, assessment_id: str) -> None:
    sections = f"/v1/assessments/{assessment_id}/sections"
    for who, key, field, text in (
        ("dee-teacher", "learning", "participation_and_attendance", "Reads well; tired in the mornings."),
        ("hana-visitor", "development", "general_health", "Growing well; sleep is short since the move."),
    ):
        call(who, "PUT", f"{sections}/{key}/contribution", {"content": {field: text}})


def show(url: str, story: dict[str, str]) -> None:
    table = Table(title="Who to sign in as", title_justify="left")
    for column in ("sign in as", "who", "what they do"):
        table.add_column(column)
    agencies = {agency_id: name for agency_id, name, _, _ in authority.AGENCIES}
    for person_id, name, agency_id, role, _ in authority.PRACTITIONERS:
        table.add_row(person_id, name, f"{role.replace('_', ' ')}, {agencies[agency_id]}")
    table.add_row(story["account"], story["name"], "the young person of the story")
    table.add_row("admin", "Directory administrator", "keeps the directory")
    console.print(table)
    console.print(f"\n{story['name']} is child {story['child_id']}. Open the record as their teacher:\n")
    print('  TOKEN="$(.venv/bin/kith token --as dee-teacher)"')
    print(f"  curl -s {url}/v1/children/{story['child_id']} \\")
    print('    -H "Authorization: Bearer $TOKEN" -H "Kith-Purpose: direct-support"\n')
    console.print(f"Every route, with a form to try it: {url}/docs")
