"""How lists come to differ: the errors and habits of two clerks, and what happens to a family between two dates.

Each rate is a share of rows of one list unless it says otherwise. They are of the size that linkage studies of English
health and school data report (a few in a hundred for names and addresses, about one in a hundred for birth dates), and
were set before the matcher was measured.
"""

from datetime import date
from random import Random

from tests.generator.families import Address, Child
from tests.generator.names import KNOWN_AS, SPELLINGS, STREET_ABBREVIATIONS

GIVEN_TYPO = 0.015
FAMILY_TYPO = 0.015
OTHER_SPELLING = 0.05  # of names that have several
KNOWN_AS_AT_SCHOOL = 0.10  # of names that have a short form; at the surgery a tenth of that
SECOND_NAME_WRITTEN = {"school": 0.10, "surgery": 0.45}  # of children who have one
SECOND_NAME_FIRST = 0.004  # called by the second name, the first left out
HALF_OF_DOUBLE_NAME = 0.06  # of double-barrelled family names
NO_HYPHEN = 0.20
NO_APOSTROPHE = 0.35
NO_DIACRITICS = {"school": 0.5, "surgery": 0.9}
NAMES_SWAPPED = 0.002
NAMES_SWAPPED_CHINESE = 0.05
DAY_MONTH_SWAPPED = 0.004  # where the swapped date exists
DATE_DIGIT_WRONG = 0.006
SEX_WRONG = 0.003
SEX_MISSING = 0.01
POSTCODE_MISSING = 0.02
POSTCODE_TYPO = 0.008
ADDRESS_MISSING = 0.03
ADDRESS_ABBREVIATED = 0.30
ADDRESS_TYPO = 0.03
CAPITALS = {"school": 0.0, "surgery": 1.0}  # the surgery's system shouts family names

# Between the two lists, of children on both:
MOVED_HOUSE = 0.07  # six in ten within the district
FAMILY_NAME_CHANGED = 0.012

_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_PLAIN = str.maketrans("łŁśŚżŻźŹćĆńŃóÓąĄęĘșȘțȚăĂâÂîÎ", "lLsSzZzZcCnNoOaAeEsStTaAaAiI")


def typo(random: Random, text: str) -> str:
    """One slip: two letters swapped, a letter left out, doubled, or a neighbour's."""
    places = [place for place, letter in enumerate(text) if letter.isalpha()]
    if len(places) < 3:
        return text
    place = random.choice(places[1:]) if random.random() < 0.9 else places[0]
    letter = text[place]
    kind = random.choices(("swap", "drop", "double", "neighbour"), (3, 3, 1, 3))[0]
    if kind == "swap" and 0 < place < len(text) - 1 and text[place + 1] not in (letter, " ", "-", "'"):
        return text[:place] + text[place + 1] + letter + text[place + 2 :]
    if kind == "drop":
        return text[:place] + text[place + 1 :]
    if kind == "double":
        return text[: place + 1] + letter + text[place + 1 :]
    wrong = _neighbour(random, letter.lower())
    return text[:place] + (wrong.upper() if letter.isupper() else wrong) + text[place + 1 :]


def _neighbour(random: Random, letter: str) -> str:
    """A letter from beside this one on the keyboard."""
    for row in _KEYBOARD:
        if letter in row:
            place = row.index(letter)
            return random.choice(row[max(0, place - 1) : place] + row[place + 1 : place + 2])
    return "e"


def other_spelling(random: Random, name: str) -> str:
    for spellings in SPELLINGS:
        if name in spellings:
            return random.choice([each for each in spellings if each != name])
    return name


def given_as_written(random: Random, child: Child, at: str) -> str:
    given = child.given_name
    called = KNOWN_AS.get(given)
    if called and random.random() < KNOWN_AS_AT_SCHOOL * (1 if at == "school" else 0.1):
        given = random.choice(called)
    elif random.random() < OTHER_SPELLING:
        given = " ".join(other_spelling(random, word) for word in given.split(" "))
    if child.second_name:
        if random.random() < SECOND_NAME_FIRST:
            given = child.second_name
        elif random.random() < SECOND_NAME_WRITTEN[at]:
            given = f"{given} {child.second_name}"
    if random.random() < GIVEN_TYPO:
        given = typo(random, given)
    return given.translate(_PLAIN) if random.random() < NO_DIACRITICS[at] else given


def family_as_written(random: Random, family_name: str, at: str) -> str:
    name = family_name
    if random.random() < OTHER_SPELLING:
        name = other_spelling(random, name)
    if "-" in name:
        if random.random() < HALF_OF_DOUBLE_NAME:
            name = random.choice(name.split("-"))
        elif random.random() < NO_HYPHEN:
            name = name.replace("-", " ")
    if "'" in name and random.random() < NO_APOSTROPHE:
        name = name.replace("'", "")
    if random.random() < FAMILY_TYPO:
        name = typo(random, name)
    if random.random() < NO_DIACRITICS[at]:
        name = name.translate(_PLAIN)
    return name.upper() if random.random() < CAPITALS[at] else name


def are_names_swapped(random: Random, child: Child) -> bool:
    return random.random() < (NAMES_SWAPPED_CHINESE if child.community.name == "chinese" else NAMES_SWAPPED)


def date_as_written(random: Random, born: date) -> date:
    if random.random() < DAY_MONTH_SWAPPED and born.day <= 12:
        return date(born.year, born.day, born.month)
    if random.random() < DATE_DIGIT_WRONG:
        for _ in range(100):
            digits = list(born.isoformat())
            place = random.choice([3, 5, 6, 8, 9])
            digits[place] = random.choice("0123456789")
            try:
                wrong = date.fromisoformat("".join(digits))
            except ValueError:
                continue
            if wrong != born and wrong.year <= born.year + 3:
                return wrong
    return born


def sex_as_written(random: Random, sex: str, at: str) -> str:
    if random.random() < SEX_MISSING:
        return ""
    if random.random() < SEX_WRONG:
        sex = "F" if sex == "M" else "M"
    return sex if at == "school" else {"M": "male", "F": "female"}[sex]


def postcode_as_written(random: Random, postcode: str) -> str:
    if random.random() < POSTCODE_MISSING:
        return ""
    if random.random() < POSTCODE_TYPO:
        last = random.choice([letter for letter in "ABDEFGHJLNPQRSTUWXYZ" if letter != postcode[-1]])
        postcode = postcode[:-1] + last
    return postcode.replace(" ", "") if random.random() < 0.1 else postcode


def address_as_written(random: Random, address: Address) -> str:
    if random.random() < ADDRESS_MISSING:
        return ""
    line = address.line
    if random.random() < ADDRESS_ABBREVIATED:
        line = " ".join(STREET_ABBREVIATIONS.get(word, word) for word in line.split(" "))
    return typo(random, line) if random.random() < ADDRESS_TYPO else line
