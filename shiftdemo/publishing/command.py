"""The command lines that make a run or a comparison again."""

from __future__ import annotations

import dataclasses
from typing import Any

from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig

WITHOUT_FLAG = ("average", "subword_dropout", "word_dropout")
_FLAGS = {"seeds": "--seed", "shifts": "--shift", "other_arms": "--arm"}
_CORPUS = ("names", "eval_names", "answer_at", "eval_answer_at", "min_words", "max_words")
_FILES: tuple[str, ...] = ("train", "eval", "columns", "encoding", "source_lang", "target_lang")
_FILES += ("revision", "subset", "train_split", "eval_split", "scheme", "labels")
_TICKS = ("strict_tags", "reply_only")
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
    return words + [_flag(name) for name in _TICKS if getattr(data, name)]


def compare_command(config: CompareConfig) -> tuple[str, ...]:
    """Returns the words of the command that makes a comparison again."""
    words = ["python", "-m", "shiftdemo", "compare", "--task", config.task]
    words += ["--base", config.base, "--shifted", config.shifted]
    for other in config.others:
        words += ["--other", other]
    left = ("train", "train_split", "size", "eval_size", "answer_at", "names")
    data, plain = config.data, DataSpec()
    words += ["--corpus", data.corpus] if data.corpus else ["--input", data.eval or data.train]
    kept = _CORPUS if data.corpus else _FILES
    for name in kept:
        value = getattr(data, name)
        if name not in (*left, "eval") and value != getattr(plain, name):
            words += ["--split" if name == "eval_split" else _flag(name), str(value)]
    words += [_flag(name) for name in _TICKS if getattr(data, name)]
    for name in ("offsets", "strengths"):
        words += [_flag(name), getattr(config, name)] if getattr(config, name) else []
    for spec in config.shifts:
        words += ["--shift", spec]
    words += ["--n", str(config.n), "--seed", str(config.seed)]
    words += ["--allow-no-effect"] if config.allow_no_effect else []
    return (*words, "--output", "comparison")
