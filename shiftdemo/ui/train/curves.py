"""The live plots of a run: how a visitor wants to see them, and what the plots are given."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import pandas as pd

from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.viz.loss import CLEAN, SHIFTED, TRAIN, TRAIN_RAW, RunHistory
from shiftdemo.viz.style import arm_style, arm_styles, faded_on_white

_MOST_ROWS = (300, 1200)  # a point for every few pixels; more where no smoothing hides peaks
_EARLIER = "#7A7F8C", "#A08A6A", "#6F8F86", "#94789C"  # of an earlier run's arms
_LIGHT = 0.55  # opacity of the second line of an arm
# What was drawn before stays in a plot that has nothing to show, unseen: Gradio (6.31) takes the
# place of a plot without a table away under the observers of its size, which then fail.
_UNSEEN = "sd-unseen"
_LINE = "line"  # the column of the lines' names; what is pointed at is told by it


@dataclass(frozen=True, slots=True)
class View:
    """How the curves are shown.

    Attributes:
        raw: the training loss of every step beneath the smoothed one.
        log: the common logarithm of the training loss.
        under: the id of an earlier run whose curves lie beneath, or ``""``.
    """

    raw: bool = False
    log: bool = False
    under: str = ""


def plot(name: str, y_title: str, height: int) -> gr.LinePlot:
    """Returns an empty live plot, one line for each value of the column ``line``."""
    return gr.LinePlot(
        None,
        x="step",
        y="value",
        color=_LINE,
        color_title="arm",
        x_title="step",
        y_title=y_title,
        colors_in_legend=[],  # it would be cut off where it is wider than the page
        height=height,
        buttons=[],
        elem_id=name,
    )


class Curves:
    """The curves of one run in one view, with those of an earlier run beneath them."""

    def __init__(
        self,
        history: RunHistory,
        view: View,
        earlier: RunHistory | None = None,
        run_id: str = "",
    ) -> None:
        """Takes the run as it is now; it may grow.

        Args:
            run_id: of the run; empty for the recorded one.
        """
        self.history, self.view, self.earlier, self.run_id = history, view, earlier, run_id
        self._drawn = [0, 0]  # times that each plot has been drawn
        self._measured = -1  # held-out figures when their plot was last drawn

    def updates(self, visit: Visit) -> dict[str, Any]:
        """Returns the updates of the legend, the training plot and the held-out plot.

        A plot makes its scales and lines anew when a title changes, from the table that it has by
        then: so the first table comes alone, and the titles with the second.
        """
        updates: dict[str, Any] = {}
        if min(self._drawn) < 2:  # twice: a tab that opens this moment forgets what it is told
            updates["legend"] = gr.update(value=self._legend(visit))
        for index, name in enumerate(("train_plot", "held_plot")):
            held_out, drawn = index == 1, self._drawn[index]
            if held_out and drawn > 1 and self._measured == len(self.history.evals):
                continue
            table, colors = self._lines(visit, held_out)
            self._measured = len(self.history.evals) if held_out else self._measured
            if table is None:
                updates[name] = gr.update(elem_classes=[_UNSEEN])
                continue
            line = visit(_LINE)
            table = table.rename(columns={_LINE: line})
            more: dict[str, Any] = {"color_map": colors, "color": line} if drawn < 2 else {}
            titles = self._titles(visit, held_out) | {"elem_classes": []}
            more |= titles if drawn == 1 else {}
            updates[name] = gr.update(value=table, **more)  # see live._changed
            self._drawn[index] += 1
        return updates

    @property
    def settled(self) -> bool:
        """Whether no plot waits for its titles."""
        return 1 not in self._drawn

    @property
    def any(self) -> bool:
        """Whether there is a point to show."""
        return self._drawn[0] > 0 or self._table(self.history, False) is not None

    def _legend(self, visit: Visit) -> dict[str, Any]:
        """Returns the arms, each with the colours of its two lines, and what these are."""
        lines = [[visit(label), *colors] for label, colors in self._colors().items()]
        if self.earlier is not None:
            run = visit("run {name}", name=self.view.under[:4])
            lines += [
                [f"{run}: {visit(label)}", *colors]
                for label, colors in self._earlier_colors().items()
            ]
        light = ["shifted", *(["unsmoothed"] if self.view.raw else [])]
        text = visit("light: {lines}", lines=", ".join(visit(line) for line in light))
        begun = self.history.begun
        if begun and begun.config.get("eval_part"):
            text += "; " + visit("last point: on all held-out sentences")
        return {"lines": lines if begun else [], "note": text}

    def _colors(self) -> dict[str, tuple[str, str]]:
        """Returns the colours of an arm's two lines, by its name on the page."""
        styles = arm_styles(self._arms(self.history)).values()
        return {s.label: (s.color, faded_on_white(s.color, _LIGHT)) for s in styles}

    def _earlier_colors(self) -> dict[str, tuple[str, str]]:
        arms = self._arms(self.earlier) if self.earlier else ()
        return {
            arm_style(arm).label: (color, faded_on_white(color, _LIGHT))
            for arm, color in zip(arms, itertools.cycle(_EARLIER), strict=False)
        }

    def _titles(self, visit: Visit, held_out: bool) -> dict[str, Any]:
        """Returns the titles; a plot makes its lines anew only where one of them changes.

        The colours' title shows nowhere, and tells one run, or one view of it, from another.
        """
        title = visit("log10 of the loss") if self.view.log else visit("loss, nats")
        if held_out:
            name = self.history.evals[-1].score_name if self.history.evals else ""
            title = f"{visit(name or 'token accuracy')}, %"
        about = f"{self.run_id} {self.view.raw} {self.view.under}"
        return {"x_title": visit("step"), "y_title": title, "color_title": about}

    def _lines(self, visit: Visit, held_out: bool) -> tuple[pd.DataFrame | None, dict[str, str]]:
        table = self._table(self.history, held_out)
        if table is None:
            return None, {}
        own, colors, parts = self._colors(), dict[str, str](), []
        if self.earlier is not None:
            under = self._table(self.earlier, held_out)
            if under is not None:
                parts.append((under, self._earlier_colors(), visit("earlier: ")))
        parts.append((table, own, ""))
        tables = []
        for part, shades, before in parts:
            tables.append(self._named(visit, part, held_out, before))
            rows = zip(tables[-1][_LINE], part["arm"], part["kind"], strict=True)
            for line, label, kind in rows:
                colors[line] = shades[label][kind in (SHIFTED, TRAIN_RAW)]
        whole = pd.concat(tables)[["step", "value", _LINE]]
        if self.view.log and not held_out:
            above = whole[whole["value"] > 0]
            whole = above.assign(value=lambda part: part["value"].map(math.log10))
        return whole, colors

    def _table(self, history: RunHistory, held_out: bool) -> pd.DataFrame | None:
        """Returns the points of one plot; ``None`` before all arms are in it.

        The plot keeps the scales and lines of its first table.
        """
        kinds = (CLEAN, SHIFTED) if held_out else (TRAIN_RAW, TRAIN)
        table = history.table(raw=self.view.raw, max_rows=_MOST_ROWS[self.view.raw])
        table = table[table["kind"].isin(kinds)]
        arms = self._arms(history)
        wanted = len(arms) if held_out else len([arm for arm in arms if arm != "start"])
        return table if table["arm"].nunique() == wanted > 0 else None

    @staticmethod
    def _arms(history: RunHistory) -> Sequence[str]:
        return history.begun.arms if history.begun else ()

    def _named(
        self, visit: Visit, table: pd.DataFrame, held_out: bool, before: str
    ) -> pd.DataFrame:
        """Returns the table with the column ``_LINE``: what each line is called."""
        kinds = {
            TRAIN: "",
            TRAIN_RAW: ", " + visit("unsmoothed"),
            CLEAN: ", " + visit("clean"),
            SHIFTED: ", " + visit("shifted"),
        }
        arms = table["arm"].map(visit)
        return table.assign(**{_LINE: before + arms + table["kind"].map(kinds)})


def view_boxes() -> dict[str, Any]:
    """Returns the controls of a :class:`View`, named as its fields."""
    return {
        "raw": gr.Checkbox(False, label=t("unsmoothed"), min_width=110, elem_id="train-raw"),
        "log": gr.Checkbox(False, label=t("log scale"), min_width=110, elem_id="train-log"),
        "under": gr.Dropdown(
            [(t("none"), "")],
            value="",
            label=t("Earlier run beneath"),
            min_width=180,
            elem_id="train-under",
        ),
    }
