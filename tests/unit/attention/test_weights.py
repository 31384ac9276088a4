"""Attention out of small real models: every position encoding, tagger and translator."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from typed import attend_typed as attend

from shiftdemo.attention.weights import MOST_TOKENS, START
from shiftdemo.attention.weights import attend as attend_sample
from shiftdemo.core.errors import ConfigError, DataError, ModelError
from shiftdemo.core.samples import TaggedSample, TextSample, TranslationSample
from shiftdemo.models.load import LoadedModel, make_scratch
from shiftdemo.models.scratch import ENCODINGS, ScratchSize, train_tokenizer
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads import make_task

TEXTS = ["Ada Lovelace reads a long book in Paris .", "Ada lit un long livre à Paris ."] * 5
SIZE = ScratchSize(width=32, ffn=32, heads=2, layers=2, decoder_layers=2, max_positions=48)
SENTENCE = "Ada reads a long book."


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def models() -> dict[tuple[str, str], LoadedModel]:
    made = {}
    for task in ("ner", "translation"):
        tokenizer = train_tokenizer(TEXTS, task, 200)
        for encoding in ENCODINGS:
            made[task, encoding] = make_scratch(
                f"scratch:{encoding}", task, tokenizer, ("O", "B-PER", "I-PER"), SIZE
            )
    return made


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_attend_tagger_gives_one_encoder_map(models, encoding):
    (found,) = attend(models["ner", encoding], make_task("ner"), SENTENCE)
    assert found.kind == "encoder"
    assert found.query_tokens == found.key_tokens
    assert found.key_tokens[0] == "<s>" and found.key_tokens[-1] == "</s>"
    assert found.weights.shape == (2, 2, len(found.key_tokens), len(found.key_tokens))
    assert found.weights.dtype == np.float32
    np.testing.assert_allclose(found.weights.sum(-1), 1.0, atol=1e-5)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_attend_translator_gives_encoder_decoder_and_cross(models, encoding):
    target = "Ada lit un livre."
    maps = attend(models["translation", encoding], make_task("translation"), SENTENCE, target)
    encoder, decoder, cross = maps
    assert [each.kind for each in maps] == ["encoder", "decoder", "cross"]
    assert decoder.query_tokens[:2] == (START, "Ada")
    assert cross.query_tokens == decoder.query_tokens and cross.key_tokens == encoder.key_tokens
    n = len(decoder.query_tokens)
    above = np.triu(np.ones((n, n), dtype=bool), 1)
    assert np.abs(decoder.weights[..., above]).max() == 0.0  # nothing from the future


def test_attend_weights_equal_a_plain_eager_forward(models):
    loaded = models["translation", "learned"]
    target = "Ada lit un livre."
    cross = attend(loaded, make_task("translation"), SENTENCE, target)[2]
    ids = loaded.tokenizer([SENTENCE], return_tensors="pt").input_ids
    labels = loaded.tokenizer(text_target=[target], return_tensors="pt").input_ids
    with torch.no_grad():
        out = loaded.model(input_ids=ids, labels=labels, output_attentions=True)
    expected = torch.cat(out.cross_attentions).numpy()
    np.testing.assert_allclose(cross.weights, expected, atol=1e-6)


def test_attend_of_an_empty_target_shows_the_start_alone(models):
    task, loaded = make_task("translation"), models["translation", "sinusoidal"]
    encoder, decoder, cross = attend(loaded, task, SENTENCE)  # its own greedy translation
    assert decoder.query_tokens[0] == START and cross.key_tokens == encoder.key_tokens
    nothing = unshifted(TranslationSample("none", SENTENCE, ""))
    assert attend_sample(loaded, task, nothing).maps[1].key_tokens == (START,)


def test_attend_reads_what_fits_and_tells_how_much_does_not():
    text = "Ada reads a long book . " * 120
    tokenizer = train_tokenizer(TEXTS, "language_modeling", 200)
    size = ScratchSize(width=32, ffn=32, heads=2, layers=1, max_positions=48)
    task = make_task("language_modeling")
    loaded = make_scratch("scratch:learned", "language_modeling", tokenizer, (), size)
    found = attend_sample(loaded, task, unshifted(TextSample("long", text)))
    assert found.maps[0].weights.shape[-1] == 48
    for encoding in ("rotary", "relative"):
        loaded = make_scratch(
            f"scratch:{encoding}", "ner", train_tokenizer(TEXTS, "ner", 200), ("O",), size
        )
        words = tuple(text.split())
        sample = unshifted(TaggedSample("long", words, ("O",) * len(words)))
        found = attend_sample(loaded, make_task("ner"), sample)
        assert found.maps[0].weights.shape[-1] == MOST_TOKENS
        assert found.cut == len(make_task("ner").ids(loaded, sample.original)) - MOST_TOKENS


def test_attend_tells_the_word_of_every_token_and_what_is_predicted(models):
    loaded, task = models["ner", "learned"], make_task("ner")
    words = ("Lovelace", "reads", "☃", ".")
    found = attend_sample(loaded, task, unshifted(TaggedSample("s", words, ("O",) * 4)))
    [one] = found.maps
    assert one.key_words == one.query_words and len(one.key_words) == len(one.key_tokens)
    assert one.key_words[0] is None and one.key_words[-1] is None
    assert sorted({word for word in one.key_words if word is not None}) == [0, 1, 2, 3]
    told = [tag for tag in found.predicted if tag]
    assert told == list(task.predict(loaded, [unshifted(TaggedSample("s", words, ("O",) * 4))])[0])
    assert all((p > 0) == bool(tag) for p, tag in zip(found.sure, found.predicted, strict=True))
    pair = TranslationSample("p", "Ada reads a book .", "Ada lit un livre .")
    found = attend_sample(
        models["translation", "learned"], make_task("translation"), unshifted(pair)
    )
    _, decoder, cross = found.maps
    assert cross.query_words == decoder.query_words and decoder.query_words[0] is None
    assert max(word for word in cross.key_words if word is not None) == 4
    assert len(found.predicted) == len(cross.query_tokens)


def test_attend_reads_a_masked_word_as_the_mask_token(models):
    loaded, task = models["ner", "learned"], make_task("ner")
    sample = unshifted(TaggedSample("s", ("Ada", "reads", "Paris"), ("O",) * 3))
    plain, masked = attend_sample(loaded, task, sample), attend_sample(loaded, task, sample, {2})
    at = [i for i, word in enumerate(plain.maps[0].key_words) if word == 2]
    assert {masked.maps[0].key_tokens[i] for i in at} == {loaded.tokenizer.mask_token}
    assert np.abs(plain.maps[0].weights - masked.maps[0].weights).max() > 1e-4


def test_attend_asks_for_eager_and_puts_the_old_choice_back(models):
    loaded = models["ner", "learned"]
    before = attend(loaded, make_task("ner"), SENTENCE)[0]
    loaded.model.set_attn_implementation("sdpa")
    try:
        found = attend(loaded, make_task("ner"), SENTENCE)[0]
        assert loaded.model.config._attn_implementation == "sdpa"
    finally:
        loaded.model.set_attn_implementation("eager")
    np.testing.assert_array_equal(found.weights, before.weights)


def test_attend_refuses_a_model_that_returns_nothing(models):
    class Silent(torch.nn.Module):
        def __init__(self, inner: torch.nn.Module) -> None:
            super().__init__()
            self.inner, self.config = inner, inner.config

        def forward(self, output_attentions: bool = False, **inputs):
            return self.inner(**inputs)

    inner = models["ner", "learned"]
    silent = LoadedModel("quiet", "ner", Silent(inner.model), inner.tokenizer, inner.labels)
    with pytest.raises(ModelError, match="quiet returned no encoder attention"):
        attend(silent, make_task("ner"), SENTENCE)


def test_attend_offset_moves_learned_positions_and_not_rotary_ones(models):
    task = make_task("ner")
    moved = {}
    for encoding in ("learned", "sinusoidal", "rotary"):
        loaded = models["ner", encoding]
        here, there = (attend(loaded, task, SENTENCE, offset=k)[0].weights for k in (0, 16))
        moved[encoding] = float(np.abs(here - there).max())
    assert moved["learned"] > 1e-4 and moved["sinusoidal"] > 1e-4
    assert moved["rotary"] < 1e-5
    with pytest.raises(ConfigError, match="48 positions"):
        attend(models["ner", "learned"], task, SENTENCE, offset=47)


def test_attend_leaves_the_mode_of_the_model_and_ignores_dropout(models):
    loaded = models["ner", "learned"]
    loaded.model.train()
    try:
        first, second = (attend(loaded, make_task("ner"), SENTENCE)[0] for _ in range(2))
        assert loaded.model.training
    finally:
        loaded.model.eval()
    np.testing.assert_array_equal(first.weights, second.weights)


def test_attend_bad_input_is_one_sentence(models):
    task, loaded = make_task("translation"), models["translation", "learned"]
    with pytest.raises(DataError, match="no sentence"):
        attend_sample(loaded, task, unshifted(TranslationSample("blank", "  ", "")))
    with pytest.raises(ConfigError, match="use at most 27"):
        attend(loaded, task, "Ada", "livre " * 20, offset=40)


def test_attend_reads_the_words_of_a_sample_as_they_are(models):
    words = ("Ada", "lives", "in", "Paris.")  # a typed text would have its full stop apart
    task, loaded = make_task("ner"), models["ner", "learned"]
    sample = unshifted(TaggedSample("own", words, ("O",) * 4))
    (found,) = attend_sample(loaded, task, sample).maps
    ids = loaded.tokenizer(list(words), is_split_into_words=True).input_ids
    assert len(found.query_tokens) == len(ids)
