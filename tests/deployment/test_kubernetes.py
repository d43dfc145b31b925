"""deploy/kubernetes: valid, complete, least privilege, and startable with the secrets that its README makes."""

import re
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from assessment.settings import AssessmentSettings
from chassis import exposition
from chassis.service import health_router
from chassis.settings import DatabaseSettings, KafkaSettings, ServiceSettings
from child_index.settings import ChildIndexSettings
from consent.settings import ConsentSettings
from gateway.settings import GatewaySettings
from notifications.settings import NotificationsSettings
from stack.parts import SERVICES, module_of
from tests.architecture.conftest import ROOT
from tests.deployment.composed import is_job, ours
from tests.deployment.kustomized import Resource, build, pod_of
from tests.deployment.test_kustomized import OVERLAYS
from tests.support.certificates import Authority

README = (ROOT / "deploy" / "kubernetes" / "README.md").read_text()
KINDS: dict[str, type[ServiceSettings]] = {
    "consent": ConsentSettings,
    "child-index": ChildIndexSettings,
    "assessment": AssessmentSettings,
    "notifications": NotificationsSettings,
}
Made = dict[tuple[str, str], Resource]


@pytest.fixture(scope="module", params=["pilot", "authority"])
def made(request: pytest.FixtureRequest) -> Made:
    return {(each["kind"], each["metadata"]["name"]): each for each in build(OVERLAYS / request.param)}


def of(made: Made, *kinds: str) -> dict[str, Resource]:
    return {name: resource for (kind, name), resource in made.items() if kind in kinds}


def container_of(resource: Resource) -> Resource:
    pod = pod_of(resource)
    assert pod is not None
    (container,) = pod["spec"]["containers"]
    found: Resource = container
    return found


@pytest.mark.parametrize(("overlay", "version"), [("pilot", "1.31"), ("authority", "1.37")])
def test_each_resource_is_what_kubernetes_takes(overlay: str, version: str) -> None:
    """The overlays differ by figures and addresses alone: each is held to one end of what is promised."""
    for resource in build(OVERLAYS / overlay):
        kubernetes_validate.validate(resource, version, strict=True)


def test_its_parts_are_those_of_compose_with_the_same_commands(made: Made) -> None:
    """Names too: Prometheus asks by them. Kafka's factor of replication is the overlay's."""
    there = {name: container_of(each)["command"] for name, each in of(made, "Deployment", "Job").items()}
    assert there.pop("topics")[:5] == ours()["topics"]["command"][:5]
    assert there == {name: service["command"] for name, service in ours().items() if name != "topics"}
    assert set(of(made, "Job")) == {name for name, service in ours().items() if is_job(service)}
    assert {container_of(each)["image"] for each in of(made, "Deployment", "Job").values()} == {
        "registry.example.org/kith:0.1.0"
    }


def test_every_pod_is_restricted(made: Made) -> None:
    """As the Pod Security Standard of that name has it, and its file system may not be written to."""
    assert made["Namespace", "kith"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for resource in of(made, "Deployment", "Job").values():
        pod = pod_of(resource)
        assert pod is not None
        spec, container = pod["spec"], container_of(resource)
        assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(spec)
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 1000
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {next(iter(set(volume) - {"name"})) for volume in spec["volumes"]} <= {"emptyDir", "projected"}
        assert container["resources"]["limits"]["memory"]
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])


def test_each_says_whether_it_is_well_by_a_path_that_is_there(made: Made) -> None:
    paths: set[Any] = {route.path for route in health_router({}).routes}  # type: ignore[attr-defined]
    for name, resource in of(made, "Deployment").items():
        container = container_of(resource)
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        probes = {kind: container[kind]["httpGet"] for kind in container if kind.endswith("Probe")}
        assert {"startupProbe", "livenessProbe"} <= set(probes)
        for probe in probes.values():
            assert probe["port"] in ports
            assert probe["path"] in (paths if probe["port"] == "http" else {exposition.PATH})
        assert ("readinessProbe" in probes) is not name.endswith("-worker")
        assert ports.get("http", 8080) == 8080
        assert ports["metrics"] == 9100


def test_who_is_asked_is_found_scaled_and_not_all_taken_away_at_once(made: Made) -> None:
    asked = {"gateway", *(f"{service}-api" for service in SERVICES)}
    assert set(of(made, "Service")) == set(of(made, "HorizontalPodAutoscaler")) == asked
    assert set(of(made, "PodDisruptionBudget")) == set(of(made, "Deployment"))
    for name, resource in made.items():
        if name[0] in {"Service", "PodDisruptionBudget"}:
            selector = resource["spec"]["selector"]
            pod = pod_of(made["Deployment", name[1]])
            assert pod is not None
            assert (selector.get("matchLabels") or selector).items() <= pod["metadata"]["labels"].items()
        if name[0] == "HorizontalPodAutoscaler":
            assert resource["spec"]["scaleTargetRef"]["name"] == name[1]
            assert "replicas" not in made["Deployment", name[1]]["spec"], "the autoscaler's to say"
    (ingress,) = of(made, "Ingress").values()
    paths = [path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    assert [path["backend"]["service"]["name"] for path in paths] == ["gateway"]
    assert ingress["spec"]["tls"]
    for service, address in told(made, "gateway").items():
        if service.endswith("_URL") and "OIDC" not in service:
            assert (
                made["Service", address.removeprefix("http://").partition(":")[0]]["spec"]["ports"][0]["port"] == 8080
            )


def test_no_secret_lies_in_the_repository_and_each_that_is_named_is_told_of(made: Made) -> None:
    assert of(made, "Secret") == {}
    parts = of(made, "Deployment", "Job").values()
    named = {name for resource in parts for name in mounted(resource) + mounted(resource, optional=True)}
    (ingress,) = of(made, "Ingress").values()
    named |= {entry["secretName"] for entry in ingress["spec"]["tls"]}
    assert named == set(README_MAKES)


README_MAKES = {
    name: dict(
        each.split("=", 1) if "=" in each else (each, each) for each in re.findall(r"--from-file=(\S+)", arguments)
    )
    for name, arguments in re.findall(r"kubectl -n kith create (?:secret \w+|configmap) (\S+)(.*)", README)
}
"""What each secret or configuration map holds, by the README's commands: key, and the file that it comes from."""


def mounted(resource: Resource, *, optional: bool = False) -> list[str]:
    """The secrets and configuration maps that it cannot do without; or those that it takes where they are."""
    pod = pod_of(resource)
    assert pod is not None
    sources = [each for volume in pod["spec"]["volumes"] for each in volume.get("projected", {}).get("sources", [])]
    return [kind["name"] for source in sources for kind in source.values() if kind.get("optional", False) is optional]


def told(made: Made, name: str) -> dict[str, str]:
    """The environment of a part that is neither a secret nor the image's."""
    container = container_of(of(made, "Deployment", "Job")[name])
    found: dict[str, str] = {}
    for source in container.get("envFrom", []):
        found |= made["ConfigMap", source["configMapRef"]["name"]]["data"]
    return found | {entry["name"]: entry["value"] for entry in container.get("env", []) if "value" in entry}


def test_every_variable_is_a_setting_that_is_documented(made: Made) -> None:
    documented = set(re.findall(r"`(KITH_\w+)`", (ROOT / "docs" / "settings.md").read_text()))
    for name in of(made, "Deployment", "Job"):
        assert set(told(made, name)) <= documented


def test_each_part_starts_in_production_with_what_the_readme_gives_it(
    made: Made, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a part lacked, its settings would refuse. None is given a key that it does not read."""

    def become(name: str) -> None:
        folder = tmp_path / name
        folder.mkdir()
        for source in mounted(of(made, "Deployment", "Job")[name]):
            for key, file in README_MAKES[source].items():
                (folder / key).write_text((secrets / file).read_text())
        for key, value in told(made, name).items():
            monkeypatch.setenv(key, value.replace("/run/secrets/kith", str(folder)))

    become("gateway")
    assert GatewaySettings().environment == "production"
    assert set((tmp_path / "gateway").iterdir()) == {tmp_path / "gateway" / "kith_internal_key"}
    for service, kind in KINDS.items():
        for name in (f"{service}-api", f"{service}-worker"):
            become(name)
            settings = kind()
            assert settings.production
            assert settings.run_worker is name.endswith("-worker")
            assert settings.database_url == (secrets / f"{module_of(service)}_database_url").read_text()
            assert settings.grant_jwks_file is not None
            assert settings.grant_jwks_file.exists()
            assert (tmp_path / name / "kith_log_key").exists() is (service == "consent")
            monkeypatch.delenv("KITH_RUN_WORKER", raising=False)
        become(f"{service}-migration")
        assert DatabaseSettings().database_url == (secrets / f"{module_of(service)}_owner_database_url").read_text()
        assert len(list((tmp_path / f"{service}-migration").iterdir())) == 1


def test_who_speaks_to_kafka_and_nobody_else_takes_what_kafka_asks_for(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes = {name for name, each in of(made, "Deployment", "Job").items() if mounted(each, optional=True)}
    assert takes == {"topics", *(f"{service}-worker" for service in SERVICES)}
    said = {"kith_kafka_protocol": "SASL_SSL", "kith_kafka_username": "workers", "kith_kafka_password": "password"}
    said["kith_kafka_ca_file"] = str(Authority(tmp_path, "kafka-ca").certificate)
    for name, text in said.items():
        (tmp_path / name).write_text(text)
    assert set(README_MAKES["kith-kafka"]) == {*said, "kafka-ca.pem"}
    for name in takes:
        assert mounted(of(made, "Deployment", "Job")[name], optional=True) == ["kith-kafka"]
    for key, value in (told(made, "consent-worker") | told(made, "topics")).items():
        monkeypatch.setenv(key, value.replace("/run/secrets/kith", str(tmp_path)))
    assert KafkaSettings().kafka_connection["sasl_plain_password"] == "password"
