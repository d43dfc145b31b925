"""A contact as somebody wrote it down: what kind of address it is."""

import re
from typing import Literal

System = Literal["phone", "email", "url", "other"]
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,}", re.ASCII)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


def system_of(contact: str) -> System:
    """In the codes of FHIR's value set `contact-point-system`; `other` where it is words."""
    text = contact.strip()
    if _PHONE.fullmatch(text):
        return "phone"
    if _EMAIL.fullmatch(text):
        return "email"
    return "url" if text.lower().startswith(("https://", "http://")) else "other"
