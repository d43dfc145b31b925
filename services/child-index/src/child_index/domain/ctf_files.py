"""Schools' Common Transfer Files (the Department for Education's XML): the pupils' basics, and nothing else of them.

Read as it comes, in bounded memory: what is not ours is never kept, however much of it there is. No entity is expanded
and nothing outside the file is fetched.
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.sax import make_parser  # type: ignore[import-untyped]

from child_index.domain.roll_forms import HEADINGS

_PUPIL: Final = ("CTfile", "CTFpupilData", "Pupil")
_ADDRESS: Final = "Address"
_WANTED: Final = {
    "given_name": (("Forename",),),
    "family_name": (("Surname",),),
    "date_of_birth": (("DOB",),),
    "sex": (("Sex",), ("Gender",)),
    "address_line": ((_ADDRESS, "AddressLines", "AddressLine1"),),
    "postcode": (
        (_ADDRESS, "PostCode"),
        (_ADDRESS, "AddressLines", "PostCode"),
        (_ADDRESS, "BS7666Address", "PostCode"),
    ),
    "upn": (("UPN",),),
}
"""Where a pupil's element has each of our fields; the first that says something counts."""
_BUILT: Final = tuple((_ADDRESS, "BS7666Address", part) for part in ("SAON", "PAON", "Street"))
"""An address in parts is put together from these."""
_KEPT: Final = frozenset(path for paths in _WANTED.values() for path in paths) | frozenset(_BUILT)
_LONGEST_TEXT = 2_000  # characters; longer than any field may be, so that its reader says so
_DEEPEST = 100
_PIECE = 1 << 16


class NoTransferFile(ValueError):
    """Why the file cannot be taken, in a sentence about the file."""


def is_xml(file: BinaryIO) -> bool:
    """Whether the file begins as XML does, in whichever encoding. It is left at its beginning."""
    file.seek(0)
    start = file.read(64)
    file.seek(0)
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def pupils_in(file: BinaryIO) -> Iterator[tuple[str, ...]]:
    """The values of each pupil, in the order of `HEADINGS`; '' for what the file does not say.

    Raises NoTransferFile, also midway.
    """
    parser: Any = make_parser()
    parser.forbid_dtd = True
    pupils = _Pupils()
    parser.setContentHandler(pupils)
    try:
        while piece := file.read(_PIECE):
            parser.feed(piece)
            yield from pupils.taken()
        parser.close()
    except DefusedXmlException:
        raise NoTransferFile("declares entities or document types, which no transfer file needs") from None
    except NoTransferFile:
        raise
    except (SAXParseException, ValueError, LookupError):  # an encoding that the parser does not know, or cannot read
        raise NoTransferFile("is broken XML, or ends before its end") from None
    yield from pupils.taken()


class _Pupils(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self._path: list[str] = []
        self._texts: dict[tuple[str, ...], str] = {}
        self._done: list[tuple[str, ...]] = []

    def taken(self) -> list[tuple[str, ...]]:
        done, self._done = self._done, []
        return done

    def startElement(self, name: str, attrs: object) -> None:  # noqa: ARG002 - the handler's own form
        self._path.append(name.rpartition(":")[2])
        if len(self._path) > _DEEPEST:
            raise NoTransferFile("is nested too deeply")
        if len(self._path) == 1 and self._path[0] != _PUPIL[0]:
            raise NoTransferFile("is XML, but not a Common Transfer File")

    def characters(self, content: str) -> None:
        if len(self._path) > len(_PUPIL) and tuple(self._path[: len(_PUPIL)]) == _PUPIL:
            within = tuple(self._path[len(_PUPIL) :])
            if within in _KEPT:
                text = self._texts.get(within, "")
                self._texts[within] = text + content[: _LONGEST_TEXT - len(text)]

    def endElement(self, name: str) -> None:  # noqa: ARG002
        if tuple(self._path) == _PUPIL:
            self._done.append(_values(self._texts))
            self._texts = {}
        self._path.pop()


def _values(texts: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
    said = {path: text.strip() for path, text in texts.items() if text.strip()}
    found = {field: next((said[path] for path in paths if path in said), "") for field, paths in _WANTED.items()}
    found["address_line"] = found["address_line"] or " ".join(said[path] for path in _BUILT if path in said)
    return tuple(found.get(field, "") for field in HEADINGS)
