"""Absolute positions of a model: how they are encoded, and where the model reads them.

:mod:`shiftdemo.models.probing` finds out; :mod:`shiftdemo.models.moving` moves them.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from shiftdemo.core.errors import ConfigError, NoEffectError
from shiftdemo.core.messages import Message

MAX_PADDING = 512  # tokens of left padding; the cost grows with its square
ALLOW = "positions.allow"  # the key of how to go on as a control
# Keys of what a row is called.
_ROWS = {
    "sentence": "positions.sentence",
    "target": "positions.target",
    "text": "positions.text",
    "question with its context": "positions.question",
}


@dataclass(frozen=True)
class Place:
    """Where a model turns positions into numbers.

    Attributes:
        module: the module that does so.
        how: how an offset gets in: ``"lookup"`` (where a table is read), ``"argument"`` (position
            ids are given to the module), ``"bias"`` or ``"alibi"`` (a method is replaced).
        table_name: of the table in the module, where it has one.
        argument: number or name of the argument that is position ids.
        method: name of the method that is replaced.
        first: the row of position 0; rows before it are for padding.
        grows: whether the module makes its table longer when that is needed.
    """

    module: nn.Module
    how: str
    table_name: str = ""
    argument: int | str = 0
    method: str = ""
    first: int = 0
    grows: bool = False

    @property
    def table(self) -> Tensor:
        """The table of positions as it is now, ``(n_rows, width)``; a module may replace it."""
        table: Tensor = getattr(self.module, self.table_name)
        return table


@dataclass(frozen=True)
class Positions:
    """Where a model keeps its positions.

    Attributes:
        encoding: ``"learned"``, ``"sinusoidal"``, ``"rotary"``, ``"relative"`` or ``"unknown"``.
        table_size: number of rows of the position table that a token may take, or ``None``
            where positions are computed.
        source: the places in the encoder (or in an encoder-only or decoder-only model).
        target: the places in the decoder, where there is an encoder too.
        control: whether shifts that do not reach the model are wanted all the same.
    """

    encoding: str
    table_size: int | None
    source: tuple[Place, ...]
    target: tuple[Place, ...]
    control: bool = False

    @property
    def places(self) -> tuple[Place, ...]:
        """All of them, the source's first."""
        return (*self.source, *self.target)

    @property
    def absolute(self) -> bool:
        """Whether a constant offset can change the output."""
        return self.encoding in ("learned", "sinusoidal")

    def check(self, offset: int, length: int, what: str = "sentence") -> None:
        """Refuses an offset that leaves the position table, or would pad far too much.

        Raises:
            ConfigError: ``offset + length`` is over the table; names the greatest offset.
        """
        if self.encoding == "relative" and offset > MAX_PADDING:
            raise ConfigError(
                "positions.offset_really_pads_model", offset=offset, max_padding=MAX_PADDING
            )
        if self.table_size is not None and offset + length > self.table_size:
            raise ConfigError(
                "positions.offset_with_tokens_beyond",
                offset=offset,
                what=Message(_ROWS[what]),
                length=length,
                table_size=self.table_size,
                most=max(0, self.table_size - length),
            )

    def require(self, whole_rows: bool) -> None:
        """Refuses to move what would not move.

        Args:
            whole_rows: whether all tokens of a row move alike, which distances do not feel.

        Raises:
            NoEffectError: it is not known where this model reads its positions.
        """
        felt = self.encoding == "unknown" or not whole_rows
        if felt and not self.places and not self.control:
            raise NoEffectError("positions.other_positions_do_not", allow=Message(ALLOW))
