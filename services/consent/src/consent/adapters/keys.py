"""The two keys of the consent service: one signs grants, the other the log's tree heads."""

from chassis.keys import SigningKey, load_or_create
from consent.domain.log_heads import LogSigner
from consent.settings import ConsentSettings


def grant_key(settings: ConsentSettings) -> SigningKey:
    return _key(settings.grant_key.get_secret_value(), settings, "grant")


def log_signing_key(settings: ConsentSettings) -> LogSigner:
    key = _key(settings.log_key.get_secret_value(), settings, "log").key
    members = {name: value.decode() if isinstance(value, bytes) else value for name, value in key.to_dict().items()}
    return LogSigner(members)


def _key(given: str, settings: ConsentSettings, name: str) -> SigningKey:
    """The key that the settings give, or in development the one made at first start."""
    return SigningKey.from_pem(given) if given else load_or_create(settings.data_dir / "keys" / f"{name}.pem")
