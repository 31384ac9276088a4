"""Classification: a text in, one label out."""

from shiftdemo.core.samples import TextSample
from shiftdemo.core.task_spec import TASKS, TaskSpec, WorkedExample

TASKS.register(
    TaskSpec(
        name="classification",
        title="Classification",
        label="text classification",
        rank=4,
        sample=TextSample,
        columns=("text", "label"),
        in_corpus=True,
        allows=frozenset(("edit", "reorder", "append", "prefix")),
        head="SequenceClassification",
        scores="classes",
        score_name="accuracy",
        accuracy_name="accuracy",
        label_word="planning.label",
        scratch_vocab=6000,
        pipeline="text-classification",
        worked=WorkedExample("The film is long and the end is very good.", "positive", index=9),
        typed=("The film is long and the end is very good.", "They hate the bad weather."),
    )
)
