"""The verbs: check, build, finetune, compare, attend, answer, export, pretrain.

The page and the command line call these and nothing below them. Those that limits hold for are
methods of :class:`Backend`; here they are also functions, without limits.
"""

from shiftdemo.api.attend import attend_loaded, attribute
from shiftdemo.api.attend_corpus import attend_corpus_loaded
from shiftdemo.api.backend import Backend
from shiftdemo.api.build import (
    build_shifted,
    describe,
    joins_samples,
    push_shifted,
    typed_context,
    typed_sample,
)
from shiftdemo.api.compare import (
    compare_loaded,
    pairs_of,
    predict_typed,
    trained_condition,
)
from shiftdemo.api.export import export_run, push_run, write_comparison, zip_comparison
from shiftdemo.api.train import pretrain, runs_root
from shiftdemo.api.typed import compare_typed, typed_condition
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.limits import Limits
from shiftdemo.core.progress import Cancel, Progress
from shiftdemo.data.load import each_sample, load_samples, stream_samples
from shiftdemo.data.reading.preview import guess_columns
from shiftdemo.data.reading.preview import preview as preview_file
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.writing.export import write_shifted
from shiftdemo.data.writing.regenerate import regenerate
from shiftdemo.publishing.attention.results import AttentionResult, CorpusAttention
from shiftdemo.publishing.hub import check_push
from shiftdemo.shifts import CONTEXT_SIZE
from shiftdemo.training.trackers import track

_own = Backend()
answer = _own.answer
attend, attend_corpus, load = _own.attend, _own.attend_corpus, _own.load
compare, compare_seeds = _own.compare, _own.compare_seeds
look, check_file = _own.look, _own.check_file
finetune, finetune_in_worker, resume = _own.finetune, _own.finetune_in_worker, _own.resume

__all__ = [
    "CONTEXT_SIZE",
    "AttentionResult",
    "Backend",
    "Cancel",
    "CompareConfig",
    "CorpusAttention",
    "DataSpec",
    "Limits",
    "Progress",
    "ReadReport",
    "TrainConfig",
    "answer",
    "attend",
    "attend_corpus",
    "attend_corpus_loaded",
    "attend_loaded",
    "attribute",
    "build_shifted",
    "check_file",
    "check_push",
    "compare",
    "compare_loaded",
    "compare_seeds",
    "compare_typed",
    "describe",
    "each_sample",
    "export_run",
    "finetune",
    "finetune_in_worker",
    "guess_columns",
    "joins_samples",
    "load",
    "load_samples",
    "look",
    "pairs_of",
    "predict_typed",
    "pretrain",
    "preview_file",
    "push_run",
    "push_shifted",
    "regenerate",
    "resume",
    "runs_root",
    "stream_samples",
    "track",
    "trained_condition",
    "typed_condition",
    "typed_context",
    "typed_sample",
    "write_comparison",
    "write_shifted",
    "zip_comparison",
]
