"""The languages of translation pairs: given, or by the columns' names, or by their script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shiftdemo.core.errors import ShiftDemoError
from shiftdemo.core.languages import known_language, language_code, script_language
from shiftdemo.core.samples import Sample, TranslationSample

# What stands beside a language in the name of a column, as in target_ja and zh_text.
_BESIDE = re.compile(
    "source|src|target|tgt|input|output|reference|ref|text|sentence|translation|hypothesis"
)
FIRST = 100  # samples that decide for all of a file
_FIRST_CHARS = 100_000  # of those no more than so much is held


def column_language(name: str) -> str:
    """Returns the code of the language that a column is called by; ``""`` where by none.

    Args:
        name: as in ``zh``, ``translation.zh_CN``, ``target_ja`` or ``en-text``.
    """
    leaf = name.rpartition(".")[2].strip().lower().replace("-", "_")
    first, _, after = leaf.partition("_")
    before, _, last = leaf.rpartition("_")
    codes = [
        leaf,
        after if _BESIDE.fullmatch(first) else "",
        before if _BESIDE.fullmatch(last) else "",
    ]
    return next(filter(None, map(known_language, codes)), "")


def with_languages(
    samples: Iterable[Sample], source: str = "", target: str = ""
) -> Iterator[Sample]:
    """Yields the samples of one file, translation pairs with the languages of all of them.

    A language is the one that is given, else that of the column (which the samples have already),
    else the one that the script of the first samples gives away. At most :data:`FIRST` samples
    are held; an error that comes among them is raised in its place, after those before it.

    Args:
        source, target: codes of the languages, as models and data sets write them.
    """
    samples = iter(samples)
    head, late = _head(samples)
    pairs = [sample for sample in head if isinstance(sample, TranslationSample)]
    if not pairs:
        yield from head
    else:
        chosen = _languages(pairs, language_code(source), language_code(target))
        yield from (_spoken(sample, *chosen) for sample in head)
    if late is not None:
        raise late
    yield from (_spoken(sample, *chosen) for sample in samples) if pairs else samples


def _head(samples: Iterator[Sample]) -> tuple[list[Sample], ShiftDemoError | None]:
    """Returns the first pairs, or one sample of another kind, and the error that came then."""
    head: list[Sample] = []
    size = 0
    try:
        for sample in samples:
            head.append(sample)
            if not isinstance(sample, TranslationSample):
                break
            size += len(sample.source) + len(sample.target)
            if len(head) == FIRST or size > _FIRST_CHARS:
                break
    except ShiftDemoError as error:
        return head, error
    return head, None


def _languages(pairs: list[TranslationSample], source: str, target: str) -> tuple[str, str, str]:
    """Returns the two languages, and by what that of the target is known."""
    first = pairs[0]
    source = source or first.source_lang or script_language(pair.source for pair in pairs)
    if target:
        return source, target, "given"
    if first.target_lang:
        return source, first.target_lang, first.lang_by
    target = script_language(pair.target for pair in pairs)
    return source, target, "script" if target else ""


def _spoken(sample: Sample, source: str, target: str, by: str) -> Sample:
    if not isinstance(sample, TranslationSample):
        return sample
    if (sample.source_lang, sample.target_lang, sample.lang_by) == (source, target, by):
        return sample
    texts = sample.source, sample.target
    return TranslationSample(sample.id, *texts, source, target, sample.links, by)
