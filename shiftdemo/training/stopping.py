"""When a run ends before its last step because of what its held-out figures say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shiftdemo.core.config import TrainConfig
from shiftdemo.core.events import EvalLogged
from shiftdemo.core.messages import Message, Text, arm_name


@dataclass
class EarlyStop:
    """Follows the held-out figures of one seed; all arms end together, so the pair stays fair.

    Attributes:
        best: the least shifted loss of each arm.
        idle: figures in a row in which no arm got better.
    """

    config: TrainConfig
    best: dict[str, float] = field(default_factory=dict)
    idle: int = 0

    def reason(self, figures: Sequence[EvalLogged], moved: bool = False) -> str:
        """Returns why the run ends after these figures, or ``""``.

        The target is judged on the shift-trained arm, or else the last one that is trained.

        Args:
            moved: the held-out sentences are shifted otherwise from here on, as a curriculum does
                it. Later losses are then not comparable with these, and patience begins anew.
        """
        config = self.config
        trained = [logged for logged in figures if logged.arm in config.trained_arms]
        judged = next((logged for logged in trained if logged.arm == "shift"), trained[-1])
        if config.stop_at and judged.shifted_score >= config.stop_at:
            return Message(
                "stopping.reached_shifted_sentences_target",
                arm=arm_name(judged.arm),
                shifted_score=judged.shifted_score,
                score_name=Text(judged.score_name),
                stop_at=config.stop_at,
                step=judged.step,
            )
        if moved:  # after the target, because these figures are still of the old range
            self.best, self.idle = {}, 0
            return ""
        better = [
            logged
            for logged in trained
            if logged.shifted_loss < self.best.get(logged.arm, float("inf"))
        ]
        self.best |= {logged.arm: logged.shifted_loss for logged in better}
        self.idle = 0 if better else self.idle + 1
        if config.patience and self.idle >= config.patience:
            return Message("stopping.no_arm_s_shifted", idle=self.idle, step=judged.step)
        return ""

    def state(self) -> dict[str, Any]:
        """Returns what a resumed run needs of it, as JSON values."""
        return {"best": self.best, "idle": self.idle}

    def restore(self, values: dict[str, Any]) -> None:
        """Goes back to where :meth:`state` was taken."""
        self.best, self.idle = dict(values["best"]), int(values["idle"])
