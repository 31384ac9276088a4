"""Two files of a sentence a line, as ``train.en`` and ``train.fr``: line *n* of both is a pair."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from shiftdemo.core.errors import DataError
from shiftdemo.core.languages import known_language
from shiftdemo.core.messages import Line, with_or
from shiftdemo.core.samples import TranslationSample
from shiftdemo.data.reading.lines import Meter, read_lines
from shiftdemo.data.reading.opening import suffix_of
from shiftdemo.data.reading.report import ReadReport


def language_of(path: Path) -> str:
    """Returns the language that a file's ending names, as in ``train.fr.gz``; ``""`` for none."""
    return known_language(suffix_of(path)[1:])


def partner(path: Path) -> Path:
    """Returns the file of the same name in another language, in the same folder.

    Raises:
        DataError: there is none, or several.
    """
    stem, own = _stem(path), language_of(path)
    others = sorted(
        other
        for other in path.parent.iterdir()
        if language_of(other) not in ("", own) and _stem(other) == stem
    )
    if not others:
        raise DataError("line_pairs.no_partner", path=path.name, stem=stem)
    if len(others) > 1:
        names = with_or([other.name for other in others])
        raise DataError("line_pairs.several", path=path.name, names=names)
    return others[0]


def _stem(path: Path) -> str:
    """Returns a file's name without its language."""
    return path.name[: path.name.lower().rindex(suffix_of(path))]


def line_pairs(
    source: Path,
    target: Path,
    encoding: str = "",
    meter: Meter | None = None,
    max_bytes: int | None = None,
    report: ReadReport | None = None,
) -> Iterator[TranslationSample]:
    """Yields the pairs of two files; one with an empty side is left out.

    Raises:
        DataError: one file has more lines than the other.
    """
    report = report or ReadReport(source.name)
    report.format = "lines"
    report.remark("line_pairs.read_with", source=source.name, target=target.name)
    languages = language_of(source), language_of(target)
    files = (
        read_lines(source, encoding, meter, max_bytes),
        read_lines(target, encoding, None, max_bytes),
    )
    for number, (left, right) in enumerate(zip_longest(*files), 1):
        if left is None or right is None:
            short = source if left is None else target
            raise DataError(
                "line_pairs.ends",
                source=source.name,
                target=target.name,
                short=short.name,
                n=number,
            )
        report.rows += 1
        if left.strip() and right.strip():
            texts = left.strip(), right.strip()
            yield TranslationSample(f"{source.name}-{number}", *texts, *languages, lang_by="column")
        else:
            report.leave_out("report.empty_side", Line(source.name, number).message)
