"""Sub-word tokens as a person reads them, for the tokenizers of the model families."""

from __future__ import annotations

from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from shiftdemo.attention.tokens import readable
from shiftdemo.models.scratch import train_tokenizer

TEXTS = ["reading a long book , longing for Paris ."] * 4


def _ids(tokenizer, text: str) -> list[int]:
    return tokenizer([text]).input_ids[0]


def test_readable_metaspace_marks_only_what_continues_a_word():
    tokenizer = train_tokenizer(TEXTS, "translation", 60)
    found = readable(tokenizer, _ids(tokenizer, "a longing reading."))
    assert found[-1] == "</s>" and found[0] == "a"
    assert not any("▁" in token and len(token) > 1 for token in found)
    joined = "".join(t[1:] if t.startswith("·") else f" {t}" for t in found[:-1] if t != "▁")
    assert joined.split()[0] == "a" and "." in found


def test_readable_unknown_words_and_specials_keep_their_brackets():
    tokenizer = train_tokenizer(TEXTS, "ner", 60)
    ids = tokenizer(["☃", "long"], is_split_into_words=True).input_ids
    found = readable(tokenizer, ids)
    assert found[0] == "<s>" and found[-1] == "</s>" and "<unk>" in found


def test_readable_wordpiece():
    vocab = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "read": 3, "##ing": 4, ".": 5, "[X]": 6}
    inner = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    assert readable(tokenizer, _ids(tokenizer, "reading.")) == [
        "[CLS]",
        "read",
        "·ing",
        ".",
        "[SEP]",
    ]
    assert readable(tokenizer, [1, 6, 2])[1] == "\u200b[X]"  # text that looks like a mark


def test_readable_byte_level_gives_characters_back():
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    from tokenizers import decoders

    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=300, show_progress=False, special_tokens=["<s>"])
    inner.train_from_iterator(["élan vital"] * 10, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, bos_token="<s>")
    assert readable(tokenizer, _ids(tokenizer, "élan vital")) == ["élan", "vital"]
