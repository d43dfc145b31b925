"""Text as a cell of a CSV file that somebody opens in a spreadsheet."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""OWASP, CSV injection; `|` and `%` begin one in older programs."""


def inert(text: str) -> str:
    """The text, told as text: a spreadsheet would run what begins like a formula, wherever it came from."""
    return f"'{text}" if text.lstrip(" ").startswith(_BEGINS_A_FORMULA) else text
