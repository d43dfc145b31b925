"""How long PostgreSQL is waited for."""

from typing import NamedTuple


class Timeouts(NamedTuple):
    """Seconds after which PostgreSQL gives up, 0 being never: a statement, its wait for a lock, a transaction in which
    nothing is asked; and a connection that is not made. SQLite, with one writer and no server, has none of them."""

    statement: float = 30
    lock: float = 15
    idle: float = 60
    connect: float = 10

    def server_settings(self) -> dict[str, str]:
        """As PostgreSQL is told with each connection: milliseconds."""
        told = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle,
        }
        return {name: str(round(seconds * 1000)) for name, seconds in told.items()}


USUAL = Timeouts()
