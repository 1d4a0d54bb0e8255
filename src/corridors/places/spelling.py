"""Spellings: one search key for the many ways to write a name, and text that is safe to echo."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not decompose into a plain letter and a mark.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ı": "i",
        "ə": "a",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ħ": "h",
        "ŋ": "n",
    }
)
_NOT_ASCII_NAME = dict.fromkeys(i for i in range(128) if not chr(i).isalnum())
_ECHO_LENGTH = 60


def fold(text: str) -> str:
    """Return the search key of a name: no case, accents, apostrophes, hyphens or spaces.

    Parameters
    ----------
    text : str
        A name in any script.

    Returns
    -------
    str
        Letters and digits only; scripts are kept, they are not transliterated.

    Examples
    --------
    >>> fold("Xi'an") == fold("Xi’an") == fold("XIAN")
    True
    >>> fold("Małaszewicze"), fold("Ust-Kamenogorsk"), fold("Актау")
    ('malaszewicze', 'ustkamenogorsk', 'актау')
    """
    if text.isascii():
        return text.lower().translate(_NOT_ASCII_NAME)
    # Twice: compatibility forms can hide capitals, and lower case can bring marks of its own.
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    # Vowel signs of Indic scripts are marks too, with combining class 0: they carry the name.
    return "".join(
        c
        for c in unicodedata.normalize("NFKD", plain)
        if unicodedata.category(c)[0] in "LNM" and not unicodedata.combining(c)
        # Modifier letters stand for apostrophes in romanised names.
        if not "ʰ" <= c <= "˿"
    )


def printable(text: str) -> str:
    r"""Return text for a one-line message: no control characters, not too long.

    Parameters
    ----------
    text : str
        Whatever the user or a table gave.

    Returns
    -------
    str
        One line; control, format and unassigned characters are gone. Markup stays as text.

    Examples
    --------
    >>> printable("Ak\x1b[31mtau\n")
    'Ak[31mtau'
    """
    kept = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    line = " ".join(kept.split())
    return line if len(line) <= _ECHO_LENGTH else line[: _ECHO_LENGTH - 1] + "…"


def similarity(left: str, right: str) -> float:
    """Return how alike two search keys are, 0 to 1; swapped neighbours count as near.

    Parameters
    ----------
    left, right : str
        Keys made by `fold`.

    Returns
    -------
    float
        The ratio of matching letters, raised where only the order of letters differs.

    Examples
    --------
    >>> similarity("aktua", "aktau") > similarity("aktua", "aktobe")
    True
    """
    from difflib import SequenceMatcher  # only a name that is not known needs it

    ratio = SequenceMatcher(None, left, right, autojunk=False).ratio()
    if sorted(left) == sorted(right):
        return max(ratio, 0.95)
    return ratio
