"""``finetune``: trains arms that differ in their shifts alone, and prints how it goes."""

from __future__ import annotations

import argparse
import dataclasses
import signal
import threading
from pathlib import Path
from typing import Any

from shiftdemo import api
from shiftdemo.cli.export import push, push_flags
from shiftdemo.cli.flags import (
    INPUT,
    corpus_flags,
    data_spec,
    effect_flag,
    file_flags,
    given,
    json_flag,
    language_flags,
    number_flags,
    reply_flag,
    task_flag,
)
from shiftdemo.cli.output import say
from shiftdemo.cli.run_printer import STOPPED, Printer
from shiftdemo.core import suggested
from shiftdemo.core.config import TrainConfig
from shiftdemo.core.errors import ConfigError
from shiftdemo.experiments.presets import preset
from shiftdemo.training.trackers import TRACKERS

HELP = "train a fair pair of models"
_SETTINGS = (
    "steps",
    "seconds",
    "batch_size",
    "batch_tokens",
    "learning_rate",
    "warmup",
    "weight_decay",
    "l2",
    "label_smoothing",
    "dropout",
    "clip",
    "eval_every",
    "eval_part",
    "stop_at",
    "patience",
    "lora_rank",
    "threads",
    "processes",
)
_CHOICES = {
    "optimizer": ("adamw", "sgd"),
    "schedule": ("linear", "cosine", "inverse_sqrt", "constant"),
    "device": ("auto", "cpu", "cuda", "mps"),
    "precision": ("auto", "float32", "bfloat16"),
}


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``finetune``."""
    task_flag(parser, required=False)
    parser.add_argument(
        "--preset",
        metavar="NAME",
        help="a run of the page's presets (see info); of the other settings --steps, --seed and so "
        "on replace its own, not --task, --model, --shift and the data",
    )
    parser.add_argument("--model")
    parser.add_argument(
        "--train", default="", help=INPUT.replace("a JSONL", "for training: a JSONL")
    )
    parser.add_argument("--eval", default="", help="the same, held out")
    file_flags(parser)
    reply_flag(parser)
    language_flags(parser)
    parser.add_argument("--train-split", help="of the hub's data; default train")
    parser.add_argument("--eval-split", help="of the hub's data; default validation")
    corpus_flags(parser)
    parser.add_argument("--shift", nargs="+", action="extend", metavar="SPEC")
    _arm_flags(parser)
    parser.add_argument("--seed", help="one seed or several: 0,1,2; default 0")
    parser.add_argument("--length", metavar="MIN:MAX", help="length_crop between these")
    parser.add_argument("--delay", type=int, metavar="D", help="delay_layer of so many tokens")
    number_flags(parser, TrainConfig, _SETTINGS)
    parser.add_argument(
        "--suggested",
        action="store_true",
        help="learning rate, warm-up and --eval-every (and what else a task wants from scratch) as "
        "the page suggests them, where they are not given",
    )
    for name, choices in _CHOICES.items():
        parser.add_argument(f"--{name}", choices=choices)
    effect_flag(parser)
    parser.add_argument(
        "--allow-overlap",
        action="store_true",
        help="where held-out sentences are in training too, warn and go on instead of stopping",
    )
    parser.add_argument("--output", metavar="DIR", help="folder for config, events and models")
    parser.add_argument(
        "--resume",
        metavar="DIR",
        help="resume the run in this folder; of the other flags only --seconds counts",
    )
    parser.add_argument("--tracker", choices=TRACKERS, default="", help="log the figures there too")
    push_flags(parser)
    json_flag(parser)


def _arm_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--arms",
        default="base,shift",
        help="of base, shift, start (untrained), matched (plainly, on as many tokens as shift); at "
        "most 4",
    )
    parser.add_argument(
        "--arm",
        action="append",
        metavar="NAME=SPEC",
        help="a further arm with shifts of its own: shuffled=local_shuffle:k=2 "
        "(several: 'both=drop + position_offset')",
    )


def _integers(text: str, flag: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ConfigError("finetune.give_integers_such_as", flag=flag, text=text) from None


def _preset(arguments: argparse.Namespace) -> TrainConfig:
    """Returns a preset's run with the settings that were given beside it."""
    fixed = given(arguments, ["task", "model", "corpus", "shift", "length", "delay"])
    fixed |= {n: v for n in ("train", "eval", "arm") if (v := getattr(arguments, n))}
    if fixed:
        raise ConfigError("finetune.preset_sets", name=arguments.preset, flag=min(fixed))
    settings = given(arguments, [*_SETTINGS, *_CHOICES])
    if arguments.seed:
        settings["seeds"] = _integers(arguments.seed, "--seed")
    return dataclasses.replace(preset(arguments.preset).config, **settings)


def _train_config(arguments: argparse.Namespace) -> TrainConfig:
    if arguments.preset:
        return _preset(arguments)
    settings = given(arguments, [*_SETTINGS, *_CHOICES])
    model = arguments.model or TrainConfig().model
    if arguments.suggested:
        own = {**suggested.own_settings(arguments.task, model), **settings}
        usual = TrainConfig(task=arguments.task)
        steps = own.get("steps", usual.steps)
        batch_size = own.get("batch_size", usual.batch_size)
        settings = {**suggested.settings(model, steps, batch_size), **own}
    shifts = list(arguments.shift or [])
    if arguments.length:
        low, colon, high = arguments.length.partition(":")
        if not colon:
            raise ConfigError("finetune.length_give_min_max", length=arguments.length)
        shifts.append(f"length_crop:min={low},max={high}")
    if arguments.delay is not None:
        shifts.append(f"delay_layer:delay={arguments.delay}")
    if shifts:
        settings["shifts"] = tuple(shifts)
    if bool(arguments.train) != bool(arguments.eval):
        raise ConfigError("finetune.give_both_train_eval")
    others = tuple(arguments.arm or ())
    names = [text.partition("=")[0].strip() for text in others]
    arms = [name.strip() for name in arguments.arms.split(",")]
    return TrainConfig(
        task=arguments.task,
        model=model,
        data=data_spec(arguments, arguments.train, arguments.eval),
        arms=(*arms, *(name for name in names if name not in arms)),
        other_arms=others,
        seeds=_integers(arguments.seed or "0", "--seed"),
        allow_no_effect=arguments.allow_no_effect,
        allow_overlap=arguments.allow_overlap,
        **settings,
    )


class _Interrupt:
    """Makes the first Ctrl-C end a run that saves what it has; the second ends it at once."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> _Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._before: Any = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._before)

    def _hear(self, *_: object) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, self._before)
        say("\nStopping after this step; what was trained is saved. Ctrl-C again ends at once.")


def run(arguments: argparse.Namespace) -> int:
    """``finetune``"""
    if arguments.push_to_hub:
        api.check_push(arguments.push_to_hub, kind="model")
    if not arguments.resume and not ((arguments.task or arguments.preset) and arguments.output):
        raise ConfigError("finetune.finetune_needs_task_output")
    printer, output = Printer(arguments.json), Path(arguments.resume or arguments.output)
    with _Interrupt() as interrupt:

        def cancel() -> bool:
            return interrupt.asked

        if arguments.resume:
            events = api.resume(output, cancel, seconds=arguments.seconds)
        else:
            events = api.finetune(_train_config(arguments), output, cancel)
        for event in api.track(events, arguments.tracker, output, output.resolve().name):
            printer.show(event)
    if not printer.code:
        push(arguments, output)
    elif printer.code == STOPPED:
        say(f"Go on with: shiftdemo finetune --resume {output}")
    return printer.code
