"""Two processes under ``accelerate launch``: the loss curve of one with the same batch."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from shiftdemo.core.events import EvalLogged, RunFinished, StepLogged
from shiftdemo.models.load import load_model
from shiftdemo.training.record import read_events

# A process of two; on leaving it says, after all that was registered later, whether it left: its
# threads would otherwise outlive its interpreter.
MEMBER = """
import atexit, psutil, torch
me = psutil.Process()
alone = me.num_threads()
atexit.register(lambda: print(torch.distributed.is_initialized(), me.num_threads() - alone))
from shiftdemo.training.process_group import ProcessGroup
spread = ProcessGroup()
print(spread.size, spread.total(2.0), torch.distributed.is_initialized())
torch.optim.SGD([torch.zeros(1, requires_grad=True)]).step()
"""

RUN = (
    "-m shiftdemo finetune --task ner --size 200 --eval-size 16 --max-words 8 --steps 12 "
    "--batch-size 15 --dropout 0 --eval-every 6 --precision float32 --warmup 2 --processes 1"
)


def test_two_processes_have_the_loss_curve_of_one(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    launch = "-m accelerate.commands.launch --multi_gpu --num_processes 2 --num_machines 1 "
    launch += "--mixed_precision no --dynamo_backend no --main_process_port 0"
    for start, output in (("", one), (launch, two)):
        command = [sys.executable, *start.split(), *RUN.split(), "--output", str(output)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr[-3000:]
        assert done.stderr.count("Done in") == 1  # one process tells
    first, second = read_events(one), read_events(two)
    assert isinstance(second[-1], RunFinished)
    steps, spread = ([e for e in some if isinstance(e, StepLogged)] for some in (first, second))
    assert len(steps) == len(spread) == 24
    for a, b in zip(steps, spread, strict=True):
        assert (a.arm, a.step, a.tokens) == (b.arm, b.step, b.tokens)
        assert b.loss == pytest.approx(a.loss, abs=2e-5)
    measured = [[e for e in some if isinstance(e, EvalLogged)] for some in (first, second)]
    for c, d in zip(*measured, strict=True):
        assert d.shifted_loss == pytest.approx(c.shifted_loss, abs=2e-4)
    for arm in ("base", "shift"):
        assert load_model(str(two / arm), "ner").n_params > 0


def test_a_process_leaves_the_others_before_its_interpreter_ends() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": "2"}
    members = [
        subprocess.Popen(
            [sys.executable, "-c", MEMBER],
            env={**os.environ, **address, "RANK": rank, "LOCAL_RANK": rank, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in ("0", "1")
    ]
    for member in members:
        told, _ = member.communicate(timeout=120)
        assert told.splitlines()[-2:] == ["2 4.0 True", "False 0"]  # gloo may say things before
        assert member.returncode == 0
