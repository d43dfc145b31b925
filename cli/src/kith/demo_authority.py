"""The made-up authority of `kith demo`: Ambleford. Nobody in it is real; NHS numbers are from the 999 test range."""

import csv
import io
import random
from dataclasses import dataclass
from datetime import date

from stdnum.gb import nhs

HEADER = [
    "given_name",
    "family_name",
    "date_of_birth",
    "sex",
    "address_line",
    "postcode",
    "nhs_number",
    "upn",
    "local_id",
]

AGENCIES: list[tuple[str, str, str, str]] = [
    ("hillside-school", "Hillside Primary School", "education", "01632 960001"),
    ("riverside-academy", "Riverside Academy", "education", "01632 960002"),
    ("mill-lane-surgery", "Mill Lane Surgery", "health", "01632 960003"),
    ("ambleford-trust", "Ambleford Community Health Trust", "health", "01632 960004"),
    ("ambleford-council", "Ambleford Children's Services", "social_care", "01632 960005"),
    ("ambleford-police", "Ambleford Police", "police", "01632 960006"),
    ("lantern", "The Lantern Project", "voluntary", "01632 960007"),
]

TEAMS: list[tuple[str, str, str]] = [
    ("hillside-staff", "Hillside staff", "hillside-school"),
    ("riverside-staff", "Riverside staff", "riverside-academy"),
    ("mill-lane-staff", "Mill Lane staff", "mill-lane-surgery"),
    ("health-visitors", "Health visitors", "ambleford-trust"),
    ("duty-team", "Duty and assessment team", "ambleford-council"),
    ("early-help", "Early help team", "ambleford-council"),
]

SERVICES: list[tuple[str, str, str, str | None, str, bool]] = [
    ("hillside-roll", "Hillside Primary School", "hillside-school", "hillside-staff", "school", False),
    ("riverside-roll", "Riverside Academy", "riverside-academy", "riverside-staff", "school", False),
    ("mill-lane-list", "Mill Lane Surgery", "mill-lane-surgery", "mill-lane-staff", "gp-practice", False),
    ("health-visiting", "Health visiting", "ambleford-trust", None, "health-visiting", False),
    ("young-minds", "Child and adolescent mental health", "ambleford-trust", None, "camhs", True),
    ("family-support", "Family support", "ambleford-council", None, "social-work", False),
    ("early-help-service", "Early help", "ambleford-council", None, "early-help", False),
    ("youth-club", "Lantern youth club", "lantern", None, "youth-work", False),
]

PRACTITIONERS: list[tuple[str, str, str, str, list[str]]] = [
    ("dee-teacher", "Dee Okafor", "hillside-school", "teacher", ["hillside-staff"]),
    ("ben-teacher", "Ben Whitlock", "hillside-school", "teacher", ["hillside-staff"]),
    ("asha-safeguarding", "Asha Rahman", "hillside-school", "safeguarding_lead", ["hillside-staff"]),
    ("lou-teacher", "Lou Fenwick", "riverside-academy", "teacher", ["riverside-staff"]),
    ("kit-teacher", "Kit Adeyemi", "riverside-academy", "teacher", ["riverside-staff"]),
    ("nia-safeguarding", "Nia Prosser", "riverside-academy", "safeguarding_lead", ["riverside-staff"]),
    ("greta-gp", "Greta Lindqvist", "mill-lane-surgery", "gp", ["mill-lane-staff"]),
    ("omar-gp", "Omar Siddiqui", "mill-lane-surgery", "gp", ["mill-lane-staff"]),
    ("hana-visitor", "Hana Kowalska", "ambleford-trust", "health_visitor", ["health-visitors"]),
    ("joy-visitor", "Joy Mensah", "ambleford-trust", "health_visitor", ["health-visitors"]),
    ("rob-nurse", "Rob Tansley", "ambleford-trust", "school_nurse", []),
    ("mei-camhs", "Mei Chan", "ambleford-trust", "camhs", []),
    ("sam-social", "Sam Hartley", "ambleford-council", "social_worker", ["duty-team"]),
    ("ife-social", "Ife Bello", "ambleford-council", "social_worker", ["duty-team"]),
    ("tom-social", "Tom Ashdown", "ambleford-council", "social_worker", ["duty-team"]),
    ("val-earlyhelp", "Val Pickering", "ambleford-council", "early_help_worker", ["early-help"]),
    ("gus-earlyhelp", "Gus Moreau", "ambleford-council", "early_help_worker", ["early-help"]),
    ("ruth-youthjustice", "Ruth Castell", "ambleford-council", "youth_justice_worker", []),
    ("pat-police", "Pat Swinburne", "ambleford-police", "police_officer", []),
    ("zoe-youth", "Zoe Barlow", "lantern", "youth_worker", []),
    ("jim-voluntary", "Jim Farrow", "lantern", "voluntary_worker", []),
    ("ines-index", "Ines Duarte", "ambleford-council", "index_officer", []),
    ("ike-governance", "Ike Thornbury", "ambleford-council", "ig_officer", []),
    ("hol-governance", "Hol Denby", "ambleford-trust", "ig_officer", []),
    ("ada-directory", "Ada Quill", "ambleford-council", "directory_admin", []),
]

_GIVEN = """
Amelia Noah Olivia Muhammad Isla Oliver Ava George Mia Leo Freya Arthur Lily Oscar Grace Theo Zainab Yusuf Aisha
Ibrahim Zofia Jakub Maja Filip Chidi Amara Tunde Folake Wei Jia Haoran Xin Niamh Ciaran Siân Rhys Priya Arjun Ananya
Dev Ruby Alfie Daisy Archie Poppy Finn Elsie Reuben Matilda Jude
"""
_FAMILY = """
Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Khan Ahmed Hussain Begum Singh Kaur Nowak Kowalski
Wiśniewska Adeyemi Okonkwo Balogun Chen Wong Li O'Brien Murphy Walsh Evans Hughes Lewis Barker Holt Marsh Ellis
Stone Fox Webb Lane Carr Dale
"""
_STREETS = [
    "Mill Lane",
    "Church Street",
    "Station Road",
    "Orchard Close",
    "Victoria Terrace",
    "Bridge Street",
    "Elm Grove",
]


@dataclass(frozen=True)
class DemoChild:
    """One made-up child, as a row of an import."""

    given_name: str
    family_name: str
    date_of_birth: date
    sex: str
    address_line: str
    postcode: str
    nhs_number: str
    local_id: str

    def row(self) -> list[str]:
        born = self.date_of_birth.isoformat()
        return [
            self.given_name, self.family_name, born, self.sex, self.address_line, self.postcode, self.nhs_number, "",
            self.local_id,
        ]  # fmt: skip


def children(count: int = 200, seed: int = 7) -> list[DemoChild]:
    """The same children each time, in families that share a name and an address."""
    random_ = random.Random(seed)  # noqa: S311 - made-up people, not secrets
    made: list[DemoChild] = []
    while len(made) < count:
        family = random_.choice(_FAMILY.split())
        street = f"{random_.randint(1, 140)} {random_.choice(_STREETS)}"
        inward = f"{random_.randint(1, 9)}{random_.choice('ABDEFGHJLN')}{random_.choice('PQRSTUWXYZ')}"
        postcode = f"JX{random_.randint(1, 9)} {inward}"  # an area that there is not
        for given in random_.sample(_GIVEN.split(), min(random_.choice((1, 1, 2, 2, 3)), count - len(made))):
            born = date(random_.randint(2010, 2021), random_.randint(1, 12), random_.randint(1, 28))
            made.append(
                DemoChild(
                    given,
                    family,
                    born,
                    random_.choice("12"),
                    street,
                    postcode,
                    _nhs_number(random_),
                    f"D{len(made):04}",
                )
            )
    return made


def _nhs_number(random_: random.Random) -> str:
    while True:
        digits = f"999{random_.randrange(10**6):06}"
        for check in "0123456789":
            if nhs.is_valid(digits + check):
                return digits + check


def as_csv(rows: list[DemoChild]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(child.row() for child in rows)
    return text.getvalue().encode()
