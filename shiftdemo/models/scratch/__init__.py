"""Small models made on the spot from stock transformers classes, one per position encoding."""

from shiftdemo.models.scratch.build import build_scratch
from shiftdemo.models.scratch.size import ENCODINGS, ScratchSize
from shiftdemo.models.scratch.tokenizer import train_tokenizer

__all__ = ["ENCODINGS", "ScratchSize", "build_scratch", "train_tokenizer"]
