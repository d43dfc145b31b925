"""The merged document in the words of OpenAPI 3.0, for the pages at `/docs`: their Swagger UI reads no 3.1.

What 3.0 cannot say is left out. `/openapi.json` is the document that counts.
"""

from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

_UNKNOWN_TO_3_0 = frozenset(
    {"$schema", "$id", "$defs", "$comment", "$anchor", "contentMediaType", "contentEncoding", "propertyNames"}
    | {"prefixItems", "patternProperties", "unevaluatedProperties", "unevaluatedItems", "contains", "dependentSchemas"}
    | {"if", "then", "else", "dependentRequired", "minContains", "maxContains"}
)
_NULL = {"type": "null"}


def as_3_0(document: dict[str, Any]) -> dict[str, Any]:
    """The same operations, as OpenAPI 3.0.3."""
    info = {name: value for name, value in document["info"].items() if name != "summary"}
    info["license"] = {"name": info["license"]["name"]}
    made: dict[str, Any] = _in_schemas({**document, "info": info}, _schema_as_3_0)
    made["openapi"] = "3.0.3"
    return made


def _in_schemas(value: Any, change: Callable[[Any], Any]) -> Any:
    """Applies `change` to each schema of the document, and leaves all else."""
    if isinstance(value, list):
        return [_in_schemas(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, inner in value.items():
        if key == "schema":
            made[key] = change(inner)
        elif key == "schemas" and isinstance(inner, dict):
            made[key] = {name: change(schema) for name, schema in inner.items()}
        else:
            made[key] = _in_schemas(inner, change)
    return made


def _schema_as_3_0(schema: Any) -> Any:
    """JSON Schema 2020-12 in the dialect of OpenAPI 3.0 (a `null` type becomes `nullable`)."""
    if not isinstance(schema, dict):
        return {} if schema is True else {"not": {}} if schema is False else schema
    made: Schema = {}
    for key, value in schema.items():
        if key in _UNKNOWN_TO_3_0:
            continue
        if key in {"anyOf", "oneOf", "allOf"}:
            parts = [part for part in value if part != _NULL]
            made[key] = [_schema_as_3_0(part) for part in parts]
            if len(parts) < len(value):
                made["nullable"] = True
        elif key in {"items", "additionalProperties", "not"}:
            made[key] = value if isinstance(value, bool) and key != "items" else _schema_as_3_0(value)
        elif key == "properties":
            made[key] = {name: _schema_as_3_0(inner) for name, inner in value.items()}
        elif key == "const":
            made["enum"] = [value]
        elif key == "examples":
            made["example"] = value[0]
        elif key in {"exclusiveMinimum", "exclusiveMaximum"}:
            made["minimum" if key == "exclusiveMinimum" else "maximum"] = value
            made[key] = True
        elif key == "type" and isinstance(value, list):
            made.update(_types(value))
        elif key == "type" and value == "null":
            made["nullable"] = True
        else:
            made[key] = value
    if made.get("type") == "array":
        made.setdefault("items", {})
    return made


def _types(types: list[str]) -> Schema:
    others = [name for name in types if name != "null"]
    made: Schema = {"type": others[0]} if len(others) == 1 else {"anyOf": [{"type": name} for name in others]}
    return {**made, "nullable": True} if "null" in types else made
