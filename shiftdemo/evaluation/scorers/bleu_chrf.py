"""BLEU, chrF and TER from sacreBLEU's sentence statistics, for many resamples at once.

The n-grams are counted by sacreBLEU itself (Post 2018). Only the last step, from summed counts
to a score, is written here, because it has to run for a thousand resamples in one go.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from shiftdemo.core.languages import SEVERAL, script_language
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.data.reading.languages import FIRST

_ORDER = 4  # word n-grams of BLEU (Papineni et al. 2002)
_CHAR_ORDER = 6  # character n-grams of chrF (Popović 2015)
_BETA = 2  # chrF2: recall counts twice as much
BLEU_STATS = slice(0, 2 + 2 * _ORDER)
CHRF_STATS = slice(2 + 2 * _ORDER, 2 + 2 * _ORDER + 3 * _CHAR_ORDER)
# Those of MeCab, which sacreBLEU has for ja and ko, need packages and dictionaries of their own.
_TOKENIZERS = {"zh": "zh", "ja": "char", "ko": "char"}
_CACHED = 1000  # references whose n-grams are kept, some 60 MB

Metrics = tuple[BLEU, CHRF]


def _pair(sample: Sample) -> TranslationSample:
    if not isinstance(sample, TranslationSample):
        raise TypeError(f"sample {sample.id} is not a translation pair")
    return sample


def _new_metrics(references: Sequence[str], tokenize: str) -> Metrics:
    given = [list(references)]
    return BLEU(tokenize=tokenize, force=True, references=given), CHRF(references=given)


@functools.lru_cache(maxsize=1)
def _kept_metrics(references: tuple[str, ...], tokenize: str) -> Metrics:
    """Returns the metrics with the references' n-grams counted: arms and offsets share them."""
    return _new_metrics(references, tokenize)


def _language(samples: Sequence[Sample]) -> tuple[str, str]:
    """Returns the language of the references, and by what it is known.

    Pairs that came without one (made by a program) are told by their script. Of several
    languages the first is ``mul``, and they stand where the second is.
    """
    known = {_pair(sample).target_lang for sample in samples}
    if known == {""}:
        references = (_pair(sample).target for sample in samples[:FIRST])
        return script_language(references), "script"
    if len(known) > 1:
        return SEVERAL, "+".join(sorted(name or "unknown" for name in known))
    by = {_pair(sample).lang_by for sample in samples}
    return known.pop(), "+".join(sorted(filter(None, by)))


def _tokenizer(samples: Sequence[Sample]) -> str:
    return _TOKENIZERS.get(_language(samples)[0], "13a")


def scorable(samples: Sequence[Sample]) -> list[int]:
    """Returns the indices of the samples that have a target."""
    return [
        index
        for index, sample in enumerate(samples)
        if isinstance(sample, TranslationSample) and sample.target.strip()
    ]


def count(samples: Sequence[Sample], predictions: Sequence[str]) -> np.ndarray:
    """Returns sacreBLEU's statistics, int64 ``(n_sentences, 28)``: BLEU's 10, then chrF's 18."""
    tokenize = _tokenizer(samples)
    make = _kept_metrics if len(samples) <= _CACHED else _new_metrics
    parts = []
    for start in range(0, len(samples), _CACHED):
        references = tuple(_pair(s).target for s in samples[start : start + _CACHED])
        outputs = list(predictions[start : start + _CACHED])
        bleu, chrf = make(references, tokenize)
        by_metric = [metric._extract_corpus_statistics(outputs, None) for metric in (bleu, chrf)]
        parts.append(np.concatenate([np.array(rows) for rows in by_metric], axis=1))
    return np.concatenate(parts)


def _bleu(sums: np.ndarray) -> np.ndarray:
    """Returns corpus BLEU, exponentially smoothed, of sums ``(..., 10)``; sacreBLEU's defaults."""
    s = np.asarray(sums, dtype=np.float64)
    hyp_len, ref_len = s[..., 0], s[..., 1]
    correct, total = s[..., 2 : 2 + _ORDER], s[..., 2 + _ORDER :]
    # The k-th order without a match counts as 2^-k of one match.
    halvings = np.cumsum(correct == 0, axis=-1)
    matches = np.where(correct > 0, correct, 0.5**halvings)
    defined = (total > 0).all(-1) & (correct > 0).any(-1) & (hyp_len > 0)
    precisions = 100.0 * matches / np.maximum(total, 1)
    brevity = np.exp(np.minimum(0.0, 1 - ref_len / np.maximum(hyp_len, 1)))
    return np.where(defined, brevity * np.exp(np.log(precisions).mean(-1)), 0.0)


def _chrf(sums: np.ndarray) -> np.ndarray:
    """Returns corpus chrF2 of sums ``(..., 18)``; sacreBLEU's defaults."""
    s = np.asarray(sums, dtype=np.float64)
    s = s.reshape(*s.shape[:-1], _CHAR_ORDER, 3)
    hyp, ref, match = s[..., 0], s[..., 1], s[..., 2]
    used = (hyp > 0) & (ref > 0)  # orders that both sides are long enough for
    n_used = np.maximum(used.sum(-1), 1)
    precision = np.where(used, match / np.maximum(hyp, 1), 0.0).sum(-1) / n_used
    recall = np.where(used, match / np.maximum(ref, 1), 0.0).sum(-1) / n_used
    below = _BETA**2 * precision + recall
    score = (1 + _BETA**2) * precision * recall / np.where(below > 0, below, 1.0)
    return np.asarray(100.0 * score)


MEASURES: dict[str, tuple[slice, Callable[[np.ndarray], np.ndarray]]] = {
    "BLEU": (BLEU_STATS, _bleu),
    "chrF": (CHRF_STATS, _chrf),
}


def _ter(sums: np.ndarray) -> np.ndarray:
    """Returns TER of sums ``(..., 2)``: edits for each 100 words of the reference."""
    s = np.asarray(sums, dtype=np.float64)
    return np.asarray(100.0 * s[..., 0] / np.maximum(s[..., 1], 1))


def extra_counts(
    samples: Sequence[Sample], predictions: Sequence[str]
) -> dict[str, tuple[np.ndarray, Callable[[np.ndarray], np.ndarray], str]]:
    """Returns what TER (Snover et al. 2006) is made of: edits and words ``(n_sentences, 2)``.

    It looks for shifted phrases, a millisecond a sentence, and is not part of :func:`count`.
    """
    wide = _tokenizer(samples) != "13a"
    metric = TER(
        normalized=wide,
        asian_support=wide,
        references=[[_pair(sample).target for sample in samples]],
    )
    stats = np.array(metric._extract_corpus_statistics(list(predictions), None), dtype=np.float64)
    return {"TER": (stats, _ter, f"{metric.get_signature()}|lower is better")}


@functools.cache
def _signature(name: str, tokenize: str) -> str:
    bleu, chrf = _new_metrics([""], tokenize)
    return str((bleu if name == "BLEU" else chrf).get_signature())


def signature(name: str, samples: Sequence[Sample]) -> str:
    """Returns sacreBLEU's signature of ``"BLEU"`` or ``"chrF"``.

    Where the language decides how the references are cut, or where there are several and none can,
    it stands after: ``lang:zh|lang-by:column`` (or ``given`` or ``script``).
    """
    language, by = _language(samples)
    text = _signature(name, _TOKENIZERS.get(language, "13a"))
    if language not in (*_TOKENIZERS, SEVERAL):
        return text
    return f"{text}|lang:{language}" + (f"|lang-by:{by}" if by else "")
