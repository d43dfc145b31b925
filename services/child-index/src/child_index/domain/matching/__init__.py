"""Whether two records are one child: keys to find candidates by, bits to weigh them, rules to decide.

`prepare` each person once; store `blocking_keys` with the record; look a query's keys up; `rank` the candidates for a
search, or `decide` what becomes of a new record. Everything here is a pure function of its arguments.
"""

from child_index.domain.matching.bounds import Bounds
from child_index.domain.matching.comparison import Comparison, Evidence, compare, score_bits
from child_index.domain.matching.decision import Decision, Outcome, Ranked, best_of, decide, doubts_of_linking, rank
from child_index.domain.matching.details import PersonDetails
from child_index.domain.matching.frequencies import NameFrequencies
from child_index.domain.matching.identifiers import is_permanent_upn
from child_index.domain.matching.keys import blocking_keys, identifier_keys
from child_index.domain.matching.prepared import Prepared, prepare
from child_index.domain.matching.prepared import name as comparable_name
from child_index.domain.matching.status import (
    MATCH,
    PLAUSIBLE,
    POTENTIAL_MATCH,
    CandidateStatus,
    SearchStatus,
    probability,
    scores,
    search_status,
    status,
)
from child_index.domain.matching.typed import typed
from child_index.domain.matching.weights import DEFAULT_WEIGHTS, Band, Odds, Weights
from child_index.domain.matching.words import sentence

__all__ = [
    "DEFAULT_WEIGHTS",
    "MATCH",
    "PLAUSIBLE",
    "POTENTIAL_MATCH",
    "Band",
    "Bounds",
    "CandidateStatus",
    "Comparison",
    "Decision",
    "Evidence",
    "NameFrequencies",
    "Odds",
    "Outcome",
    "PersonDetails",
    "Prepared",
    "Ranked",
    "SearchStatus",
    "Weights",
    "best_of",
    "blocking_keys",
    "comparable_name",
    "compare",
    "decide",
    "doubts_of_linking",
    "identifier_keys",
    "is_permanent_upn",
    "prepare",
    "probability",
    "rank",
    "score_bits",
    "scores",
    "search_status",
    "sentence",
    "status",
    "typed",
]
