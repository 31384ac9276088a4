"""The controls of the Train tab, and the run that they describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from shiftdemo.core import suggested
from shiftdemo.core.config import TrainConfig
from shiftdemo.core.errors import ConfigError, NoEffectError, OverlapError
from shiftdemo.core.limits import Limits
from shiftdemo.shifts import make_shifts
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.data_form import DataForm
from shiftdemo.ui.common.form import (
    ShiftForm,
    extra_operators,
    extra_operators_box,
    field_number,
    part,
    prefixed,
)
from shiftdemo.ui.common.handlers import go_on_tick
from shiftdemo.ui.common.i18n import t
from shiftdemo.ui.common.model_picker import trainable

DEFAULTS = {"steps": 600, "batch_size": 32}  # half a minute for both arms on one core
HELD_OUT = 200
A_TENTH = -1  # in the box of the warm-up; Gradio shows an empty box as 0
ARM_CHOICES = (("base", "base"), ("shift-trained", "shift"), ("untrained start", "start"))
OPTIMISERS = (("AdamW", "adamw"), ("SGD, momentum 0.9", "sgd"))
SCHEDULES = (
    ("linear to 0", "linear"),
    ("cosine to 0", "cosine"),
    ("inverse square root", "inverse_sqrt"),
    ("constant", "constant"),
)
# Fields of TrainConfig whose controls hold just their values.
AS_THEY_ARE = (
    "task",
    "steps",
    "seconds",
    "batch_size",
    "learning_rate",
    "optimizer",
    "schedule",
)
# Fields of TrainConfig that are plain number boxes under "More settings".
NUMBERS = {
    "warmup": "Warm-up",
    "weight_decay": "Weight decay",
    "l2": "L2",
    "dropout": "Dropout",
    "label_smoothing": "Label smoothing",
    "clip": "Gradient clipping",
    "stop_at": "Target score",
    "patience": "Patience",
    "lora_rank": "LoRA rank",
}


class TrainForm:
    """Draws the controls; ``controls`` are what :meth:`config` reads."""

    def __init__(self, message: gr.HTML, tasks: Sequence[tuple[Any, str]], limits: Limits) -> None:
        """Draws them, the most used first."""
        self.ticks = {error: go_on_tick(error) for error in (NoEffectError, OverlapError)}
        self.task = gr.Radio(list(tasks), value="ner", label=t("Task"))
        self.model = gr.Dropdown(
            trainable("ner"),
            value="scratch:learned",
            label=t("Model"),
            info=t("scratch: made on the spot, with this position encoding."),
        )
        values = {"max_offset": 32, "p": 0.5}
        self.shift = ShiftForm("train", "ner", "position_offset", values)
        self.then = extra_operators_box("train")
        with gr.Row():
            self.steps = field_number(TrainConfig, "steps", "Steps", DEFAULTS["steps"])
            self.seconds = field_number(
                TrainConfig, "seconds", "Time limit", min(600, limits.seconds)
            )
        with gr.Accordion(t("Data"), open=False):
            self.data = DataForm(message, train=True)
        with gr.Accordion(t("More settings"), open=False):
            self._further()

    def _further(self) -> None:
        with gr.Row():
            self.batch = field_number(TrainConfig, "batch_size", "Batch", DEFAULTS["batch_size"])
            self.rate = field_number(TrainConfig, "learning_rate", "Learning rate")
        self.seeds = gr.Slider(1, 5, value=1, step=1, label=t("Seeds"), info=t(texts.SEEDS_HELP))
        self.arms = gr.CheckboxGroup(
            [(t(label), value) for label, value in ARM_CHOICES],
            value=["base", "shift"],
            label=t("Arms"),
            info=t(texts.ARMS_HELP),
            elem_id="train-arms",
        )
        self.other = gr.Textbox(
            "",
            label=t("One more arm"),
            info=t(texts.OTHER_ARM_HELP),
            placeholder="shuffled=local_shuffle:k=2",
            max_length=400,
            elem_id="train-other",
        )
        with gr.Row():
            optimisers = [(t(label), value) for label, value in OPTIMISERS]
            self.optimizer = gr.Dropdown(
                optimisers, value="adamw", label=t("Optimiser"), min_width=140
            )
            schedules = [(t(label), value) for label, value in SCHEDULES]
            self.schedule = gr.Dropdown(
                schedules, value="linear", label=t("Learning rate falls"), min_width=140
            )
        self.numbers: dict[str, Any] = {}
        names = list(NUMBERS)
        for start in range(0, len(names), 2):
            with gr.Row():
                for name in names[start : start + 2]:
                    self.numbers[name] = field_number(TrainConfig, name, NUMBERS[name])
        warmup = self.numbers["warmup"]
        warmup.value, warmup.info = A_TENTH, t(texts.WARMUP_HELP)

    @property
    def controls(self) -> dict[str, Any]:
        """The components whose values :meth:`config` takes, by the names of the configuration.

        ``data.…`` and ``shift.…`` are those of its parts.
        """
        return {
            "task": self.task,
            "model": self.model,
            "steps": self.steps,
            "seconds": self.seconds,
            "batch_size": self.batch,
            "learning_rate": self.rate,
            "seeds": self.seeds,
            "arms": self.arms,
            "other_arms": self.other,
            "optimizer": self.optimizer,
            "schedule": self.schedule,
            "allow_no_effect": self.ticks[NoEffectError],
            "allow_overlap": self.ticks[OverlapError],
            **self.numbers,
            "then": self.then,
            **prefixed("data", self.data.controls),
            **prefixed("shift", self.shift.controls),
        }

    def config(self, values: Mapping[str, Any]) -> TrainConfig:
        """Returns the run that the controls describe.

        Raises:
            ShiftDemoError: a setting is out of its bounds.
        """
        steps = int(values["steps"] or 0)
        numbers: dict[str, Any] = {name: values[name] or 0 for name in NUMBERS}
        if values["warmup"] in (None, A_TENTH):
            numbers["warmup"] = suggested.warmup(steps)
        other = str(values["other_arms"] or "").strip()
        others = (other,) if other else ()
        names = (one.partition("=")[0].strip() for one in others)
        if not values["arms"]:
            raise ConfigError("train.tick_at_least_one")
        shift = self.shift.spec(part("shift", values))
        config = TrainConfig(
            **{name: values[name] for name in ("task", "model", "optimizer", "schedule")},
            data=self.data.spec(part("data", values), eval_size=HELD_OUT),
            shifts=(shift, *extra_operators(values["then"])),
            arms=(*values["arms"], *names),
            other_arms=others,
            seeds=tuple(range(int(values["seeds"]))),
            steps=steps,
            seconds=float(values["seconds"] or 0),
            batch_size=int(values["batch_size"] or 0),
            learning_rate=float(values["learning_rate"] or 0),
            eval_every=suggested.eval_every(steps),
            allow_no_effect=bool(values["allow_no_effect"]),
            allow_overlap=bool(values["allow_overlap"]),
            **numbers,
        )
        for arm in config.arms:  # a mistake is said here, before the run takes the page
            make_shifts(config.shifts_of(arm), config.task)
        return config

    def filled(self, config: TrainConfig) -> dict[str, Any]:
        """Returns the updates of ``controls`` with which they describe a run of theirs."""
        first, *more = config.shifts
        known = [value for _, value in ARM_CHOICES]
        ticks = ("allow_no_effect", "allow_overlap")
        return {
            **{name: getattr(config, name) for name in (*AS_THEY_ARE, *NUMBERS)},
            "model": gr.update(choices=trainable(config.task), value=config.model),
            "seeds": len(config.seeds),
            "arms": [arm for arm in config.arms if arm in known],
            "other_arms": " ".join(config.other_arms),
            **{
                name: gr.update(value=getattr(config, name), visible=getattr(config, name))
                for name in ticks
            },
            "then": " ".join(more),
            **prefixed("data", self.data.filled(config.data)),
            **prefixed("shift", self.shift.filled(config.task, first)),
        }
