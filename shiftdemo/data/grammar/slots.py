"""Filling the slots of a frame by their class."""

from __future__ import annotations

from shiftdemo.data.grammar import names, nouns
from shiftdemo.data.grammar.phrase import Draft, NounPhrase, Phrase

_NAMES = {
    "city": names.city,
    "loc": names.location,
    "river": names.river,
    "org": names.company,
    "club": names.club,
    "univ": names.university,
    "paper": names.newspaper,
    "work": names.work,
    "named": names.person,
}
# slots that cannot be filled without a name
NAME_CLASSES = frozenset((*_NAMES, "in.name", "to.name", "from", "work.np"))
_ANYBODY = ("human", "kin")
# nobody is older than a parent, no child is 40 years old
_PEOPLE = {"peer": ("human", "peer"), "adult": ("grown", "kin")}
_WORK_KINDS = (("film", "film", "m"), ("novel", "roman", "m"), ("play", "pièce", "f"))
_GOODS = ("thing", "clothes", "food", "rolls", "gift", "book")
_LOCATED = frozenset(("in", "in.name", "to", "to.name", "from", "water", "out", "boat"))
_PLACE_KINDS = ("out", "town", "home", "water")


def fill(draft: Draft, class_: str, rate: float, subject: bool = False) -> Phrase:
    """Returns a phrase for a slot.

    Args:
        class_: the slot's class, for common nouns with the determiners allowed (``room:tp``);
            a final 0 asks for no adjective.
        rate: how often a name is taken where a common noun would do.
        subject: whether it is a subject, which may be a pronoun.
    """
    class_, _, determiners = class_.partition(":")
    if class_ in _NAMES:
        return _NAMES[class_](draft)
    if class_ in ("human", "full", "desc", "known") or class_ in _PEOPLE:
        definite = class_ in ("known", *_PEOPLE) or "t" in determiners
        pronoun = subject and class_ in ("human", "adult")
        people = _PEOPLE.get(class_, _ANYBODY)
        return human(draft, rate, pronoun, class_ == "desc", definite, people)
    if class_ == "it":
        words = draft.pair(("it",), ("il",))
        return NounPhrase(words.en, words.fr, impersonal=True)
    if class_ == "work.np":
        return work_with_kind(draft)
    if class_ in _LOCATED:
        return located(draft, class_, rate)
    if class_ in ("job", "spoken"):
        return _undetermined(draft, class_)
    if class_ == "kinstory":
        return nouns.noun_phrase(draft, "human", "a", 0.4)
    if class_ == "goods":
        return nouns.noun_phrase(draft, draft.pick(_GOODS), determiners or "atdq")
    if class_ == "liked":
        return nouns.noun_phrase(draft, *draft.pick((("liking", "g"), ("media", "td"))))
    if class_ in ("sport", "subject", "language", "liking"):
        return nouns.noun_phrase(draft, class_, "g")
    if determiners.endswith("0"):
        return nouns.noun_phrase(draft, class_, determiners[:-1], 0.0)
    return nouns.noun_phrase(draft, class_, determiners or "atdpq")


def _undetermined(draft: Draft, class_: str) -> NounPhrase:
    """Returns a profession (*a teacher*, ``professeur``) or a language that is spoken."""
    if class_ == "spoken":
        return nouns.bare(draft, draft.pick(draft.lex.nouns["language"]), False, None)
    gender = draft.owner.gender if draft.owner else "m"
    workers = [n for n in draft.lex.nouns["human"] if "worker" in n.classes and n.gender == gender]
    # some professions have one form for both
    workers += [n for n in draft.lex.nouns["human"] if n.fr[0] in ("journaliste", "médecin")]
    np = nouns.bare(draft, draft.pick(workers), False, None)
    np.en.insert(0, (nouns.english.article_before(np.en[0][0]), "O", np.en[0][2]))
    return np


def work_with_kind(draft: Draft) -> NounPhrase:
    """Returns ``the film X``, which can stand after ``de`` and agrees with its kind."""
    en, fr, gender = draft.pick(_WORK_KINDS)
    article, kind = (
        draft.pair(("the",), ("la" if gender == "f" else "le",)),
        draft.pair((en,), (fr,)),
    )
    phrase = article.add(kind).add(names.work(draft))
    return NounPhrase(phrase.en, phrase.fr, gender)


def human(
    draft: Draft,
    rate: float,
    pronoun: bool,
    described: bool = False,
    definite: bool = False,
    people: tuple[str, str] = _ANYBODY,
) -> NounPhrase:
    """Returns a person: a name, somebody's relative, a pronoun or a common noun.

    Args:
        people: noun classes of strangers and of relatives.
    """
    strangers, kin = people
    named = draft.chance(rate)
    if described and not named:
        return _described(draft)
    form = draft.rng.random()
    if named:
        if form < 0.76:
            return names.person(draft)
        if form < 0.88:
            return nouns.coordinate(draft, names.person(draft), names.person(draft))
        return _relative(draft, names.person(draft), kin)
    if pronoun and form < 0.35:
        return nouns.pronoun(draft)
    if form < 0.5 and draft.owner and draft.owner.human:
        np = nouns.noun_phrase(draft, kin, "p", 0.0)
    elif pronoun and form > 0.85 and people == _ANYBODY:
        return _described(draft)
    else:
        np = nouns.noun_phrase(
            draft, strangers, "td" if definite else "attd" if pronoun else "at", 0.2
        )
    return np


def _relative(draft: Draft, owner: NounPhrase, kin: str) -> NounPhrase:
    """Returns ``Anna's brother``."""
    np = nouns.bare(draft, draft.pick(draft.lex.nouns[kin]), False, None)
    key, article = draft.key(), "la" if np.gender == "f" else "le"
    np.fr = [(article, "O", ()), *np.fr, ("de", "O", key), *owner.fr]
    np.en = [*owner.en, ("'s", "O", key), *np.en]
    return np


def _described(draft: Draft) -> NounPhrase:
    """Returns ``a man in a red shirt``."""
    np = nouns.noun_phrase(draft, "desc", "aaaq", 0.25)
    form = draft.rng.random()
    if form < 0.45 and not np.plural:
        np.add(_clothing(draft))
    elif form < 0.65 and not np.plural:
        np.add(draft.pair(("with",), ("avec",)))
        np.add(nouns.noun_phrase(draft, draft.pick(("hold", "pet")), "a"))
    return np


def _clothing(draft: Draft) -> Phrase:
    """Returns ``in a red shirt`` / ``en chemise rouge``, but ``avec un chapeau rouge``.

    French has *en* for what covers the body; a hat or a scarf is worn *with* something else.
    """
    garment = draft.pick(draft.lex.nouns["clothes"])
    colours = [a for a in draft.lex.adjectives["clothes0"] if not a.before]
    wear = nouns.bare(draft, garment, False, draft.pick(colours))
    if "top" not in garment.classes:
        nouns.determine(draft, wear, "a")
        return draft.pair(("with",), ("avec",)).add(wear)
    words = draft.pair(("in",), ("en",))
    words.en.append((nouns.english.article_before(wear.en[0][0]), "O", ()))
    return words.add(wear)


def located(draft: Draft, class_: str, rate: float) -> Phrase:
    """Returns a place with its prepositions: *in*, *to* or *from*."""
    direction, _, only = class_.partition(".")
    if direction == "boat":
        vessel = draft.pair(("by", "boat"), ("en", "bateau"))
        return vessel
    if direction in ("water", "out"):
        return _common_place(draft, "in", direction)
    if only == "name" or direction == "from" or draft.chance(rate):
        return named_place(draft, direction)
    # one goes to the river, but one does not stay in it
    return _common_place(draft, direction, draft.pick(_PLACE_KINDS[: 3 + (direction == "to")]))


def named_place(draft: Draft, direction: str) -> Phrase:
    """Returns ``in Paris`` / ``à Paris``, ``in Canada`` / ``au Canada``, ``from Italy`` …"""
    key = draft.key()
    if draft.chance(0.65):
        np = names.city(draft)
        fr = "de" if direction == "from" else "à"
    else:
        np = names.country(draft)
        article, first = np.fr[0], np.fr[1][0]
        if article[0] != "les" and (article[0] == "la" or nouns.french.elides(first)):
            np.fr = np.fr[1:]
            fr = "de" if direction == "from" else "en"
        else:
            fr = "de" if direction == "from" else "à"
    return Phrase([(direction, "O", key), *np.en], [(fr, "O", key), *np.fr])


def _common_place(draft: Draft, direction: str, kind: str) -> Phrase:
    places = draft.lex.places[kind]
    place = draft.pick(places)
    if place.en[-1] in draft.used:
        place = draft.pick(places)
    draft.used.add(place.en[-1])
    key, article_key, noun_key = draft.key(), draft.key(), draft.key()
    article = "la" if place.gender == "f" else "le"
    preposition = place.en_in if direction == "in" else "to"
    en = [preposition, "the"], [place.fr_in if direction == "in" else place.fr_to, article]
    keys = (key, article_key)
    phrase = Phrase(
        [(w, "O", k) for w, k in zip(en[0], keys, strict=True)],
        [(w, "O", k) for w, k in zip(en[1], keys, strict=True)],
    )
    phrase.en += [(w, "O", noun_key) for w in place.en]
    phrase.fr += [(w, "O", noun_key) for w in place.fr]
    return phrase
