"""The tasks. Importing this package registers them."""

from shiftdemo.tasks import ner, translation  # noqa: F401 - imported to register
from shiftdemo.tasks.base import TASKS, Batch, Task, logits, token_loss

__all__ = ["TASKS", "Batch", "Task", "logits", "token_loss"]
