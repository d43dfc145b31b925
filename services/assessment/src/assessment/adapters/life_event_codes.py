"""The kept list of codes of life events, out of its file."""

from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from assessment.domain.life_events import LifeEventCode, LifeEventCodes

_FILE = TypeAdapter(list[LifeEventCode])


def load_life_event_codes(path: Path) -> LifeEventCodes:
    """Raises `ValueError`, naming the file, for a list that cannot be used."""
    try:
        listed = _FILE.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError, OSError) as error:
        raise ValueError(f"{path}: is not a list of codes of life events ({type(error).__name__})") from error
    codes = {each.code: each for each in listed}
    if len(codes) != len(listed):
        raise ValueError(f"{path}: has a code twice")
    return codes
