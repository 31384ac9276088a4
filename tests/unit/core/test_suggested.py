"""What suits a run, for the page and the command line alike."""

from __future__ import annotations

from shiftdemo.cli.finetune import _train_config
from shiftdemo.cli.main import build_parser
from shiftdemo.core import suggested
from shiftdemo.core.config import TrainConfig


def _config(*flags: str) -> TrainConfig:
    base = ["finetune", "--task", "ner", "--corpus", "grammar", "--output", "x"]
    return _train_config(build_parser().parse_args([*base, *flags]))


def test_settings_fit_the_model_and_the_steps() -> None:
    assert suggested.settings("scratch:learned", 600, 32) == {
        "learning_rate": 1e-3,
        "warmup": 60,
        "eval_every": 50,
        "eval_part": 73,
    }
    assert suggested.settings("bundled:tagger", 5000, 64)["learning_rate"] == 2e-4
    assert [suggested.eval_part(*run) for run in ((3, 32), (5000, 64))] == [12, 100]
    assert suggested.warmup(5000) == 100 and suggested.eval_every(3) == 10


def test_the_command_line_takes_them_where_nothing_else_is_given() -> None:
    plain = _config("--model", "bundled:tagger", "--steps", "300")
    found = _config("--model", "bundled:tagger", "--steps", "300", "--suggested", "--warmup", "7")
    assert (found.learning_rate, found.warmup, found.eval_every) == (2e-4, 7, 25)
    default = TrainConfig("ner")
    assert (plain.learning_rate, plain.warmup) == (default.learning_rate, default.warmup)
