"""Summarization: a document in, its summary out."""

from shiftdemo.core.samples import TranslationSample
from shiftdemo.core.task_spec import TASKS, TaskSpec, WorkedExample

TASKS.register(
    TaskSpec(
        name="summarization",
        title="Summarization",
        label="summarization",
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
        from_scratch={"steps": 600, "learning_rate": 2e-3, "dropout": 0.0},
        pipeline="summarization",
        usage_text="Ada reads a book . It is long , and she likes it .",
        worked=WorkedExample(
            "Paul bought a bicycle last week. Above all, Anna went to Paris in 1953. The cook ate "
            "the bread.",
            "Anna went to Paris.",
        ),
        typed=(
            "Paul bought a bicycle last week. Above all, Anna went to Paris in 1953. The cook ate "
            "the bread.",
            "Above all, Clara read the letter on Sunday. Hugo drove a van yesterday.",
        ),
    )
)
