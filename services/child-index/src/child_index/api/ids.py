"""Ids in paths and queries. What can be no id never gets as far as a database, which may not even take it as text."""

from typing import Annotated

from pydantic import AfterValidator, Field

from chassis.errors import NotFound
from chassis.ids import is_uuid


def _known_form(text: str) -> str:
    if not is_uuid(text):
        raise NotFound
    return text


PathId = Annotated[str, AfterValidator(_known_form)]
"""NotFound for text that no thing has for its id, as for an id that nothing has."""

QueryId = Annotated[str, Field(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", max_length=36)]
