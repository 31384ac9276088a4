"""What is longer than a model reads goes through it in parts, or is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from starting import at

from shiftdemo.core.config import DataSpec
from shiftdemo.core.dialogue import dialogue_text, replies
from shiftdemo.core.samples import TaggedSample, TextSample, TranslationSample, mentions
from shiftdemo.evaluation.scorers import tags as tag_scores
from shiftdemo.tasks.heads import make_task
from shiftdemo.tasks.heads.length import Cut
from shiftdemo.tasks.heads.word_windows import bound, word_windows

Make = Callable[..., Any]
SENTENCE = (("Ada", "lives", "in", "New", "York", "."), ("B-PER", "O", "O", "B-LOC", "I-LOC", "O"))


def _long(n: int) -> TaggedSample:
    words, tags = SENTENCE
    return TaggedSample("long", words * n, tags * n)


def test_windows_hold_every_word_with_its_neighbours(make_tiny: Make) -> None:
    loaded = make_tiny("ner", "learned")  # 64 positions
    sample = _long(40)
    [windows] = word_windows(loaded, [sample.words], [0])
    ids = loaded.tokenizer(list(sample.words), is_split_into_words=True)
    owners = ids.word_ids()
    assert len(windows) > 5 and max(len(window.ids) for window in windows) == bound(loaded) == 64
    for word in range(len(sample.words)):
        piece = ids.input_ids[owners.index(word)]
        holding = [window for window in windows if word in window.first]
        assert holding and all(window.ids[window.first[word]] == piece for window in holding)
        deepest = max(window.margin[word] for window in holding)
        assert deepest >= 7 or word < 10 or word > len(sample.words) - 10


def test_a_tagger_reads_a_long_sentence_as_its_windows_one_by_one(make_tiny: Make) -> None:
    task, loaded = make_task("ner"), make_tiny("ner", "learned")
    sample = _long(40)
    [tags] = task.predict(loaded, at([sample]))
    [windows] = word_windows(loaded, [sample.words], [0])
    for word in (0, 17, 101, len(sample.words) - 1):
        window = max((w for w in windows if word in w.first), key=lambda w: w.margin[word])
        with torch.no_grad():
            out = loaded.model(input_ids=torch.tensor([window.ids])).logits[0]
        assert tags[word] == loaded.labels[int(out[window.first[word]].argmax())]
    assert len(tags) == len(sample.words) and task.cut(loaded, [sample], training=False) == Cut()


def test_windows_leave_room_for_the_offset(make_tiny: Make) -> None:
    task, loaded = make_task("ner"), make_tiny("ner", "learned")
    [tags] = task.predict(loaded, at([_long(20)], 32))
    assert len(tags) == 120 and bound(loaded, 32) == 32


def test_a_long_sentence_is_trained_on_in_parts_that_cut_no_mention(make_tiny: Make) -> None:
    task, loaded = make_task("ner"), make_tiny("ner", "learned")
    sample, short = _long(30), _long(1)
    parts = task.in_parts(loaded, [sample, short])
    assert parts[-1] is short and len(parts) > 4
    assert [w for part in parts[:-1] for w in part.words] == list(sample.words)
    assert sum(len(mentions(p.tags)) for p in parts[:-1]) == len(mentions(sample.tags))
    assert task.cut(loaded, parts) == Cut()
    cut = task.cut(loaded, [sample, short])
    batch = task.collate(loaded, at([sample]))
    assert cut.samples == 1 and cut.words == 180 - int((batch.labels != -100).sum())
    assert 0 < cut.mentions < 60 and cut.tokens > 100


def test_a_classifier_weighs_the_windows_of_a_long_text(make_tiny: Make) -> None:
    task, loaded = make_task("classification"), make_tiny("classification", "learned")
    text = TextSample("long", "Ada likes the good Paris again . " * 40, "positive")
    short = TextSample("short", "Ada likes the good Paris .", "positive")
    labels = task.predict(loaded, at([text, short]))
    assert labels[1] == task.predict(loaded, at([short]))[0] and labels[0] in loaded.labels
    assert task.cut(loaded, [text, short]).samples == 1
    assert task.cut(loaded, [text, short], training=False) == Cut()


def test_a_translator_reads_a_long_source_sentence_by_sentence(make_tiny: Make) -> None:
    task, loaded = make_task("translation"), make_tiny("translation", "learned")
    one = "Ada sees Paris again and again ."
    long = TranslationSample("long", " ".join([one] * 30), "x")
    n = len(loaded.tokenizer(one).input_ids) - 1
    per_part = (64 - 1) // n
    [text] = task.predict(loaded, at([long]))
    block = TranslationSample("block", " ".join([one] * per_part), "x")
    [first] = task.predict(loaded, at([block]))
    assert text.startswith(first) and task.cut(loaded, [long], training=False) == Cut()
    endless = TranslationSample("endless", "Ada " * 200, "x")
    assert task.cut(loaded, [endless, long], training=False).samples == 1
    assert task.cut(loaded, [endless, long]).samples == 2


def test_what_a_language_model_does_not_read_is_counted(make_tiny: Make) -> None:
    task, loaded = make_task("language_modeling"), make_tiny("language_modeling", "learned")
    text = TextSample("long", "Ada sees Paris . " * 60)
    n = len(loaded.tokenizer(text.text, add_special_tokens=False).input_ids)
    assert task.cut(loaded, [text]) == Cut(1, n - 64)


DIALOGUE = "A: Hello there.\nB: Good day.\nand more\nA: Bye.\nB: Bye now."


def test_replies_are_the_turns_of_the_other_speakers() -> None:
    assert [DIALOGUE[a:b] for a, b in replies(DIALOGUE)] == ["Good day.\nand more", "Bye now."]
    assert replies("no turn here") == []
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho\nho"}]
    assert dialogue_text(messages) == "user: Hi\nassistant: Ho ho"
    assert dialogue_text(["Hi", "Ho"]) == "A: Hi\nB: Ho"
    assert dialogue_text([1]) is None


def test_a_loss_on_replies_alone_leaves_the_rest_out(make_tiny: Make) -> None:
    task = make_task("language_modeling", DataSpec(reply_only=True))
    loaded = make_tiny("language_modeling", "learned")
    sample = TextSample("d", "A: Ada sees Paris .\nB: Paul likes Rome .")
    batch = task.collate(loaded, at([sample]))
    labels = [i for i in batch.labels[0].tolist() if i != -100]
    assert loaded.tokenizer.decode(labels[:-1]).strip() == "Paul likes Rome ."
    assert labels[-1] == loaded.tokenizer.eos_token_id
    whole = make_task("language_modeling").collate(loaded, at([sample]))
    assert int((whole.labels != -100).sum()) > len(labels)
    bare = TextSample("n", "no turn here")
    assert not task.has_reference(loaded, bare) and task.has_reference(loaded, sample)
    assert "1 of 2" in task.notes(loaded, [sample, bare])[0]


def test_plain_tags_are_scored_word_by_word() -> None:
    task = make_task("ner", DataSpec(scheme="none"))
    assert (task.spec.scores, task.spec.score_name) == ("tags", "macro F1")
    samples = [
        TaggedSample("a", ("who", "won"), ("PRON", "VERB"), plain=True),
        TaggedSample("b", ("it", "rained"), ("PRON", "VERB"), plain=True),
    ]
    assert task.labels(samples) == ("O", "PRON", "VERB")
    sums = tag_scores.count(samples, [("PRON", "PRON"), ("PRON", "VERB")]).sum(0)
    columns, formula, _ = tag_scores.MEASURES["macro F1"]
    # PRON: 2 right, 3 predicted, 2 gold: 0.8; VERB: 1, 1, 2: 2/3.
    assert abs(float(formula(sums[columns])) - 100 * (0.8 + 2 / 3) / 2) < 1e-9
    assert abs(float(tag_scores.MEASURES["token accuracy"][1](sums)) - 75.0) < 1e-9
    assert tag_scores.class_counts(samples, [s.tags for s in samples])[0] == ["PRON", "VERB"]
