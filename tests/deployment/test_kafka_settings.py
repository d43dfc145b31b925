"""Compose's settings of Kafka, by what makes a configuration of them in Kafka's image, and checks it."""

from pathlib import Path

import pytest

from stack.kafka import fetch_jars
from stack.programs import program, run
from tests.deployment.composed import PORTS, read, services


@pytest.mark.prove
@pytest.mark.parametrize("more", [{}, read(PORTS)["services"]["kafka"]["environment"]], ids=["compose", "ports"])
def test_kafka_takes_its_settings(tmp_path: Path, more: dict[str, str]) -> None:
    environment = {name: str(value) for name, value in (services()["kafka"]["environment"] | more).items()}
    environment["KAFKA_LOG_DIRS"] = str(tmp_path / "data")
    folders = []
    for name in ("default", "mounted", "final"):
        (tmp_path / name).mkdir()
        folders += [f"--{name}-configs-dir", str(tmp_path / name)]
    for name in ("log4j2.yaml", "tools-log4j2.yaml"):  # the image has its own
        (tmp_path / "default" / name).write_text(
            "Configuration: {Properties: {Property: []}, Appenders: {}, Loggers: {}}\n"
        )
    java = program("java", install="apt-get install openjdk-17-jre-headless")
    wrapper = [java, "-XX:TieredStopAtLevel=1", "-cp", f"{fetch_jars()}/*", "kafka.docker.KafkaDockerWrapper", "setup"]
    run("Kafka's own set-up", [*wrapper, *folders], environment)
    made = dict(
        line.split("=", 1) for line in (tmp_path / "final" / "server.properties").read_text().split() if "=" in line
    )
    assert made["advertised.listeners"] == environment["KAFKA_ADVERTISED_LISTENERS"]
    assert made["auto.create.topics.enable"] == "false"
    assert (tmp_path / "data" / "meta.properties").exists(), "its storage is made"
