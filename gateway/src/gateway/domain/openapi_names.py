"""Names of schemas in the merged document: found, and kept apart where two services mean different things by one."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from contracts.routes import Service

_PREFIX = "#/components/schemas/"
Schemas = dict[str, Any]


def references(value: object) -> Iterator[dict[str, Any]]:
    """Every object inside that has a `$ref` into the schemas."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str) and value["$ref"].startswith(_PREFIX):
            yield value
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def reachable(roots: object, schemas: Schemas, besides: Collection[str] = ()) -> Schemas:
    """The schemas referred to from `roots`, directly or through others; those of `besides` are not looked at."""
    found: Schemas = {}
    waiting = [roots]
    while waiting:
        for reference in references(waiting.pop()):
            name = reference["$ref"].removeprefix(_PREFIX)
            if name not in found and name not in besides:
                found[name] = schemas[name]
                waiting.append(schemas[name])
    return found


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A copy with every reference (and discriminator mapping) that `names` knows pointing to the new name."""
    if isinstance(value, dict):
        return {key: renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, names) for inner in value]
    if isinstance(value, str) and value.startswith(_PREFIX):
        name = value.removeprefix(_PREFIX)
        return _PREFIX + names.get(name, name)
    return value


def unite_schemas(by_service: Mapping[Service, Schemas], users: Mapping[Service, list[dict[str, Any]]]) -> Schemas:
    """All schemas under names that are unique, with the operations of `users` rewritten in place.

    A name that means one thing everywhere stays. One with two meanings is prefixed by its service; and since that
    changes those that refer to it, this goes on until nothing changes.
    """
    names = {service: {name: name for name in schemas} for service, schemas in by_service.items()}
    while True:
        united: dict[str, Any] = {}
        clashing: set[str] = set()
        for service, schemas in by_service.items():
            for name, schema in schemas.items():
                content = renamed(schema, names[service])
                if united.setdefault(names[service][name], content) != content:
                    clashing.add(name)
        if not clashing:
            break
        for service in by_service:
            for name in clashing & names[service].keys():
                names[service][name] = _prefix(service) + names[service][name]
    for service, operations in users.items():
        for operation in operations:
            changed = renamed(operation, names[service])
            operation.clear()
            operation.update(changed)
    return united


def _prefix(service: Service) -> str:
    return "".join(part.capitalize() for part in service.split("-"))
