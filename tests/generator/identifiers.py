"""NHS numbers of the test range (999...) and unique pupil numbers, with right check characters."""

from random import Random

from stdnum.gb import nhs, upn

NHS_MISSING = {"school": 0.35, "surgery": 0.01}
UPN_MISSING = {"school": 0.01, "surgery": 0.80}
TEMPORARY_UPN = 0.01
NHS_OF_A_SIBLING = 0.0005  # of rows of the school roll: the number copied from the line above in the family


class Numbers:
    """Draws numbers, none twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._given: set[str] = set()

    def nhs_number(self) -> str:
        while True:
            number = f"999{self._random.randrange(10**6):06d}"
            number += str(-nhs.checksum(number + "0") % 11)
            if nhs.is_valid(number) and self._take(number):
                return number

    def upn(self) -> str:
        """Local authority 380, one of twenty schools; one in a hundred is temporary (a letter at the end)."""
        while True:
            last = "A" if self._random.random() < TEMPORARY_UPN else str(self._random.randrange(10))
            school = 2000 + self._random.randrange(20)
            body = f"380{school}{self._random.randint(13, 25)}{self._random.randrange(100):02d}{last}"
            number = f"{upn.calc_check_digit(body)}{body}"
            if self._take(number):
                return number

    def _take(self, number: str) -> bool:
        is_new = number not in self._given
        self._given.add(number)
        return is_new
