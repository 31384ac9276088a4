"""Common noun phrases: determiners, numbers, adjectives, and pronouns."""

from __future__ import annotations

from functools import lru_cache

from shiftdemo.data.grammar import english, french
from shiftdemo.data.grammar.lexicon import Adjective, Noun, lexicon
from shiftdemo.data.grammar.phrase import Draft, NounPhrase, Phrase, Token

NUMBERS = (
    ("two", "deux"),
    ("three", "trois"),
    ("four", "quatre"),
    ("five", "cinq"),
    ("six", "six"),
    ("seven", "sept"),
    ("eight", "huit"),
    ("nine", "neuf"),
    ("ten", "dix"),
)
_QUANTITIES = (
    *NUMBERS[:4],
    ("some", "quelques"),
    ("several", "plusieurs"),
    ("many", "beaucoup de"),
)
_PRONOUNS = (
    ("I", "je", 1, False, "m", ""),
    ("we", "nous", 1, True, "m", ""),
    ("you", "vous", 2, True, "m", ""),
    ("he", "il", 3, False, "m", "m"),
    ("she", "elle", 3, False, "f", "f"),
    ("they", "ils", 3, True, "m", ""),
)
_EN_POSSESSIVES = {(1, False): "my", (1, True): "our", (2, True): "your", (3, True): "their"}
# one cleans the kitchen, takes the train and wears a coat, not several
_SINGULAR = frozenset(("room", "transport", "instrument", "surface", "event", "vehicle", "worn"))
# noun classes whose members are people; all others are things for the English pronoun
_PEOPLE = frozenset(("human", "kin", "worker", "desc"))


def possessive_en(owner: NounPhrase) -> str:
    """Returns *my*, *his*, *her*, *its*, *our*, *your* or *their*."""
    if owner.person == 3 and owner.en_person == 1:
        return {"m": "his", "f": "her", "": "its"}[owner.en_gender]
    return _EN_POSSESSIVES[owner.person, owner.plural]


def possessive_fr(owner: NounPhrase, gender: str, plural: bool, following: str) -> str:
    """Returns the possessive that agrees with what is owned (and with the sound after it)."""
    if owner.fr_person in ("nous", "vous", "ils"):
        one, many = {"nous": ("notre", "nos"), "vous": ("votre", "vos")}.get(
            owner.fr_person, ("leur", "leurs")
        )
        return many if plural else one
    initial = "m" if owner.fr_person == "je" else "s"
    if plural:
        return initial + "es"
    return initial + ("a" if gender == "f" and not french.elides(following) else "on")


def _determiner(draft: Draft, kind: str, np: NounPhrase) -> tuple[tuple[str, ...], ...]:
    """Returns the determiner words of both languages for the noun phrase that follows."""
    following, gender = np.fr[0][0], np.gender
    if kind == "m":
        return ("some",), ("de", "la" if gender == "f" else "le")
    if kind == "g":
        return (), (("les",) if np.plural else ("la",) if gender == "f" else ("le",))
    if kind == "a":
        article = english.article_before(np.en[0][0])
        return (article,), ("une" if gender == "f" else "un",)
    if kind == "q":
        en, fr = draft.pick(_QUANTITIES)
        return (en,), tuple(fr.split())
    if kind == "d":
        if np.plural:
            return ("these",), ("ces",)
        vowel = french.elides(following)
        return ("this",), ("cette" if gender == "f" else "cet" if vowel else "ce",)
    if kind == "p" and draft.owner:
        fr = possessive_fr(draft.owner, gender, np.plural, following)
        return (possessive_en(draft.owner),), (fr,)
    return ("the",), ("les" if np.plural else "la" if gender == "f" else "le",)


def agree(word: str, np: NounPhrase) -> str:
    """Returns an adjective of the lexicon, or ``m/f``, in the form that a phrase asks for."""
    if "/" in word:
        masculine, feminine = word.split("/")
    else:
        listed = _adjective_forms().get(word)
        masculine, feminine = (listed.masculine, listed.feminine) if listed else (word, word + "e")
    form = feminine if np.gender == "f" else masculine
    return french.plural(form) if np.plural else form


@lru_cache(maxsize=1)
def _adjective_forms() -> dict[str, Adjective]:
    return {a.masculine: a for group in lexicon().adjectives.values() for a in group}


def pre_nominal(form: str, plural: bool, gender: str, noun: str) -> str:
    """Returns ``bel``, ``vieil``, ``nouvel`` before a vowel, else the form as it is."""
    if gender == "m" and not plural and french.elides(noun):
        return {"beau": "bel", "vieux": "vieil", "nouveau": "nouvel"}.get(form, form)
    return form


def _adjectives(draft: Draft, noun: Noun, sign: int) -> list[Adjective]:
    table = draft.lex.adjectives
    return [a for name in sorted(noun.classes) for a in table.get(f"{name}{sign}", ())]


def _choose_adjective(draft: Draft, noun: Noun, mass: bool) -> Adjective | None:
    sign = draft.sign if draft.chance(0.4) else 0
    found = _adjectives(draft, noun, sign)
    # "de la bonne soupe" against "de bonne soupe" is disputed: nothing in front of mass nouns
    found = [a for a in found if not (mass and a.before)]
    return draft.pick(found) if found else None


def bare(draft: Draft, noun: Noun, plural: bool, adjective: Adjective | None) -> NounPhrase:
    """Returns noun and adjective without a determiner."""
    key = draft.key()
    en: list[Token] = [(w, "O", key) for w in (noun.en_plural if plural else noun.en)]
    fr: list[Token] = [(w, "O", key) for w in (noun.fr_plural if plural else noun.fr)]
    fr_plural = plural or noun.fr_is_plural
    if adjective:
        key = draft.key()
        en.insert(0, (adjective.en, "O", key))
        form = adjective.agree(noun.gender, fr_plural)
        if adjective.before:
            form = pre_nominal(form, fr_plural, noun.gender, fr[0][0])
            fr.insert(0, (form, "O", key))
        else:
            fr += [(word, "O", key) for word in form.split()]
    human = bool(noun.classes & _PEOPLE)
    gender = noun.gender
    return NounPhrase(
        en, fr, gender, fr_plural, human=human, en_gender=gender * human, en_plural=plural
    )


def noun_phrase(
    draft: Draft, class_: str, determiners: str = "atdpq", adjective_rate: float = 0.3
) -> NounPhrase:
    """Returns a common noun phrase.

    Args:
        class_: a noun class of ``nouns.tsv``.
        determiners: letters to draw from: a (a, un), t (the), d (this), p (possessive of the
            subject), q (a number or quantity, with a plural), m (partitive), g (generic).
        adjective_rate: how often an adjective is added.
    """
    nouns = draft.lex.nouns[class_]
    noun = draft.pick(nouns)
    while noun.en[-1] in draft.used and draft.chance(0.9):
        noun = draft.pick(nouns)
    draft.used.add(noun.en[-1])
    kinds = determiners if draft.owner else determiners.replace("p", "")
    mass = not noun.en_plural
    if mass and "g" not in kinds:
        kinds = "".join(k for k in kinds if k in "tdp") + ("m" if "a" in kinds else "")
    kind = draft.pick(kinds or "t")
    plural = kind == "q" or (kind in "tdp" and not mass and draft.chance(0.15))
    if class_ in _SINGULAR or "parent" in noun.classes:
        plural = False
    adjective = _choose_adjective(draft, noun, mass) if draft.chance(adjective_rate) else None
    np = bare(draft, noun, plural, adjective if kind != "g" else None)
    determine(draft, np, kind)
    return np


def determine(draft: Draft, np: NounPhrase, kind: str) -> None:
    """Puts a determiner in front of a bare noun phrase."""
    en, fr = _determiner(draft, kind, np)
    words = draft.pair(en, fr)
    np.en[:0] = words.en
    np.fr[:0] = words.fr


def pronoun(draft: Draft) -> NounPhrase:
    """Returns a subject pronoun; *he*, *she*, *they* only where nobody was mentioned before.

    Elsewhere they would seem to mean somebody else, and *they* could be ``ils`` or ``elles``.
    """
    anyone = draft.opening and not draft.depth
    found = draft.pick(_PRONOUNS if anyone else _PRONOUNS[:3])
    en, fr, person, plural, gender, en_gender = found
    words = draft.pair((en,), (fr,))
    return NounPhrase(
        words.en, words.fr, gender, plural, person, True, pronoun=True, en_gender=en_gender
    )


def pronoun_for(draft: Draft, np: NounPhrase) -> NounPhrase:
    """Returns the subject pronoun that stands for a phrase (itself again for *I*, *we*, *you*)."""
    if np.pronoun:
        en, fr = np.en[0][0], np.fr[0][0]
    else:
        fr = ("elle" if np.gender == "f" else "il") + "s" * np.plural
        en = "they" if np.plural else {"m": "he", "f": "she"}.get(np.en_gender, "it")
    words = draft.pair((en,), (fr,))
    return NounPhrase(
        words.en,
        words.fr,
        np.gender,
        np.plural,
        np.person,
        np.human,
        pronoun=True,
        en_gender=np.en_gender,
        en_plural=np.en_plural,
    )


def coordinate(draft: Draft, left: NounPhrase, right: NounPhrase) -> NounPhrase:
    """Returns ``left and right``; one masculine makes the whole masculine."""
    joined = Phrase().add(left).add(draft.pair(("and",), ("et",))).add(right)
    gender = "f" if left.gender == right.gender == "f" else "m"
    return NounPhrase(
        joined.en,
        joined.fr,
        gender,
        True,
        human=True,
        en_plural=True,
        second=len(joined.fr) - len(right.fr),
    )
