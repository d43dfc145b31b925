"""Relationships within a family. A relationship says what the other person is to the child."""

from enum import StrEnum


class Relationship(StrEnum):
    PARENT = "parent"
    STEP_PARENT = "step_parent"
    CARER = "carer"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    HALF_SIBLING = "half_sibling"
    STEP_SIBLING = "step_sibling"
    CHILD = "child"
    STEP_CHILD = "step_child"
    CARED_FOR = "cared_for"
    GRANDCHILD = "grandchild"
    OTHER = "other"


_INVERSE = {
    Relationship.PARENT: Relationship.CHILD,
    Relationship.STEP_PARENT: Relationship.STEP_CHILD,
    Relationship.CARER: Relationship.CARED_FOR,
    Relationship.GRANDPARENT: Relationship.GRANDCHILD,
}
_INVERSES = {**_INVERSE, **{other: one for one, other in _INVERSE.items()}}


def inverse(relationship: Relationship) -> Relationship:
    """What the child is to the other person."""
    return _INVERSES.get(relationship, relationship)
