"""The tasks. Importing this package registers them."""

from shiftdemo.tasks import (  # noqa: F401 - imported to register
    classification,
    language_modeling,
    ner,
    question_answering,
    summarization,
    translation,
)
from shiftdemo.tasks.base import TASKS, Batch, Task, logits
from shiftdemo.tasks.loss import token_loss

__all__ = ["TASKS", "Batch", "Task", "logits", "token_loss"]
