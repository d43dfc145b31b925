"""Templates out of YAML files: one file for each version of each."""

from pathlib import Path
from typing import Any

import yaml

from assessment.domain.deriving import derived_of
from assessment.domain.template_data import template_of
from assessment.domain.templates import Catalogue, TemplateError

# libyaml reads much faster, where PyYAML was built with it; both read alike.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TemplateFileError(ValueError):
    """A file of templates that cannot be used. The text names the file, the line, the place in it and what is wrong."""


def load_catalogue(built_in: Path, own: Path | None) -> Catalogue:
    """Every `*.yaml` of both folders; those built in are the national templates. Raises `TemplateFileError`."""
    catalogue = Catalogue()
    files = [(_File(path), True) for path in _files(built_in)]
    files += [(_File(path), False) for path in (_files(own) if own is not None else [])]
    # What others derive from comes first.
    for file, national in sorted(files, key=lambda each: each[0].derives):
        file.add_to(catalogue, national=national)
    return catalogue


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise TemplateFileError(f"{folder}: has no template")
    return files


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            loader = _Loader(path.read_text(encoding="utf-8"))
            try:
                self._root = loader.get_single_node()
                self._data = None if self._root is None else loader.construct_document(self._root)
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = "" if mark is None else f", line {mark.line + 1}"
            raise TemplateFileError(f"{path}{line}: is not YAML ({error.problem})") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise TemplateFileError(f"{path}: is not YAML ({type(error).__name__})") from error
        except OSError as error:
            raise TemplateFileError(f"{path}: cannot be read ({error.strerror})") from error

    @property
    def derives(self) -> bool:
        return isinstance(self._data, dict) and "extends" in self._data

    def add_to(self, catalogue: Catalogue, *, national: bool) -> None:
        try:
            made = derived_of(self._data, catalogue) if self.derives else template_of(self._data, national=national)
            catalogue.add(made)
        except TemplateError as error:
            raise TemplateFileError(f"{self._path}, line {self._line(error.place)}: {error}") from error

    def _line(self, place: str) -> int:
        """The line of the deepest part of the place that the file has."""
        node, line = self._root, 1
        for key in place.split("/")[1:]:
            if isinstance(node, yaml.MappingNode):
                pair = next(((name, value) for name, value in node.value if name.value == key), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and key.isdecimal() and int(key) < len(node.value):
                node = node.value[int(key)]
                line = node.start_mark.line + 1
        return line
