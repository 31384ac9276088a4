"""Any number of samples after the shifts, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shiftdemo.core.samples import Sample, TaggedSample, TextSample, TranslationSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.shifts.applying import apply_shifts
from shiftdemo.shifts.base import Shift

FIRST_ROWS, MOST_ROWS = 256, 16_384  # that are built together: at first, and at most
MOST_CHARS = 1_000_000
_KINDS = {TranslationSample, TaggedSample, TextSample}  # others are built per sample
_FEW = 16  # so few are built sooner per sample
_MOST_SHIFTS = 4  # vectorised: each may double the words of all rows


def shift_many(
    shifts: Sequence[Shift],
    samples: Iterable[Sample],
    seed: int,
    context: Sequence[Sample] = (),
    epoch: int = 0,
    always: bool = False,
) -> Iterator[ShiftedSample]:
    """Yields what ``apply_shifts`` returns for every sample.

    Where every operator can, samples are built together, vectorised, which is faster: 256 of them
    at first, so that something is there soon, then twice as many each time, up to 16,384.
    """
    if len(shifts) > _MOST_SHIFTS or not all(shift.columnar for shift in shifts):
        for sample in samples:
            yield apply_shifts(shifts, sample, seed, context, epoch, always)
        return
    for part in _parts(samples):
        yield from _together(shifts, part, seed, context, epoch, always)


def _together(
    shifts: Sequence[Shift],
    samples: Sequence[Sample],
    seed: int,
    context: Sequence[Sample],
    epoch: int,
    always: bool,
) -> Iterable[ShiftedSample]:
    kinds = set(map(type, samples))
    if len(samples) >= _FEW and len(kinds) == 1 and kinds <= _KINDS:
        from shiftdemo.shifts.columnar.apply import shift_columns  # pyarrow takes a while to load
        from shiftdemo.shifts.columnar.samples import SampleColumns

        try:
            columns = SampleColumns.of(samples)
            return shift_columns(shifts, columns, seed, context, epoch, always)
        except UnicodeEncodeError:  # half a character, which Arrow's strings cannot hold
            pass
    return (apply_shifts(shifts, sample, seed, context, epoch, always) for sample in samples)


def _parts(samples: Iterable[Sample]) -> Iterator[list[Sample]]:
    """Yields the samples in lists; where they end with an error, those before it come first."""
    part: list[Sample] = []
    chars, rows = 0, FIRST_ROWS
    try:
        for sample in samples:
            part.append(sample)
            chars += _size(sample)
            if len(part) >= rows or chars >= MOST_CHARS:
                yield part
                part, chars, rows = [], 0, min(2 * rows, MOST_ROWS)
    except Exception:
        if part:
            yield part
        raise
    if part:
        yield part


def _size(sample: Sample) -> int:
    """Returns about how many characters it has."""
    if isinstance(sample, TaggedSample):
        return 8 * len(sample.words)
    target = sample.target if isinstance(sample, TranslationSample) else ""
    return len(sample.text) + len(target)
