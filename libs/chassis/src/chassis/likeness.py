"""Likeness keys: whether two records share a family name or a home, for a service that holds neither; and whether two
name one party, where no reader of events may learn which.

A key is a keyed hash (HMAC-SHA-256, its first 128 bits in hex) of a name's or a home's comparable form. Equal keys mean
the same form; without the secret nobody can try names, addresses or ids against them.
"""

import hmac
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import SecretStr, model_validator

from chassis import addresses
from chassis.family_names import family_name_forms, family_names_in
from chassis.keys import load_or_create_secret
from chassis.settings import Environment, KithSettings

_KEY_BYTES: Final = 16
_LEAST_SECRET: Final = 32


class LikenessSettings(KithSettings):
    """Mixin for the settings of a part that makes likeness keys: the same secret in each of them."""

    environment: Environment = Environment.DEVELOPMENT
    data_dir: Path = Path("var")
    likeness_key: SecretStr = SecretStr("")
    """Made at first start in development; must be given in production."""

    @model_validator(mode="after")
    def _the_secret_is_given_in_production(self) -> "LikenessSettings":
        if self.environment is Environment.PRODUCTION and len(self.likeness_key.get_secret_value()) < _LEAST_SECRET:
            raise ValueError(f"KITH_LIKENESS_KEY must be given in production, at least {_LEAST_SECRET} characters long")
        return self


class Likeness:
    """Makes the keys, by one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._key = lru_cache(maxsize=1 << 15)(self._made)  # names come again and again

    @classmethod
    def of(cls, settings: LikenessSettings) -> "Likeness":
        given = settings.likeness_key.get_secret_value()
        return cls(given or load_or_create_secret(settings.data_dir / "keys" / "likeness"))

    def family_names(self, written: Iterable[str]) -> list[str]:
        """Keys of family names, each of a record that has them apart from given ones; in order, each once."""
        forms = frozenset().union(*(family_name_forms(text) for text in written))
        return sorted(self._key("family-name", form) for form in forms)

    def family_names_of(self, name: str) -> list[str]:
        """Keys of the family name in somebody's whole name."""
        return self.family_names(family_names_in(name))

    def homes(self, known: Iterable[tuple[str | None, str | None]]) -> list[str]:
        """Keys of homes, each a postcode and an address line; in order, each once. None for one without postcode."""
        forms = {form for postcode, line in known if (form := addresses.home(postcode, line)) is not None}
        return sorted(self._key("home", form) for form in forms)

    def party(self, kind: str, id_: str) -> str:
        """Key of an agency, a team or a practitioner."""
        return self._key(f"party-{kind}", id_)

    def _made(self, kind: str, form: str) -> str:
        text = f"{kind}|{form}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, text, "sha256")[:_KEY_BYTES].hex()
