"""docker-compose.yml: that it is one, that it starts what the stack starts, and that it opens no more than it must."""

import json
import re
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from chassis import exposition
from chassis.service import health_router
from gateway.api.health import health_router as gateway_health_router
from gateway.application.readiness import Readiness
from stack import compose as stack_compose
from stack.parts import SERVICES, Databases, gateway_part, migration, module_of, service_parts, shared_environment
from stack.settings import StackSettings
from tests.architecture.conftest import ROOT
from tests.deployment import dockerfile
from tests.deployment.composed import COMPOSE, PORTS, is_job, ours, read, secret_files, secrets_of, services

PUBLISHED = {"gateway": "8080", "keycloak": "8180", "grafana": "3000", "mail": "8025"}
SCHEMA = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"


@pytest.fixture
def stack_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackSettings:
    monkeypatch.delenv("KITH_DATA_DIR", raising=False)
    return StackSettings(dir=tmp_path)


@pytest.mark.parametrize("file", [COMPOSE, PORTS], ids=lambda file: file.name)
def test_it_is_what_the_compose_specification_says(file: Path) -> None:
    content = read(file)
    jsonschema.validate(content, json.loads(SCHEMA.read_text()))


def test_its_parts_are_those_of_the_stack_with_the_same_commands(stack_settings: StackSettings) -> None:
    shared = shared_environment(stack_settings, "kafka:9092")
    databases = Databases(
        "postgres", 5432, dict.fromkeys([f"{module_of(s)}{e}" for s in SERVICES for e in ("", "_owner")], "p")
    )
    wanted = {"gateway": list(gateway_part(stack_settings, shared).command)}
    for service in SERVICES:
        api, worker = service_parts(service, stack_settings, shared, databases)
        wanted |= {f"{service}-api": list(api.command), f"{service}-worker": list(worker.command)}
        wanted[f"{service}-migration"] = migration(service, shared, databases)[0]
    there = {name: service["command"] for name, service in ours().items() if name != "topics"}
    assert there == {name: ["python", *command[1:]] for name, command in wanted.items()}


def test_they_are_told_what_the_stack_tells_them(stack_settings: StackSettings) -> None:
    """But for where the data folder is, and for the databases, whose addresses are secrets."""
    shared = shared_environment(stack_settings, "kafka:9092")
    databases = Databases("postgres", 5432, {module_of(service): "p" for service in SERVICES})
    for service in SERVICES:
        for name, part in zip(
            ("api", "worker"), service_parts(service, stack_settings, shared, databases), strict=True
        ):
            told = {key: value for key, value in part.environment.items() if key.startswith("KITH_")}
            told.pop("KITH_DATABASE_URL")
            if "KITH_CONSENT_URL" in told:
                told["KITH_CONSENT_URL"] = "http://consent-api:8080"
            told["KITH_DATA_DIR"] = "/tmp"  # noqa: S108 - the container's own, in memory
            here = ours()[f"{service}-{name}"]["environment"]
            assert told.items() <= here.items()
    addresses = {key for key in gateway_part(stack_settings, shared).environment if key.endswith("_URL")}
    gateway = ours()["gateway"]["environment"]
    assert {key for key in gateway if key.endswith("_URL") and "OIDC" not in key} == addresses
    for key in addresses:
        service = key.removeprefix("KITH_").removesuffix("_URL").lower().replace("_", "-")
        assert gateway[key] == f"http://{service}-api:8080"


def test_every_variable_is_a_setting_that_is_documented() -> None:
    documented = set(re.findall(r"^\| `(KITH_\w+)`", (ROOT / "docs" / "settings.md").read_text(), re.M))
    documented |= set(re.findall(r"`(KITH_\w+_URL)`", (ROOT / "docs" / "settings.md").read_text()))
    used = {name for service in ours().values() for name in service["environment"]}
    used |= {target.upper() for service in ours().values() for target in secrets_of(service) if "jwks" not in target}
    used |= {name for name in dockerfile.read(ROOT / "Dockerfile")[-1].environment() if name.startswith("KITH_")}
    assert used <= documented
    assert set(re.findall(r"\$\{(KITH_\w+)", COMPOSE.read_text())) <= documented


def test_only_four_ports_are_open_and_only_on_the_loopback() -> None:
    there = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert set(there) == set(PUBLISHED)
    for name, ports in there.items():
        (port,) = ports
        host, published, _ = port.split(":")
        assert (host, published) == ("127.0.0.1", PUBLISHED[name])


def test_who_reaches_whom() -> None:
    networks = read(COMPOSE)["networks"]
    assert {name for name, network in networks.items() if not network.get("internal")} == {"edge"}
    on = {name: {each for each, service in services().items() if name in service["networks"]} for name in networks}
    assert on["edge"] == set(PUBLISHED)
    parts = {f"{service}-{kind}" for service in SERVICES for kind in ("api", "worker", "migration")}
    assert on["data"] == {"postgres", "kafka", "databases", "topics", *parts}
    jobs = {name for name, service in services().items() if is_job(service)}
    assert on["inside"] == set(services()) - jobs - {"postgres", "kafka"}


@pytest.mark.parametrize("name", services())
def test_a_container_may_do_little(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].split(":")[0]) > 0
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["logging"]["options"]["max-size"]
    assert re.search(r":(local|v?[0-9]+\.[0-9]+(\.[0-9]+)?(-[a-z]+)?)$", service["image"]), "pinned to one release"
    if is_job(service):
        assert service.get("healthcheck", {"disable": True})["disable"]
    else:
        assert service["restart"] == "unless-stopped"


def test_who_answers_says_whether_it_is_well() -> None:
    """By a path that is there. The image checks what answers requests; a worker is known by its metrics."""
    ready = {route.path for route in health_router({}).routes}  # type: ignore[attr-defined]
    assert "/health/ready" in ready
    assert "/health/ready" in {route.path for route in gateway_health_router(Readiness(None, "", {})).routes}  # type: ignore[attr-defined,arg-type]
    for name, service in services().items():
        if is_job(service):
            continue
        if name in ours() and not name.endswith("-worker"):
            assert "healthcheck" not in service, "that of the image holds"
            continue
        command = service["healthcheck"]["test"]
        assert command[0] == "CMD"
        if name.endswith("-worker"):
            assert command[1:4] == ["python", "-m", "chassis.probe"]
            address = urlsplit(command[4])
            assert (address.port, address.path) == (9100, exposition.PATH)
            assert dockerfile.read(ROOT / "Dockerfile")[-1].environment()["KITH_METRICS_PORT"] == "9100"


def test_nobody_starts_before_what_they_need() -> None:
    def needs(name: str) -> dict[str, str]:
        return {other: entry["condition"] for other, entry in services()[name].get("depends_on", {}).items()}

    done, healthy = "service_completed_successfully", "service_healthy"
    assert needs("databases") == {"postgres": healthy}
    assert needs("topics") == {"kafka": healthy}
    for service in SERVICES:
        assert needs(f"{service}-migration") == {"databases": done}
        for kind in ("api", "worker"):
            assert needs(f"{service}-{kind}") == {f"{service}-migration": done, "topics": done}
    assert needs("gateway") == {**{f"{service}-api": healthy for service in SERVICES}, "keycloak": healthy}


def test_each_gets_the_secrets_that_it_reads_and_no_other() -> None:
    found = {name: set(secrets_of(service)) for name, service in ours().items()}
    every = {"kith_database_url", "kith_internal_key", "grant.jwks.json"}
    more = {
        "consent": {"kith_likeness_key", "kith_grant_key", "kith_log_key"},
        "child-index": {"kith_likeness_key"},
        "assessment": set(),
        "notifications": set(),
    }
    assert found.pop("gateway") == {"kith_internal_key"}
    assert found.pop("topics") == set()
    for service, own in more.items():
        assert found.pop(f"{service}-migration") == {"kith_database_url"}
        for kind in ("api", "worker"):
            assert found.pop(f"{service}-{kind}") == every | own
            module = module_of(service)
            assert secrets_of(ours()[f"{service}-{kind}"])["kith_database_url"] == f"{module}_database_url"
        migration_secrets = secrets_of(ours()[f"{service}-migration"])
        assert migration_secrets["kith_database_url"] == f"{module_of(service)}_owner_database_url"
    assert found == {}


def test_what_is_mounted_is_there() -> None:
    for service in services().values():
        for source in (volume.split(":")[0] for volume in service.get("volumes", [])):
            assert not source.startswith(".") or (ROOT / source).exists(), source
    mounted = [path.relative_to(ROOT).parts[:2] for path in secret_files().values()]
    assert set(mounted) == {("var", "compose")}


def test_kafka_is_the_release_that_the_tests_run_on() -> None:
    (version,) = re.findall(r"<kafka.version>(.*)</kafka.version>", (ROOT / "deploy" / "kafka" / "pom.xml").read_text())
    assert services()["kafka"]["image"] == f"apache/kafka:{version}"


def test_the_stacks_postgres_and_kafka_are_where_it_looks_for_them() -> None:
    """Those of docker-compose.ports.yml, under names and with data of their own."""
    ports = read(PORTS, {"POSTGRES_PASSWORD": "given"})
    assert ports["name"] != read(COMPOSE)["name"]
    assert services()["postgres"]["environment"]["POSTGRES_USER"] == stack_compose.ADMINISTRATOR
    postgres, kafka = ports["services"]["postgres"], ports["services"]["kafka"]
    assert postgres["environment"] == {"POSTGRES_PASSWORD": "given", "POSTGRES_PASSWORD_FILE": None}
    assert postgres["secrets"] == []
    filled = {
        name: address.format(administrator="a", password="p", host="127.0.0.1")
        for name, address in stack_compose.ADDRESSES.items()
    }
    assert postgres["ports"] == [f"127.0.0.1:{urlsplit(filled['postgres']).port}:5432"]
    host, port = filled["kafka"].split(":")
    assert kafka["ports"] == [f"{host}:{port}:{port}"]
    environment = kafka["environment"]
    assert f"HOST://{filled['kafka']}" in environment["KAFKA_ADVERTISED_LISTENERS"].split(",")
    assert f"HOST://:{port}" in environment["KAFKA_LISTENERS"].split(",")
    for name in ("KAFKA_ADVERTISED_LISTENERS", "KAFKA_LISTENERS", "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"):
        before = services()["kafka"]["environment"][name].split(",")
        assert set(before) < set(environment[name].split(",")), "those of before stay"


def test_the_topics_are_those_of_the_file_in_the_image() -> None:
    kith, events, topics, *options = ours()["topics"]["command"]
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert [kith, events, topics] == ["kith", "events", "topics"]
    assert given == {"--file": "deploy/kafka/topics.yaml", "--replication-factor": "1"}
    assert (ROOT / given["--file"]).exists()
    assert "deploy/kafka" in dockerfile.sent(ROOT)


def test_prometheus_asks_every_part_that_runs_and_grafana_asks_prometheus() -> None:
    settings = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    (job,) = settings["scrape_configs"]
    (asked,) = job["dns_sd_configs"]
    assert set(asked["names"]) == {name for name, service in ours().items() if not is_job(service)}
    assert str(asked["port"]) == dockerfile.read(ROOT / "Dockerfile")[-1].environment()["KITH_METRICS_PORT"]
    provisioning = ROOT / "deploy" / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert urlsplit(source["url"]).hostname in services()
    (provider,) = yaml.safe_load((provisioning / "dashboards" / "kith.yml").read_text())["providers"]
    mounted = [volume.split(":")[1] for volume in services()["grafana"]["volumes"]]
    assert provider["options"]["path"] in mounted
    assert "/etc/grafana/provisioning" in mounted
