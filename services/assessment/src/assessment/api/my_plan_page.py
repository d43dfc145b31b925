"""The young person's plan on one page. What does not find room is counted there (`typst/page.typ`)."""

from collections.abc import Mapping
from typing import Any

from assessment.api.people import plain_role
from assessment.domain.sheets import day, isolated, plain, said

HOW_TO_ASK = (
    "This page doesn't say everything that is written about you. You can ask to see more, and you can change who sees "
    "what: keep somebody out, or let somebody in. You don't have to say why."
)


def my_plan_page(body: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """`body`: the plan as it is answered in JSON."""
    planned, around = "actions" in body, body.get("around", [])
    name = body.get("given_name")
    words = body.get("own_words", [])
    return {
        "kind": "page",
        "title": "My plan",
        "mark": mark,
        "heading": plain(f"{isolated(name)}’s plan" if name else "My plan"),
        "opening": plain("This is what you and the people around you have agreed. Tell somebody if it isn't right."),
        "actions": [
            {"what": said(each["title"], 40), "who-and-when": plain(_who_and_when(each))}
            for each in body.get("actions", [])
        ],
        "no-actions": plain("Nothing is waiting to be done." if planned else "What was agreed isn't on this page."),
        "next": plain(_next(body, planned=planned)),
        "around": [
            {"who": plain(_who(each)), "reached": plain(_reached(each)) if _reached(each) else []} for each in around
        ],
        "words": said(words[0]["text"]) if words else [],
        "words-when": plain(f"You said this on {day(words[0]['said_on'])}.") if words else [],
        "more": [*plain(HOW_TO_ASK), *plain(_ask(around))],
    }


def _who_and_when(action: Mapping[str, Any]) -> str:
    by = action.get("by")
    return f"{isolated(by)} will do this by {day(action['due_on'])}." if by else f"By {day(action['due_on'])}."


def _next(body: Mapping[str, Any], *, planned: bool) -> str:
    if "next_review_on" in body:
        return f"We look at this plan together again on {day(body['next_review_on'])}."
    return (
        "No day is set yet for looking at this plan again. You can ask for one."
        if planned
        else "Ask when we meet next."
    )


def _who(person: Mapping[str, Any]) -> str:
    """Of whom nothing may be named: of what kind the service is."""
    parts = [isolated(person["name"])] if "name" in person else []
    parts += [plain_role(person["role"])] if "role" in person else []
    if "service_name" in person:
        parts.append(isolated(person["service_name"]))
    elif not parts and "service_type" in person:
        parts.append(plain_role(person["service_type"].replace("-", "_")))
    agency = person.get("agency_name")
    parts += [isolated(agency)] if agency and agency != person.get("service_name") else []
    leads = " – the person to ask first" if person["leads"] else ""
    return (", ".join(parts) or "Somebody who helps you") + leads


def _reached(person: Mapping[str, Any]) -> str:
    ways = [person[way] for way in ("phone", "email") if way in person] or [person.get("contact", "")]
    return " · ".join(isolated(way) for way in ways if way)


def _ask(around: list[dict[str, Any]]) -> str:
    for each in around:
        if each["leads"] and "name" in each:
            reached = _reached(each)
            return f"Ask {isolated(each['name'])}" + (f": {reached}." if reached else ".")
    return "Ask anybody who is helping you."
