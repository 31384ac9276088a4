"""``chunking``: a task from a package of its own, found through its entry point."""

from shiftdemo.core.samples import TaggedSample
from shiftdemo.core.task_spec import TASKS, TaskSpec

TASKS.register(
    TaskSpec(
        name="chunking",
        title="Phrase chunking",
        sample=TaggedSample,
        columns=("words", "tags"),
        column_names={"tags": ("chunk_tags",)},
        allows=frozenset(("tags", "edit", "prefix", "join")),
        head="TokenClassification",
        scores="entities",
        score_name="entity F1",
        pipeline="token-classification",
    )
)
