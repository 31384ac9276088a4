"""The built-in corpus with frames that training never uses."""

from __future__ import annotations

from zlib import crc32

import pytest

from shiftdemo.cli.main import main
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import ConfigError
from shiftdemo.data.grammar import GrammarSpec, generate, generator, shared_skeletons
from shiftdemo.data.grammar.frames import permitted, withheld
from shiftdemo.data.grammar.lexicon import lexicon
from shiftdemo.data.load import load_samples

UNDIVIDED = ("reason", "report")


def _frames(kinds: tuple[str, ...] = ()) -> set[str]:
    return {f.name for kind in kinds for f in lexicon().frames[kind]}


def _new(size: int, names: str = "any", **values: int) -> GrammarSpec:
    return GrammarSpec(size, names=names, new_frames=True, **values)


def test_withheld_is_about_a_fifth_of_each_kind():
    for kind, frames in lexicon().frames.items():
        share = sum(f.name in withheld() for f in frames) / len(frames)
        assert kind in UNDIVIDED or 0.15 <= share <= 0.25, kind


def test_withheld_is_pinned():
    # by the checksums of the names: no platform or Python version changes them
    first = min(lexicon().frames["event"], key=lambda f: crc32(f.name.encode()))
    assert first.name == "visit_place"
    assert {"visit_place", "sleep", "rent", "mood", "phone_rang", "aim_see"} <= withheld()
    assert len(withheld()) == 45


def test_withheld_goes_by_words_not_by_rows():
    words = {f.en for kind in permitted(False, True).values() for f in kind}
    held = {f.en for kind in lexicon().frames.values() for f in kind if f.name in withheld()}
    assert not words & held


def test_permitted_is_everything_without_new_frames():
    assert permitted(True, False) == permitted(False, False) == lexicon().frames


@pytest.mark.parametrize("names", ["any", "start", "end", "none"])
def test_new_frames_of_the_held_out_parts_are_never_trained_on(names):
    train = list(generate(_new(1500, names)))
    trained = {name for s in train for name in s.frames}
    for split in ("val", "test"):
        held_out = list(generate(_new(400, names), split))
        assert len(held_out) == 400
        used = {name for s in held_out for name in s.frames}
        assert used - _frames(UNDIVIDED) <= withheld()
        assert used & trained <= _frames(UNDIVIDED)
        assert len(used & withheld()) > 10
        assert shared_skeletons(train, held_out) == 0
    assert not trained & withheld()


def test_new_frames_reach_the_default_sizes():
    assert sum(1 for _ in generate(_new(8000, max_words=20))) == 8000
    assert sum(1 for _ in generate(_new(1000, max_words=20), "test")) == 1000


def test_new_frames_keep_every_label_and_kind_of_name():
    found = list(generate(_new(400, max_words=20), "val"))
    labels = [s.label for s in found]
    assert min(labels.count(label) for label in ("positive", "negative", "neutral")) > 40
    assert {tag[2:] for s in found for tag in s.tags_en if tag != "O"} == {
        "PER",
        "LOC",
        "ORG",
        "MISC",
    }


def test_new_frames_give_the_same_sentences_again():
    for split in ("train", "val"):
        assert list(generate(_new(60), split)) == list(generate(_new(60), split))
    assert list(generate(_new(60), "val")) != list(generate(GrammarSpec(60), "val"))


def test_new_frames_parts_share_no_sentence():
    parts = [
        {s.text_en for s in generate(_new(600, max_words=8), split)}
        for split in ("train", "val", "test")
    ]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]


def test_new_frames_with_too_few_sentences_say_so(monkeypatch):
    monkeypatch.setattr(generator, "PATIENCE", 1000)
    with pytest.raises(ConfigError, match=r"Only \d+ sentences .*new_frames=True"):
        list(generate(_new(20_000, "none", max_words=4), "val"))


def test_new_frames_must_be_a_truth_value():
    with pytest.raises(ConfigError, match="new_frames='yes'"):
        GrammarSpec(new_frames="yes")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="new_frames"):
        DataSpec(new_frames="yes")  # type: ignore[arg-type]


def test_data_spec_hands_new_frames_on():
    data = DataSpec(size=30, eval_size=30, new_frames=True)
    made = [s.tagged() for s in generate(_new(30, max_words=20), "val")]
    assert load_samples("ner", data, "eval") == made
    assert load_samples("ner", DataSpec(size=30, eval_size=30), "eval") != made


def test_flag_new_frames_changes_what_is_built(capsys):
    command = ["build", "--task", "ner", "--corpus", "grammar", "--n", "20"]
    command += ["--shift", "position_offset:max_offset=4"]
    assert main(command) == 0
    plain = capsys.readouterr().out
    assert main([*command, "--new-frames"]) == 0
    assert capsys.readouterr().out != plain


def test_flag_new_frames_is_refused_with_files(capsys, tmp_path):
    command = ["finetune", "--task", "ner", "--output", str(tmp_path / "run"), "--new-frames"]
    command += ["--train", "a.jsonl", "--eval", "b.jsonl"]
    assert main(command) != 0
    assert "--new-frames" in capsys.readouterr().err
