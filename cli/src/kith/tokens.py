"""`kith token`: a token of the development issuer, for whoever is named."""

import re
import shlex
from pathlib import Path

from chassis.issuer import DevelopmentIssuer, IssuerSettings
from kith.errors import CommandError

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(text: str) -> int:
    """`90`, `90s`, `30m`, `1h`, `7d` in seconds. Raises `CommandError` for anything else."""
    found = re.fullmatch(r"(\d{1,9})([smhd]?)", text.strip().lower())
    if found is None:
        raise CommandError("--ttl is a number with s, m, h or d: 90s, 30m, 1h, 7d")
    return int(found[1]) * _UNITS[found[2]]


def make_token(subject: str, ttl: str, data_dir: Path | None = None) -> str:
    """Signed with the key in the data folder, which is made when there is none. Raises `ValueError` in production."""
    settings = IssuerSettings() if data_dir is None else IssuerSettings(data_dir=data_dir)
    if not settings.has_development_issuer:
        raise CommandError("Tokens come from the identity provider here (KITH_OIDC_ISSUER), not from Kith")
    issuer = DevelopmentIssuer(settings.data_dir, environment=settings.environment, audience=settings.oidc_audience)
    return issuer.token(subject, seconds(ttl))


def token_command(subject: str) -> str:
    """What somebody types to get such a token from the data folder that is set now."""
    folder = IssuerSettings().data_dir
    elsewhere = "" if folder == Path("var") else f"KITH_DATA_DIR={shlex.quote(str(folder))} "
    return f"{elsewhere}.venv/bin/kith token --as {subject}"
