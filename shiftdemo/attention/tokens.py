"""Sub-word tokens as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_SPACES = ("▁", "Ġ")  # SentencePiece and BPE; byte-level BPE
_CONTINUES = "##"  # WordPiece
JOIN = "·"
_NOT_SPECIAL = "\u200b"


def readable(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """Returns one string a token.

    A piece that begins a word stands as it is (``▁the`` gives ``the``), one that goes on with a
    word has ``·`` in front (``##ing`` gives ``·ing``), punctuation none. Special tokens keep
    their brackets (``</s>``, ``[CLS]``); a piece of the text that looks like one is told apart
    by an invisible character in front.
    """
    tokens = tokenizer.convert_ids_to_tokens(list(ids))
    special = set(tokenizer.all_special_ids)
    marks = any(token.startswith(_SPACES) for token in tokens)
    read = []
    begins = True  # whether the piece before was special or a space alone
    for number, token in zip(ids, tokens, strict=True):
        if number in special:
            read.append(token)
        else:
            read.append(_piece(tokenizer, token, begins or not marks))
        begins = (number in special and token != tokenizer.unk_token) or token in _SPACES
    return read


def _piece(tokenizer: Any, token: str, begins: bool) -> str:
    begins = begins or token.startswith(_SPACES)
    text = token
    if token.startswith(_SPACES[0]):
        text = token[1:] or token
    elif token.startswith(_CONTINUES) and len(token) > len(_CONTINUES):
        begins, text = False, token[len(_CONTINUES) :]
    elif token.startswith(_SPACES[1]) or not token.isascii():  # byte-level pieces are bytes
        text = tokenizer.convert_tokens_to_string([token]).strip() or token
    if text[0] in "<[" and text[-1] in ">]" and len(text) > 2:
        return _NOT_SPECIAL + text
    return text if begins or not any(c.isalnum() for c in text) else JOIN + text
