"""The sharing agreement as a page to print: one file, no scripts, nothing loaded from anywhere.

Everything that somebody wrote is escaped and stands in an element of its own with `dir="auto"`, so that a name in
Arabic or Hebrew reads right beside English.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 44rem; margin: 2rem auto;
  padding: 0 1rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; border-bottom: 2px solid #111 }
table { border-collapse: collapse; width: 100% }
caption { text-align: start; font-weight: bold; padding: .8rem 0 .2rem }
th, td { text-align: start; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #999 }
th { width: 45% } ul { margin: .3rem 0; padding-inline-start: 1.2rem } p { margin: .4rem 0 }
.line { border-bottom: 1px solid #111; display: inline-block; min-width: 20rem }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt } table, li { break-inside: avoid } }
"""

_ASKED = {"young_person": "the young person", "parent": "a parent"}
_ANSWER = {"refused": "said no", "not_yet": "has not decided yet"}


def page_of(agreement: Mapping[str, Any]) -> str:
    """The page for an agreement as it is answered in JSON."""
    copy = {"young_person": "the young person", "parent": "a parent"}[agreement["copy_for"]]
    parts = [
        "<h1>What may be shared, and with whom</h1>",
        f"<p>A copy for {copy}, as it stood on {_day(agreement['made_at'])}. Keep it if you like.</p>",
        '<p>This page is about: <span class="line">&nbsp;</span></p>',
        "<h2>Who may see what</h2>",
        *(_person(person) for person in agreement["people"]),
        "" if agreement["people"] else "<p>Nobody may see the record now.</p>",
        "<h2>What was agreed</h2>",
        _list(_agreed(each) for each in agreement["agreed"]) or "<p>Nothing has been agreed.</p>",
        "<h2>What was asked and not agreed</h2>",
        _list(_not_agreed(each) for each in agreement["not_agreed"]) or "<p>Nothing.</p>",
        _kept_out(agreement.get("kept_out")),
        "<h2>Changing your mind</h2>",
        f"<p>{escape(agreement['how_to_take_back'])}</p>",
        "<h2>Whom to call</h2>",
        _contact(agreement.get("contact")),
    ]
    return (
        '<!doctype html>\n<html lang="en-GB" dir="ltr"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>What may be shared, and with whom</title><style>{_STYLE}</style></head><body><main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    )


def _said(text: str) -> str:
    return f'<bdi dir="auto">{escape(text)}</bdi>'


def _words(texts: Iterable[str]) -> str:
    return "; ".join(_said(text) for text in texts)


def _day(moment: str) -> str:
    at = datetime.fromisoformat(moment)
    return f'<time datetime="{escape(moment)}">{at.day} {at:%B %Y}</time>'


def _until(moment: str | None, otherwise: str) -> str:
    return f"until {_day(moment)}" if moment else otherwise


def _list(items: Iterable[str]) -> str:
    made = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{made}</ul>" if made else ""


def _person(person: Mapping[str, Any]) -> str:
    agency = f", {_said(person['agency_name'])}" if person.get("agency_name") else ""
    leads = ", who leads" if person["lead_professional"] else ""
    rows = "".join(
        f'<tr><th scope="row">{escape(seen["what"])}</th><td>{escape(seen["because"])}'
        f"{_until(seen.get('until'), '') and ', ' + _until(seen['until'], '')}</td></tr>"
        for seen in person["sees"]
    )
    return f"<table><caption>{_said(person['name'])}, {escape(person['role'])}{agency}{leads}</caption>{rows}</table>"


def _agreed(each: Mapping[str, Any]) -> str:
    what_for = f", for {_words(each['what_for'])}" if each["what_for"] else ""
    return (
        f"{_ASKED[each['given_by']].capitalize()} agreed to share {_words(each['what'])} with "
        f"{_words(each['with_whom'])}{what_for}, {_until(each.get('until'), 'until it is taken back')}."
    )


def _not_agreed(each: Mapping[str, Any]) -> str:
    return (
        f"On {_day(each['asked_at'])} {_ASKED[each['asked_of']]} was asked to share {_words(each['what'])} with "
        f"{_words(each['with_whom'])}, and {_ANSWER[each['answer']]}."
    )


def _kept_out(blocks: list[Mapping[str, Any]] | None) -> str:
    if blocks is None:
        return ""
    items = (
        f"{_said(each['who'])}: {_words(each['what']) if each.get('what') is not None else 'everything'}, "
        f"{_until(each.get('until'), 'until you change it')}"
        for each in blocks
    )
    listed = _list(items) or "<p>Nobody.</p>"
    return f"<h2>Whom you have kept out</h2>{listed}<p>They are not told. This part is for you alone.</p>"


def _contact(contact: Mapping[str, Any] | None) -> str:
    if contact is None:
        return "<p>Nobody leads at the moment. Ask any of the people named above.</p>"
    agency = f", {_said(contact['agency_name'])}" if contact.get("agency_name") else ""
    reached = [_said(contact[way]) for way in ("phone", "email") if contact.get(way)]
    return f"<p>{_said(contact['name'])}, {escape(contact['role'])}{agency}</p><p>{'<br>'.join(reached)}</p>"
