"""The policy of stages out of a YAML file."""

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from assessment.domain.stages import STAGES, StagePolicy, StageRule

_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]


class StagePolicyError(ValueError):
    """The file cannot be used. The text names the file, the line and what is wrong there."""


class _Stage(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    title: _Words
    weight: Annotated[int, Field(ge=0, le=1000)]
    criteria: Annotated[dict[_Code, _Words], Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    version: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    stages: dict[int, _Stage]


def load_stage_policy(path: Path) -> StagePolicy:
    """Raises `StagePolicyError` for a key that Kith does not know, a missing part, or no YAML at all."""
    try:
        text = path.read_text(encoding="utf-8")
        root, data = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StagePolicyError(f"{path}: is not YAML ({type(error).__name__})") from error
    except OSError as error:
        raise StagePolicyError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        read = _File.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = [str(part) for part in first["loc"] if part != "[key]"]
        raise _wrong(path, root, place, first["msg"]) from None
    for number in [*read.stages, *STAGES]:
        if number not in STAGES:
            raise _wrong(path, root, ["stages", str(number)], "is not a stage")
        if number not in read.stages:
            raise _wrong(path, root, ["stages"], f"stage {number} is missing")
    rules = {number: StageRule(each.title, each.weight, each.criteria) for number, each in read.stages.items()}
    return StagePolicy(read.version, rules)


def _wrong(path: Path, root: Any, place: list[str], what: str) -> StagePolicyError:
    """With the line of the deepest part of the place that the file has."""
    node, line = root, 1
    for key in place:
        if not isinstance(node, yaml.MappingNode):
            break
        pair = next((pair for pair in node.value if pair[0].value == key), None)
        if pair is None:
            break
        line, node = pair[0].start_mark.line + 1, pair[1]
    return StagePolicyError(f"{path}, line {line}: {'/'.join(place)}: {what}")
