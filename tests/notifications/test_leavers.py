"""Somebody leaves a team or is suspended: its leader hears, whatever children there are."""

from contracts.events.consent import PractitionerChanged, TeamChanged
from contracts.vocabulary import PractitionerStatus, Role
from tests.notifications.inbox import Inboxes

ACTIVE, LEFT, SUSPENDED = PractitionerStatus.ACTIVE, PractitionerStatus.LEFT, PractitionerStatus.SUSPENDED


def team(team_id: str, leader_id: str | None, version: int = 1) -> TeamChanged:
    return TeamChanged(team_id=team_id, name=team_id, agency_id="school", leader_id=leader_id, version=version)


def post(who: str, status: PractitionerStatus, version: int, *teams: str) -> PractitionerChanged:
    return PractitionerChanged(
        practitioner_id=who,
        name="Not told",
        agency_id="school",
        team_ids=list(teams),
        role=Role.TEACHER,
        status=status,
        email=None,
        phone=None,
        version=version,
    )


async def told(inboxes: Inboxes, who: str) -> list[str]:
    """About whom they were told, oldest first; no child was spoken of."""
    page = await inboxes.read(who, [])
    assert page["unread"] == len(page["items"])
    for each in page["items"]:
        assert set(each) == {
            "notification_id",
            "type",
            "practitioner_id",
            "priority",
            "why",
            "stop",
            "state",
            "created_at",
        }
        assert each["type"] == "team-member-gone"
    return [each["practitioner_id"] for each in reversed(page["items"])]


async def test_the_leaders_of_the_teams_hear_once(inboxes: Inboxes) -> None:
    await inboxes.kit.tell(team("a", "ann"), team("b", "bob"), team("c", None), team("d", "dan"))
    await inboxes.kit.tell(post("jo", ACTIVE, 1, "a", "b", "c"))
    # Taken out of a team in the same step; told again; and an older word that comes late.
    await inboxes.kit.tell(post("jo", LEFT, 3, "b"), post("jo", LEFT, 3, "b"), post("jo", ACTIVE, 2, "a"))
    assert [await told(inboxes, who) for who in ("ann", "bob", "dan", "jo")] == [["jo"], ["jo"], [], []]
    # Suspended after having left is no news; back, and suspended, is.
    await inboxes.kit.tell(post("jo", SUSPENDED, 4, "b"), post("jo", ACTIVE, 5, "b"), post("jo", SUSPENDED, 6, "b"))
    assert await told(inboxes, "bob") == ["jo", "jo"]


async def test_nobody_hears_of_who_was_never_there_nor_of_themselves(inboxes: Inboxes) -> None:
    await inboxes.kit.tell(team("a", "old"), team("a", "ann", version=3), team("a", "older", version=2))
    await inboxes.kit.tell(post("new", LEFT, 1, "a"), post("ann", ACTIVE, 1, "a"), post("ann", LEFT, 2, "a"))
    assert [await told(inboxes, who) for who in ("ann", "old", "older")] == [[], [], []]
    await inboxes.kit.tell(post("jo", ACTIVE, 1, "a"), post("jo", LEFT, 2))
    assert [await told(inboxes, who) for who in ("ann", "old", "older")] == [["jo"], [], []]
