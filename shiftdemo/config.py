"""What a user may set: names, defaults, bounds and help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from shiftdemo.errors import ConfigError


def _bounded(default: Any, low: float, high: float, text: str, zh: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "help": text, "zh": zh})


@dataclass(frozen=True, slots=True)
class DataSpec:
    """Where samples come from: the built-in corpus, files of the user or data sets of the hub.

    Attributes:
        corpus: ``"grammar"``, or empty when files are given.
        train, eval: paths of files, or ``hub:OWNER/NAME`` (see :mod:`shiftdemo.data`).
        columns: which column is which, as ``source=en,target=fr``; the rest is guessed.
        encoding: character encoding of the files; empty: UTF-8, or UTF-16 with its mark.
        revision, subset: of a data set of the hub; empty: its main one.
        train_split, eval_split: which of its splits.
        names: where names may stand in the built-in corpus, in training
            (``any``, ``start``, ``end``, ``none``).
        eval_names: the same for the held-out sentences.
    """

    corpus: str = "grammar"
    train: str = ""
    eval: str = ""
    columns: str = ""
    encoding: str = ""
    revision: str = ""
    subset: str = ""
    train_split: str = "train"
    eval_split: str = "validation"
    names: str = "any"
    eval_names: str = "any"
    size: int = _bounded(8000, 16, 200_000, "Training sentences.", "训练句子数。")
    eval_size: int = _bounded(400, 8, 20_000, "Held-out sentences.", "留出句子数。")
    min_words: int = _bounded(3, 3, 60, "Shortest sentence, words.", "最短句子（词）。")
    max_words: int = _bounded(20, 3, 60, "Longest sentence, words.", "最长句子（词）。")
    seed: int = _bounded(0, 0, 2**31 - 1, "Seed of the corpus.", "语料种子。")

    def __post_init__(self) -> None:
        check_bounds(self, "data")
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(item.default, str) and not isinstance(value, str):
                raise ConfigError(f"data: {item.name} is {value!r:.40}; give a text.")


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """One paired run. ``arms`` train in lockstep and differ in the shift alone."""

    task: str = "ner"
    model: str = "scratch:learned"
    data: DataSpec = field(default_factory=DataSpec)
    shifts: tuple[str, ...] = ("position_offset:max_offset=32,p=0.5",)
    arms: tuple[str, ...] = ("base", "shift")
    seeds: tuple[int, ...] = (0,)
    steps: int = _bounded(1500, 1, 100_000, "Optimiser steps of each arm.", "每个分支的优化步数。")
    seconds: float = _bounded(
        0.0,
        0.0,
        86_400.0,
        "Time limit of the run in seconds; 0: none.",
        "运行时限（秒）；0 为不限。",
    )
    batch_size: int = _bounded(64, 1, 1024, "Sentences a step.", "每步的句子数。")
    batch_tokens: int = _bounded(
        0, 0, 65_536, "Tokens a step instead of sentences; 0: off.", "按词元数组批；0 为关闭。"
    )
    learning_rate: float = _bounded(
        1e-3, 1e-7, 1.0, "Peak learning rate of AdamW.", "AdamW 峰值学习率。"
    )
    warmup: int = _bounded(100, 0, 10_000, "Steps of linear warm-up.", "线性预热步数。")
    schedule: str = "linear"
    weight_decay: float = _bounded(0.01, 0.0, 1.0, "Decoupled weight decay.", "解耦权重衰减。")
    label_smoothing: float = _bounded(0.0, 0.0, 0.5, "Label smoothing.", "标签平滑。")
    dropout: float = _bounded(0.1, 0.0, 0.6, "Dropout probability.", "Dropout 概率。")
    clip: float = _bounded(
        1.0, 0.0, 100.0, "Gradient norm is cut to this; 0: never.", "梯度裁剪；0 为不裁剪。"
    )
    average: float = _bounded(
        0.0,
        0.0,
        0.9999,
        "Decay of the moving average of the weights; 0: off.",
        "权重滑动平均衰减；0 为关闭。",
    )
    subword_dropout: float = _bounded(
        0.0,
        0.0,
        0.5,
        "BPE-dropout in training (Provilkov et al. 2020); its draws follow no seed.",
        "训练时的 BPE-dropout。",
    )
    word_dropout: float = _bounded(
        0.0, 0.0, 0.5, "Share of source tokens replaced by <unk>.", "被替换为 <unk> 的源词元比例。"
    )
    eval_every: int = _bounded(
        250, 0, 100_000, "Steps between held-out figures.", "两次留出评估的间隔步数。"
    )
    threads: int = _bounded(1, 1, 64, "Torch threads.", "Torch 线程数。")
    precision: str = "auto"

    def __post_init__(self) -> None:
        check_bounds(self, "training")
        _one_of(self.schedule, ("linear", "constant"), "schedule")
        _one_of(self.precision, ("auto", "float32", "bfloat16"), "precision")
        for name in ("seeds", "arms", "shifts"):
            if not isinstance(getattr(self, name), tuple):
                raise ConfigError(f"training: {name} is {getattr(self, name)!r}; give a list.")
        if not self.seeds:
            raise ConfigError("Training needs at least one seed; give for example --seed 0.")
        for seed in self.seeds:
            if type(seed) is not int or not 0 <= seed < 2**31:
                raise ConfigError(f"seeds holds {seed!r}; give whole numbers from 0 to 2147483647.")
        for arm in self.arms:
            _one_of(arm, ("base", "shift"), "arms")
        if not self.arms or len(set(self.arms)) != len(self.arms):
            raise ConfigError("Each arm is named once; write --arms base,shift.")


@dataclass(frozen=True, slots=True)
class CompareConfig:
    """One comparison of a base and a shift-trained model.

    Attributes:
        base, shifted: model references or folders.
        offsets: ``START:STOP:STEP`` or ``0,1,2,4``; empty for the default series.
        trained_offset: greatest offset of the training, for the shaded range; −1: not known.
    """

    task: str
    base: str
    shifted: str
    data: DataSpec = field(default_factory=DataSpec)
    offsets: str = ""
    n: int = _bounded(400, 2, 20_000, "Sentences compared.", "比较的句子数。")
    seed: int = _bounded(0, 0, 2**31 - 1, "Seed of the resampling.", "重采样种子。")
    trained_offset: int = -1

    def __post_init__(self) -> None:
        check_bounds(self, "compare")


def _one_of(value: str, choices: tuple[str, ...], where: str) -> None:
    if value not in choices:
        raise ConfigError(f"{where} is {value!r}; choose one of {', '.join(choices)}.")


def check_bounds(config: Any, where: str) -> None:
    """Checks every bounded field of a dataclass.

    Raises:
        ConfigError: one is out of its bounds.
    """
    for item in fields(config):
        if "low" not in item.metadata:
            continue
        value, low, high = getattr(config, item.name), item.metadata["low"], item.metadata["high"]
        if isinstance(item.default, int) and isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON and sliders may give 3.0 for 3
            object.__setattr__(config, item.name, value)
        if (
            not isinstance(value, (int, float))
            or isinstance(value, bool)
            or (isinstance(item.default, int) and not isinstance(value, int))
            or not low <= value <= high
        ):
            kind = "whole number" if isinstance(item.default, int) else "number"
            raise ConfigError(
                f"{where}: {item.name} is {value!r}; give a {kind} from {low:g} to {high:g}."
            )


def from_dict(cls: type, values: Mapping[str, Any], where: str) -> Any:
    """Returns a config dataclass made from JSON values; lists become tuples.

    Raises:
        ConfigError: a key is unknown or a value is out of bounds.
    """
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where}: the settings are no object of names and values.")
    known = {item.name: item for item in fields(cls)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ConfigError(f"{where}: unknown setting {unknown[0]!r}; known: {', '.join(known)}.")
    ready: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    if cls is TrainConfig and isinstance(ready.get("data"), Mapping):
        ready["data"] = from_dict(DataSpec, ready["data"], f"{where}: data")
    missing = [
        name
        for name, item in known.items()
        if name not in ready and item.default is MISSING and item.default_factory is MISSING
    ]
    if missing:
        raise ConfigError(f"{where}: the setting {missing[0]!r} is missing.")
    return cls(**ready)
