"""Small numbers of the report cannot be worked out, not even by somebody who knows the rule."""

from collections import defaultdict
from itertools import product

import pytest

from assessment.domain.stage_report import LEAST, told


@pytest.mark.parametrize(("schools", "largest"), [(1, 20), (2, 20), (3, 13), (4, 8)])
def test_no_number_that_is_not_told_follows_from_what_is(schools: int, largest: int) -> None:
    """Of all columns that look the same from outside, each number that is not told is not the same in all."""
    alike = defaultdict(list)
    for column in product(range(largest + 1), repeat=schools):
        shown, total = told(column)
        assert all(number is None or number == of for number, of in zip(shown, column, strict=True))
        assert all(number is None or number >= LEAST for number in (*shown, total))
        alike[(*shown, total)].append(column)
    for (*shown, _), columns in alike.items():
        # The largest numbers that were tried have nobody beside them who would be there, were more tried.
        if max(map(max, columns)) < largest:
            for place, number in enumerate(shown):
                assert number is not None or len({column[place] for column in columns}) > 1, columns[:3]


def test_what_need_not_be_hidden_is_told() -> None:
    assert told([40, 3, 2, 4, 30]) == ([40, None, None, None, 30], 79)
    assert told([40, 3, 30]) == ([40, None, None], 73)
    assert told([40, 30]) == ([40, 30], 70)
    assert told([5, 5]) == ([None, None], None)
    assert told([2, 1]) == ([None, None], None)
