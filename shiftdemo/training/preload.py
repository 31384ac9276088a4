"""What the fork server of a page has in memory before the first run: libraries and a corpus.

Its processes begin with both. Making the default corpus takes a second, which a run on the page
would otherwise begin with; looking for garbage among all that is there takes a sixth of one.
"""

from __future__ import annotations

import gc

import shiftdemo.training.arm_process  # noqa: F401 - loaded for the processes to come
from shiftdemo.data.load import keep_corpus

keep_corpus()
gc.freeze()
