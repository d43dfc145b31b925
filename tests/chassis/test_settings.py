"""Settings from files, as Docker and Kubernetes mount secrets."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from chassis.keys import generate_pem
from chassis.settings import Environment, KafkaSettings
from consent.settings import ConsentSettings
from gateway.settings import GatewaySettings
from tests.support.certificates import Authority


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KITH_SECRETS_DIR", str(tmp_path))
    return tmp_path


def test_a_secret_is_read_from_its_file(folder: Path) -> None:
    (folder / "kith_internal_key").write_text("k" * 40 + "\n")
    assert GatewaySettings().internal_key.get_secret_value() == "k" * 40


def test_the_environment_goes_before_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "kith_internal_key").write_text("from the file")
    monkeypatch.setenv("KITH_INTERNAL_KEY", "from the environment")
    assert GatewaySettings().internal_key.get_secret_value() == "from the environment"


def test_all_that_production_asks_for_may_lie_in_files(folder: Path) -> None:
    secrets = {
        "internal_key": "i" * 32,
        "likeness_key": "l" * 32,
        "database_url": "postgresql+asyncpg://kith_consent@db/kith_consent",
        "grant_key": generate_pem(),
        "log_key": generate_pem(),
    }
    provider = {"environment": Environment.PRODUCTION, "oidc_issuer": "https://login.example/realms/kith"}
    for name, secret in secrets.items():
        (folder / f"kith_{name}").write_text(secret)
    for name in secrets:
        (folder / f"kith_{name}").rename(folder / "elsewhere")
        with pytest.raises(ValidationError, match=f"KITH_{name.upper()} must be given"):
            ConsentSettings.model_validate(provider)
        (folder / "elsewhere").rename(folder / f"kith_{name}")
    assert ConsentSettings.model_validate(provider).log_key.get_secret_value() == secrets["log_key"].strip()


def test_a_folder_that_is_not_there_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_SECRETS_DIR", str(folder / "missing"))
    with pytest.raises(ValueError, match="KITH_SECRETS_DIR: there is no folder"):
        GatewaySettings()


PASSWORD = "the password of the workers"
KAFKA = {"kafka_bootstrap": "kafka:9093"}
BY_PASSWORD = {**KAFKA, "kafka_protocol": "SASL_SSL", "kafka_username": "workers", "kafka_password": PASSWORD}


@pytest.mark.parametrize(
    ("given", "without", "missing"),
    [
        ({"kafka_protocol": "SSL"}, "KAFKA_PROTOCOL", "KAFKA_BOOTSTRAP"),
        ({"kafka_password": PASSWORD}, "KAFKA_PASSWORD", "KAFKA_BOOTSTRAP"),
        ({**KAFKA, "kafka_ca_file": "ca.pem"}, "KAFKA_CA_FILE", "KAFKA_PROTOCOL=SSL or SASL_SSL"),
        ({**KAFKA, "kafka_password": PASSWORD}, "KAFKA_PASSWORD", "KAFKA_PROTOCOL=SSL or SASL_SSL"),
        ({**BY_PASSWORD, "kafka_protocol": "SSL"}, "KAFKA_USERNAME", "KAFKA_PROTOCOL=SASL_SSL"),
        ({**KAFKA, "kafka_protocol": "SSL", "kafka_sasl_mechanism": "PLAIN"}, "SASL_MECHANISM", "PROTOCOL=SASL_SSL"),
        ({**BY_PASSWORD, "kafka_password": ""}, "KAFKA_PROTOCOL=SASL_SSL", "KAFKA_PASSWORD"),
        ({**BY_PASSWORD, "kafka_username": ""}, "KAFKA_PROTOCOL=SASL_SSL", "KAFKA_USERNAME"),
        ({**BY_PASSWORD, "kafka_key_file": "key.pem"}, "KAFKA_KEY_FILE", "KAFKA_CERTIFICATE_FILE"),
        ({**BY_PASSWORD, "kafka_certificate_file": "certificate.pem"}, "CERTIFICATE_FILE", "KAFKA_KEY_FILE"),
    ],
)
def test_what_protects_kafka_by_half_refuses_to_start(given: dict[str, str], without: str, missing: str) -> None:
    for kind in (KafkaSettings, ConsentSettings):
        with pytest.raises(ValidationError, match=f"{without}.* without KITH_.*{missing}") as refused:
            kind.model_validate(given)
        assert PASSWORD not in str(refused.value)


@pytest.mark.parametrize("given", [{"kafka_protocol": "SASL_PLAINTEXT"}, {"kafka_sasl_mechanism": "GSSAPI"}])
def test_what_kith_does_not_speak_to_kafka_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=next(iter(given))):
        KafkaSettings.model_validate({**BY_PASSWORD, **given})


def test_files_that_are_no_certificates_are_refused_by_name(tmp_path: Path) -> None:
    authority, other = Authority(tmp_path), Authority(tmp_path, "other")
    certificate, key = authority.signs("workers")
    _, others_key = other.signs("others")
    for name, path in (("kafka_ca_file", tmp_path / "missing.pem"), ("kafka_ca_file", key)):
        with pytest.raises(ValidationError, match="KITH_KAFKA_CA_FILE is no readable PEM"):
            KafkaSettings.model_validate({**BY_PASSWORD, name: path})
    pair = {**BY_PASSWORD, "kafka_certificate_file": certificate}
    with pytest.raises(ValidationError, match="KITH_KAFKA_CERTIFICATE_FILE and KITH_KAFKA_KEY_FILE are no"):
        KafkaSettings.model_validate({**pair, "kafka_key_file": others_key})
    KafkaSettings.model_validate({**pair, "kafka_key_file": key})


def test_kafka_without_protection_is_told_nothing() -> None:
    assert KafkaSettings.model_validate(KAFKA).kafka_connection == {}


def test_kafka_is_told_what_the_settings_say(folder: Path) -> None:
    (folder / "kith_kafka_password").write_text(PASSWORD + "\n")
    ca = Authority(folder).certificate
    by_password = {name: value for name, value in BY_PASSWORD.items() if name != "kafka_password"}
    assert ConsentSettings.model_validate({**by_password, "kafka_ca_file": ca}).kafka_connection == {
        "security_protocol": "SASL_SSL",
        "ssl_cafile": str(ca),
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "workers",
        "sasl_plain_password": PASSWORD,
    }
