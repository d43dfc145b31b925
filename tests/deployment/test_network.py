"""The network policies of deploy/kubernetes, read as a cluster reads them: who reaches whom, and nobody else."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from stack.parts import SERVICES
from tests.deployment.kustomized import Resource, build, pod_of
from tests.deployment.test_kustomized import OVERLAYS

APIS = {f"{service}-api" for service in SERVICES}
WORKERS = {f"{service}-worker" for service in SERVICES}
TELLING = {"notifications-api", "notifications-worker"}
"""Who has it decided what somebody may be told."""
MIGRATIONS = {f"{service}-migration" for service in SERVICES}
PORTS = (53, 443, 5432, 8080, 9092, 9100)


@dataclass(frozen=True)
class Pod:
    """Somebody on the network. Outside of the cluster there is no namespace, only an address."""

    name: str
    namespace: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    address: str = "10.0.0.1"
    ports: dict[str, int] = field(default_factory=dict)


OUTSIDERS = (
    Pod("ingress", "ingress-nginx", {"app.kubernetes.io/name": "ingress-nginx"}),
    Pod("prometheus", "monitoring", {"app.kubernetes.io/name": "prometheus"}),
    Pod("neighbour", "monitoring", {"app.kubernetes.io/name": "grafana"}),
    Pod("stranger", "default", {"app.kubernetes.io/name": "gateway", "app.kubernetes.io/component": "gateway"}),
    Pod("names", "kube-system", {"k8s-app": "kube-dns"}),
    Pod("provider", address="203.0.113.9"),
)
ELSEWHERE = (Pod("postgres", address="192.0.2.10"), Pod("kafka", address="198.51.100.10"))
WITHIN = tuple(Pod(name, "kith", {"app.kubernetes.io/name": name}) for name in ("postgres", "kafka"))
INTRUDER = Pod("intruder", "kith", {"app.kubernetes.io/name": "intruder", "app.kubernetes.io/part-of": "kith"})


def pods_of(resources: list[Resource]) -> Iterator[Pod]:
    for resource in resources:
        pod = pod_of(resource)
        if pod is not None:
            (container,) = pod["spec"]["containers"]
            ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
            yield Pod(resource["metadata"]["name"], "kith", pod["metadata"]["labels"], ports=ports)


def chosen(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    assert set(selector) <= {"matchLabels", "matchExpressions"}
    for expression in selector.get("matchExpressions", []):
        assert expression["operator"] == "In"
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()


def is_peer(peer: dict[str, Any], pod: Pod) -> bool:
    assert set(peer) <= {"podSelector", "namespaceSelector", "ipBlock"}
    if "ipBlock" in peer:
        return ipaddress.ip_address(pod.address) in ipaddress.ip_network(peer["ipBlock"]["cidr"])
    if pod.namespace is None:
        return False
    if "namespaceSelector" in peer:
        at_home = chosen(peer["namespaceSelector"], {"kubernetes.io/metadata.name": pod.namespace})
    else:
        at_home = pod.namespace == "kith"
    return at_home and chosen(peer.get("podSelector", {}), pod.labels)


def lets(policies: list[Resource], direction: str, subject: Pod, peer: Pod, listener: Pod, port: int) -> bool:
    """Whether the subject's policies let it hear from the peer (Ingress) or speak to it (Egress)."""
    if subject.namespace != "kith":
        return True  # not ours to say
    about = [
        p["spec"]
        for p in policies
        if direction in p["spec"]["policyTypes"] and chosen(p["spec"]["podSelector"], subject.labels)
    ]
    if not about:
        return True
    side = "from" if direction == "Ingress" else "to"
    for rule in (rule for spec in about for rule in spec.get(direction.lower(), [])):
        numbers = {listener.ports.get(entry["port"], entry["port"]) for entry in rule["ports"]}
        if port in numbers and any(is_peer(each, peer) for each in rule[side]):
            return True
    return False


def reached(overlay: str) -> set[tuple[str, str, int]]:
    resources = build(OVERLAYS / overlay)
    policies = [resource for resource in resources if resource["kind"] == "NetworkPolicy"]
    data = WITHIN if overlay == "pilot" else ELSEWHERE
    everybody = [*pods_of(resources), *OUTSIDERS, *data, INTRUDER]
    return {
        (source.name, target.name, port)
        for source in everybody
        for target in everybody
        for port in PORTS
        if source is not target
        and "kith" in (source.namespace, target.namespace)
        and lets(policies, "Egress", source, target, target, port)
        and lets(policies, "Ingress", target, source, target, port)
    }


@pytest.mark.parametrize("overlay", ["pilot", "authority"])
def test_each_reaches_what_it_needs_and_nobody_reaches_more(overlay: str) -> None:
    ours = {"gateway", "topics", *APIS, *WORKERS, *MIGRATIONS}
    here = ours | {"intruder"} | ({"postgres", "kafka"} if overlay == "pilot" else set())
    wanted = {
        ("ingress", "gateway", 8080),
        *(("gateway", api, 8080) for api in APIS),
        *((name, "consent-api", 8080) for name in TELLING),
        *((name, "postgres", 5432) for name in APIS | WORKERS | MIGRATIONS),
        *((name, "kafka", 9092) for name in WORKERS | {"topics"}),
        *(("prometheus", name, 9100) for name in {"gateway"} | APIS | WORKERS),
        *((name, "names", 53) for name in here),
    }
    # By https to any address, which no pod of the namespace listens to or lets in.
    anywhere = {
        (name, target, 443)
        for name in ("gateway", "consent-api")
        for target in ("provider", *(o.name for o in OUTSIDERS))
    }
    if overlay == "authority":
        anywhere |= {(name, target, 443) for name in ("gateway", "consent-api") for target in ("postgres", "kafka")}
    assert reached(overlay) - anywhere == wanted
    assert {(name, "provider", 443) for name in ("gateway", "consent-api")} <= reached(overlay)


@pytest.mark.parametrize("overlay", ["pilot", "authority"])
def test_each_end_holds_by_itself(overlay: str) -> None:
    """Whoever got round what they may speak to is still not heard, and nobody is without rules for either."""
    resources = build(OVERLAYS / overlay)
    policies = [resource for resource in resources if resource["kind"] == "NetworkPolicy"]
    everybody = [*pods_of(resources), *OUTSIDERS, INTRUDER]
    heard = {
        (source.name, target.name)
        for source in everybody
        for target in everybody
        if source is not target and target.namespace == "kith"
        if lets(policies, "Ingress", target, source, target, 8080)
    }
    assert heard == {
        ("ingress", "gateway"),
        *(("gateway", api) for api in APIS),
        *((name, "consent-api") for name in TELLING),
    }
    (nobody,) = [each["spec"] for each in policies if each["metadata"]["name"] == "nobody-reaches-anybody"]
    assert nobody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
