"""Accounts: how a young person or a parent comes to their own side of a record."""

import hashlib
import secrets

from chassis.errors import Conflict, FieldError, Invalid
from chassis.grants import Grant
from chassis.ids import new_id
from consent.application.ports import Record, UnitOfWork

# No letters or digits that are read for one another; 20 of 32 give 100 bits, too many to guess.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 20


async def create_account(uow: UnitOfWork, grant: Grant, kind: str) -> tuple[str, str]:
    """Makes an account tied to the child. Returns its id and the invitation code, which is kept as a hash only."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    account_id = new_id()
    await uow.accounts.add(
        {
            "account_id": account_id,
            "child_id": grant.child_id,
            "kind": kind,
            "code_hash": _hash(code),
            "created_by": grant.viewer_id,
            "created_at": uow.now(),
        }
    )
    await uow.children.bump(str(grant.child_id))
    return account_id, "-".join(code[start : start + 5] for start in range(0, _LENGTH, 5))


async def accept_invitation(uow: UnitOfWork, identity: str, code: str) -> Record:
    """Ties the signed-in identity to the account that the code invites to. The code works once.

    Raises `Invalid` for a code that is wrong or used, `Conflict` for an identity that is somebody already.
    """
    record = await uow.accounts.find("code_hash", _hash(code))
    if record is None or record["accepted_at"] is not None:
        raise Invalid([FieldError("/invitation_code", "is not a code that works; ask for a new one")])
    taken = await uow.accounts.find("identity", identity)
    practitioner = await uow.directory.get("practitioner", identity)
    if taken is not None or practitioner is not None:
        raise Conflict("You are signed in as somebody whom Kith knows already", code="identity-taken")
    change = {"identity": identity, "accepted_at": uow.now()}
    await uow.accounts.change(record["account_id"], change)
    return {**record, **change}


def _hash(code: str) -> str:
    spelled = "".join(character for character in code.upper() if character in _ALPHABET)
    return hashlib.sha256(spelled.encode()).hexdigest()
