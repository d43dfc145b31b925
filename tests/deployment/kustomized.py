"""What `kubectl kustomize` makes of a folder, as far as deploy/kubernetes uses it.

kubectl is no program that the tests may ask for; where it is there, a test holds this against it.
"""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Resource = dict[str, Any]

_KNOWN = {"apiVersion", "kind", "resources", "patches", "images", "namespace"}
_MERGED_BY = {
    "containers": "name",
    "volumes": "name",
    "env": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
}
"""Lists whose entries a strategic merge patch brings together, and by which key; any other list it replaces."""
_OF_NO_NAMESPACE = {"Namespace"}


def build(folder: Path) -> list[Resource]:
    """The resources of the kustomization in that folder. Raises `ValueError` for what isn't understood here."""
    (settings,) = _documents(folder / "kustomization.yaml")
    if unknown := set(settings) - _KNOWN:
        raise ValueError(f"{folder}: {unknown}")
    found: list[Resource] = []
    for name in settings.get("resources", []):
        path = folder / name
        found += build(path) if path.is_dir() else _documents(path)
    for patch in settings.get("patches", []):
        for change in yaml.safe_load_all(patch["patch"]) if "patch" in patch else _documents(folder / patch["path"]):
            _patch(found, change, patch.get("target"))
    for resource in found:
        for container in containers(resource):
            _name_image(container, settings.get("images", []))
        if "namespace" in settings and resource["kind"] not in _OF_NO_NAMESPACE:
            resource["metadata"]["namespace"] = settings["namespace"]
    return found


def pod_of(resource: Resource) -> Resource | None:
    """The template of a resource's pods; None for one that makes none."""
    template: Resource | None = resource.get("spec", {}).get("template")
    return template


def containers(resource: Resource) -> Iterator[Resource]:
    pod = pod_of(resource)
    if pod is not None:
        yield from pod["spec"]["containers"]


def _documents(path: Path) -> list[Resource]:
    return [each for each in yaml.safe_load_all(path.read_text()) if each]


def _patch(found: list[Resource], change: Resource, target: dict[str, str] | None) -> None:
    chosen = target or {"kind": change["kind"], "name": change["metadata"]["name"]}
    hit = [resource for resource in found if _is_meant(resource, chosen)]
    if not hit:
        raise ValueError(f"a patch meets nothing: {chosen}")
    for resource in hit:
        names = copy.deepcopy(resource["metadata"])
        _merge(resource, copy.deepcopy(change))
        resource["metadata"] = names


def _is_meant(resource: Resource, target: dict[str, str]) -> bool:
    if unknown := set(target) - {"kind", "name", "labelSelector"}:
        raise ValueError(f"a patch's target: {unknown}")
    labels = resource["metadata"].get("labels", {})
    return (
        target.get("kind", resource["kind"]) == resource["kind"]
        and target.get("name", resource["metadata"]["name"]) == resource["metadata"]["name"]
        and ("labelSelector" not in target or _selects(target["labelSelector"], labels))
    )


def _selects(selector: str, labels: dict[str, str]) -> bool:
    if " in (" in selector:
        key, _, values = selector.removesuffix(")").partition(" in (")
        return labels.get(key) in values.split(", ")
    key, _, value = selector.partition("=")
    return labels.get(key) == value


def _merge(into: Resource, change: Resource) -> None:
    for name, value in change.items():
        there = into.get(name)
        if isinstance(value, dict) and isinstance(there, dict):
            _merge(there, value)
        elif isinstance(value, list) and isinstance(there, list) and name in _MERGED_BY:
            _merge_list(there, value, _MERGED_BY[name])
        else:
            into[name] = value


def _merge_list(into: list[Resource], change: list[Resource], key: str) -> None:
    by_key = {each.get(key): each for each in into}
    for entry in change:
        if entry.get(key) in by_key:
            _merge(by_key[entry[key]], entry)
        else:
            into.append(entry)


def _name_image(container: Resource, images: list[dict[str, str]]) -> None:
    for image in images:
        if container["image"] == image["name"]:
            container["image"] = f"{image['newName']}:{image['newTag']}"
