"""Every field of every resource declares its information category, and the declaration is what is enforced.

A response model marks each field with `In(category)`; `disclose` keeps the fields whose category was granted and
drops the rest. A field that is not a piece of information about a child (a cursor, a count of nothing hidden) is
marked `STRUCTURE`; one whose category is known only when it is filled (an assessment's section) `BY_SECTION`.
An undeclared field is never disclosed, and a test fails on it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin

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
    """The resource as JSON, with the granted fields only, those of resources within it too. A field without a value
    is left out."""
    return resource.model_dump(mode="json", include=_shown(type(resource), frozenset(granted)), exclude_none=True)


@lru_cache(maxsize=4096)
def _shown(model: type[BaseModel], granted: frozenset[Category]) -> dict[str, Any]:
    """What pydantic is to include of a model."""
    shown: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        declared = declaration(model, name)
        if declared is None or (isinstance(declared, In) and declared.category not in granted):
            continue
        shown[name] = _within(field.annotation, granted)
    return shown


def _within(annotation: Any, granted: frozenset[Category]) -> Any:
    """Of one resource what it shows; of several, wherever they are listed, the same for each; else everything."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _shown(annotation, granted)
    found = [inner for part in get_args(annotation) if (inner := _within(part, granted)) is not True]
    if not found:
        return True
    if len(found) > 1:
        raise TypeError("a field holds resources of one kind, or none")
    several = isinstance(get_origin(annotation), type) and issubclass(get_origin(annotation), Collection)
    return {"__all__": found[0]} if several else found[0]
