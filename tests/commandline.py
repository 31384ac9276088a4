"""The command line in a process of its own that has the libraries loaded already.

What it prints, writes and exits with is that of ``python -m shiftdemo``; that it starts at all, and
what it imports, other tests look at in a fresh interpreter.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

_context = multiprocessing.get_context("forkserver")
# By names that every interpreter finds: one that it does not find is left out without a word. A
# worker of the tests has one fork server, so it begins with what runs need as well.
_context.set_forkserver_preload(["shiftdemo.evaluation.comparing", "shiftdemo.training.preload"])


def no_lookup_is_known() -> None:
    """Makes this process one in which no lookup in a table of positions is recognised."""
    from shiftdemo.models import moving

    moving.READS.clear()


def _main(arguments: list[str], folder: str, cwd: str, prepare: Callable[[], None] | None) -> None:
    for number, name in ((1, "out"), (2, "err")):
        target = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT)
        os.dup2(target, number)
    sys.stdout, sys.stderr = (os.fdopen(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))
    os.chdir(cwd)
    import torch

    torch.set_num_threads(1)
    if prepare is not None:
        prepare()
    from shiftdemo.cli.main import main

    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(
    *arguments: object,
    cwd: Path,
    timeout: float = 240,
    prepare: Callable[[], None] | None = None,
) -> CompletedProcess[str]:
    """Runs ``shiftdemo ARGUMENTS`` and returns its exit status and what it printed.

    Args:
        prepare: called in the process before.
    """
    given = [str(one) for one in arguments]
    with tempfile.TemporaryDirectory() as folder:
        script = sys.modules["__main__"]  # pytest's own; the child does not import it
        process = _context.Process(target=_main, args=(given, folder, str(cwd), prepare))
        sys.modules["__main__"] = type(sys)("__main__")
        try:
            process.start()
        finally:
            sys.modules["__main__"] = script
        process.join(timeout)
        if process.is_alive():
            process.kill()
            raise TimeoutExpired(given, timeout)
        texts = [Path(folder, name).read_text(encoding="utf-8") for name in ("out", "err")]
    return CompletedProcess(given, process.exitcode or 0, *texts)
