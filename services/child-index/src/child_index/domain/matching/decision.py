"""Link, review or new: what becomes of a record that is held against the index."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import log2
from typing import Final, Literal, NamedTuple

from child_index.domain.matching.comparison import Comparison, compared, score_bits, weigh
from child_index.domain.matching.frequencies import NameFrequencies
from child_index.domain.matching.identifiers import is_permanent_upn
from child_index.domain.matching.prepared import Prepared
from child_index.domain.matching.status import CandidateStatus, scores, status
from child_index.domain.matching.weights import DEFAULT_WEIGHTS, Band, Weights

Outcome = Literal["new", "link", "review"]

_GIVEN_AGREES: Final = frozenset({Band.EQUAL, Band.FULLER, Band.VARIANT, Band.PART, Band.TYPO, Band.SWAPPED})
_FAMILY_AGREES: Final = frozenset({Band.EQUAL, Band.VARIANT, Band.PART, Band.TYPO, Band.SWAPPED})
_TWO_PARTS_AGREE: Final = frozenset({Band.EQUAL, Band.SWAPPED, Band.ONE_EDIT, Band.TWO_PARTS, Band.YEAR_AND_MONTH})


class Ranked(NamedTuple):
    """One candidate. `score`: probability 0 to 1 among the competing candidates; 0 for one that a human has parted."""

    candidate_id: str
    bits: float
    score: float
    status: CandidateStatus
    parted: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a record. `candidate_id` is the child to link, or the first to look at; None for a new one.

    `score` is that candidate's (for a new record: the best candidate's, which was not good enough), `because` the
    reasons in plain English, the rules first, free of personal data.
    """

    outcome: Outcome
    candidate_id: str | None
    score: float
    ranked: tuple[Ranked, ...]
    because: tuple[str, ...]
    weights_version: str


def rank(
    query: Prepared,
    candidates: Sequence[tuple[str, Prepared]],
    frequencies: NameFrequencies,
    weights: Weights = DEFAULT_WEIGHTS,
    *,
    population: int,
    parted: AbstractSet[str] = frozenset(),
    same_source: AbstractSet[str] = frozenset(),
) -> tuple[Ranked, ...]:
    """Candidates best first (then by id), with competing scores: what a search shows. Each id must come once."""
    bits = {}
    for id_, record in candidates:
        found = score_bits(query, record, frequencies, weights, population)
        bits[id_] = found + weights.same_source if id_ in same_source else found
    return _ranked(bits, parted)


def _ranked(bits: Mapping[str, float], parted: AbstractSet[str]) -> tuple[Ranked, ...]:
    ordered = sorted([(-found, id_) for id_, found in bits.items()])
    competing = scores([-less for less, id_ in ordered if id_ not in parted])
    found = iter(competing)
    ranked = []
    for less, id_ in ordered:
        is_parted = id_ in parted
        score = 0.0 if is_parted else next(found)
        ranked.append(Ranked(id_, -less, score, status(score), is_parted))
    return tuple(ranked)


def best_of(
    query: Prepared,
    records: Sequence[Prepared],
    frequencies: NameFrequencies,
    population: int,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Prepared:
    """Of several records of one child the one that agrees best with the query."""
    if len(records) == 1:
        return records[0]
    return max(records, key=lambda each: score_bits(query, each, frequencies, weights, population))


def decide(
    query: Prepared,
    candidates: Sequence[tuple[str, Prepared]],
    frequencies: NameFrequencies,
    weights: Weights = DEFAULT_WEIGHTS,
    *,
    population: int,
    parted: AbstractSet[str] = frozenset(),
    same_source: AbstractSet[str] = frozenset(),
) -> Decision:
    """Decide for one record among the candidates that share a key with it.

    `parted` names the candidates that a human has parted from this record: they are no longer in question, neither
    linked nor reviewed again. `same_source` names those that the list this record comes from already holds under
    another local id; leave it out where that is not known. Linking needs the `link` bits, the `margin` to the second,
    and no rule against it.
    """
    spread = log2(max(population, weights.least_population))
    weighed = {id_: weigh(query, record, frequencies, weights, spread) for id_, record in candidates}
    bits = {id_: each.bits + weights.same_source if id_ in same_source else each.bits for id_, each in weighed.items()}
    ranked = _ranked(bits, parted)
    version = weights.version
    in_question = [each for each in ranked if not each.parted]
    records = dict(candidates)
    same_number = [each for each in in_question if _shares_identifier(query, records[each.candidate_id])]
    if not in_question:
        return Decision("new", None, 0.0, ranked, ("No record in the index comes near.",), version)
    top = in_question[0]
    if top.bits < weights.new and not same_number:
        return Decision("new", None, top.score, ranked, ("No record in the index agrees well enough.",), version)
    if top.bits < weights.new:
        top = same_number[0]
    comparison = compared(weighed[top.candidate_id])
    doubts = list(doubts_of_linking(comparison, query, records[top.candidate_id]))
    if any(each is not top for each in same_number):
        doubts.insert(0, "Another record has the same identifier.")
    if top.bits < weights.link:
        doubts.append("The evidence is not strong enough.")
    others = [each for each in in_question if each is not top]
    if others and top.bits - others[0].bits < weights.margin:
        doubts.append("Another record agrees nearly as well.")
    outcome: Outcome = "review" if doubts else "link"
    return Decision(outcome, top.candidate_id, top.score, ranked, (*doubts, *comparison.because()), version)


def doubts_of_linking(comparison: Comparison, query: Prepared, record: Prepared) -> tuple[str, ...]:
    """The rules by which a human must look at this pair whatever its bits, each as a sentence; empty: none speaks."""
    doubts = []
    given, family = comparison.band("given_name"), comparison.band("family_name")
    born = comparison.band("date_of_birth")
    same_nhs = bool(query.nhs_number) and query.nhs_number == record.nhs_number
    same_upn = bool(query.upn) and query.upn == record.upn
    names_agree = given in _GIVEN_AGREES and family in _FAMILY_AGREES
    if query.nhs_number and record.nhs_number and not same_nhs:
        doubts.append("The NHS numbers are different.")
    if not same_nhs and _have_different_permanent_upns(query, record):
        # A child who is adopted is given a new number so that nobody joins the two records without thought.
        doubts.append("The permanent unique pupil numbers are different.")
    if same_nhs or same_upn:
        if not names_agree and born is not Band.EQUAL:
            doubts.append("The identifier is the same, but name and date of birth are not.")
        elif given in (Band.DIFFERENT, Band.SIMILAR) and not (same_nhs and same_upn):
            # Numbers do get copied from one twin's record to the other's.
            doubts.append("The identifier is the same, but the given names may be those of two children.")
    elif not (names_agree and born in _TWO_PARTS_AGREE) and not _changed_family_name_only(comparison, query, record):
        doubts.append("Without an identifier, both names and two parts of the date of birth must agree.")
    elif given in (Band.TYPO, Band.VARIANT) and comparison.band("sex") is Band.DIFFERENT:
        # Daniel and Danielle: a letter may be a slip, or a sister.
        doubts.append("Both the spelling of the given name and the sex differ.")
    return tuple(doubts)


def _changed_family_name_only(comparison: Comparison, query: Prepared, record: Prepared) -> bool:
    """Whether all but the family name agrees: given name; and, equal, date of birth, sex, postcode and address line.

    No brother, sister or twin has the given name and the birthday, so this is a family name that changed (a parent
    married, a name was hyphenated). Not where the two carry different pupil numbers, whatever their kind: an adopted
    child's new name stays apart from the old one until a human has looked.
    """
    return (
        comparison.band("given_name") in _GIVEN_AGREES
        and comparison.band("date_of_birth") is Band.EQUAL
        and comparison.band("sex") is not Band.DIFFERENT
        and comparison.band("postcode") is Band.EQUAL
        and comparison.band("address_line") is Band.EQUAL
        and not (query.upn and record.upn and query.upn != record.upn)
    )


def _shares_identifier(query: Prepared, record: Prepared) -> bool:
    same_nhs = bool(query.nhs_number) and query.nhs_number == record.nhs_number
    return same_nhs or (bool(query.upn) and query.upn == record.upn and is_permanent_upn(query.upn))


def _have_different_permanent_upns(query: Prepared, record: Prepared) -> bool:
    one, other = query.upn, record.upn
    return bool(one) and bool(other) and one != other and is_permanent_upn(one) and is_permanent_upn(other)
