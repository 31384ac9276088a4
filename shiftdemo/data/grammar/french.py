"""French word forms: nouns, adjectives, verbs, elision."""

from __future__ import annotations

import re
from functools import lru_cache

from shiftdemo.data.grammar.tables import read_table

_VOWELS = tuple("aeiouhàâäéèêëîïôöùûüœAEIOUHÀÂÄÉÈÊËÎÏÔÖÙÛÜŒ")
_ETRE_VERBS = frozenset(
    [
        "aller",
        "venir",
        "revenir",
        "arriver",
        "partir",
        "rester",
        "entrer",
        "rentrer",
        "sortir",
        "naître",
        "mourir",
        "retourner",
        "tomber",
    ]
)
_PLURAL_IN_ALS = ("bal", "carnaval", "festival", "récital", "final")
_DOUBLING = ("appel", "jet")
_PERSONS = ("je", "tu", "il", "nous", "vous", "ils")
_IMPERFECT = ("ais", "ais", "ait", "ions", "iez", "aient")
_FUTURE = ("ai", "as", "a", "ons", "ez", "ont")


@lru_cache(maxsize=1)
def _not_eliding() -> frozenset[str]:
    return frozenset(word for row in read_table("h_aspire.txt") for word in row[0].split())


@lru_cache(maxsize=8192)
def elides(word: str) -> bool:
    """Returns whether ``le``, ``de``, ``que`` lose their vowel before ``word``."""
    listed = _not_eliding()
    stem = word.rstrip("s")
    return word == "y" or (word.startswith(_VOWELS) and word not in listed and stem not in listed)


def plural(word: str) -> str:
    """Returns the regular plural of a noun or an adjective (its masculine or feminine form)."""
    if word[-1] in "sxz":
        return word
    if word.endswith(("eau", "eu")) and word != "bleu":
        return word + "x"
    regular = not word.endswith("al") or word in _PLURAL_IN_ALS
    return word + "s" if regular else word[:-2] + "aux"


@lru_cache(maxsize=1)
def _irregular() -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in read_table("verbs_fr.tsv")}


def _er_stems(infinitive: str) -> tuple[str, str, str]:
    """Returns the stems of an ``-er`` verb: before a spoken ending, before a mute one, future."""
    stem = infinitive[:-2]
    if stem.endswith(_DOUBLING):
        mute = stem + stem[-1]
        return stem, mute, mute + "er"
    if stem.endswith(("oy", "uy", "ay")):
        mute = stem[:-1] + "i"
        return stem, mute, mute + "er"
    # "interviewe" and "vexe" keep their e: in front of w and x it is open already
    if re.search(r"e[^aeiouyéèwx]$", stem):
        mute = re.sub(r"e(.)$", r"è\1", stem)
        return stem, mute, mute + "er"
    if re.search(r"é[^aeiouéè]{1,2}$", stem):
        return stem, re.sub(r"é([^é]+)$", r"è\1", stem), stem + "er"
    return stem, stem, stem + "er"


def _soft(stem: str, ending: str) -> str:
    """Returns stem and ending, with ``g`` and ``c`` kept soft before ``a`` and ``o``."""
    if ending[0] in "ao" and stem[-1] == "g":
        return stem + "e" + ending
    if ending[0] in "ao" and stem[-1] == "c":
        return stem[:-1] + "ç" + ending
    return stem + ending


@lru_cache(maxsize=4096)
def conjugate(infinitive: str, tense: str, person: str) -> str:
    """Returns a finite form.

    Args:
        infinitive: of the table ``verbs_fr.tsv``, or a regular verb in ``-er``.
        tense: ``present``, ``imperfect`` or ``future``.
        person: ``je``, ``tu``, ``il``, ``nous``, ``vous`` or ``ils``.
    """
    at = _PERSONS.index(person)
    row = _irregular().get(infinitive)
    if row:
        if tense == "present":
            return row[at]
        if tense == "future":
            return row[6] + _FUTURE[at]
        stem = {"être": "ét", "pleuvoir": "pleuv"}.get(infinitive) or row[3][:-3]
        return _soft(stem, _IMPERFECT[at])
    spoken, mute, future = _er_stems(infinitive)
    if tense == "present":
        ending = ("e", "es", "e", "ons", "ez", "ent")[at]
        return _soft(spoken if at in (3, 4) else mute, ending)
    if tense == "future":
        return future + _FUTURE[at]
    return _soft(spoken, _IMPERFECT[at])


def participle(infinitive: str, gender: str = "m", plural_: bool = False) -> str:
    """Returns the past participle in the gender and number asked for."""
    row = _irregular().get(infinitive)
    form = row[7] if row else infinitive[:-2] + "é"
    if gender == "f":
        form = form.replace("û", "u") + "e"
    return form + "s" * (plural_ and not form.endswith("s"))


def takes_etre(infinitive: str) -> bool:
    """Returns whether the compound past of a non-reflexive verb takes ``être``."""
    return infinitive in _ETRE_VERBS
