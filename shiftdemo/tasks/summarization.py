"""Summarization: a document in, its summary out."""

from __future__ import annotations

from collections.abc import Mapping

from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.base import TASKS
from shiftdemo.tasks.seq2seq import Seq2Seq


@TASKS.register
class Summarization(Seq2Seq):
    """Document in, summary out; the document is the source and the summary the target."""

    name = "summarization"
    score_name = "ROUGE-L"
    title = "Summarization"
    pair = "a document with its summary"
    reads = "source.its_document"
    shuffled = "source.shuffled_documents"
    source_tokens = 1024  # what BART and Pegasus were trained with

    def prompt(self, loaded: LoadedModel) -> str:
        """See :meth:`Seq2Seq.prompt`: what the model's ``config.json`` says for this task."""
        return prompt_in(getattr(loaded.model.config, "task_specific_params", None))


def prompt_in(settings: object) -> str:
    """Returns the prompt in a configuration's ``task_specific_params``, or ``""``."""
    own = settings.get(Summarization.name) if isinstance(settings, Mapping) else None
    prefix = own.get("prefix") if isinstance(own, Mapping) else None
    return prefix if isinstance(prefix, str) else ""
