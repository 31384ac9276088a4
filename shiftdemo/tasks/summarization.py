"""Summarization: a document in, its summary out."""

from shiftdemo.core.samples import TranslationSample
from shiftdemo.core.task_spec import TASKS, TaskSpec

TASKS.register(
    TaskSpec(
        name="summarization",
        title="Summarization",
        rank=5,
        sample=TranslationSample,
        columns=("source", "target"),
        column_names={
            "source": ("document", "article", "text", "dialogue"),
            "target": ("summary", "highlights", "abstract"),
        },
        in_corpus=True,
        documents=True,
        allows=frozenset(("decode", "edit", "reorder", "prefix", "join")),
        head="Seq2SeqLM",
        scores="rouge",
        score_name="ROUGE-L",
        reads="source.its_document",
        shuffled="source.shuffled_documents",
        source_tokens=1024,  # what BART and Pegasus were trained with
        pipeline="summarization",
        usage_text="Ada reads a book . It is long , and she likes it .",
    )
)
