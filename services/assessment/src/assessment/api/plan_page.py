"""A plan on paper: what its JSON answers say to the same reader, and nothing beside them but names."""

from collections.abc import Mapping
from typing import Any

from assessment.api.assessment_page import about
from assessment.api.people import NOT_NAMED, People, introduced, named, plain_role
from assessment.domain.sheets import (
    Block,
    bullets,
    cell,
    day,
    facts,
    heading,
    isolated,
    own,
    paragraph,
    plain,
    said,
    table,
    uk_day,
)
from contracts.supplies import DocumentFacts, Helper

_FAMILY = {"young_person": "the young person", "parent": "a parent"}
_STATUS = {"open": "Open", "done": "Done", "dropped": "Dropped"}


def plan_blocks(body: Mapping[str, Any], people: People, known: DocumentFacts) -> list[Block]:
    """`body`: `actions` and `reviews` and `team` as their lists answer them, `progress`, and `stage` where it is
    granted."""
    head = about(known.child)
    if known.lead is not None:
        head.append(("Lead professional", [paragraph(plain(reached(known.lead)))]))
    blocks = [heading(1, "Plan"), *([facts(head)] if head else []), *_actions(body["actions"], people)]
    if "stage" not in body:
        return blocks  # without the plan there is nothing of the rest
    return [
        *blocks,
        *_stage(body["stage"], people),
        *_team(body["team"], people),
        *_reviews(body["reviews"], people),
        *_progress(body["progress"]),
    ]


def reached(helper: Helper) -> str:
    """Who it is, and how to reach them."""
    who = [isolated(helper.name)] if helper.name else []
    who += [plain_role(helper.role)] if helper.role else []
    who += [isolated(each) for each in (helper.agency_name,) if each]
    ways = [isolated(each) for each in (helper.phone, helper.email) if each]
    return ", ".join([*(who or [NOT_NAMED]), *ways])


def _actions(actions: list[dict[str, Any]], people: People) -> list[Block]:
    if not actions:
        return [heading(2, "Actions"), paragraph(plain("None that you may see."), "note")]
    ordered = sorted(actions, key=lambda each: (each["status"] != "open", each["due_on"], each["action_id"]))
    rows = [
        [
            [*cell(each["title"]), *_by_the_way(each)],
            own(introduced(people, each.get("owner_id"))),
            own(day(each["due_on"])),
            [
                *own(_STATUS[each["status"]]),
                *([paragraph(said(each["reason"], 18), "note")] if "reason" in each else []),
            ],
        ]
        for each in ordered
    ]
    columns = ["What", "Who", "By when", "Status"]
    return [heading(2, "Actions"), table("Who does what, and by when", columns, rows, [8, 5, 3, 3])]


def _by_the_way(action: Mapping[str, Any]) -> list[Block]:
    notes = [_words(action["outcome"])] if "outcome" in action else []
    notes += [f"Of {_words(action['category']).lower()}"] if action["category"] != "plan" else []
    return [paragraph(plain(". ".join(notes)), "note")] if notes else []


def _stage(stage: Mapping[str, Any], people: People) -> list[Block]:
    current = stage.get("current")
    blocks = [heading(2, "Stage of intervention")]
    if current is None:
        return [*blocks, paragraph(plain("None has been agreed."), "note")]
    items = [("Now", own(_stage_line(current, people))), ("Why", [paragraph(said(current["reason"]))])]
    agreed = [_FAMILY.get(who) or named(people, who) for who in current["agreed_by"]]
    items += [("Agreed by", own(", ".join(agreed)))] if agreed else []
    before = [plain(_stage_line(each, people)) for each in stage["history"]]
    items += [("Before", [bullets(before)])] if before else []
    return [*blocks, facts(items)]


def _stage_line(entry: Mapping[str, Any], people: People) -> str:
    by = f", by {introduced(people, entry['set_by'])}" if entry.get("set_by") else ""
    return f"{entry['stage']}: {isolated(entry['title'])}, since {uk_day(entry['set_at'])}{by}"


def _team(team: list[dict[str, Any]], people: People) -> list[Block]:
    if not team:
        return [heading(2, "Team"), paragraph(plain("Nobody that you may see."), "note")]
    rows = [
        [
            own(introduced(people, each.get("practitioner_id"))),
            cell(each.get("part", "")),
            own("In the team" if each["status"] == "member" else "Asked to join"),
        ]
        for each in team
    ]
    return [heading(2, "Team"), table("Who works together", ["Who", "For what", "Standing"], rows, [5, 6, 3])]


def _reviews(reviews: list[dict[str, Any]], people: People) -> list[Block]:
    blocks = [heading(2, "Reviews")]
    if not reviews:
        return [*blocks, paragraph(plain("None yet."), "note")]
    for each in reviews:
        items = []
        if each.get("attendees"):
            items.append(("There were", [bullets(plain(introduced(people, who)) for who in each["attendees"])]))
        if each["decisions"]:
            items.append(("Decided", [bullets(said(made["text"]) for made in each["decisions"])]))
        if each["progress"]:
            scores = [plain(f"{_words(made['outcome'])}: {made['score']} of 10") for made in each["progress"]]
            items.append(("Found", [bullets(scores)]))
        if "next_on" in each:
            items.append(("The next one", own(day(each["next_on"]))))
        if "recorded_by" in each:
            items.append(("Written down by", own(introduced(people, each["recorded_by"]))))
        blocks += [heading(3, day(each["held_on"])), *([facts(items)] if items else [])]
    return blocks


def _progress(progress: Mapping[str, Any]) -> list[Block]:
    if not progress["outcomes"]:
        return []
    rows = [
        [
            own(_words(line["outcome"])),
            own("; ".join(f"{point['score']} on {day(point['on'])}" for point in line["points"])),
        ]
        for line in progress["outcomes"]
    ]
    return [heading(2, "Progress"), table("From 0 to 10, in the order of time", ["Outcome", "Found"], rows, [1, 2])]


def _words(code: str) -> str:
    text = code.replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]
