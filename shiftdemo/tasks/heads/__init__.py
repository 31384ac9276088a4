"""What the heads of models are trained and asked for, one a file; they need torch."""

from shiftdemo.core.config import DataSpec
from shiftdemo.core.task_spec import TASKS
from shiftdemo.data.reading.schemes import parse_scheme
from shiftdemo.tasks.heads.base import Batch, Task, logits
from shiftdemo.tasks.heads.causal_lm import CausalLM
from shiftdemo.tasks.heads.loss import token_loss
from shiftdemo.tasks.heads.question_answering import QuestionAnswering
from shiftdemo.tasks.heads.seq2seq_lm import Seq2SeqLM
from shiftdemo.tasks.heads.sequence_classification import SequenceClassification
from shiftdemo.tasks.heads.token_classification import TokenClassification

__all__ = ["Batch", "Task", "logits", "make_task", "token_loss"]

_CLASSES: tuple[type[Task], ...] = (
    CausalLM,
    QuestionAnswering,
    Seq2SeqLM,
    SequenceClassification,
    TokenClassification,
)
_BY_HEAD = {cls.__name__: cls for cls in _CLASSES}


def make_task(name: str, data: DataSpec | None = None) -> Task:
    """Returns a task that works with models.

    Args:
        data: what it is to work on, where its tags or its loss may be of another kind.

    Raises:
        ConfigError: there is none of this name.
    """
    spec = TASKS.get(name)
    if data is not None:
        spec = spec.on(parse_scheme(data.scheme) == "none", data.reply_only)
    return _BY_HEAD[spec.head](spec)
