"""Whether a record may be the child of another one at all, told by less than it takes to weigh the two.

Of the pairs that share a key nearly all are strangers, or brothers and sisters. The bits of a pair are at most its sum
against a sibling (`weights`), and most of that sum is known from the date of birth, the numbers and the given name:
where even the best of the rest would leave a pair under what makes it doubtful, nothing else need be compared.
"""

from dataclasses import dataclass
from typing import Self

from child_index.domain.matching.comparison import score_bits
from child_index.domain.matching.fields import born_band
from child_index.domain.matching.frequencies import NameFrequencies, NameTable
from child_index.domain.matching.names import given_band
from child_index.domain.matching.prepared import NamePair, Prepared
from child_index.domain.matching.weights import Band, Weights


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that a pair can have by what is not looked at, in bits, by one version of the weights.

    `given`: of a given name; `rest`: of family name, postcode, address line and prior.
    """

    weights: Weights
    given: float
    rest: float

    @classmethod
    def of(cls, weights: Weights) -> Self:
        addresses = (weights.address, weights.address_near_postcode, weights.address_in_postcode)
        # A field that is not told of brings nothing.
        rest = (
            max(0.0, *(odds.sibling for odds in weights.family.values()))
            + max(0.0, *(odds.sibling for odds in weights.postcode.values()))
            + max(0.0, *(odds.sibling for table in addresses for odds in table.values()))
        )
        return cls(weights, max(0.0, *(odds.sibling for odds in weights.given.values())), rest - weights.siblings)

    def may_be(self, query: Prepared, record: Prepared, frequencies: NameFrequencies, population: int) -> bool:
        """False where `decide` would find the record to be another child, whoever else there is to choose from."""
        if (query.nhs_number and query.nhs_number == record.nhs_number) or (query.upn and query.upn == record.upn):
            return True  # whatever the rest says, a human looks at it
        if not self._may_reach(self.weights.new, query, record, frequencies.given):
            return False
        return score_bits(query, record, frequencies, self.weights, population) >= self.weights.new

    def _may_reach(self, bits: float, query: Prepared, record: Prepared, table: NameTable) -> bool:
        """False where `score_bits` is certainly less than `bits`."""
        weights = self.weights
        most = self.rest + weights.born[born_band(query.born, record.born)].sibling
        # Numbers that both have are different ones here.
        if query.nhs_number and record.nhs_number:
            most += weights.nhs_number[Band.DIFFERENT].sibling
        if query.upn and record.upn:
            most += weights.upn[Band.DIFFERENT].sibling
        if query.sex and record.sex:
            most += weights.sex[Band.EQUAL if query.sex == record.sex else Band.DIFFERENT].sibling
        if most + self.given < bits:
            return False
        return any(most + self._given(mine, theirs, table) >= bits for mine in query.names for theirs in record.names)

    def _given(self, mine: NamePair, theirs: NamePair, table: NameTable) -> float:
        found = self.weights.given[given_band(mine.given, theirs.given, table)].sibling
        if mine.given.text[:1] == theirs.family.text[:1] and mine.family.text[:1] == theirs.given.text[:1]:
            return max(found, self.weights.given[Band.SWAPPED].sibling)
        return found
