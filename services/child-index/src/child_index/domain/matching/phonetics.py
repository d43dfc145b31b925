"""How a name sounds: Metaphone for Latin script, the word itself for any other."""

from functools import lru_cache

import jellyfish


@lru_cache(maxsize=1 << 16)
def phonetic(token: str) -> str:
    """The Metaphone code of one folded token; the token itself where Metaphone has none to give.

    Metaphone codes are upper case and tokens lower case, so the two never collide.
    """
    if not token.isascii():
        return token
    return jellyfish.metaphone(token).replace(" ", "") or token
