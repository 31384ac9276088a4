"""English word forms."""

from __future__ import annotations

import re
from functools import lru_cache

from shiftdemo.data.grammar.tables import read_table

_CONSONANT_Y = re.compile(r"[^aeiou]y$")
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh|o)$")
_SHORT_SYLLABLE = re.compile(r"^[^aeiou]*[aeiou][bdgmnprt]$")
_SOUNDS_LIKE_CONSONANT = ("uni", "Eu", "one", "us")

_THIRD_PERSONS = {"be": "is", "have": "has"}
BE = {"present": ("am", "is", "are"), "past": ("was", "was", "were")}


@lru_cache(maxsize=1)
def _irregular_pasts() -> dict[str, tuple[str, str]]:
    return {row[0]: (row[1], row[2] if len(row) > 2 else "") for row in read_table("verbs_en.tsv")}


def third_person(base: str) -> str:
    """Returns ``watches`` for ``watch``."""
    if base in _THIRD_PERSONS:
        return _THIRD_PERSONS[base]
    if _CONSONANT_Y.search(base):
        return base[:-1] + "ies"
    return base + ("es" if _SIBILANT.search(base) else "s")


def past(base: str) -> str:
    """Returns the simple past of any verb but ``be``."""
    if base in _irregular_pasts():
        return _irregular_pasts()[base][0]
    if base.endswith("e"):
        return base + "d"
    if _CONSONANT_Y.search(base):
        return base[:-1] + "ied"
    return base + base[-1] * bool(_SHORT_SYLLABLE.match(base)) + "ed"


def ing(base: str) -> str:
    """Returns ``swimming`` for ``swim``."""
    listed = _irregular_pasts().get(base, ("", ""))[1]
    if listed:
        return listed
    if base.endswith("e") and not base.endswith("ee"):
        return base[:-1] + "ing"
    return base + base[-1] * bool(_SHORT_SYLLABLE.match(base)) + "ing"


def plural(noun: str) -> str:
    """Returns the regular plural."""
    if _CONSONANT_Y.search(noun):
        return noun[:-1] + "ies"
    return noun + ("es" if _SIBILANT.search(noun) and noun[-1] != "o" else "s")


def article_before(word: str) -> str:
    """Returns ``a`` or ``an`` as the sound of ``word`` asks."""
    vowel = word[0] in "aeiouAEIOUÉ8" and not word.startswith(_SOUNDS_LIKE_CONSONANT)
    return "an" if vowel or word.startswith(("hour", "honest")) else "a"


@lru_cache(maxsize=4096)
def verb_group(base: str, tense: str, person: int, negative: bool) -> tuple[tuple[str, ...], str]:
    """Returns the auxiliaries (with ``not``) and the form of the main verb.

    Args:
        base: the bare infinitive.
        tense: ``present``, ``progressive``, ``past``, ``past progressive`` or ``future``.
        person: 0 for *I*, 1 for *he, she, it*, 2 for plurals and *you*.
        negative: whether ``not`` is wanted.

    Returns:
        ``(("did", "not"), "go")``; for an affirmative simple tense the first part is empty. A
        finite ``be`` counts as an auxiliary and leaves the main verb empty.
    """
    no = ("not",) if negative else ()
    if tense == "future":
        return ("will", *no), base
    if base == "be":
        # "was sitting" and "was free" tell what lasts already: nobody "was being sitting"
        return (BE["past" if tense.startswith("past") else "present"][person], *no), ""
    if tense.endswith("progressive"):
        return (BE["past" if tense.startswith("past") else "present"][person], *no), ing(base)
    if negative:
        does = "did" if tense == "past" else "does" if person == 1 else "do"
        return (does, "not"), base
    if tense == "past":
        return (), past(base)
    return (), third_person(base) if person == 1 else base
