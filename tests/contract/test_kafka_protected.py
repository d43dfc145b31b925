"""Kafka behind TLS and passwords: a real broker that asks for them, spoken to as KITH_KAFKA_… says."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chassis.broker import BrokerUnavailable, Outgoing, dead_letter_topic
from chassis.broker.kafka import KafkaBroker
from chassis.settings import KafkaSettings
from stack.kafka import Listeners
from stack.programs import LOOPBACK, free_ports
from tests.contract.stages import Recorder
from tests.support.certificates import Authority
from tests.support.kafka import private_kafka

pytestmark = pytest.mark.prove

PASSWORD = "the password of the workers"
TOPIC = "protected"


@dataclass
class Protected:
    """A broker with a listener for passwords under TLS, and one that asks for certificates."""

    folder: Path
    authority: Authority
    passwords: int
    certificates: int

    def by_password(self, **changed: Any) -> dict[str, Any]:
        return {
            "kafka_bootstrap": f"{LOOPBACK}:{self.passwords}",
            "kafka_protocol": "SASL_SSL",
            "kafka_ca_file": self.authority.certificate,
            "kafka_username": "workers",
            "kafka_password": PASSWORD,
            **changed,
        }

    def by_certificate(self, **changed: Any) -> dict[str, Any]:
        certificate, key = self.authority.signs("workers")
        return {
            "kafka_bootstrap": f"{LOOPBACK}:{self.certificates}",
            "kafka_protocol": "SSL",
            "kafka_ca_file": self.authority.certificate,
            "kafka_certificate_file": certificate,
            "kafka_key_file": key,
            **changed,
        }


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Protected]:
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    certificate, key = authority.signs("broker")
    store = folder / "broker-store.pem"
    store.write_bytes(key.read_bytes() + certificate.read_bytes())
    passwords, certificates = free_ports(2)
    module = "org.apache.kafka.common.security"
    settings = {
        "inter.broker.listener.name": "PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "listener.name.passwords.scram-sha-512.sasl.jaas.config": f"{module}.scram.ScramLoginModule required;",
        "listener.name.passwords.plain.sasl.jaas.config": (
            f'{module}.plain.PlainLoginModule required user_workers="{PASSWORD}";'
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(store),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.certificate),
        "listener.name.certificates.ssl.client.auth": "required",
    }
    more = Listeners({"PASSWORDS": ("SASL_SSL", passwords), "CERTIFICATES": ("SSL", certificates)}, settings)
    with private_kafka(more, "--add-scram", f"SCRAM-SHA-512=[name=workers,password={PASSWORD}]") as kafka:
        kafka.create_topics(TOPIC, dead_letter_topic(TOPIC))
        yield Protected(folder, authority, passwords, certificates)


def broker_of(given: dict[str, Any]) -> KafkaBroker:
    settings = KafkaSettings.model_validate(given)
    return KafkaBroker(settings.kafka_bootstrap, connection=settings.kafka_connection)


@pytest.mark.parametrize("how", ["SCRAM-SHA-512", "PLAIN", "certificate"])
async def test_messages_go_out_and_come_in(protected: Protected, how: str) -> None:
    given = protected.by_certificate() if how == "certificate" else protected.by_password(kafka_sasl_mechanism=how)
    broker, seen = broker_of(given), Recorder()
    broker.subscribe(f"readers-{how}", [TOPIC], seen)
    await broker.start()
    try:
        await broker.publish([Outgoing(TOPIC, "key", how.encode(), {})])
        await seen.until(lambda: how.encode() in seen.values)
        await broker.ready()
        assert (await broker.standing()).dead_letters == {TOPIC: 0}
    finally:
        await broker.stop()


def kith(given: dict[str, Any], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command line, told all but the password by the environment, and that by a file."""
    environment = {f"KITH_{name.upper()}": str(value) for name, value in given.items()}
    with tempfile.TemporaryDirectory() as secrets:
        Path(secrets, "kith_kafka_password").write_text(environment.pop("KITH_KAFKA_PASSWORD"))
        command = [str(Path(sys.executable).with_name("kith")), "events", *arguments]
        environment = {**os.environ, **environment, "KITH_SECRETS_DIR": secrets}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_command_line_speaks_to_it_too(protected: Protected) -> None:
    for arguments in (
        ("topics", "--file", "deploy/kafka/topics.yaml", "--replication-factor", "1"),
        ("list", "kith.consent.v1"),
    ):
        done = kith(protected.by_password(), *arguments)
        assert done.returncode == 0, done.stderr
        refused = kith(protected.by_password(kafka_password="a wrong one"), *arguments)
        assert (refused.returncode, "SaslAuthenticationFailedError" in refused.stderr) == (1, True), refused.stderr
        assert len(refused.stderr.splitlines()) == 1


async def refusal(given: dict[str, Any]) -> str:
    """What a worker that is so set is told."""
    broker, said = broker_of(given), set()
    broker.subscribe("readers-refused", [TOPIC], Recorder())
    await broker.start()
    try:
        for ask in (broker.ready, lambda: broker.publish([Outgoing(TOPIC, "key", b"value", {})])):
            with pytest.raises(BrokerUnavailable) as refused:
                await ask()
            said.add(str(refused.value))
    finally:
        await broker.stop()
    return " | ".join(said)


async def test_a_wrong_password_is_told_of(protected: Protected) -> None:
    for mechanism in ("SCRAM-SHA-512", "PLAIN"):
        said = await refusal(protected.by_password(kafka_password="a wrong one", kafka_sasl_mechanism=mechanism))
        assert "SaslAuthenticationFailedError" in said
        assert "a wrong one" not in said


async def test_a_broker_whom_somebody_else_vouches_for_is_told_of(protected: Protected, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger")
    assert "certificate verify failed" in await refusal(protected.by_password(kafka_ca_file=stranger.certificate))


async def test_who_has_no_certificate_is_told_so(protected: Protected) -> None:
    without = {"kafka_certificate_file": None, "kafka_key_file": None}
    assert "alert bad certificate" in await refusal(protected.by_certificate(**without))
