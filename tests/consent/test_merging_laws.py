"""The laws of merging: it never shows more, keeps out whom any record keeps out, and can be undone, in any order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.ids import new_id, system_clock
from consent.domain.decision import decide
from consent.domain.facts import ChildFacts, Involvement, InvolvementKind, LegalBasisInForce, Recipient, Viewer
from consent.domain.records import Merge, as_one, sets_of, span
from contracts.events.base import Event
from contracts.events.child_index import ChildRegistered, LeadProfessionalAssigned, MergeUndone, RecordsMerged
from contracts.vocabulary import Category, Purpose, RecipientType, Role
from tests.consent.kit import Consent
from tests.consent.scene import HEALTH_VISITOR, OTHER_TEACHER, SOCIAL_WORKER, TEACHER, episode
from tests.consent.test_consents import BY_YOUNG_PERSON, recorded
from tests.consent.test_decision_laws import (
    NOW,
    POLICY,
    actions,
    blocks,
    consents,
    involvements,
    legal_bases,
    overrides,
    permitted,
    purposes,
    viewers,
)
from tests.consent.test_merged_records import granted
from tests.consent.test_need_to_know import block

NAMES = ("a", "b", "c", "d")
MOMENTS = st.integers(1, 8).map(lambda days: NOW - timedelta(days=days))


def at_some_time(facts: Any, field: str) -> Any:
    return st.builds(lambda fact, at: replace(fact, **{field: at}), facts, st.none() | MOMENTS)


def child(name: str) -> st.SearchStrategy[ChildFacts]:
    """What was recorded of a child at different times."""
    return st.builds(
        ChildFacts,
        child_id=st.just(name),
        involvements=st.lists(at_some_time(involvements, "began_at"), max_size=3).map(tuple),
        consents=st.lists(at_some_time(consents, "recorded_at"), max_size=3).map(tuple),
        blocks=st.lists(blocks, max_size=1).map(tuple),
        legal_bases=st.lists(at_some_time(legal_bases, "recorded_at"), max_size=2).map(tuple),
        overrides=st.lists(overrides, max_size=1).map(tuple),
    )


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[ChildFacts], list[Merge]]:
    """Records, and the merges that make one child of them; the first is the one that stands."""
    members = [draw(child(name)) for name in NAMES[: draw(st.integers(2, 4))]]
    merges = []
    for number, member in enumerate(members[1:], 1):
        into, at = members[draw(st.integers(0, number - 1))].child_id, draw(MOMENTS)
        merges.append(Merge(member.child_id, into, at, at))
    return members, merges


def whole(members: Sequence[ChildFacts], merges: Sequence[Merge]) -> list[ChildFacts]:
    """The children that these records are of, when these merges are in force."""
    by_id = {member.child_id: member for member in members}
    sets = sets_of((merge.record, merge.into, merge.merged_at) for merge in merges)
    made = [as_one(root, [by_id[record] for record in records], merges) for root, records in sets.items()]
    return made + [member for member in members if not any(member.child_id in records for records in sets.values())]


def merging_never_shows_more(
    tree: tuple[list[ChildFacts], list[Merge]], viewer: Viewer, action: str, purpose: Purpose, data: st.DataObject
) -> None:
    """One merge more, made after everything that is recorded: nothing is seen that was not seen of one of the two."""
    members, merges = tree
    last = data.draw(st.sampled_from(merges))
    before = whole(members, [merge for merge in merges if merge is not last])
    (after,) = whole(
        members, [*(each for each in merges if each is not last), replace(last, merged_at=NOW, taken_at=NOW)]
    )
    seen = [permitted(viewer, each, action, purpose) for each in before]
    assert permitted(viewer, after, action, purpose) <= set().union(*seen)


def what_keeps_out_of_one_keeps_out_of_all(
    tree: tuple[list[ChildFacts], list[Merge]], viewer: Viewer, action: str, purpose: Purpose
) -> None:
    members, merges = tree
    (one,) = whole(members, merges)
    by_override = {c for each in one.overrides if each.is_of(viewer, NOW) for c in each.categories}
    stopped = {c for c in Category for m in members for b in m.blocks if b.stops(viewer, c, NOW)}
    assert permitted(viewer, one, action, purpose).isdisjoint(stopped - by_override)


def what_rests_on_consent_is_covered_for_every_record(
    tree: tuple[list[ChildFacts], list[Merge]], viewer: Viewer, purpose: Purpose
) -> None:
    """The narrower of consents; everybody is involved here, so that consents decide."""
    members, merges = tree
    involved = Involvement("i", InvolvementKind.EPISODE, viewer.viewer_id, None)
    members = [replace(member, involvements=(involved,), blocks=(), legal_bases=()) for member in members]
    (one,) = whole(members, merges)
    decision = decide(viewer, one, "child.read", tuple(Category), purpose, POLICY, NOW)
    for found in decision.findings:
        if found.rule == "consented":
            assert found.category is not None
            for record in one.records:
                assert any(
                    given_.covers(viewer, found.category, purpose, NOW)
                    and record in span(member.child_id, given_.recorded_at, merges)
                    for member in members
                    for given_ in member.consents
                )


def the_order_of_records_and_merges_does_not_matter(
    tree: tuple[list[ChildFacts], list[Merge]], viewer: Viewer, action: str, purpose: Purpose, order: Any
) -> None:
    members, merges = tree
    shuffled = list(members), list(merges)
    for each in shuffled:
        order.shuffle(each)
    (one,), (other,) = whole(members, merges), whole(*shuffled)
    assert one.records == other.records == (NAMES[0], *NAMES[1 : len(members)])
    assert permitted(viewer, one, action, purpose) == permitted(viewer, other, action, purpose)


def taking_a_merge_back_leaves_what_the_others_make(
    tree: tuple[list[ChildFacts], list[Merge]], data: st.DataObject
) -> None:
    """In any order, and each of the two sides as if the merge had never been."""
    members, merges = tree
    left = data.draw(st.permutations(merges))
    while left:
        gone = left.pop()
        sides = {each.child_id: set(each.records) for each in whole(members, left)}
        assert sum(map(len, sides.values())) == len(members)
        assert gone.record in sides
        for each in whole(members, left):
            if not each.merged:
                assert each == next(member for member in members if member.child_id == each.child_id)


@given(trees(), viewers, actions, purposes, st.data(), st.randoms(use_true_random=False))
def test_the_laws(
    tree: tuple[list[ChildFacts], list[Merge]],
    viewer: Viewer,
    action: str,
    purpose: Purpose,
    data: st.DataObject,
    order: Any,
) -> None:
    """All of them for the same tree: to draw it takes far longer than to decide on it."""
    merging_never_shows_more(tree, viewer, action, purpose, data)
    what_keeps_out_of_one_keeps_out_of_all(tree, viewer, action, purpose)
    what_rests_on_consent_is_covered_for_every_record(tree, viewer, purpose)
    the_order_of_records_and_merges_does_not_matter(tree, viewer, action, purpose, order)
    taking_a_merge_back_leaves_what_the_others_make(tree, data)


def test_an_action_for_the_lead_professional_takes_the_grounds_of_the_record_that_they_lead_for() -> None:
    """Each half alone would refuse: one for want of the lead, the other for want of the basis."""
    teacher = Viewer("t", Role.TEACHER)
    leads = Involvement("lead", InvolvementKind.LEAD, "t", None)
    works = Involvement("episode", InvolvementKind.EPISODE, "t", None)
    basis = LegalBasisInForce(
        "l", frozenset({Category.EDUCATION}), (Recipient(RecipientType.ALL),), NOW + timedelta(days=1)
    )
    first = ChildFacts("a", involvements=(leads,))
    second = ChildFacts("b", involvements=(works,), legal_bases=(basis,))
    one = as_one("a", [first, second], [Merge("b", "a", NOW, NOW)])
    assert POLICY.actions["block.read"].lead_or is not None
    for each in (first, second, one):
        assert Category.EDUCATION not in permitted(teacher, each, "block.read", Purpose.DIRECT_SUPPORT)
    assert Category.EDUCATION in permitted(teacher, one, "child.read", Purpose.DIRECT_SUPPORT)


def test_merges_that_have_come_in_part_are_one_set() -> None:
    """Undone and made the other way round, of which the undoing is still to come."""
    early, late = NOW - timedelta(days=2), NOW - timedelta(days=1)
    assert sets_of([("a", "b", early), ("b", "a", late)]) == {"a": {"a", "b"}}
    assert sets_of([("a", "b", early), ("a", "c", late)]) == {"c": {"a", "b", "c"}}
    assert sets_of([("a", "b", late), ("c", "d", early)]) == {"b": {"a", "b"}, "d": {"c", "d"}}


WHO = (TEACHER, OTHER_TEACHER, HEALTH_VISITOR, SOCIAL_WORKER)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("episode"), st.integers(0, 3), st.sampled_from(WHO[:3])),
        st.tuples(st.just("lead"), st.integers(0, 3), st.sampled_from(WHO[:3])),
        st.tuples(st.just("merge"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("merge"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("undo"), st.integers(0, 9), st.none()),
    ),
    min_size=3,
    max_size=9,
)
BEFOREHAND = st.lists(
    st.tuples(st.sampled_from(["block", "consent", "basis"]), st.integers(0, 3), st.sampled_from(WHO[:3])), max_size=4
)


def told_by_the_index(steps: list[tuple[str, int, Any]], ids: Sequence[str]) -> list[tuple[Event, datetime]]:
    """What the child index would say of these steps, each under the record that stands at that moment, and when."""
    merges: list[RecordsMerged] = []
    said: list[tuple[Event, datetime]] = []

    def root(record: str) -> str:
        into = {merge.merged_child_id: merge.child_id for merge in merges}
        while record in into:
            record = into[record]
        return record

    began = system_clock() - timedelta(hours=1)
    for number, (what, first, second) in enumerate(steps):
        at = began + timedelta(seconds=number)
        if what == "episode":
            said.append((episode(root(ids[first]), "visits", second), at))
        elif what == "lead":
            names = {"practitioner_id": second, "previous_practitioner_id": None, "assigned_by": "test"}
            said.append((LeadProfessionalAssigned(child_id=root(ids[first]), **names), at))
        elif what == "merge" and root(ids[first]) != root(ids[second]):
            pair = {"merged_child_id": root(ids[first]), "child_id": root(ids[second])}
            merges.append(RecordsMerged(merge_id=new_id(), **pair, merged_at=at))
            said.append((merges[-1], at))
        elif what == "undo" and merges:
            merge = merges.pop(first % len(merges))
            pair = {"merged_child_id": merge.merged_child_id, "child_id": merge.child_id}
            said.append((MergeUndone(merge_id=merge.merge_id, **pair, undone_at=at), at))
    return said


async def everything(consent: Consent, ids: Sequence[str]) -> list[tuple[Any, ...] | None]:
    """What each sees of each record, and as which of them: by their places, so that two runs can be compared."""
    found: list[tuple[Any, ...] | None] = []
    for record in ids:
        for who in WHO:
            grant = await granted(consent, who, record)
            places = None if grant is None else sorted(ids.index(each) for each in grant.records)
            seen = None if grant is None else (sorted(grant.categories), grant.lead, places)
            found.append(seen if grant is None or seen is None else (*seen, ids.index(str(grant.child_id))))
    return found


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, beforehand=BEFOREHAND, order=st.randoms(use_true_random=False))
async def test_the_order_of_arrival_does_not_matter(
    consent: Consent, steps: list[tuple[str, int, Any]], beforehand: list[tuple[str, int, str]], order: Any
) -> None:
    """Events keep their order under one key alone. Here they come once in the order in which they happened, and once
    in another, the merges and undoings twice."""
    seen = []
    for shuffled in (False, True):
        ids = [new_id() for _ in range(4)]
        for record in ids:
            await consent.tell(ChildRegistered(child_id=record), episode(record, "support", SOCIAL_WORKER))
        for what, number, who in beforehand:
            path = f"/v1/children/{ids[number]}"
            if what == "block":
                await block(consent, ids[number], "practitioner", who)
            elif what == "consent":
                await recorded(consent, ids[number], BY_YOUNG_PERSON, SOCIAL_WORKER)
            else:
                body = {"code": "child-protection", "categories": ["education"], "recipients": [{"type": "all"}]}
                body |= {"valid_until": "2999-01-01T00:00:00Z", "reference": "s47/1"}
                answer = await consent.call(SOCIAL_WORKER, "POST", f"{path}/legal-bases", body)
                assert answer.status_code == 201, answer.text
        said = told_by_the_index(steps, ids)
        if shuffled:
            queues: dict[str, list[tuple[Event, datetime]]] = {}
            for event, at in said:
                queues.setdefault(event.key, []).append((event, at))
            said = []
            while queues:
                key = order.choice(sorted(queues))
                said.append(queues[key].pop(0))
                if not queues[key]:
                    del queues[key]
            said += [(event, at) for event, at in said if isinstance(event, RecordsMerged | MergeUndone)]
        for event, at in said:
            await consent.tell(event, at=at)
        seen.append(await everything(consent, ids))
    assert seen[0] == seen[1]
