"""The verbs: build, finetune, compare, attend, export, pretrain.

The page and the command line call these functions and nothing below them.
"""

from shiftdemo.api.attend import AttentionResult, attend, attend_loaded
from shiftdemo.api.base import Cancel, Report, load
from shiftdemo.api.build import (
    build_shifted,
    describe,
    joins_samples,
    push_shifted,
    typed_context,
    typed_sample,
)
from shiftdemo.api.compare import (
    compare,
    compare_loaded,
    compare_seeds,
    pairs_of,
    trained_condition,
    translate_or_tag,
)
from shiftdemo.api.export import export_run, push_run
from shiftdemo.api.train import finetune, finetune_in_worker, pretrain, resume, runs_root
from shiftdemo.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.data.export import write_shifted
from shiftdemo.data.load import each_sample, load_samples, stream_samples
from shiftdemo.data.preview import guess_columns
from shiftdemo.data.preview import preview as preview_file
from shiftdemo.limits import Limits
from shiftdemo.publish import check_push
from shiftdemo.regenerate import regenerate
from shiftdemo.shifts import CONTEXT_SIZE
from shiftdemo.training.trackers import track

__all__ = [
    "CONTEXT_SIZE",
    "AttentionResult",
    "Cancel",
    "CompareConfig",
    "DataSpec",
    "Limits",
    "Report",
    "TrainConfig",
    "attend",
    "attend_loaded",
    "build_shifted",
    "check_push",
    "compare",
    "compare_loaded",
    "compare_seeds",
    "describe",
    "each_sample",
    "export_run",
    "finetune",
    "finetune_in_worker",
    "guess_columns",
    "joins_samples",
    "load",
    "load_samples",
    "pairs_of",
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
    "translate_or_tag",
    "typed_context",
    "typed_sample",
    "write_shifted",
]
