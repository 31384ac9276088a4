"""What a user may set: names, defaults, bounds and help."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.languages import check_language
from shiftdemo.core.params import check_settings, one_of, setting
from shiftdemo.core.task_spec import default_task


@dataclass(frozen=True, slots=True)
class DataSpec:
    """Where samples come from: the built-in corpus, files of the user or data sets of the hub.

    Attributes:
        corpus: ``"grammar"``, or empty when files are given.
        train, eval: paths of files, or ``hub:OWNER/NAME`` (see :mod:`shiftdemo.data`).
        columns: which column is which, as ``source=en,target=fr``; the rest is guessed.
        encoding: character encoding of the files; empty: UTF-8, or UTF-16 with its mark.
        scheme: of the tags, ``iob1`` to ``io`` (empty: recognised), or ``none``: no entity tags.
        strict_tags: refuse tags that break the scheme; otherwise they are read as conlleval does.
        labels: names of tags or labels that are numbers, as ``O,B-PER,I-PER``.
        reply_only: of dialogues, a loss on the replies alone: on every turn that does not have the
            mark of the first speaker.
        source_lang, target_lang: codes of the languages of translation pairs, as ``zh``, ``zh-CN``
            or ``zho_Hans``; empty: by the columns' names, else by the script of the texts.
        revision, subset: of a data set of the hub; empty: its main one.
        train_split, eval_split: which of its splits.
        names: where names may stand in the built-in corpus, in training
            (``any``, ``start``, ``end``, ``none``).
        eval_names: the same for the held-out sentences.
        answer_at: in which sentence of a document of the built-in corpus the answer stands, or
            which one its summary is of, in training (``any``, ``first``, ``last``, ``1`` to
            ``5``); for tasks whose samples are documents.
        eval_answer_at: the same for the held-out documents.
        new_frames: the held-out sentences are built of frames that training never uses.
    """

    corpus: str = "grammar"
    train: str = ""
    eval: str = ""
    columns: str = ""
    encoding: str = ""
    scheme: str = ""
    strict_tags: bool = False
    labels: str = ""
    reply_only: bool = False
    source_lang: str = ""
    target_lang: str = ""
    revision: str = ""
    subset: str = ""
    train_split: str = "train"
    eval_split: str = "validation"
    names: str = "any"
    eval_names: str = "any"
    answer_at: str = "any"
    eval_answer_at: str = "any"
    new_frames: bool = False
    size: int = setting(8000, 16, 200_000, "Training sentences.")
    eval_size: int = setting(400, 8, 20_000, "Held-out sentences.")
    min_words: int = setting(3, 3, 60, "Shortest sentence, words.")
    max_words: int = setting(20, 3, 60, "Longest sentence, words.")
    seed: int = setting(0, 0, 2**31 - 1, "Seed of the corpus.")

    def __post_init__(self) -> None:
        check_settings(self, "data")
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(item.default, str) and not isinstance(value, str):
                raise ConfigError("config.data_give_text", item=item.name, value=value)
        for name in ("new_frames", "strict_tags", "reply_only"):
            if not isinstance(getattr(self, name), bool):
                value = getattr(self, name)
                raise ConfigError("config.data_yes_or_no", name=name, value=value)
        check_language(self.source_lang, "source_lang")
        check_language(self.target_lang, "target_lang")


OWN_ARMS = ("base", "shift", "start", "matched")
MATCHED = OWN_ARMS[-1]
MOST_ARMS = 4
_TAKEN = ("seeds", "checkpoint", "tensorboard")  # other folders of a run
_ARM_NAME = re.compile(r"[a-z][a-z0-9_-]{0,23}")


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """One paired run. ``arms`` train in lockstep and differ in the shift alone.

    Attributes:
        shifts: operators of the arm ``shift``; held-out sentences are shifted by them.
        arms: ``base``, ``shift``, ``start`` (the untrained start, measured beside them),
            ``matched`` (trained plainly on as many tokens a step as ``shift``) and names of
            ``other_arms``; at most 4.
        other_arms: further arms as ``NAME=SPEC + SPEC``.
        optimizer: ``adamw`` or ``sgd`` (with momentum 0.9).
        schedule: what follows the warm-up: ``linear`` or ``cosine`` to 0, ``inverse_sqrt``
            (Vaswani et al. 2017) or ``constant``.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        precision: ``auto``, ``float32`` or ``bfloat16``.
        allow_no_effect: train also where a position shift does not reach the model, as a control.
        allow_overlap: train also where held-out sentences are among the training sentences.
    """

    task: str = field(default_factory=default_task)
    model: str = "scratch:learned"
    data: DataSpec = field(default_factory=DataSpec)
    shifts: tuple[str, ...] = ("position_offset:max_offset=32,p=0.5",)
    arms: tuple[str, ...] = ("base", "shift")
    other_arms: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0,)
    steps: int = setting(1500, 1, 100_000, "Optimiser steps of each arm.")
    seconds: float = setting(
        0.0,
        0.0,
        86_400.0,
        "Time limit of the run in seconds; 0: none.",
    )
    batch_size: int = setting(64, 1, 1024, "Sentences a step.")
    batch_tokens: int = setting(0, 0, 65_536, "Tokens a step instead of sentences; 0: off.")
    optimizer: str = "adamw"
    learning_rate: float = setting(1e-3, 1e-7, 10.0, "Peak learning rate.")
    warmup: int = setting(100, 0, 10_000, "Steps of linear warm-up.")
    schedule: str = "linear"
    weight_decay: float = setting(0.01, 0.0, 1.0, "Decoupled weight decay of AdamW.")
    l2: float = setting(0.0, 0.0, 1.0, "L2 penalty, added to the gradient of every matrix.")
    label_smoothing: float = setting(0.0, 0.0, 0.5, "Label smoothing.")
    dropout: float = setting(0.1, 0.0, 0.6, "Dropout probability.")
    clip: float = setting(1.0, 0.0, 100.0, "Gradient norm is cut to this; 0: never.")
    average: float = setting(0.0, 0.0, 0.9999, "Decay of the weights' moving average; 0: off.")
    subword_dropout: float = setting(
        0.0,
        0.0,
        0.5,
        "BPE-dropout in training (Provilkov et al. 2020); its draws follow no seed.",
    )
    word_dropout: float = setting(0.0, 0.0, 0.5, "Share of source tokens replaced by <unk>.")
    eval_every: int = setting(250, 0, 100_000, "Steps between held-out figures.")
    eval_part: int = setting(
        0, 0, 20_000, "Held-out sentences of the figures along the way; 0, and at the end: all."
    )
    stop_at: float = setting(
        0.0,
        0.0,
        100.0,
        "Stop once the held-out shifted score reaches this (0 to 100); 0: never.",
    )
    patience: int = setting(
        0,
        0,
        1000,
        "Stop after so many held-out figures without a better shifted loss; 0: never.",
    )
    lora_rank: int = setting(
        0,
        0,
        256,
        "Rank of low-rank adapters (LoRA, Hu et al. 2021) trained instead of all weights; 0: off.",
    )
    threads: int = setting(1, 1, 64, "Torch threads of a process.")
    processes: int = setting(
        0,
        0,
        MOST_ARMS,
        "Processes that the arms are spread over; 0: one an arm, as far as there are cores.",
    )
    device: str = "auto"
    precision: str = "auto"
    allow_no_effect: bool = False
    allow_overlap: bool = False

    def __post_init__(self) -> None:
        check_settings(self, "training")
        one_of(self.schedule, ("linear", "constant", "cosine", "inverse_sqrt"), "schedule")
        one_of(self.optimizer, ("adamw", "sgd"), "optimizer")
        one_of(self.device, ("auto", "cpu", "cuda", "mps"), "device")
        one_of(self.precision, ("auto", "float32", "bfloat16"), "precision")
        for name in ("seeds", "arms", "shifts", "other_arms"):
            if not isinstance(getattr(self, name), tuple):
                raise ConfigError("config.training_give_list", name=name, value=getattr(self, name))
        if not self.seeds:
            raise ConfigError("config.training_needs_at_least")
        for seed in self.seeds:
            if type(seed) is not int or not 0 <= seed < 2**31:
                raise ConfigError("config.seeds_holds_give_whole", seed=seed)
        self._check_arms()

    def _check_arms(self) -> None:
        others = self._others()
        for arm in self.arms:
            one_of(arm, (*OWN_ARMS, *others), "arms")
        if not self.arms or len(set(self.arms)) != len(self.arms):
            raise ConfigError("config.each_arm_named_once")
        if len(self.arms) > MOST_ARMS or not self.trained_arms:
            raise ConfigError(
                "config.run_has_arms_one", most_arms=MOST_ARMS, arms=", ".join(self.arms)
            )

    def _others(self) -> dict[str, tuple[str, ...]]:
        others: dict[str, tuple[str, ...]] = {}
        for text in self.other_arms:
            name, equals, specs = str(text).partition("=")
            name = name.strip()
            if not equals or not specs.strip() or not _ARM_NAME.fullmatch(name):
                raise ConfigError("config.arm_not_name_spec", text=str(text)[:60])
            if name in OWN_ARMS or name in others or name.startswith(_TAKEN):
                raise ConfigError("config.name_arm_taken_give", name=name)
            others[name] = tuple(part.strip() for part in specs.split(" + "))
        return others

    @property
    def trained_arms(self) -> tuple[str, ...]:
        """The arms that are trained: all but the untrained start."""
        return tuple(arm for arm in self.arms if arm != "start")

    def shifts_of(self, arm: str) -> tuple[str, ...]:
        """Returns the operators that the training samples of an arm go through."""
        if arm == "shift":
            return self.shifts
        return self._others().get(arm, ())


@dataclass(frozen=True, slots=True)
class CompareConfig:
    """One comparison of a base and a shift-trained model.

    Attributes:
        base, shifted: model references or folders.
        offsets: position offsets as ``START:STOP:STEP`` or ``0,1,2,4``; empty: see ``strengths``.
        shifts: what is moved, each by itself, and the trained range, as
            ``position_offset:max_offset=32`` or ``local_shuffle:k=3``; the verdict is on the first.
            Empty: whatever the arms were trained on, as their runs tell.
        strengths: of ``shifts``, written as ``offsets`` are; empty for the default series.
        others: further models as ``NAME=MODEL``, the untrained start for one; at most 2. They are
            measured and drawn; the verdict is on ``shifted`` and ``base``.
        allow_no_effect: measure also models that offsets do not reach, as controls.
    """

    task: str
    base: str
    shifted: str
    data: DataSpec = field(default_factory=DataSpec)
    offsets: str = ""
    n: int = setting(400, 2, 20_000, "Sentences compared.")
    seed: int = setting(0, 0, 2**31 - 1, "Seed of the resampling.")
    shifts: tuple[str, ...] = ()
    allow_no_effect: bool = False
    strengths: str = ""
    others: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_settings(self, "compare")
        if not isinstance(self.shifts, tuple):
            raise ConfigError("config.training_give_list", name="shifts", value=self.shifts)
        _ = self.models

    @property
    def models(self) -> dict[str, str]:
        """The models by arm: ``base``, ``shift`` and the names of the others."""
        models = {"base": self.base, "shift": self.shifted}
        for text in self.others:
            name, _, ref = str(text).partition("=")
            if not ref or not _ARM_NAME.fullmatch(name) or name in models:
                raise ConfigError("config.other_not_name_model", text=str(text)[:60])
            models[name] = ref
        if len(models) > MOST_ARMS:
            raise ConfigError("config.compare_arms", most=MOST_ARMS, n=len(models))
        return models


def from_dict(cls: type, values: Mapping[str, Any], where: str) -> Any:
    """Returns a config dataclass made from JSON values; lists become tuples.

    Raises:
        ConfigError: a key is unknown or a value is out of bounds.
    """
    if not isinstance(values, Mapping):
        raise ConfigError("config.settings_no_object_names", where=where)
    known = {item.name: item for item in fields(cls)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ConfigError(
            "config.unknown_setting_known", where=where, unknown=unknown[0], known=", ".join(known)
        )
    ready: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    if cls is TrainConfig and isinstance(ready.get("data"), Mapping):
        ready["data"] = from_dict(DataSpec, ready["data"], f"{where}: data")
    missing = [
        name
        for name, item in known.items()
        if name not in ready and item.default is MISSING and item.default_factory is MISSING
    ]
    if missing:
        raise ConfigError("config.setting_missing", where=where, missing=missing[0])
    return cls(**ready)
