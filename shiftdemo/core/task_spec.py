"""What a task is, apart from its models: one value a task, from which everything else is made.

Names, columns, scores, heads, examples and what may be done to a sample stand in a
:class:`TaskSpec`; no other place names a task. Those of this package lie one a file in
``shiftdemo/tasks/``, those of another are found through the entry-point group ``shiftdemo.tasks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shiftdemo.core.registry import Registry
from shiftdemo.core.samples import Link, Sample

EDITS: dict[str, str] = {
    "tags": "every word has a tag of its own",
    "decode": "a decoder is taught a text, step by step",
    "edit": "words may go, or come twice",
    "reorder": "words may change their order",
    "rotate": "words may go from one end to the other",
    "append": "a word may come once more at the end",
    "prefix": "words that belong to nothing may stand in front",
    "join": "another sample may stand in front",
}
"""What may be done to a sample of a task without making its reference wrong."""

HEADS = {
    "TokenClassification": "encoder",
    "SequenceClassification": "encoder",
    "QuestionAnswering": "encoder",
    "CausalLM": "causal",
    "Seq2SeqLM": "seq2seq",
}
"""transformers' names of heads, as in ``AutoModelForCausalLM``, and what such models are."""


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """The sample that the page opens with, and what ``append_copy`` copies of it.

    Attributes:
        text: what the model reads.
        target: its translation or label, or one tag a word.
        links: the gold word alignment, where there is one.
        word, target_word, index: the parameters of ``append_copy``.
    """

    text: str
    target: str = ""
    links: tuple[Link, ...] | None = None
    word: str = ""
    target_word: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """One task.

    Attributes:
        name: as written on the command line.
        title: in headings.
        label: on the page, which offers the task where there is one; it needs ``worked`` and
            ``typed`` then.
        rank: where it stands in lists; the least first.
        default: whether it is the one of a run that names none.
        sample: the kind of its samples.
        columns: the roles that make a sample together, in the order of a file without a header.
        beside: roles that may be there too.
        column_names: what files for this task, and no others, call a role, besides the usual names.
        by_language: whether two columns called by their languages are its columns.
        in_corpus: whether the built-in corpus has samples for it.
        documents: whether those are documents of several sentences, where the place of the
            sentence that matters can be chosen.
        allows: what may be done to a sample, of :data:`EDITS`.
        head: of its models, of :data:`HEADS`.
        bundled: the model that comes with the package; empty: none does.
        scores: the file of ``evaluation/scorers/`` that counts its scores.
        score_name: the main score, in 0 to 100.
        accuracy_name: what the share of right labels is called.
        label_word: key of what one of its labels is called.
        reads, shuffled: keys of what the shuffled-source control takes away, and of what is left.
        source_tokens: the longest row of a source; a model may allow less.
        scratch_vocab: sub-words of a scratch model's tokenizer.
        pipeline: what the hub calls the task.
        from_scratch: settings that suit a run from scratch, where they are not the usual ones, by
            the names of :class:`~shiftdemo.core.config.TrainConfig`.
        languages: of the built-in corpus for it, for model cards.
        usage_text: what the example of a model card reads.
        worked: the example that the page's Build tab opens with.
        typed: the sentences that Compare and Attention open with.
        plain: file of scores and main score of tags that are no entity tags; empty: it has none.
        splits: whether a source that is too long is read sentence by sentence.
        replies: whether the loss is taken on the replies of dialogues alone.
        first_look: what the row of its answers is called on the Start tab; empty: it has none.

    Raises:
        ValueError: a head or an edit that there is not, or a label without the page's examples.
    """

    name: str
    title: str
    sample: type[Sample]
    columns: tuple[str, ...]
    head: str
    scores: str
    score_name: str
    pipeline: str
    allows: frozenset[str]
    label: str = ""
    rank: int = 100
    default: bool = False
    beside: tuple[str, ...] = ()
    column_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_language: bool = False
    in_corpus: bool = False
    documents: bool = False
    bundled: str = ""
    accuracy_name: str = "token accuracy"
    label_word: str = "planning.tag"
    reads: str = "source.its_source"
    shuffled: str = "source.shuffled_sources"
    source_tokens: int = 256
    scratch_vocab: int = 4000
    from_scratch: Mapping[str, Any] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    usage_text: str = "Ada reads a book ."
    worked: WorkedExample | None = None
    typed: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    splits: bool = False
    replies: bool = False
    first_look: str = ""

    def __post_init__(self) -> None:
        if self.head not in HEADS or not self.allows <= set(EDITS):
            raise ValueError(f"task {self.name!r}: unknown head or edit")
        if self.label and not (self.worked and self.typed):
            raise ValueError(f"task {self.name!r}: with a label it needs worked and typed too")

    def on(self, plain: bool, replies: bool) -> TaskSpec:
        """Returns the task on data whose tags are no entity tags, or on dialogues.

        Args:
            plain: its tags are plain classes of words.
            replies: the loss is taken on replies alone.
        """
        spec = self
        if plain and self.plain:
            spec = replace(spec, scores=self.plain[0], score_name=self.plain[1])
        return replace(spec, replies=True) if replies else spec

    @property
    def kind(self) -> str:
        """What its models are: ``"encoder"``, ``"seq2seq"`` or ``"causal"``."""
        return HEADS[self.head]

    @property
    def named_classes(self) -> bool:
        """Whether the classes of the head have names: tags or labels."""
        return self.head in ("TokenClassification", "SequenceClassification")

    @property
    def notation(self) -> dict[str, bool]:
        """Which of a ``DataSpec``'s ways to read tags, labels and dialogues it has, by name."""
        tagged = "tags" in self.columns
        return {
            "scheme": tagged,
            "labels": self.named_classes,
            "strict_tags": tagged,
            "reply_only": self.kind == "causal",
        }


TASKS: Registry[TaskSpec] = Registry("task", "shiftdemo.tasks", package="shiftdemo.tasks")


def task_specs() -> list[TaskSpec]:
    """Returns all tasks in the order of lists."""
    return sorted(TASKS, key=lambda spec: (spec.rank, spec.name))


def task_names() -> tuple[str, ...]:
    """Returns the names of all tasks in the order of lists."""
    return tuple(spec.name for spec in task_specs())


def first_task() -> str:
    """Returns the name of the task that lists begin with."""
    return task_specs()[0].name


def default_task() -> str:
    """Returns the name of the task of a run that names none."""
    return next(spec.name for spec in task_specs() if spec.default)
