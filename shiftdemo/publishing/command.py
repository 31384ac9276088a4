"""The command line that makes a run again."""

from __future__ import annotations

import dataclasses
from typing import Any

from shiftdemo.core.config import DataSpec, TrainConfig

WITHOUT_FLAG = ("average", "subword_dropout", "word_dropout")
_FLAGS = {"seeds": "--seed", "shifts": "--shift", "other_arms": "--arm"}
_CORPUS = ("names", "eval_names", "answer_at", "eval_answer_at", "min_words", "max_words")
_FILES: tuple[str, ...] = ("train", "eval", "columns", "encoding", "source_lang", "target_lang")
_FILES += ("revision", "subset", "train_split", "eval_split")
_SIZES = ("size", "eval_size")


def command(config: TrainConfig) -> tuple[list[str], list[str]]:
    """Returns the words of the command, and as ``name=value`` the settings that have no flag."""
    words = ["python", "-m", "shiftdemo", "finetune", "--task", config.task]
    words += ["--model", config.model, *_data_flags(config.data)]
    unflagged = [f"data.seed={config.data.seed}"] if config.data.seed else []
    for item in dataclasses.fields(TrainConfig):
        value = getattr(config, item.name)
        if item.name in ("task", "model", "data") or value == item.default:
            continue
        if item.name in WITHOUT_FLAG or value == ():
            unflagged.append(f"{item.name}={value}")
        else:
            words += _words(_FLAGS.get(item.name, _flag(item.name)), value)
    return [*words, "--output", "run"], unflagged


def _words(flag: str, value: Any) -> list[str]:
    if value is True:
        return [flag]
    if flag == "--shift":
        return [flag, *value]
    if flag == "--arm":  # once for each arm
        return [word for arm in value for word in (flag, arm)]
    return [flag, ",".join(map(str, value)) if isinstance(value, tuple) else str(value)]


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _data_flags(data: DataSpec) -> list[str]:
    words = ["--corpus", data.corpus] if data.corpus else []
    for name in (*_CORPUS, *_SIZES) if data.corpus else (*_FILES, *_SIZES):
        value = getattr(data, name)
        # With files the command line has other defaults for the sizes.
        if value != getattr(DataSpec(), name) or (not data.corpus and name in _SIZES):
            words += [_flag(name), str(value)]
    return words
