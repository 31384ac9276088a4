"""The verbs: build, finetune, compare, attend, pretrain.

The page and the command line call these functions and nothing below them.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftdemo import words as w
from shiftdemo.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.data.export import write_shifted
from shiftdemo.data.load import load_samples, stream_samples
from shiftdemo.data.preview import guess_columns
from shiftdemo.data.preview import preview as preview_file
from shiftdemo.data.push import check_push, push_samples
from shiftdemo.errors import ConfigError, DataError, LimitError
from shiftdemo.limits import Limits
from shiftdemo.regenerate import regenerate
from shiftdemo.shifts import SHIFTS, apply_shifts, make_shifts
from shiftdemo.types import (
    AttentionMap,
    RunEvent,
    Sample,
    ShiftedSample,
    TaggedSample,
    TranslationSample,
)

if TYPE_CHECKING:
    from shiftdemo.evaluation.report import Comparison, SeedMean
    from shiftdemo.models import Loaded

Report = Callable[[float, str], None]
Cancel = Callable[[], bool]


def _silent(fraction: float, text: str) -> None:
    """Reports nothing."""


def _never() -> bool:
    return False


def describe() -> dict[str, Any]:
    """Returns what there is: versions, tasks, operators with their bounds, and models."""
    from shiftdemo.models import references, versions
    from shiftdemo.tasks import TASKS

    shifts = [
        {
            "name": shift.name,
            "stage": shift.stage,
            "tasks": list(shift.tasks),
            "summary": shift.summary,
            "formula": shift.formula,
            "source": shift.source,
            "effect": shift.effect,
            "params": [dataclasses.asdict(param) for param in shift.params],
        }
        for shift in SHIFTS
    ]
    tasks = [{"name": t.name, "title": t.title, "score": t.score_name} for t in TASKS]
    return {"versions": versions(), "tasks": tasks, "shifts": shifts, "models": references()}


def typed_sample(
    task: str, text: str, target: str = "", tags: Sequence[str] = (), limits: Limits | None = None
) -> Sample:
    """Returns the sample that a user typed.

    Args:
        tags: BIO tags of the words; all ``O`` when empty.

    Raises:
        DataError: the text is empty, or the tags do not fit the words.
        LimitError: it is too long for this server.
    """
    most = (limits or Limits()).text_chars
    if len(text) > most or len(target) > most:
        raise LimitError(f"The text has {max(len(text), len(target))} characters; at most {most}.")
    if not text.strip():
        raise DataError("The text is empty; type a sentence.")
    if task == "translation":
        return TranslationSample("typed", text.strip(), target.strip())
    if task != "ner":
        raise ConfigError(f"There is no task {task!r}; choose translation or ner.")
    parts = w.split(text).words
    return TaggedSample("typed", parts, tuple(tags) or ("O",) * len(parts))


def build_shifted(
    task: str,
    samples: Iterable[Sample],
    shifts: Sequence[str],
    seed: int = 0,
    context: Sequence[Sample] = (),
    always: bool = False,
) -> Iterator[ShiftedSample]:
    """Yields every sample after the shifts, one at a time.

    Args:
        shifts: specifications such as ``"position_offset:max_offset=32"``, applied in order.
        seed: the result depends on it and on each sample's id alone.
        context: samples that ``prefix_context`` may put in front.
        always: every share ``p`` counts as 1.

    Raises:
        ConfigError: a specification is wrong, or not for ``task``.
    """
    made = make_shifts(shifts, task)
    if not made:
        raise ConfigError("No shift is given; name one, for example --shift append_copy.")
    return (apply_shifts(made, sample, seed, context, always=always) for sample in samples)


def push_shifted(
    rows: Iterable[ShiftedSample],
    repo_id: str,
    task: str,
    private: bool = False,
    made: Mapping[str, Any] | None = None,
    token: str | None = None,
    endpoint: str | None = None,
) -> tuple[str, int]:
    """Makes a data set on the hub of shifted samples; returns its address and how many there are.

    Parquet and a card go up in one commit; a data set that exists is never written over.

    Args:
        repo_id: ``OWNER/NAME``.
        made: what the card says about how to make it again (command, shifts, seed, versions).
        token, endpoint: of the hub; empty: those of the login and of the hub itself.

    Raises:
        ConfigError: the name is wrong or there is no token.
        DataError: the hub refuses or cannot be reached; nothing else was changed there.
    """
    return push_samples(rows, repo_id, task, private, made or {}, token, endpoint)


def finetune(
    config: TrainConfig, output: Path, cancel: Cancel = _never, limits: Limits | None = None
) -> Iterator[RunEvent]:
    """Trains the arms in this process, records the run in ``output`` and yields its events.

    Raises:
        ShiftDemoError: data, model or settings cannot be used; raised at the first event.
    """
    from shiftdemo.training.loop import fit
    from shiftdemo.training.plan import make_plan
    from shiftdemo.training.record import EVENTS, record

    config = (limits or Limits()).check_run(config)
    if (output / EVENTS).exists():
        raise ConfigError(f"{output} holds a run already; name another folder with --output.")
    plan = make_plan(config, output, limits or Limits())
    yield from record(fit(plan, cancel, output.name), output)


def finetune_in_worker(config: TrainConfig, output: Path, cancel: Cancel) -> Iterator[RunEvent]:
    """As :func:`finetune`; importable, so that a worker process can be given it."""
    return finetune(config, output, cancel)


def load(ref: str, task: str, limits: Limits | None = None) -> Loaded:
    """Returns the model of a reference; see :func:`shiftdemo.models.load_model`."""
    from shiftdemo.models import load_model

    allowed = limits or Limits()
    return load_model(ref, task, allowed.hub_models, allowed.local_models)


def compare(
    config: CompareConfig,
    progress: Report = _silent,
    cancel: Cancel = _never,
    limits: Limits | None = None,
    samples: Sequence[Sample] | None = None,
) -> Comparison:
    """Returns how the two models do on the same sentences, at every offset.

    Args:
        progress: called with a fraction 0 to 1 and what is being done.
        samples: use these instead of ``config.data``.

    Raises:
        ShiftDemoError: a model or the data cannot be used, or an offset is beyond the positions.
    """
    limits = limits or Limits()
    if config.n > limits.compare_samples:
        raise LimitError(f"This server compares at most {limits.compare_samples} sentences.")
    limits.check_data(config.data)
    models = {"base": load(config.base, config.task, limits)}
    models["shift"] = load(config.shifted, config.task, limits)
    return compare_loaded(config, models, progress, cancel, samples)


def compare_loaded(
    config: CompareConfig,
    models: dict[str, Loaded],
    progress: Report = _silent,
    cancel: Cancel = _never,
    samples: Sequence[Sample] | None = None,
) -> Comparison:
    """As :func:`compare`, with models that are loaded already."""
    from shiftdemo.evaluation.report import compare_models
    from shiftdemo.evaluation.robustness import offsets_from
    from shiftdemo.models import torch_threads
    from shiftdemo.tasks import TASKS

    if samples is None:
        data = dataclasses.replace(config.data, eval_size=max(8, config.n))
        samples = load_samples(config.task, data, "test", config.n)
    trained = config.trained_offset if config.trained_offset >= 0 else None
    with torch_threads(1):
        return compare_models(
            models,
            TASKS.get(config.task)(),
            samples,
            offsets_from(config.offsets),
            config.seed,
            trained_offset=trained,
            progress=progress,
            cancel=cancel,
        )


def pairs_of(folder: Path) -> list[tuple[str, str]]:
    """Returns the base and shift-trained models of a finetune's folder, a pair a seed."""
    seeds = sorted((folder / "seeds").glob("*"), key=lambda path: path.name)
    pairs = [(one / "base", one / "shift") for one in (folder, *seeds)]
    return [
        (str(base), str(shift))
        for base, shift in pairs
        if (base / "config.json").is_file() and (shift / "config.json").is_file()
    ]


def compare_seeds(
    config: CompareConfig,
    pairs: Sequence[tuple[str, str]],
    progress: Report = _silent,
    cancel: Cancel = _never,
    limits: Limits | None = None,
) -> tuple[list[Comparison], SeedMean | None]:
    """Returns one comparison a pair, and their mean where there are several.

    Args:
        pairs: base and shift-trained model of every training seed; see :func:`pairs_of`.
    """
    from shiftdemo.evaluation.report import mean_over_seeds

    found: list[Comparison] = []
    for number, (base, shifted) in enumerate(pairs):

        def part(fraction: float, text: str, number: int = number) -> None:
            label = f"seed {number + 1} of {len(pairs)}: {text}" if len(pairs) > 1 else text
            progress((number + fraction) / len(pairs), label)

        one = dataclasses.replace(config, base=base, shifted=shifted)
        found.append(compare(one, part, cancel, limits))
    return found, mean_over_seeds(found) if len(found) > 1 else None


def comparison_dict(found: Sequence[Comparison], mean: SeedMean | None) -> dict[str, Any]:
    """Returns what :func:`compare_seeds` found as one JSON object, as the page draws it.

    With several seeds the curves are means, ``n_seeds``, ``verdicts`` and ``seed_differences``
    are there, and the rest is the first seed's.
    """
    first = found[0].to_dict()
    if mean is None:
        return first
    means = mean.to_dict()
    kept = {key: means[key] for key in ("curves", "n_seeds", "verdicts")}
    return {**first, **kept, "seed_differences": means["differences"]}


@dataclass(frozen=True)
class AttentionResult:
    """Attention of one sentence in one or two models.

    Attributes:
        maps: of the (base) model.
        versus: of the other model over the same tokens; empty when none was named.
        target: the target whose decoder attention is shown; empty for taggers.
    """

    maps: tuple[AttentionMap, ...]
    versus: tuple[AttentionMap, ...] = ()
    target: str = ""


def attend(
    task: str,
    model: str,
    text: str,
    target: str = "",
    versus: str = "",
    limits: Limits | None = None,
) -> AttentionResult:
    """Returns the attention of ``model`` (and of ``versus``) on a sentence.

    Where a translator is given no target, the first model's own translation is used for both.

    Raises:
        ShiftDemoError: a model cannot be used, or the text is empty or too long.
    """
    limits = limits or Limits()
    typed_sample(task, text, target, limits=limits)
    other = load(versus, task, limits) if versus else None
    return attend_loaded(task, load(model, task, limits), text, target, other, limits)


def attend_loaded(
    task: str,
    model: Loaded,
    text: str,
    target: str = "",
    versus: Loaded | None = None,
    limits: Limits | None = None,
) -> AttentionResult:
    """As :func:`attend`, with models that are loaded already."""
    from shiftdemo.attention.extract import attend as extract
    from shiftdemo.models import torch_threads
    from shiftdemo.tasks import TASKS

    most = (limits or Limits()).attention_tokens
    made = TASKS.get(task)()
    with torch_threads(1):
        generated = task == "translation" and not target.strip()
        if generated:
            target = made.predict(model, [TranslationSample("typed", text.strip(), "")])[0]
        models = [model, versus] if versus else [model]
        maps, *others = (
            tuple(extract(one, made, text, target, max_tokens=most, generated=generated))
            for one in models
        )
    return AttentionResult(maps, others[0] if others else (), target)


def translate_or_tag(model: Loaded, samples: Sequence[Sample], offset: int = 0) -> list[Any]:
    """Returns the model's output for each sample: a text, or a tuple of tags."""
    from shiftdemo.models import torch_threads
    from shiftdemo.tasks import TASKS

    with torch_threads(1):
        return TASKS.get(model.task)().predict(model, samples, offset)


def pretrain(
    recipe_path: Path,
    data: Path,
    output: Path,
    task: str = "",
    first_stage: int = 1,
    report: Report = _silent,
) -> Iterator[RunEvent]:
    """Makes a bundled model from a recipe; yields its events, leaves model and card in ``output``.

    Args:
        data: the folder that the recipe's file names are relative to.
        first_stage: go on from the weights of the stage before, which lie in ``output``.

    Raises:
        ShiftDemoError: recipe or data cannot be used.
    """
    from shiftdemo.training.pretrain import read_recipe, run_stages
    from shiftdemo.training.record import append

    recipe = read_recipe(recipe_path)
    if task and task != recipe.task:
        raise ConfigError(f"The recipe {recipe_path.name} is for {recipe.task}, not for {task}.")
    for event in run_stages(recipe, data, output, first_stage):
        append(event, output)
        yield event
    from shiftdemo.card import finish_model

    finish_model(recipe, recipe_path, data, output, report)


def runs_root() -> Path:
    """Returns where the page keeps its runs: ``$SHIFTDEMO_RUNS``, else a folder of the system's."""
    import tempfile

    return Path(os.environ.get("SHIFTDEMO_RUNS") or Path(tempfile.gettempdir()) / "shiftdemo-runs")


__all__ = [
    "AttentionResult",
    "CompareConfig",
    "DataSpec",
    "Limits",
    "TrainConfig",
    "attend",
    "build_shifted",
    "check_push",
    "compare",
    "compare_seeds",
    "comparison_dict",
    "describe",
    "finetune",
    "guess_columns",
    "load",
    "load_samples",
    "pairs_of",
    "pretrain",
    "preview_file",
    "push_shifted",
    "regenerate",
    "stream_samples",
    "typed_sample",
    "write_shifted",
]
