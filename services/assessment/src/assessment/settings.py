"""Settings of the assessment service."""

from pathlib import Path

from chassis.settings import ServiceSettings

BUILT_IN = Path(__file__).parent / "templates"


class AssessmentSettings(ServiceSettings):
    assessment_template_dir: Path = BUILT_IN
    """Folder of the templates, one YAML file for each version of each. A version that was ever used stays there."""
