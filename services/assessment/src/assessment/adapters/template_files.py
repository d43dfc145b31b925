"""Templates out of YAML files: one file for each version of each template."""

from pathlib import Path

import yaml

from assessment.domain.templates import Catalogue, Template, TemplateError, template_of


def load_catalogue(folder: Path) -> Catalogue:
    """Every `*.yaml` of the folder. Raises `TemplateError` naming file and place, so that a bad one never starts."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise TemplateError(str(folder), "has no template")
    return Catalogue([_load(file) for file in files])


def _load(file: Path) -> Template:
    try:
        return template_of(yaml.safe_load(file.read_text(encoding="utf-8")))
    except TemplateError as error:
        raise TemplateError(file.name, str(error)) from error
    except yaml.YAMLError as error:
        raise TemplateError(file.name, f"is not YAML ({error})") from error
