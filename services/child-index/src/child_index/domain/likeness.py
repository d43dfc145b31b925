"""By which keys a child's record is like a practitioner: family names and homes that the child has or had.

Hidden names too: who bears the name of before is the very one whose looks an officer should see.
"""

from chassis.likeness import Likeness
from child_index.domain.person import ChildRecord

Keys = tuple[list[str], list[str]]
"""Of family names, and of homes."""


def keys_of(record: ChildRecord, likeness: Likeness) -> Keys:
    names = (record.name, *record.other_names, *record.hidden_names)
    family_names = (family for _, family in names)
    homes = ((address.postcode, address.address_line) for address in record.addresses)
    return likeness.family_names(family_names), likeness.homes(homes)


def changed_keys(before: ChildRecord, after: ChildRecord, likeness: Likeness) -> Keys | None:
    """The keys after a change of the record, None where they are the same."""
    named = (before.family_name, before.other_names, before.hidden_names)
    if named == (after.family_name, after.other_names, after.hidden_names) and before.addresses == after.addresses:
        return None
    keys = keys_of(after, likeness)
    return None if keys == keys_of(before, likeness) else keys
