"""A grant that speaks of several children says of which of their records each category is permitted."""

from hypothesis import given
from hypothesis import strategies as st
from jose import jwk

from chassis.grants import Grant, GrantSigner, GrantVerifier
from chassis.ids import new_id
from chassis.keys import SigningKey, generate_pem
from contracts.vocabulary import Category, Role

KEY = SigningKey.from_pem(generate_pem())
VERIFIER = GrantVerifier({KEY.key_id: jwk.construct(KEY.public_jwk, "ES256")})
CATEGORIES = st.sets(st.sampled_from(list(Category)))


@given(permitted=st.lists(CATEGORIES, max_size=12), asked=CATEGORIES, wanted=CATEGORIES)
def test_records_with_are_those_that_permit_all_that_is_wanted(
    permitted: list[set[Category]], asked: set[Category], wanted: set[Category]
) -> None:
    records = tuple(new_id() for _ in permitted)
    partly = tuple(
        (category, sum(1 << place for place, given in enumerate(permitted) if category in given))
        for category in asked
        if any(category not in given for given in permitted)
    )
    grant = Grant(
        new_id(), "sw", Role.SOCIAL_WORKER, "council", (), "notification.read", "direct-support", "r",
        categories=frozenset(asked), children=records, records=records, partly=partly,
    )  # fmt: skip
    arrived = VERIFIER.verify(GrantSigner(KEY).sign(grant), actions=["notification.read"], request_id="r")
    assert arrived.records_with(wanted) == tuple(
        record for record, given in zip(records, permitted, strict=True) if wanted <= asked and wanted <= given
    )
