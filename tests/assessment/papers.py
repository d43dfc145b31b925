"""A PDF as somebody meets it who reads it: its words, its pages, its structure."""

import io
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
from pypdf import PdfReader

A4 = (595, 842)
_MARKS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Where a line may break, and from which side it is read: not of the words."""


def words(text: str) -> str:
    """What was written, whatever the breaks of lines."""
    return unicodedata.normalize("NFC", " ".join(_MARKS.sub("", text).split()))


@dataclass
class Paper:
    pdf: bytes

    @classmethod
    def of(cls, response: httpx.Response) -> "Paper":
        assert (response.status_code, response.headers["content-type"]) == (200, "application/pdf"), response.text
        return cls(response.content)

    @cached_property
    def _read(self) -> PdfReader:
        return PdfReader(io.BytesIO(self.pdf))

    @cached_property
    def root(self) -> Any:
        return self._read.trailer["/Root"]

    @property
    def pages(self) -> int:
        return len(self._read.pages)

    @property
    def sizes(self) -> set[tuple[int, int]]:
        return {(round(page.mediabox.width), round(page.mediabox.height)) for page in self._read.pages}

    @property
    def metadata(self) -> str:
        """All that stands in the file beside its pages."""
        packet = self.root["/Metadata"].get_data().decode()
        return f"{dict(self._read.metadata or {})} {packet}"

    def text(self, *options: str) -> str:
        """As poppler reads it: by its own rules for both directions."""
        done = subprocess.run(["pdftotext", *options, "-", "-"], input=self.pdf, capture_output=True, check=True)
        return words(done.stdout.decode())

    def page_texts(self) -> list[str]:
        return [self.text("-f", str(number), "-l", str(number)) for number in range(1, self.pages + 1)]

    def tags(self) -> list[str]:
        """The kinds of its structure, in the order in which they are read."""
        return [str(each["/S"]) for each in self._elements()]

    def _elements(self) -> Iterator[Any]:
        waiting: list[Any] = [self.root["/StructTreeRoot"]]
        while waiting:
            each = waiting.pop()
            each = each.get_object() if hasattr(each, "get_object") else each
            if isinstance(each, list):
                waiting.extend(reversed(each))
            elif isinstance(each, dict):
                if "/S" in each:
                    yield each
                if "/K" in each:
                    waiting.append(each["/K"])
