"""``export``: a trained arm as a zip or as a model on the hub, a comparison as a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shiftdemo.core.config import CompareConfig

if TYPE_CHECKING:
    from shiftdemo.evaluation.results import Comparison


def export_run(run: Path, arm: str, output: Path, seed_index: int = 0) -> Path:
    """Writes one arm of a finetune's folder as a zip that plain transformers loads.

    See :func:`shiftdemo.publishing.model.export_run` for what it holds.

    Args:
        arm: its name; empty: ``shift``, or the only one that there is.
        output: ends in ``.zip``; a file that is there is not written over.
        seed_index: which of the run's seeds, from 0.

    Raises:
        ShiftDemoError: there is no such run or arm, or the zip cannot be written.
    """
    from shiftdemo.publishing import model

    return model.export_run(run, arm, output, seed_index)


def push_run(
    run: Path,
    arm: str,
    repo_id: str,
    seed_index: int = 0,
    private: bool = False,
    token: str | None = None,
    endpoint: str | None = None,
) -> str:
    """Makes a model on the hub of one arm of a finetune's folder; returns its address.

    All files go up in one commit; a model that exists is never written over.

    Args:
        run, arm, seed_index: as in :func:`export_run`.
        repo_id: ``OWNER/NAME``.
        token, endpoint: of the hub; empty: those of the login and of the hub itself.

    Raises:
        ShiftDemoError: there is no such run or arm, or the hub refuses or cannot be reached.
    """
    from shiftdemo.publishing import model

    return model.push_run(run, arm, repo_id, seed_index, private, token, endpoint)


def write_comparison(result: Comparison, config: CompareConfig, folder: Path) -> list[Path]:
    """Writes ``report.html``, ``comparison.json`` and ``scores.csv``, and returns their paths.

    The report is one file that opens without a network; its first line is the command that makes
    the comparison again.

    Args:
        config: what was asked for.
        folder: made where it is not there; files of these names are written over.

    Raises:
        ConfigError: they cannot be written.
    """
    from shiftdemo.publishing.comparison import files

    return files.write_comparison(result, config, folder)


def zip_comparison(result: Comparison, config: CompareConfig) -> bytes:
    """Returns the same files as one zip, in which names stand for the paths of the machine."""
    from shiftdemo.publishing.comparison import files

    return files.zipped(result, config)
