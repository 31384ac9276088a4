"""Named-entity tagging: words in, one BIO tag a word out."""

from shiftdemo.core.samples import TaggedSample
from shiftdemo.core.task_spec import TASKS, TaskSpec, WorkedExample

TASKS.register(
    TaskSpec(
        name="ner",
        title="Named entities",
        label="entity tagging",
        rank=2,
        default=True,
        sample=TaggedSample,
        columns=("words", "tags"),
        beside=("sentence",),
        in_corpus=True,
        allows=frozenset(
            ("tags", "edit", "reorder", "rotate", "append", "prefix", "join"),
        ),
        head="TokenClassification",
        bundled="tagger",
        scores="entities",
        score_name="entity F1",
        plain=("tags", "macro F1"),
        scratch_vocab=6000,
        pipeline="token-classification",
        worked=WorkedExample(
            "Ada Lovelace wrote to Charles Babbage in London.",
            "B-PER I-PER O O B-PER I-PER O B-LOC O",
            index=7,
        ),
        first_look="Entities",
        typed=("Ada Lovelace wrote to Charles Babbage in London.", "Anna went to Paris."),
    )
)
