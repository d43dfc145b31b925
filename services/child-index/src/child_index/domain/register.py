"""Match or create: what becomes of records that arrive, held against the index and against one another.

A child is named by the id of the root of its records; each record keeps its own keys, and is amended alone.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date

from child_index.domain.hidden_names import Hidden
from child_index.domain.matching import (
    Bounds,
    Decision,
    Prepared,
    best_of,
    blocking_keys,
    compare,
    decide,
    prepare,
    probability,
    score_bits,
)
from child_index.domain.nearness import ENOUGH, nearest
from child_index.domain.person import ChildRecord
from child_index.domain.placement import (
    Changes,
    Knowledge,
    NewReview,
    Placement,
    Said,
    SourceRecord,
    Submission,
    Surroundings,
)
from child_index.domain.statements import Kind
from child_index.domain.updates import enriched, is_plausible_change, updated
from child_index.domain.wholes import Whole, facing, weighed, wholes


def whoever(_: str, __: Collection[str]) -> bool:
    """The sender may be told of every child."""
    return True


class Register:
    """The part of the index that a batch of records touches, in memory. Each placement sees the ones before it."""

    def __init__(
        self,
        knowledge: Knowledge,
        near: Surroundings,
        *,
        today: date,
        make_id: Callable[[], str],
        may_link: Callable[[str, Collection[str]], bool] = whoever,
    ) -> None:
        """`may_link` tells, by a child's id and those of all its records, whom the sender may be told of: a record
        of anybody else answers like a doubtful match, so that a block shows neither by success nor by failure. Where
        any of these children lives, or any who is veiled, counts for nothing, so that no address can be tried out."""
        self._knowledge = knowledge
        self._bounds = Bounds.of(knowledge.weights)
        self._numbers: dict[str, int] = {}
        self._records: dict[str, ChildRecord] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._root: dict[str, str] = {}
        self._votes: dict[str, Mapping[str, int]] = {}
        self._holders: dict[int, list[str]] = {}
        """For each key the children who were given it in this batch."""
        self._sources: dict[str, SourceRecord] = {}
        self._claimed: set[str] = set()
        self._doubtful: dict[str, list[Prepared]] = defaultdict(list)
        self._veiled: set[str] = set()
        self._prepared: dict[str, Prepared] = {}
        self._today = today
        self._make_id = make_id
        self._permits = may_link
        self.changes = Changes()
        self.meet(near)

    def meet(self, near: Surroundings) -> None:
        """Takes in what the index holds near further records, read in the transaction in which the first was read.

        What is known already stays as it was made since."""
        new = [record for record in near.records if record.child_id not in self._records]
        self._records |= {record.child_id: record for record in new}
        said = near.sources.values()
        self._numbers |= {each.child_id: each.child_no for each in said if each.child_id and each.child_no is not None}
        self._numbers |= {each.child_id: each.child_no for each in new if each.child_no is not None}
        for root, whole in wholes(new).items():
            self._members[root] = tuple(record.child_id for record in whole.records)
            self._root |= dict.fromkeys(self._members[root], root)
        self._votes |= near.votes
        self._sources = {**near.sources, **self._sources}
        self._claimed |= {self._root[id_] for id_ in near.claimed}
        for id_ in near.doubtful.keys() & {record.child_id for record in new}:
            self._doubtful[self._root[id_]] += [prepare(person.details()) for person in near.doubtful[id_]]
        self._veiled |= {self._root[id_] for id_ in near.veiled}

    def _may_link(self, child_id: str) -> bool:
        return self._permits(child_id, self.records_of(child_id))

    def _may_place(self, child_id: str) -> bool:
        """Whether where the child lives may count."""
        return child_id not in self._veiled and self._may_link(child_id)

    def numbers(self) -> dict[str, int]:
        """The numbers of the children that the index held before, by their ids."""
        return dict(self._numbers)

    def go_on(self, knowledge: Knowledge, numbers: Mapping[str, int], today: date) -> None:
        """What was changed is saved, the new children under these numbers: the next batch may be placed.

        Only where nobody else has changed anything since."""
        self._knowledge, self._today = knowledge, today
        self._bounds = Bounds.of(knowledge.weights)
        self._numbers.update(numbers)
        self.changes = Changes()

    def records_of(self, child_id: str) -> tuple[str, ...]:
        """The ids of all records that answer as this child."""
        return self._members.get(child_id, (child_id,))

    def place(self, submission: Submission) -> Placement:
        known = self._sources.get(submission.source_key)
        if known is not None:
            return self._place_known(submission, known)
        votes = self._near(submission)
        candidates = [(id_, self._best(submission.prepared, id_)) for id_ in nearest(votes)]
        # Who shares most keys is hardly ever a stranger: that one is decided about at once.
        if max(votes.values(), default=0) < ENOUGH and not self._any_may_count(submission, candidates):
            return self._add(submission)
        decision = self._decide(submission, candidates)
        if decision.candidate_id is None:
            return self._add(submission)
        if decision.outcome == "review" or not self._may_link(decision.candidate_id):
            return self._ask(submission, decision.candidate_id, decision.score, decision.because, None)
        record_id = self.link(submission, decision.candidate_id, score=decision.score)
        return Placement("matched", decision.candidate_id, None, decision.score, record_id)

    def _any_may_count(self, submission: Submission, candidates: Sequence[tuple[str, Prepared]]) -> bool:
        """Whether there is anybody to decide about: mostly all are strangers, brothers and sisters."""
        query, knowledge = submission.prepared, self._knowledge
        return any(
            self._bounds.may_be(query, record, knowledge.frequencies, knowledge.population) for _, record in candidates
        )

    def _decide(self, submission: Submission, candidates: Sequence[tuple[str, Prepared]]) -> Decision:
        """The matcher's decision, with one thing more: a sender's two numbers mostly are two children.

        So a child whom this source has under another number is linked only where names and date of birth are the
        same to the letter; where they are merely alike enough to link, a human is asked, and where they would be
        doubtful anyway (twins, cousins) the sender is believed.
        """
        rivals = {
            id_
            for id_, _ in candidates
            if submission.numbered
            and id_ in self._claimed
            and not any(_is_the_same_to_the_letter(submission, each) for each in self._prepared_all(id_))
        }

        def decided(parted: AbstractSet[str]) -> Decision:
            return decide(
                submission.prepared,
                candidates,
                self._knowledge.frequencies,
                self._knowledge.weights,
                population=self._knowledge.population,
                parted=parted,
            )

        decision = decided(rivals)
        if rivals and decision.outcome != "link":
            among_all = decided(frozenset())
            if among_all.outcome == "link":
                because = ("The sender has this child under another number.", *among_all.because)
                return replace(among_all, outcome="review", because=because)
        if (
            decision.outcome == "link"
            and decision.candidate_id
            and self._is_disputed(submission, decision.candidate_id)
        ):
            because = ("A record that is under review agrees better than this child's does.", *decision.because)
            return replace(decision, outcome="review", because=because)
        return decision

    def _is_disputed(self, submission: Submission, child_id: str) -> bool:
        """Whether the record fits one that waits for a human better than it fits the child: the twin who is not in
        the index yet because a human has to look first."""
        knowledge = self._knowledge

        def bits(record: Prepared) -> float:
            compared = compare(
                submission.prepared, record, knowledge.frequencies, knowledge.weights, knowledge.population
            )
            return compared.bits

        waiting = self._doubtful.get(child_id, [])
        if not self._may_place(child_id):
            # What was sent of the child may tell where they live as well as the record does.
            waiting = [each._replace(postcode="", earlier_postcodes=(), address=None) for each in waiting]
        return bool(waiting) and max(map(bits, waiting)) > max(
            map(bits, facing(submission.prepared, self._prepared_all(child_id)))
        )

    def _place_known(self, submission: Submission, known: SourceRecord) -> Placement:
        if known.pending or known.child_id is None:
            return Placement("review", None, known.review_id, None)
        # The sender speaks of the record that its own was linked to, which may have been merged since.
        record_id, child_id = known.child_id, self._root.get(known.child_id, known.child_id)
        if known.is_repeated_by(submission.person):
            if self._may_link(child_id):
                return Placement("matched", child_id, None, None, record_id)
            if known.review_id is not None:
                return Placement("review", None, known.review_id, None)
        record = self._records[record_id]
        comparison = compare(
            submission.prepared,
            # Its own sender may go on by a name that is hidden since.
            prepare((record if self._may_place(child_id) else replace(record, addresses=())).details()),
            self._knowledge.frequencies,
            self._knowledge.weights,
            self._knowledge.population,
        )
        score = probability(comparison.bits)
        if not self._may_link(child_id):
            return self._ask(submission, child_id, score, comparison.because(), record_id)
        assert known.said is not None  # a repetition of nothing was placed above
        if not is_plausible_change(comparison):
            because = ("The sender's own record of this child now tells of somebody else.", *comparison.because())
            return self._ask(submission, child_id, score, because, record_id)
        after = updated(self._records[record_id], known.said, submission.person, self._today, self._hidden_of(child_id))
        self._amend(record_id, after)
        self._note(submission, record_id, known.review_id, pending=False)
        self._keep(submission, record_id, Kind.CHANGED, known.review_id, score)
        return Placement("matched", child_id, None, score, record_id)

    def link(
        self, submission: Submission, child_id: str, review_id: str | None = None, score: float | None = None
    ) -> str:
        """The record is this child's: what it adds is kept with the child. Returns the id of the record that it is
        kept with: of several the one that it agrees with best, so that it goes with that one should they be parted."""
        record_id = self._nearest(submission.prepared, child_id)
        hidden = self._hidden_of(child_id)
        self._amend(record_id, enriched(self._records[record_id], submission.person, self._today, hidden))
        self._note(submission, record_id, review_id, pending=False)
        self._keep(submission, record_id, Kind.LINKED, review_id, score)
        return record_id

    def add(self, submission: Submission, review_id: str | None = None) -> str:
        """The record is a child's who is not in the index yet. Returns the new id."""
        record = ChildRecord.of(self._make_id(), submission.person, self._today)
        self._records[record.child_id] = self.changes.added[record.child_id] = record
        self._root[record.child_id] = record.child_id
        self._members[record.child_id] = (record.child_id,)
        self._prepared[record.child_id] = submission.prepared
        self.changes.keys[record.child_id] = keys = tuple(submission.votes)
        for key in keys:
            self._holders.setdefault(key, []).append(record.child_id)
        self._note(submission, record.child_id, review_id, pending=False)
        self._keep(submission, record.child_id, Kind.REGISTERED, review_id, None)
        return record.child_id

    def _add(self, submission: Submission) -> Placement:
        child_id = self.add(submission)
        return Placement("created", child_id, None, None, child_id)

    def _ask(
        self, submission: Submission, candidate_id: str, score: float, because: tuple[str, ...], linked: str | None
    ) -> Placement:
        review = NewReview(self._make_id(), submission, candidate_id, score, because, self._knowledge.weights.version)
        self.changes.reviews.append(review)
        self._doubtful[candidate_id].append(submission.prepared)
        self._note(submission, linked, review.review_id, pending=True)
        return Placement("review", None, review.review_id, score)

    def _note(self, submission: Submission, child_id: str | None, review_id: str | None, *, pending: bool) -> None:
        said = submission.person if submission.numbered else None
        if submission.numbered and child_id is not None:
            self._claimed.add(self._root[child_id])
        if submission.source_key not in self._sources:
            self.changes.first.add(submission.source_key)
        noted = SourceRecord(said, child_id, review_id, pending)
        self._sources[submission.source_key] = self.changes.sources[submission.source_key] = noted

    def _keep(
        self, submission: Submission, record_id: str, kind: Kind, review_id: str | None, score: float | None
    ) -> None:
        version = None if score is None else self._knowledge.weights.version
        self.changes.said.append(Said(record_id, kind, submission, self._today, review_id, score, version))

    def _hidden_of(self, child_id: str) -> Hidden:
        return Hidden.of([self._records[id_] for id_ in self._members[child_id]])

    def _amend(self, child_id: str, after: ChildRecord) -> None:
        present = self._records[child_id]
        if after == present:
            return
        if present.child_no is None and child_id not in self.changes.added:  # of a batch before
            number = self._numbers[child_id]
            present, after = replace(present, child_no=number), replace(after, child_no=number)
        # By what each record holds, hidden or not: the other records too are weighed anew.
        plain = self._is_plain(child_id)
        held = blocking_keys(self._prepared_of(child_id) if plain else prepare(present.details()))
        self._records[child_id] = after
        for id_ in self._members[self._root[child_id]]:
            self._prepared.pop(id_, None)
        now = prepare(after.details())
        if plain:
            self._prepared[child_id] = now
        keys = blocking_keys(now)
        self._hold(child_id, keys, new=set(keys).difference(held))
        if child_id in self.changes.added:
            self.changes.added[child_id] = after
        else:
            before, _ = self.changes.amended.get(child_id, (present, present))
            self.changes.amended[child_id] = (before, after)

    def _hold(self, child_id: str, keys: Collection[int], new: Collection[int]) -> None:
        """`keys`: all that the record has now; `new`: those that it had not before."""
        if not new:
            return
        self.changes.keys[child_id] = (*self.changes.keys.get(child_id, ()), *new)
        root = self._root[child_id]
        for key in keys:
            held = self._holders.setdefault(key, [])
            if root not in held:
                held.append(root)

    def _near(self, submission: Submission) -> dict[str, int]:
        """The votes of each child by the keys shared with them."""
        votes: dict[str, int] = {}
        for key, each in submission.votes.items():
            for root in self._holders.get(key, ()):
                votes[root] = votes.get(root, 0) + each
        for id_, found in self._votes.get(submission.source_key, {}).items():
            root = self._root[id_]
            votes[root] = max(found, votes.get(root, 0))
        if self._veiled or self._permits is not whoever:
            for root in [root for root in votes if not self._may_place(root)]:
                votes[root] = self._votes_without_places(submission, root)
                if not votes[root]:
                    del votes[root]
        return votes

    def _votes_without_places(self, submission: Submission, child_id: str) -> int:
        """Who is weighed must not hang on an address either."""
        held = (blocking_keys(each) for each in self._prepared_all(child_id))
        return max(sum(submission.votes.get(key, 0) for key in keys) for keys in held)

    def _best(self, query: Prepared, child_id: str) -> Prepared:
        """The child's record that agrees best."""
        if len(self._members[child_id]) == 1:
            return self._prepared_of(child_id)
        held = facing(query, self._prepared_all(child_id))
        return best_of(query, held, self._knowledge.frequencies, self._knowledge.population, self._knowledge.weights)

    def _nearest(self, query: Prepared, child_id: str) -> str:
        knowledge, members = self._knowledge, self._members[child_id]
        if len(members) == 1:
            return child_id
        return max(
            members,
            key=lambda id_: score_bits(
                query, self._prepared_of(id_), knowledge.frequencies, knowledge.weights, knowledge.population
            ),
        )

    def _prepared_all(self, child_id: str) -> list[Prepared]:
        return [self._prepared_of(id_) for id_ in self._members[child_id]]

    def _is_plain(self, child_id: str) -> bool:
        """Whether the record is weighed by all that it holds: as most are, alone, with nothing hidden or veiled."""
        alone = len(self._members[self._root[child_id]]) == 1
        return alone and not self._records[child_id].hidden_names and self._may_place(child_id)

    def _prepared_of(self, child_id: str) -> Prepared:
        found = self._prepared.get(child_id)
        if found is None and self._is_plain(child_id):
            found = self._prepared[child_id] = prepare(self._records[child_id].details())
        if found is None:
            root = self._root[child_id]
            child = Whole.of(self._records[root], [self._records[id_] for id_ in self._members[root]])
            told = weighed(child, hidden=False, veiled=not self._may_place(root))
            for record, details in zip(child.records, told, strict=True):
                self._prepared[record.child_id] = prepare(details)
            found = self._prepared[child_id]
        return found


def _is_the_same_to_the_letter(submission: Submission, record: Prepared) -> bool:
    """Names and date of birth, or a number."""
    mine = submission.prepared
    if (mine.nhs_number and mine.nhs_number == record.nhs_number) or (mine.upn and mine.upn == record.upn):
        return True
    texts = [(given.text, family.text) for given, family in record.names]
    return mine.born == record.born and (mine.names[0].given.text, mine.names[0].family.text) in texts
