"""What can be asked of the grammar, and the sentences that it gives."""

from __future__ import annotations

from dataclasses import dataclass

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import Link, Sample, TaggedSample, TextSample, TranslationSample
from shiftdemo.core.task_spec import TASKS

SPLITS = ("train", "val", "test")
NAME_PLACES = ("any", "start", "end", "none")
SHORTEST, LONGEST = 3, 60
# A name in the last third needs a word in front of the full stop: six words are the fewest.
SHORTEST_WITH_FINAL_NAME = 6


@dataclass(frozen=True, slots=True)
class GrammarSpec:
    """Which sentences the grammar shall give.

    Attributes:
        size: sentences in the split that is asked for, 1 to 200,000.
        min_words: fewest English words (punctuation counts), 3 to 60.
        max_words: most English words, ``min_words`` to 60.
        names: where names may stand: ``"any"``; ``"start"`` (every sentence has a name and every
            mention starts in the first third, in both languages); ``"end"`` (the same with the
            last third); ``"none"``.
        new_frames: validation and test are built of frames (patterns of a clause, ``frames.tsv``)
            that training never uses, so that no sentence of theirs is one of training's with
            other words in it.
        seed: any integer; the same specification gives the same sentences on every platform.

    Raises:
        ConfigError: a value is out of its range.
    """

    size: int = 2000
    min_words: int = SHORTEST
    max_words: int = LONGEST
    names: str = "any"
    seed: int = 0
    new_frames: bool = False

    def __post_init__(self) -> None:
        for name in ("size", "min_words", "max_words", "seed"):
            if not isinstance(getattr(self, name), int) or isinstance(getattr(self, name), bool):
                value = getattr(self, name)
                raise ConfigError("spec.not_whole_number_give", name=name, value=value)
        if not isinstance(self.new_frames, bool):
            raise ConfigError("spec.new_frames_unknown_give", new_frames=self.new_frames)
        if not 1 <= self.size <= 200_000:
            raise ConfigError("spec.size_out_range_give", size=self.size)
        if not SHORTEST <= self.min_words <= LONGEST:
            raise ConfigError("spec.min_words_out_range", min_words=self.min_words)
        if not self.min_words <= self.max_words <= LONGEST:
            raise ConfigError(
                "spec.max_words_out_range", max_words=self.max_words, min_words=self.min_words
            )
        if self.names not in NAME_PLACES:
            raise ConfigError(
                "spec.names_unknown_choose_from",
                names=self.names,
                name_places=", ".join(NAME_PLACES),
            )
        if self.names == "end" and self.max_words < SHORTEST_WITH_FINAL_NAME:
            raise ConfigError(
                "spec.names_end_needs_sentences",
                shortest_with_final_name=SHORTEST_WITH_FINAL_NAME,
                max_words=self.max_words,
            )


@dataclass(frozen=True, slots=True)
class GrammarSentence:
    """A sentence in both languages.

    Attributes:
        id: ``grammar-{split}-{seed}-{index}``.
        words_en, words_fr: the words, as :func:`shiftdemo.core.words.split` gives them.
        tags_en, tags_fr: one BIO tag a word: PER, LOC, ORG or MISC (works).
        links: gold alignment, sorted pairs ``(index in words_en, index in words_fr)``.
        label: ``"positive"``, ``"negative"`` or ``"neutral"``.
        text_en, text_fr: running text.
        frames: names of the frames that its clauses are built on.
    """

    id: str
    words_en: tuple[str, ...]
    tags_en: tuple[str, ...]
    words_fr: tuple[str, ...]
    tags_fr: tuple[str, ...]
    links: tuple[Link, ...]
    label: str
    text_en: str
    text_fr: str
    frames: tuple[str, ...]

    def sample(self, task: str) -> Sample:
        """Returns the sample of a task, in English (from English to French in translation).

        Raises:
            ConfigError: the built-in corpus has none for this task.
        """
        spec = TASKS.get(task)
        if not spec.in_corpus or spec.documents:
            raise ConfigError("spec.built_corpus_has_no", task=task)
        if spec.sample is TranslationSample:
            return self.translation()
        if spec.sample is TaggedSample:
            return self.tagged()
        return self.text() if "label" in spec.columns else TextSample(self.id, self.text_en)

    def translation(self) -> TranslationSample:
        """Returns the English source, the French target and the links between their words."""
        return TranslationSample(self.id, self.text_en, self.text_fr, "en", "fr", self.links)

    def tagged(self, lang: str = "en") -> TaggedSample:
        """Returns the words and tags of one side.

        Args:
            lang: ``"en"`` or ``"fr"``.

        Raises:
            ConfigError: another language is asked for.
        """
        if lang == "en":
            return TaggedSample(self.id, self.words_en, self.tags_en)
        if lang == "fr":
            return TaggedSample(self.id, self.words_fr, self.tags_fr)
        raise ConfigError("spec.lang_not_language_grammar", lang=lang)

    def text(self) -> TextSample:
        """Returns the English text with its sentiment."""
        return TextSample(self.id, self.text_en, self.label)
