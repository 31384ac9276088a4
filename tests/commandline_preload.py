"""What the processes of :mod:`commandline` begin with: libraries, on one thread."""

import os

os.environ.update({"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"})

import torch

import shiftdemo.evaluation.comparing
import shiftdemo.training.loop  # noqa: F401 - loaded for the processes to come

torch.set_num_threads(1)
