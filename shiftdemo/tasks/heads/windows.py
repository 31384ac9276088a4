"""Questions with their contexts as rows of tokens; a long context in overlapping windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shiftdemo.core.samples import QuestionSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads.token_words import word_at, word_ends

MAX_TOKENS = 384  # of a row, and the overlap below: the settings of BERT on SQuAD
OVERLAP = 128  # tokens of the context that two windows share


@dataclass(frozen=True, slots=True)
class Window:
    """A question with a part of its context.

    Attributes:
        ids: the tokens, special ones counted.
        types: ``token_type_ids``; empty where the tokenizer has none.
        first: the index of the context's first token in the row.
        spans: the characters of the context, ``(start, end)``, of each of its tokens.
    """

    ids: list[int]
    types: list[int]
    first: int
    spans: list[tuple[int, int]]

    def label(self, start: int, end: int) -> tuple[int, int] | None:
        """Returns the indices of the first and last token of some characters of the context.

        ``None`` where the window does not hold all of them.
        """
        if not self.spans or start < self.spans[0][0] or end > self.spans[-1][1]:
            return None
        begin = next(i for i, (_, after) in enumerate(self.spans) if after > start)
        last = max(i for i, (before, _) in enumerate(self.spans) if before < end)
        return self.first + begin, self.first + last

    def text(self, context: str, begin: int, last: int) -> str:
        """Returns the text between two indices of the row; empty where they are no span of it."""
        indices = range(self.first, self.first + len(self.spans))
        if begin > last or begin not in indices or last not in indices:
            return ""
        start, end = self.spans[begin - self.first][0], self.spans[last - self.first][1]
        return context[start:end].strip()


def windows(loaded: LoadedModel, samples: Sequence[QuestionSample]) -> list[list[Window]]:
    """Returns the windows of each sample, in order; one where all of it fits.

    A row has at most ``MAX_TOKENS`` tokens and no more than the model's positions. A question that
    leaves the context less than half of it is cut at its end.
    """
    if not samples:
        return []
    most = min(MAX_TOKENS, loaded.positions.table_size or MAX_TOKENS)
    encoded = loaded.tokenizer(
        [sample.question for sample in samples],
        [sample.context for sample in samples],
        return_offsets_mapping=True,
        verbose=False,
    )
    types = encoded.get("token_type_ids") or [[]] * len(samples)
    by_sample = []
    for row in range(len(samples)):
        sides = encoded.sequence_ids(row)  # 0: question, 1: context, None: special
        whole = (encoded.input_ids[row], types[row], encoded.offset_mapping[row])
        by_sample.append(_cut(*whole, sides, most))
    return by_sample


def _cut(
    ids: list[int],
    types: list[int],
    spans: list[tuple[int, int]],
    sides: list[int | None],
    most: int,
) -> list[Window]:
    first = sides.index(1) if 1 in sides else len(ids)
    end = len(sides) - sides[::-1].index(1) if 1 in sides else len(ids)
    head, tail = list(range(first)), list(range(end, len(ids)))  # what stands in every row
    excess = len(head) + len(tail) - most // 2
    if len(ids) > most and excess > 0:
        question = [index for index in head if sides[index] == 0]
        gone = set(question[max(0, len(question) - excess) :])
        head = [index for index in head if index not in gone]
    room = max(1, most - len(head) - len(tail))
    step = room - min(OVERLAP, room // 2)
    own_windows = []
    start = first
    while True:
        stop = min(start + room, end)
        row = [*head, *range(start, stop), *tail]
        own_windows.append(
            Window(
                [ids[index] for index in row],
                [types[index] for index in row] if types else [],
                len(head),
                [(a, b) for a, b in spans[start:stop]],
            )
        )
        if stop >= end:
            return own_windows
        start += step


def question_words(loaded: LoadedModel, sample: QuestionSample) -> list[int | None]:
    """Returns the word of each token of the whole row: of the context 0, 1, …, of the question
    -1, -2, …, and ``None`` of a special token."""
    given = (sample.question, sample.context)
    encoded = loaded.tokenizer(*given, return_offsets_mapping=True, verbose=False)
    ends = [word_ends(text) for text in given]
    owners: list[int | None] = []
    for side, (start, end) in zip(encoded.sequence_ids(0), encoded.offset_mapping, strict=True):
        if side is None or not ends[side]:
            owners.append(None)
            continue
        index = word_at(given[side], ends[side], start, end)
        owners.append(index if side else -1 - index)
    return owners
