"""The controls of the Train tab, and the run that they describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from shiftdemo.core import suggested
from shiftdemo.core.config import TrainConfig
from shiftdemo.core.errors import ConfigError, NoEffectError, OverlapError
from shiftdemo.core.limits import Limits
from shiftdemo.experiments.presets import FIRST
from shiftdemo.shifts import make_shift, make_shifts
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.data_form import DataForm
from shiftdemo.ui.common.form import Form, part, under, whole
from shiftdemo.ui.common.handlers import drawn, go_on_tick
from shiftdemo.ui.common.i18n import t
from shiftdemo.ui.common.model_picker import trainable
from shiftdemo.ui.common.shift_form import ShiftForm, extra_operators, extra_operators_box

A_TENTH = -1  # in the box of the warm-up; Gradio shows an empty box as 0
ARM_CHOICES = (
    ("base", "base"),
    ("shift-trained", "shift"),
    ("untrained start", "start"),
    ("compute-matched", "matched"),
)
OPTIMISERS = (("AdamW", "adamw"), ("SGD, momentum 0.9", "sgd"))
SCHEDULES = (
    ("linear to 0", "linear"),
    ("cosine to 0", "cosine"),
    ("inverse square root", "inverse_sqrt"),
    ("constant", "constant"),
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


class TrainForm(Form):
    """The controls of a :class:`TrainConfig`, named as its fields.

    Attributes:
        shift, data: the forms within it.
        sentence: where the run stands as a sentence.
        ticks: the name of what a visitor may go on against, by its error.
    """

    def __init__(self, message: gr.HTML, tasks: Sequence[tuple[Any, str]], limits: Limits) -> None:
        """Draws them, the most used first."""
        first = replace(FIRST, seconds=min(600, limits.seconds))
        super().__init__(first)
        self.ticks = {NoEffectError: "allow_no_effect", OverlapError: "allow_overlap"}
        for error, name in self.ticks.items():
            self.add(name, go_on_tick(error))
        self.sentence = drawn("sentence")
        with gr.Row():
            task = gr.Dropdown(
                list(tasks), value=first.task, label=t("Task"), min_width=160, scale=4
            )
            self.add("task", task)
            models = trainable(first.task)
            label = t("Model")
            # An event may meet the old model and the choices of a new task, which is an error to
            # Gradio where only choices are allowed; the run loads nothing that the limits forbid.
            own: dict[str, Any] = {"allow_custom_value": True, "min_width": 160, "scale": 5}
            model = gr.Dropdown(models, value=first.model, label=label, **own)
            self.add("model", model)
        shift = make_shift(first.shifts[0])
        self.shift = ShiftForm("train", first.task, shift.name, apart=True)
        with gr.Row():
            self.number("steps", "Steps")
            self.number("seconds", "Time limit")
        with gr.Accordion(t("Settings of the shift, and what it does"), open=False):
            self.shift.draw_settings(shift.values)
            self.add("then", extra_operators_box("train"))
        self.include("shift", self.shift)
        with gr.Accordion(t("Data"), open=False):
            self.data = DataForm(message, True, first.data, task, limits)
        self.include("data", self.data)
        with gr.Accordion(t("More settings"), open=False):
            self._more_settings(first)

    def _more_settings(self, first: TrainConfig) -> None:
        with gr.Row():
            self.number("batch_size", "Batch")
            self.number("learning_rate", "Learning rate")
        seeds = gr.Slider(1, 5, value=1, step=1, label=t("Seeds"), info=t(texts.SEEDS_HELP))
        self.add("seeds", seeds)
        arms = gr.CheckboxGroup(
            [(t(label), value) for label, value in ARM_CHOICES],
            value=list(first.arms),
            label=t("Arms"),
            info=t(texts.ARMS_HELP),
            elem_id="train-arms",
        )
        self.add("arms", arms)
        other = gr.Textbox(
            "",
            label=t("One more arm"),
            info=t(texts.OTHER_ARM_HELP),
            placeholder="shuffled=local_shuffle:k=2",
            max_length=400,
            elem_id="train-other",
        )
        self.add("other_arms", other)
        with gr.Row():
            self._choice("optimizer", t("Optimiser"), OPTIMISERS)
            self._choice("schedule", t("Learning rate falls"), SCHEDULES)
        names = list(NUMBERS)
        for start in range(0, len(names), 2):
            with gr.Row():
                for name in names[start : start + 2]:
                    self.number(name, NUMBERS[name])
        warmup = self["warmup"]
        warmup.value, warmup.info = A_TENTH, t(texts.WARMUP_HELP)

    def _choice(self, name: str, label: Any, pairs: Sequence[tuple[str, str]]) -> None:
        choices = [(t(text), value) for text, value in pairs]
        first = getattr(self.first, name)
        self.add(name, gr.Dropdown(choices, value=first, label=label, min_width=140))

    def request(self, values: Mapping[str, Any]) -> TrainConfig:
        """Returns the run that the controls describe.

        Raises:
            ShiftDemoError: a setting is out of its bounds.
        """
        task, steps = values["task"], whole(values["steps"])
        settings: dict[str, Any] = {name: values[name] or 0 for name in NUMBERS}
        settings |= {name: bool(values[name]) for name in self.ticks.values()}
        if values["warmup"] in (None, A_TENTH):
            settings["warmup"] = suggested.warmup(steps)
        other = str(values["other_arms"] or "").strip()
        if not values["arms"]:
            raise ConfigError("train.tick_at_least_one")
        shift = self.shift.spec(part("shift", values))
        config = TrainConfig(
            task=task,
            model=values["model"],
            data=self.data.request(values["task"], part("data", values), FIRST.data.eval_size),
            shifts=(shift, *extra_operators(values["then"])),
            arms=(*values["arms"], *([other.partition("=")[0].strip()] if other else [])),
            other_arms=(other,) if other else (),
            seeds=tuple(range(int(values["seeds"]))),
            steps=steps,
            seconds=float(values["seconds"] or 0),
            batch_size=whole(values["batch_size"]),
            learning_rate=float(values["learning_rate"] or 0),
            optimizer=values["optimizer"],
            schedule=values["schedule"],
            eval_every=suggested.eval_every(steps),
            eval_part=suggested.eval_part(steps, whole(values["batch_size"])),
            **settings,
        )
        for arm in config.arms:  # a mistake is said here, before the run takes the page
            make_shifts(config.shifts_of(arm), task)
        return config

    def filled(self, config: TrainConfig) -> dict[str, Any]:
        """Returns the updates with which the controls describe a run of theirs."""
        first, *more = config.shifts
        models = trainable(config.task)
        models += [] if config.model in models else [config.model]
        known = [value for _, value in ARM_CHOICES]
        plain = ("task", "steps", "seconds", "batch_size", "learning_rate", "optimizer", "schedule")
        ticks = {name: getattr(config, name) for name in self.ticks.values()}
        return {
            **{name: getattr(config, name) for name in (*plain, *NUMBERS)},
            **{name: gr.update(value=ticked, visible=ticked) for name, ticked in ticks.items()},
            "model": gr.update(choices=models, value=config.model),
            "seeds": len(config.seeds),
            "arms": [arm for arm in config.arms if arm in known],
            "other_arms": " ".join(config.other_arms),
            "then": " ".join(more),
            **under("data", self.data.filled(config.data)),
            **under("shift", self.shift.filled(config.task, first)),
        }
