"""How strong a condition is measured: what a user asks for, and what the models allow."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import Sample
from shiftdemo.evaluation.conditions import OFFSET, Condition
from shiftdemo.evaluation.measure import without_references
from shiftdemo.models.load import LoadedModel
from shiftdemo.shifts import SHIFTS
from shiftdemo.tasks.heads import Task

DEFAULT_OFFSETS = (0, 1, 2, 4, 8, 16, 32, 64, 128)
MOST = 64  # points of a curve
MAX_OFFSET = 100_000
# A translation may be this much longer than the longest reference before positions run out.
_DECODER_ROOM = 10
_BATCH = 64
_NUMBER = r"\d{1,6}(?:\.\d{1,4})?"


def strengths_from(
    text: str, what: str = "strengths.offsets", whole: bool = True
) -> tuple[float, ...]:
    """Returns the strengths written as ``START:STOP:STEP`` (STOP included) or ``0,1,2,4``.

    Args:
        what: the key of what they are called in a message.
        whole: whether they are whole numbers, as positions are.

    Returns:
        Ascending, each once, whole numbers as ``int``; empty for an empty text.

    Raises:
        ConfigError: it is not written so, or there are too many.
    """
    text = text.strip()
    if not text:
        return ()
    if re.fullmatch(rf"{_NUMBER}:{_NUMBER}(:{_NUMBER})?", text):
        start, stop, *steps = (float(part) for part in text.split(":"))
        step = steps[0] if steps else 1.0
        n = int((stop - start) / step + 1e-9) + 1 if step else 0
        if n > MOST:
            raise _too_many(what, text, n, start + (n - 1) * step)
        values = [round(start + i * step, 6) for i in range(n)]
    elif re.fullmatch(rf"{_NUMBER}(\s*,\s*{_NUMBER})*", text):
        values = [float(part) for part in text.split(",")]
    else:
        values = []
    strengths = tuple(sorted({int(v) if v == int(v) else v for v in values}))
    if not strengths or (whole and not all(isinstance(value, int) for value in strengths)):
        raise ConfigError("strengths.cannot_read_write_start", what=Message(what), text=text)
    if len(strengths) > MOST or strengths[-1] > MAX_OFFSET:
        raise _too_many(what, text, len(strengths), strengths[-1])
    return strengths


def _too_many(what: str, text: str, n: int, last: float) -> ConfigError:
    return ConfigError(
        "strengths.up_give_at_most",
        what=Message(what),
        text=text,
        n=n,
        last=last,
        most=MOST,
        max_offset=MAX_OFFSET,
    )


def greatest_offset(
    loaded: LoadedModel, task: Task, samples: Sequence[Sample], condition: Condition
) -> int | None:
    """Returns how far the model's positions let the samples move, or ``None`` for any distance.

    A translator needs room for the references too, and a little more.
    """
    table = loaded.positions.table_size
    if table is None or not condition.moves_positions:
        return None
    longest = 0
    source, target = condition.side != "target", condition.side in ("both", "target", "row")
    for start in range(0, len(samples), _BATCH):
        part = samples[start : start + _BATCH]
        batch = task.collate(loaded, without_references(loaded, task, part))
        longest = max(longest, source * batch.inputs["input_ids"].shape[1])
        if target and "decoder_input_ids" in batch.inputs:
            longest = max(longest, batch.inputs["decoder_input_ids"].shape[1] + _DECODER_ROOM)
    return max(0, table - longest)


def usual_strengths(condition: Condition) -> tuple[float, ...]:
    """Returns what is measured where nothing else is asked for: 0, then doubled steps."""
    if condition.operator == OFFSET:
        return DEFAULT_OFFSETS
    dial = SHIFTS.get(condition.operator).dial
    strengths, strength = [0.0], float(dial.step)
    while strength <= dial.high:
        strengths.append(strength)
        strength *= 2
    return tuple(int(v) if v == int(v) else round(v, 6) for v in strengths)


def allowed_strengths(
    models: Iterable[LoadedModel],
    task: Task,
    samples: Sequence[Sample],
    condition: Condition,
    strengths: Sequence[float] = (),
) -> tuple[float, ...]:
    """Returns the strengths to measure; 0 is always among them.

    Args:
        condition: what is moved.
        strengths: what was asked for, and the ends of the trained range where none of these lies
            inside it; without any, the usual ones and those ends, cut at what every model allows.

    Raises:
        ConfigError: a strength that was asked for is beyond a model's positions, or the operator's
            bounds.
    """
    bounds = {loaded.ref: greatest_offset(loaded, task, samples, condition) for loaded in models}
    least = min((b for b in bounds.values() if b is not None), default=math.inf)

    def fits(strength: float) -> bool:
        if condition.operator == OFFSET or not strength:
            return strength <= least
        return condition.shift(strength).reach <= least

    wanted = [k for k in condition.wanted if fits(k)]
    if not strengths:
        return tuple(sorted({*(k for k in usual_strengths(condition) if fits(k)), *wanted}))
    for strength in strengths:
        if not fits(strength):
            refs = (ref for ref, bound in bounds.items() if bound == least)
            tight = next(refs, Message("strengths.any_model"))
            if condition.operator == OFFSET:
                raise ConfigError(
                    "strengths.offset_out_bounds_these",
                    strength=strength,
                    tight=tight,
                    least=min(least, MAX_OFFSET),
                )
            raise ConfigError(
                "strengths.at_moves_tokens_beyond",
                operator=condition.operator,
                dial=condition.dial,
                strength=strength,
                tight=tight,
                least=least,
            )
    seen = any(map(condition.inside, strengths))
    return tuple(sorted({0, *strengths, *(() if seen else wanted)}))
