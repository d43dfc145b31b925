"""What goes on a sheet of paper, as data: blocks of text that a typesetter sets. Nothing of it is ever markup.

A text is a list of paragraphs, each with the direction that it is read in: `[{"t": "...", "rtl": false}]`. Blocks are
dictionaries, told apart by `is`: `heading` (level, text), `text` (text, style), `facts` (items of label and blocks),
`list` (items, each a text), `table` (columns and rows of cells, each a list of blocks; widths; caption).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Text = list[dict[str, Any]]
Block = dict[str, Any]

UK = ZoneInfo("Europe/London")
LONGEST_WORD, LONGEST_IN_CELL = 60, 18
"""Characters, after which a word may be broken: a line that did not break would run out of the paper."""

_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_UNSEEN = "\ufeff"
_BREAK = "\u200b"
_CONTROL_PICTURES = 0x2400


def said(text: str, longest: int = LONGEST_WORD) -> Text:
    """What somebody wrote, paragraph by paragraph. Each is read from the side that its first strong character is read
    from (Unicode Annex 9, rules P2 and P3); marks by which a writer could turn it, or what stands beside it, are left
    out. A control character is shown by its picture: nothing goes missing unseen."""
    lines = [_printable(line) for line in _LINE_ENDS.split(_DIRECTION_MARKS.sub("", text))]
    return [{"t": _breakable(line, longest), "rtl": _reads_from_right(line)} for line in lines if line.strip()]


def isolated(text: str) -> str:
    """A name amid other words: it neither turns them nor is turned by them."""
    return f"\u2068{_DIRECTION_MARKS.sub('', ' '.join(text.split()))}\u2069"


def plain(text: str, longest: int = LONGEST_WORD) -> Text:
    """Our own words, with names that are isolated already."""
    return [{"t": _breakable(_printable(text), longest), "rtl": False}]


def heading(level: int, text: str) -> Block:
    return {"is": "heading", "level": level, "text": plain(text)}


def paragraph(text: Text, style: str = "plain") -> Block:
    """`style`: plain, or `note` for what is said by the way."""
    return {"is": "text", "text": text, "style": style}


def facts(items: Iterable[tuple[str, Sequence[Block]]]) -> Block:
    return {"is": "facts", "items": [{"label": plain(label), "blocks": list(blocks)} for label, blocks in items]}


def bullets(items: Iterable[Text]) -> Block:
    return {"is": "list", "items": list(items)}


def table(
    caption: str, columns: Sequence[str], rows: Iterable[Sequence[Sequence[Block]]], widths: Sequence[int]
) -> Block:
    """`widths`: the columns' shares of the line. The first cell of a row names it."""
    return {
        "is": "table",
        "caption": plain(caption),
        "columns": [plain(each, LONGEST_IN_CELL) for each in columns],
        "rows": [[list(cell) for cell in row] for row in rows],
        "widths": list(widths),
    }


def cell(text: str) -> list[Block]:
    return [paragraph(said(text, LONGEST_IN_CELL))]


def own(text: str) -> list[Block]:
    return [paragraph(plain(text, LONGEST_IN_CELL))]


def extent(value: Any) -> int:
    """How much there is to set, in characters; a place that holds little costs some all the same."""
    found, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        found += len(each) if isinstance(each, str) else 1
        if isinstance(each, Mapping):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return found


def day(on: date | str) -> str:
    on = date.fromisoformat(on) if isinstance(on, str) else on
    return f"{on.day} {on:%B} {on.year}"


def uk_day(at: datetime | str) -> str:
    return day(_uk(at).date())


def uk_time(at: datetime | str) -> str:
    """With the zone, since an hour comes twice each autumn."""
    local = _uk(at)
    return f"{day(local.date())}, {local:%H:%M} {local.tzname()}"


def _uk(at: datetime | str) -> datetime:
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(UK)


def _printable(line: str) -> str:
    return "".join(_shown(each) for each in line.replace(_UNSEEN, ""))


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\u2421"
    return f"[U+{code:04X}]" if unicodedata.category(character) in {"Cc", "Cs"} else character


def _reads_from_right(line: str) -> bool:
    for character in line:
        kind = unicodedata.bidirectional(character)
        if kind in {"L", "R", "AL"}:
            return kind != "L"
    return False


def _breakable(line: str, longest: int) -> str:
    """Long words may break where one character ends and another begins; scripts that are written without spaces, and
    break by rules of their own, are left alone."""
    return re.sub(rf"\S{{{longest + 1},}}", lambda word: _broken(word[0], longest), line)


def _broken(word: str, longest: int) -> str:
    parts: list[str] = []
    since = 0
    for number, character in enumerate(word):
        wide = unicodedata.east_asian_width(character) in {"W", "F"}
        joined = unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf", "Sk"} or (
            number > 0 and unicodedata.category(word[number - 1]) == "Cf"
        )
        if since >= longest and not joined:
            parts.append(_BREAK)
            since = 0
        parts.append(character)
        since = 0 if wide else since + 1
    return "".join(parts)
