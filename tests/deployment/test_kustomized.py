"""That the tests read deploy/kubernetes as kubectl does."""

import json
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.architecture.conftest import ROOT
from tests.deployment.kustomized import build

OVERLAYS = ROOT / "deploy" / "kubernetes" / "overlays"


def in_order(value: Any) -> Any:
    """Lists whose order says nothing, sorted: kubectl puts what a patch adds first."""
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return (
            sorted((in_order(each) for each in value), key=json.dumps)
            if value and isinstance(value[0], dict)
            else value
        )
    return value


@pytest.mark.prove
@pytest.mark.skipif(shutil.which("kubectl") is None, reason="held against kubectl where it is there")
@pytest.mark.parametrize("overlay", ["pilot", "authority"])
def test_it_makes_what_kubectl_makes(overlay: str) -> None:
    made = subprocess.run(["kubectl", "kustomize", OVERLAYS / overlay], capture_output=True, check=True, text=True)
    theirs = {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(made.stdout)}
    ours = {(each["kind"], each["metadata"]["name"]): each for each in build(OVERLAYS / overlay)}
    assert set(ours) == set(theirs)
    for name, resource in ours.items():
        assert in_order(resource) == in_order(theirs[name]), name
