"""A process that sets one document and ends: `python -I -m assessment.adapters.typst_process`.

From its standard input it takes {"sheet": ..., "at": seconds since 1970}, to its standard output it gives the PDF. A
process of its own, because a compiler that is at work cannot be stopped within one, and what it takes of memory is its
own too. The sheet is handed to the template as data: nothing of it is compiled. There is no network and there are no
packages, and no files but the template's can be read.
"""

import json
import re
import sys
import warnings
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).resolve().parents[1] / "typst"
MOST_MEMORY = 3 * 1024**3 // 2
MOST_ROUNDS = 5
"""How often a document is begun anew because of characters that cannot be printed; mostly all are told of at once."""

_UNPRINTABLE = re.compile(
    r'the text `"(?P<text>.*?)"` could not be displayed with font|the disallowed codepoint `"(?P<code>.*?)"`', re.DOTALL
)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)", re.DOTALL)


def main() -> None:
    _limit_memory()
    asked = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(set_document(asked["sheet"], asked["at"]))


def set_document(sheet: dict[str, Any], at: int) -> bytes:
    """What no font of this machine has is printed as its code, in brackets, and the document says so at its end.

    Raises `typst.TypstError` for what cannot be set at all.
    """
    codes: set[str] = set()
    for _ in range(MOST_ROUNDS):
        try:
            return _compile({**sheet, "codes": bool(codes)}, at, codes)
        except typst.TypstError as error:
            found = _unprintable(str(getattr(error, "diagnostic", error)))
            if found <= codes:
                raise
            codes |= found
    raise RuntimeError("one character after another has no font")


def _compile(sheet: dict[str, Any], at: int, codes: set[str]) -> bytes:
    text = json.dumps(sheet, ensure_ascii=False)
    for each in sorted(codes, key=len, reverse=True):
        text = text.replace(each, "".join(map(_code, each)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a font that is named and not here is what the check of glyphs is for
        found = typst.compile(
            str(TEMPLATES / f"{_word(sheet['kind'])}.typ"),
            root=str(TEMPLATES),
            format="pdf",
            sys_inputs={"sheet": text},
            pdf_standards="ua-1",
            timestamp=at,
            package_path=str(TEMPLATES / "none"),
            package_cache_path=str(TEMPLATES / "none"),
        )
    assert isinstance(found, bytes)
    return found


def _word(kind: str) -> str:
    if not re.fullmatch(r"[a-z]+", kind):
        raise ValueError("no kind of document")
    return kind


def _code(character: str) -> str:
    return character if character.isascii() else f"[U+{ord(character):04X}]"


def _unprintable(told: str) -> set[str]:
    """What the compiler names: characters, and such with a mark that their font does not have."""
    found = set()
    for each in _UNPRINTABLE.finditer(told):
        text = _ESCAPED.sub(lambda part: chr(int(part[1], 16)) if part[1] else part[2], each["text"] or each["code"])
        text = text.lstrip('"\\\n')  # JSON writes these otherwise, and every font has them
        found |= set() if text.isascii() else {text}
    return found


def _limit_memory() -> None:
    """And where a container runs out of it all the same, let it be this process that ends and not the service."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    main()
