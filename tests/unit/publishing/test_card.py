"""The card of an arm: valid for the hub, true to the run, and not to be broken by a name."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from exported import ODD, SHIFT
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from shiftdemo.cli.finetune import _train_config
from shiftdemo.cli.main import build_parser
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.events import EvalLogged
from shiftdemo.core.task_spec import task_names
from shiftdemo.publishing import usage
from shiftdemo.publishing.command import WITHOUT_FLAG, command
from shiftdemo.publishing.model_card import make_card
from shiftdemo.publishing.saved import SavedArm, read_arm

MODEL = {"architectures": ["BertForTokenClassification"]}
FILES = {"config.json": "architecture"}


def card(saved: SavedArm, repo_id: str = "", **model: Any) -> str:
    return make_card(saved, {**MODEL, **model}, 1234567, FILES, repo_id)


def head(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
    return found


@pytest.fixture
def saved(runs: dict[str, Path]) -> SavedArm:
    return read_arm(runs["ner"])


def test_the_head_is_valid_for_the_hub(saved: SavedArm) -> None:
    text = card(saved)
    assert head(text) == {
        "license": "other",
        "library_name": "transformers",
        "pipeline_tag": "token-classification",
        "tags": ["shift-training", "shiftdemo"],
    }
    data = ModelCard(text).data
    assert (data.license, data.library_name) == ("other", "transformers")


def test_the_head_names_what_the_hub_knows(saved: SavedArm) -> None:
    data = DataSpec(corpus="", train="hub:ada/set", eval="hub:./mine")
    config = dataclasses.replace(saved.config, model="hub:ada/bert@main", data=data)
    found = head(card(dataclasses.replace(saved, config=config)))
    assert (found["base_model"], found["datasets"]) == ("ada/bert", ["ada/set"])
    assert "language" not in found


@pytest.mark.parametrize(
    ("model", "data", "licence"),
    [
        ("bundled:tagger", DataSpec(), "cc-by-sa-4.0"),
        ("bundled:tagger", DataSpec(corpus="", train="a", eval="b"), "other"),
        ("bundled:nothing", DataSpec(), "other"),
        ("scratch:learned", DataSpec(), "other"),
    ],
)
def test_a_licence_is_stated_only_where_it_is_known(
    saved: SavedArm, model: str, data: DataSpec, licence: str
) -> None:
    config = dataclasses.replace(saved.config, model=model, data=data)
    assert head(card(dataclasses.replace(saved, config=config)))["license"] == licence


def test_no_name_of_a_file_breaks_the_card(saved: SavedArm) -> None:
    body = card(saved).split("---\n", 2)[2]
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    inline = [child for token in tokens if token.children for child in token.children]
    shown = ODD.replace("\n", "?")
    assert sum(child.type == "code_inline" and child.content == shown for child in inline) == 1
    blocks = [token for token in tokens if token.type == "fence"]
    assert [token.info for token in blocks] == ["python", "sh"]
    assert shown in shlex.split(blocks[1].content)
    assert not [child for child in inline if child.type == "html_inline"]
    titles = [t.content for before, t in pairwise(tokens) if before.type == "heading_open"]
    assert titles[1:] == [
        *("Held-out figures", "How to load it", "How it was trained", "Files"),
        *("Data and licence", "Limits"),
    ]


def test_the_figures_stand_with_their_units(saved: SavedArm) -> None:
    figures = (
        EvalLogged("base", 3, 250, 0.12345, 1.5, 90.04, 80.06, "", "entity F1", 61.04, 33.25),
        EvalLogged("shift", 3, 250, 0.2, 0.3, 89.0, 88.0, "", "entity F1", 60.0, 59.0),
    )
    text = card(dataclasses.replace(saved, held_out=figures))
    assert "| clean loss, nats per label | shifted loss, nats per label |" in text
    assert "| clean entity F1, % | shifted entity F1, % |" in text
    assert "| base | 3 | 250 | 0.123 | 1.500 | 90.0 | 80.1 | 61.0 | 33.2 |" in text
    assert "| shift | 3 | 250 | 0.200 | 0.300 | 89.0 | 88.0 | 60.0 | 59.0 |" in text
    assert "1,234,567 weights" in text and f"`{SHIFT}`" in text


def test_a_score_that_is_the_accuracy_has_no_column(saved: SavedArm) -> None:
    figures = (EvalLogged("base", 3, 5, 0.5, 1.5, 90.0, 80.0, "", "accuracy", 90.0, 80.0),)
    text = card(dataclasses.replace(saved, held_out=figures))
    assert "| base | 3 | 5 | 0.500 | 1.500 | 90.0 | 80.0 |\n" in text


def test_a_card_on_the_hub_loads_from_the_hub(saved: SavedArm) -> None:
    text = card(saved, "ada/tagger", shiftdemo_delay={"kind": "gelu"})
    assert "place = 'ada/tagger'" in text and "Unpack" not in text
    assert "place = 'hub:ada/tagger'" in text


def test_a_base_arm_says_that_it_had_no_shift(runs: dict[str, Path]) -> None:
    text = card(read_arm(runs["ner"], "base"))
    assert "This one: no shift." in text and "# Named entities: arm base" in text


def test_a_summarizer_is_shown_with_its_prompt(saved: SavedArm) -> None:
    config = dataclasses.replace(saved.config, task="summarization")
    settings = {"summarization": {"prefix": 'say "briefly": '}, "translation": {"prefix": "no"}}
    text = card(dataclasses.replace(saved, config=config), task_specific_params=settings)
    assert 'tokenizer([\'say "briefly": Ada reads a book . It is' in text
    plain = card(dataclasses.replace(saved, config=config), task_specific_params=None)
    assert "tokenizer(['Ada reads a book . It is" in plain


def test_every_task_of_the_hub_has_its_lines() -> None:
    for task in task_names():
        compile(usage.plain_usage(task, "ada/model"), "card", "exec")
        compile(usage.own_usage(task, "hub:ada/model"), "card", "exec")


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig(),
        TrainConfig(
            task="translation",
            model="bundled:translator",
            data=DataSpec(size=64, names="start", max_words=9),
            shifts=(SHIFT, "drop:p=0.5"),
            arms=("start", "shift"),
            seeds=(1, 2),
            steps=7,
            learning_rate=2e-4,
            precision="bfloat16",
        ),
        TrainConfig(
            data=DataSpec(
                corpus="",
                train="my file.csv",
                eval="hub:ada/set",
                columns="words=a b,tags=c",
                eval_split="test",
                size=100,
            ),
            dropout=0.25,
            arms=("base", "shift", "swapped", "both"),
            other_arms=("swapped=local_shuffle:k=2", "both=drop + local_shuffle"),
            optimizer="sgd",
            schedule="cosine",
        ),
    ],
)
def test_the_command_makes_the_run_again(config: TrainConfig) -> None:
    words, rest = command(config)
    assert words[:3] == ["python", "-m", "shiftdemo"] and rest == []
    arguments = build_parser().parse_args(shlex.split(shlex.join(words))[3:])
    assert _train_config(arguments) == config


def test_settings_without_a_flag_are_told(saved: SavedArm) -> None:
    config = TrainConfig(average=0.5, data=DataSpec(seed=4), shifts=())
    words, rest = command(config)
    assert rest == ["data.seed=4", "shifts=()", "average=0.5"]
    assert "0.5" not in " ".join(words)
    text = card(dataclasses.replace(saved, config=config))
    assert "Settings that have no flag: `data.seed=4`, `shifts=()`, `average=0.5`." in text


def test_the_settings_without_a_flag_are_those_of_the_command_line() -> None:
    parser = build_parser()
    (commands,) = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    flags = commands.choices["finetune"]._option_string_actions
    names = [item.name for item in dataclasses.fields(TrainConfig) if item.name != "data"]
    short = {"seeds": "seed", "shifts": "shift", "other_arms": "arm"}
    without = {n for n in names if f"--{short.get(n, n).replace('_', '-')}" not in flags}
    assert set(WITHOUT_FLAG) == without, "bundle/command.py and cli.py disagree"
