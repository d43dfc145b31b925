"""Every field of every resource declares its information category, and the declaration is what is enforced.

A response model marks each field with `In(category)`; `disclose` keeps the fields whose category was granted and
drops the rest. A field that is not a piece of information about a child (a cursor, a count of nothing hidden) is
marked `STRUCTURE`; one whose category is known only when it is filled (an assessment's section) `BY_SECTION`.
An undeclared field is never disclosed, and a test fails on it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from contracts.headers import CATEGORY_KEYWORD
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class In:
    """Declares the category of a field: `Annotated[str, In(Category.BASICS)]`."""

    category: Category

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The description of the routes says it too: a reader learns what an answer may lack."""
        return {**handler(schema), CATEGORY_KEYWORD: self.category.value}


@dataclass(frozen=True, slots=True)
class _Marker:
    name: str


STRUCTURE = _Marker("structure")
BY_SECTION = _Marker("by section")

M = TypeVar("M", bound=BaseModel)


def declaration(model: type[BaseModel], field: str) -> In | _Marker | None:
    """What a field declares; None when it declares nothing. Two declarations are an error."""
    found = [item for item in model.model_fields[field].metadata if isinstance(item, In | _Marker)]
    if len(found) > 1:
        raise TypeError(f"{model.__name__}.{field} declares more than one category")
    return found[0] if found else None


def disclose(resource: M, granted: Collection[Category]) -> dict[str, Any]:
    """The resource as JSON, with the granted fields only. A field without a value is left out."""
    shown = set()
    for name in type(resource).model_fields:
        declared = declaration(type(resource), name)
        if isinstance(declared, In):
            if declared.category in granted:
                shown.add(name)
        elif declared is not None:
            shown.add(name)
    return resource.model_dump(mode="json", include=shown, exclude_none=True)
