"""From raw phrases to words, tags, links and running text."""

from __future__ import annotations

from shiftdemo.core.samples import Link
from shiftdemo.core.words import gap_between
from shiftdemo.data.grammar import french
from shiftdemo.data.grammar.phrase import Phrase, Token

_ELIDED = {"le", "la", "de", "que", "ne", "je", "se", "me"}
_CONTRACTED = {
    ("de", "le"): "du",
    ("de", "les"): "des",
    ("à", "le"): "au",
    ("à", "les"): "aux",
}


def french_surface(raw: list[Token]) -> list[Token]:
    """Returns the words with elision (``l'``) and contraction (``du``) made."""
    out: list[Token] = []
    for at, (word, tag, keys) in enumerate(raw):
        following = raw[at + 1][0] if at + 1 < len(raw) else ""
        if word in _ELIDED and following and french.elides(following):
            out.append((word[:-1] + "'", tag, keys))
            continue
        if word == "si" and following in ("il", "ils"):
            out.append(("s'", tag, keys))
            continue
        merged = _CONTRACTED.get((out[-1][0], word)) if out and tag == "O" else None
        if merged and out[-1][1] == "O":
            out[-1] = (merged, "O", out[-1][2] + keys)
        else:
            out.append((word, tag, keys))
    return out


def capitalised(tokens: list[Token]) -> list[Token]:
    """Returns the words with a capital at the beginning."""
    word, tag, keys = tokens[0]
    return [(word[0].upper() + word[1:], tag, keys), *tokens[1:]]


def links(en: list[Token], fr: list[Token]) -> tuple[Link, ...]:
    """Returns the sorted pairs of places whose words share a key."""
    places: dict[int, list[int]] = {}
    for at, (_, _, keys) in enumerate(fr):
        for key in keys:
            places.setdefault(key, []).append(at)
    found = {
        (at, other) for at, token in enumerate(en) for k in token[2] for other in places.get(k, ())
    }
    return tuple(sorted(found))


def text_of(tokens: list[Token], french_: bool) -> str:
    """Returns running text; French puts a space in front of ``? ! : ;``."""
    text, left = "", ""
    for word, _, _ in tokens:
        gap = " " if french_ and word in "?!:;" else gap_between(left, word)
        text += gap + word
        left = word
    return text


def surface(phrase: Phrase) -> tuple[list[Token], list[Token]]:
    """Returns the final words of both sides."""
    raw = [
        (part, tag, keys)
        for word, tag, keys in phrase.fr
        for part in (word.split() if " " in word else (word,))
    ]
    return capitalised(phrase.en), capitalised(french_surface(raw))
