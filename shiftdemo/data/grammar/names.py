"""Names of people, places, organisations and works, plain and made by combining parts."""

from __future__ import annotations

from shiftdemo.data.grammar.lexicon import Name
from shiftdemo.data.grammar.phrase import Draft, NounPhrase, Phrase

HELD_OUT_RATE = 0.35
_COMPANY_ENDINGS = ("Industries", "Motors", "Airlines", "Electronics", "Consulting", "Films")
_PAPERS = ("Tribune", "Herald", "Chronicle", "Post")


def _draw(draft: Draft, kind: str, alike: bool = False) -> Name:
    """Returns a name that the sentence has not yet; ``alike`` asks for one form in both languages.

    A part of a name that is not translated must be alike: a French text has no "Warsaw United".
    """
    names = draft.lex.names[kind]
    held_out = draft.held_out and draft.chance(HELD_OUT_RATE)
    while True:
        name = draft.pick(names)
        if alike and name.en != name.fr:
            continue
        if name.held_out == held_out and name.en[-1] not in draft.used:
            draft.used.add(name.en[-1])
            return name


def _tagged(draft: Draft, name: Name, tag: str) -> Phrase:
    keys_en: list[list[int]] = [[] for _ in name.en]
    keys_fr: list[list[int]] = [[] for _ in name.fr]
    for en, fr in name.links:
        key = draft.key()[0]
        keys_en[en].append(key)
        keys_fr[fr].append(key)
    return Phrase(
        [
            (word, ("I-" if at else "B-") + tag, tuple(keys_en[at]))
            for at, word in enumerate(name.en)
        ],
        [
            (word, ("I-" if at else "B-") + tag, tuple(keys_fr[at]))
            for at, word in enumerate(name.fr)
        ],
    )


def _monotone(en: tuple[str, ...], fr: tuple[str, ...]) -> Name:
    return Name(en, fr, "m", False, tuple((at, at) for at in range(len(en))))


def first_name(draft: Draft) -> NounPhrase:
    """Returns a person by the first name alone."""
    name = _draw(draft, "first")
    phrase = _tagged(draft, name, "PER")
    return NounPhrase(phrase.en, phrase.fr, name.gender, human=True, en_gender=name.gender)


def person(draft: Draft) -> NounPhrase:
    """Returns a first name, a full name, a surname or a title with a surname."""
    form = draft.rng.random()
    if form < 0.55:
        name = _draw(draft, "first")
        phrase, gender = _tagged(draft, name, "PER"), name.gender
    elif form < 0.8:
        first, last = _draw(draft, "first"), _draw(draft, "surname")
        phrase = _tagged(draft, _monotone(first.en + last.en, first.fr + last.fr), "PER")
        gender = first.gender
    elif form < 0.9:
        phrase, gender = _tagged(draft, _draw(draft, "surname"), "PER"), "m"
    else:
        en, fr, gender = draft.pick((("Mrs", ("Mme",), "f"), ("Dr", ("le", "docteur"), "m")))
        phrase = draft.pair((en,), fr)
        phrase.add(_tagged(draft, _draw(draft, "surname"), "PER"))
    return NounPhrase(phrase.en, phrase.fr, gender, human=True, en_gender=gender)


def city(draft: Draft) -> NounPhrase:
    """Returns a city."""
    phrase = _tagged(draft, _draw(draft, "city"), "LOC")
    return NounPhrase(phrase.en, phrase.fr, "f")


def _with_article(draft: Draft, name: Name, phrase: Phrase, both: bool) -> NounPhrase:
    article = {"f": "la", "m": "le", "p": "les"}[name.gender]
    key = draft.key() if both else ()
    en = [("the", "O", key), *phrase.en] if both else phrase.en
    gender = "m" if name.gender == "p" else name.gender
    plural = name.gender == "p"
    return NounPhrase(en, [(article, "O", key), *phrase.fr], gender, plural, en_plural=False)


def country(draft: Draft) -> NounPhrase:
    """Returns a country with its French article."""
    name = _draw(draft, "country")
    return _with_article(draft, name, _tagged(draft, name, "LOC"), name.gender == "p")


def river(draft: Draft) -> NounPhrase:
    """Returns a river with its article."""
    name = _draw(draft, "river")
    return _with_article(draft, name, _tagged(draft, name, "LOC"), True)


def location(draft: Draft) -> NounPhrase:
    """Returns a city or a country."""
    return city(draft) if draft.chance(0.65) else country(draft)


def company(draft: Draft) -> NounPhrase:
    """Returns a company: a brand, a family name alone, or one made of parts."""
    form = draft.rng.random()
    if form < 0.2:
        phrase = _tagged(draft, _draw(draft, "brand"), "ORG")
    elif form < 0.55:
        phrase = _tagged(draft, _draw(draft, "surname"), "ORG")
    else:
        base = _draw(draft, "brand" if form < 0.65 else "surname")
        if form < 0.75:
            name = _monotone((*base.en, "&", "Sons"), (*base.fr, "&", "Fils"))
            phrase = _tagged(draft, name, "ORG")
        elif form < 0.87:
            links = ((0, 1), (1, 0))
            name = Name((*base.en, "Group"), ("groupe", *base.fr), "m", False, links)
            return _with_article(draft, name, _tagged(draft, name, "ORG"), True)
        else:
            ending = (draft.pick(_COMPANY_ENDINGS),)
            phrase = _tagged(draft, _monotone(base.en + ending, base.fr + ending), "ORG")
    return NounPhrase(phrase.en, phrase.fr, "m")


def club(draft: Draft) -> NounPhrase:
    """Returns a sports club, which is often called by the name of its city alone."""
    form = draft.rng.random()
    base = _draw(draft, "city", alike=0.55 <= form < 0.75)
    if form < 0.55:
        phrase = _tagged(draft, base, "ORG")
    elif form < 0.75:
        name = _monotone((*base.en, "United"), (*base.fr, "United"))
        phrase = _tagged(draft, name, "ORG")
    else:
        name = _monotone(("FC", *base.en), ("FC", *base.fr))
        phrase = _tagged(draft, name, "ORG")
        phrase.fr.insert(0, ("le", "O", ()))
    return NounPhrase(phrase.en, phrase.fr, "m")


def university(draft: Draft) -> NounPhrase:
    """Returns ``the University of X``."""
    base = _draw(draft, "city")
    en, fr = ("University", "of", *base.en), ("université", "de", *base.fr)
    name = Name(en, fr, "f", False, tuple((at, at) for at in range(len(en))))
    return _with_article(draft, name, _tagged(draft, name, "ORG"), True)


def newspaper(draft: Draft) -> NounPhrase:
    """Returns a newspaper such as ``the Lincoln Tribune``."""
    en = (*_draw(draft, "city", alike=True).en, draft.pick(_PAPERS))
    name = _monotone(en, en)
    return _with_article(draft, name, _tagged(draft, name, "ORG"), True)


def _composed_title(draft: Draft) -> Name:
    nouns, adjectives = draft.lex.titles
    while True:
        noun = draft.pick(nouns)
        if draft.held_out or len(noun) < 4:
            break
    article = "La" if noun[2] == "f" else "Le"
    elided = noun[1][0] in "HOÎ"
    if draft.chance(0.35):
        place = _draw(draft, "city")
        en = ("The", noun[0], "of", *place.en)
        links = tuple((at, at) for at in range(len(en)))
        fr = ("L'" if elided else article, noun[1], "de", *place.fr)
        return Name(en, fr, noun[2], False, links)
    adjective = draft.pick(adjectives)
    en = ("The", adjective[0], noun[0])
    form = adjective[2 if noun[2] == "f" else 1]
    if adjective[3] == "b":
        return Name(en, (article, form, noun[1]), noun[2], False, ((0, 0), (1, 1), (2, 2)))
    fr = ("L'" if elided else article, noun[1], form)
    return Name(en, fr, noun[2], False, ((0, 0), (1, 2), (2, 1)))


def work(draft: Draft) -> NounPhrase:
    """Returns the title of a book, film, song or painting."""
    name = _composed_title(draft) if draft.chance(0.4) else _draw(draft, "works")
    phrase = _tagged(draft, name, "MISC")
    return NounPhrase(phrase.en, phrase.fr, "m")
