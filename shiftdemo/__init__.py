"""Shift training of Transformers: build, train, compare and look.

The verbs live in :mod:`shiftdemo.api`; importing this package does no work.
"""

__version__ = "0.1.0"
