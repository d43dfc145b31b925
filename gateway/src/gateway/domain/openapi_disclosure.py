"""Which fields an answer may lack: those of a category that was not granted.

A service marks each field of an answer about a child with its category. What stands inside a marked field comes with
it, whole or not at all.
"""

from typing import Any

from contracts.headers import CATEGORY_KEYWORD

Document = dict[str, Any]

_HERE = "#/components/schemas/"


def not_required(document: Document) -> None:
    """Takes fields that have a category out of the `required` of the answers' schemas, in place."""
    schemas: Document = document["components"]["schemas"]
    seen: set[str] = set()
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                for content in response.get("content", {}).values():
                    _visit(content.get("schema"), schemas, seen)


def _visit(schema: Any, schemas: Document, seen: set[str]) -> None:
    if isinstance(schema, list):
        for each in schema:
            _visit(each, schemas, seen)
    if not isinstance(schema, dict):
        return
    name = str(schema.get("$ref", "")).removeprefix(_HERE)
    if name in schemas and name not in seen:
        seen.add(name)
        _visit(schemas[name], schemas, seen)
    properties: Document = schema.get("properties", {})
    held_back = {field for field, shape in properties.items() if CATEGORY_KEYWORD in shape}
    if held_back and "required" in schema:
        schema["required"] = [field for field in schema["required"] if field not in held_back]
        if not schema["required"]:
            del schema["required"]
    for field, shape in properties.items():
        if field not in held_back:
            _visit(shape, schemas, seen)
    for keyword in ("items", "anyOf", "oneOf", "allOf", "additionalProperties"):
        _visit(schema.get(keyword), schemas, seen)
