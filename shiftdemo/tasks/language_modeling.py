"""Language modelling: every token of a text from those before it."""

from shiftdemo.core.samples import TextSample
from shiftdemo.core.task_spec import TASKS, TaskSpec, WorkedExample

TASKS.register(
    TaskSpec(
        name="language_modeling",
        title="Language modelling",
        label="language modelling",
        rank=3,
        sample=TextSample,
        columns=("text",),
        in_corpus=True,
        allows=frozenset(("decode", "edit", "rotate", "append", "join")),
        head="CausalLM",
        bundled="language_model",
        scores="likelihood",
        score_name="token accuracy",
        reads="source.the_words_before",
        shuffled="source.shuffled_words",
        pipeline="text-generation",
        worked=WorkedExample("She reads a long book in the old garden.", index=3),
        typed=("The old man went to the river.", "They are reading a"),
    )
)
