"""Translation: a sentence in, its translation out."""

from shiftdemo.core.samples import TranslationSample
from shiftdemo.core.task_spec import TASKS, TaskSpec, WorkedExample

TASKS.register(
    TaskSpec(
        name="translation",
        title="Translation",
        label="translation en→fr",
        rank=1,
        sample=TranslationSample,
        columns=("source", "target"),
        by_language=True,
        in_corpus=True,
        languages=("en", "fr"),
        allows=frozenset(("decode", "edit", "reorder", "append", "prefix", "join")),
        head="Seq2SeqLM",
        bundled="translator",
        scores="bleu_chrf",
        score_name="BLEU",
        splits=True,
        pipeline="translation",
        worked=WorkedExample(
            "I we are going to build a language model",
            "Nous allons construire un modèle linguistique",
            # we-Nous, are-allons, going-allons, build-construire, …
            links=((1, 0), (2, 1), (3, 1), (5, 2), (6, 3), (7, 5), (8, 4)),
            # The pair of the published example: a and modèle, which are not aligned.
            target_word="modèle",
            index=6,
        ),
        first_look="French",
        typed=("A man is reading a book in the park.", "The children are playing."),
    )
)
