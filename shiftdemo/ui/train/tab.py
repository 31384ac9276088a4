"""The Train tab: arms side by side, live."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.errors import LimitError
from shiftdemo.core.messages import arm_name
from shiftdemo.experiments.presets import PRESETS, Preset
from shiftdemo.experiments.recorded import RECORDED, recorded_name
from shiftdemo.training.server.queue import ENDED
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import begun_with, whole
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.model_picker import encoding_of, trainable
from shiftdemo.ui.common.own_model import OwnModel
from shiftdemo.ui.common.page_parts import PageParts
from shiftdemo.ui.common.shift_form import about, shift_names
from shiftdemo.ui.train import progress
from shiftdemo.ui.train.curves import plot, view_boxes
from shiftdemo.ui.train.form import TrainForm
from shiftdemo.ui.train.live import Live
from shiftdemo.ui.train.suited import SUITED, named, rate_for, suited

RUNS_REMEMBERED = 6


class TrainTab:
    """The components and handlers of the tab.

    Attributes:
        to_compare: the button that leads to the Compare tab.
    """

    def __init__(self, parts: PageParts) -> None:
        """Draws the tab."""
        self.context, self.remembered, self.ended = parts.context, parts.remembered, parts.ended
        self.live = Live(parts.context)
        self.found = gr.State("")  # the run whose settings are filled in when the page is opened
        self.followed = gr.State(("", 0))  # the run on the page, and the number of turns so far
        gr.Markdown(t(texts.TRAIN_LEAD), elem_classes="sd-lead")
        with gr.Row(elem_classes="sd-bar sd-presets"):
            self.presets = [
                gr.Button(t(one.label), size="sm", min_width=90, elem_id=f"preset-{one.name}")
                for one in PRESETS
            ]
        with gr.Row(elem_classes="sd-split"):
            with gr.Column(scale=2, min_width=300):
                self.message = message_box()
                self.form = TrainForm(self.message, parts.tasks, parts.context.limits)
                OwnModel(parts, self.form["task"], self.message, trainable=True)
            with gr.Column(scale=3, min_width=300, elem_classes="sd-results"):
                self._results()
        self._wire(parts.page, parts.own)

    def _results(self) -> None:
        with gr.Row(elem_classes="sd-bar"):
            start, stop, go_on = t("Start"), t("Stop"), t("Resume")
            self.start = gr.Button(start, variant="primary", size="md", elem_id="train-start")
            self.stop = gr.Button(stop, interactive=False, size="md", elem_id="train-stop")
            self.go_on = gr.Button(go_on, visible=False, size="md", elem_id="train-resume")
        self.status = drawn("run", "sd-run-box")
        with gr.Column(elem_classes="sd-plots") as self.plots:
            with gr.Row(elem_classes="sd-bar sd-plot-head"):
                gr.Markdown(t("Held-out score, clean and shifted"), elem_classes="sd-subtitle")
                self.legend = drawn("legend")
            self.held_plot = plot("held-plot", "%", 270)
            gr.Markdown(t("Training loss, smoothed (lower is better)"), elem_classes="sd-subtitle")
            self.train_plot = plot("train-plot", "loss, nats", 200)
            with gr.Row(elem_classes="sd-bar sd-view"):
                self.view = view_boxes()
        self.notes = drawn("run", elem_id="train-notes")
        self.table = drawn("table", "sd-short", elem_id="train-figures")
        self.costs = drawn("table", "sd-short", elem_id="train-costs")
        with gr.Row():
            self.to_compare = gr.Button(
                t("Compare these two"),
                variant="primary",
                interactive=False,
                elem_id="train-compare",
            )
            self.download = gr.Button(
                t("Make a zip of the trained model"), interactive=False, elem_id="train-zip"
            )
            self.zip = gr.DownloadButton("", visible=False, elem_id="train-download")

    def _wire(self, page: gr.Blocks, own: gr.State) -> None:
        form, message, shift = self.form, self.message, self.form.shift
        model, picked = {"model": form["model"]}, {"operator": shift.picker}
        shows = [shift.picker.change, form["model"].change]
        wire(shows, self._explain, {**picked, **model}, shift.shown, message)
        # What a preset or a run that was found again fills in stays: these follow the visitor only.
        task = {"task": form["task"], "own": own, **picked}
        settings = form.some("model", "shift.name", *SUITED)
        wire(form["task"].input, self._for_task, task, settings, message)
        asked = {"task": form["task"], "own": own}
        chosen = form.some("model", "learning_rate")
        wire(own.change, named, asked, chosen, message, quiet=True)
        wire(
            form["model"].input,
            rate_for,
            form.some("task", "model"),
            form.some("learning_rate"),
            message,
        )
        told = {**form.some("task", "model", "steps", "seeds", "arms", "other_arms"), **picked}
        changed = [component.change for component in told.values()]
        wire(changed, _sentence, told, {"said": form.sentence}, message, quiet=True)

        def begin(visit: Visit) -> dict[str, Any]:
            values = begun_with(told)
            known = about(visit, values["operator"], encoding_of(values["model"]))
            return {**_sentence(visit, **values), "about": known}

        first = {"said": form.sentence, "about": shift.about}
        wire(page.load, begin, {}, first, message, quiet=True)
        asked = {"followed": self.followed}
        shown = {**form, **asked}
        for button, one in zip(self.presets, PRESETS, strict=True):
            wire(button.click, functools.partial(self.shows, one), asked, shown, message)
        self._wire_run(page)

    def _wire_run(self, page: gr.Blocks) -> None:
        form, message, live = self.form, self.message, self.live
        mine = {"remembered": self.remembered}
        asked = {**mine, "followed": self.followed}
        begun = {**asked, "ended": self.ended, "start": self.start, "stop": self.stop}
        wire(self.start.click, self._start, {**asked, **form}, begun, message)
        wire(self.go_on.click, self._go_on, asked, begun, message)
        found = {"found": self.found}
        wire(page.load, self._find, asked, {**begun, **found}, message, quiet=True)
        wire(self.found.change, self._fill, found, {**form}, message, quiet=True)
        # A message to the page costs it time for every output, so only what changes all the time
        # is among these; the rest waits until the run has begun or ended.
        plots = {"legend": self.legend, "train_plot": self.train_plot, "held_plot": self.held_plot}
        shown = {"status": self.status, "curves": self.plots, **plots}
        shown |= {"notes": self.notes, "table": self.table, "ended": self.ended}
        options: dict[str, Any] = {"concurrency_limit": None, "quiet": True}
        followed = {"followed": self.followed}
        wire(self.followed.change, live.follow, followed, shown, message, **options)
        controls = {"costs": self.costs, "start": self.start, "stop": self.stop}
        controls |= {"go_on": self.go_on, "to_compare": self.to_compare, "zip": self.zip}
        controls |= {"download": self.download, "under": self.view["under"]}
        controls |= {name: form[name] for name in form.ticks.values()}
        turns = [self.followed.change, self.ended.change]
        wire(turns, self._controls, asked, controls, message, quiet=True)
        wire(self.stop.click, self._stop, mine, {"stop": self.stop}, message)
        changed = [box.input for box in self.view.values()]
        looked = {"followed": self.followed, **self.view}
        wire(changed, live.look, looked, plots, message, trigger_mode="always_last")
        wire(self.download.click, self._zip, mine, {"zip": self.zip}, message)

    def _explain(self, visit: Visit, operator: str, model: str) -> dict[str, Any]:
        return self.form.shift.show(visit, operator, encoding_of(model))

    def _for_task(
        self, visit: Visit, task: str, operator: str, own: list[list[str]]
    ) -> dict[str, Any]:
        names = shift_names(task)
        models = trainable(task, own)
        chosen = operator if operator in names else names[0]
        return {
            "model": gr.update(choices=models, value=models[0]),
            **suited(task, models[0]),
            "shift.name": gr.update(choices=self.form.shift.choices(task), value=chosen),
        }

    def _start(
        self, visit: Visit, remembered: list[str], followed: tuple[str, int], **values: Any
    ) -> dict[str, Any]:
        config = self.form.request(values)
        run_id = self.context.runs.submit(self.context.limits.check_run(config))
        return self._begun(run_id, [run_id, *(remembered or [])], followed)

    def _go_on(
        self, visit: Visit, remembered: list[str], followed: tuple[str, int]
    ) -> dict[str, Any]:
        run_id = self._newest(remembered)
        self.context.runs.resume(run_id)
        return self._begun(run_id, remembered, followed)

    def _find(
        self, visit: Visit, remembered: list[str], followed: tuple[str, int]
    ) -> dict[str, Any]:
        """Finds the visitor's newest run again when the page is opened."""
        known = [run_id for run_id in remembered or [] if self.context.runs.knows(str(run_id))]
        if not known:
            return {"followed": (RECORDED + PRESETS[0].name, 1)}
        return {**self._begun(known[0], known, followed), "found": known[0]}

    def _fill(self, visit: Visit, found: str) -> dict[str, Any]:
        """Fills in the settings of the run that was found again."""
        return self.form.filled(self.context.runs.config(found))

    def _begun(
        self, run_id: str, remembered: list[str], followed: tuple[str, int]
    ) -> dict[str, Any]:
        over = self.context.runs.state(run_id) in ENDED
        return {
            "remembered": remembered[:RUNS_REMEMBERED],
            "followed": (run_id, followed[1] + 1),
            "ended": "",
            "start": gr.update(interactive=over),
            "stop": gr.update(interactive=not over),
        }

    def _controls(
        self, visit: Visit, remembered: list[str], followed: tuple[str, int]
    ) -> dict[str, Any]:
        """Returns what a run that has begun or ended leaves to be done, and what it has cost."""
        runs, run_id = self.context.runs, followed[0]
        if recorded_name(run_id):
            return {"costs": progress.costs(visit, self.live.events(run_id)), **_RECORDED}
        if not runs.knows(run_id):
            return {}
        over = runs.state(run_id) in ENDED
        arms = self.context.models.arms_of(run_id)
        events = runs.events(run_id)
        refused = getattr(events[-1], "kind", "") if events else ""
        ticks = (name for error, name in self.form.ticks.items() if refused == error.__name__)
        return {
            "costs": progress.costs(visit, events) if over else None,
            "start": gr.update(interactive=over),
            "stop": gr.update(interactive=not over),
            "go_on": gr.update(visible=over and runs.can_resume(run_id)),
            "to_compare": gr.update(interactive=over and len(arms) > 1),
            "download": gr.update(interactive=over and bool(arms)),
            "zip": gr.update(visible=False),
            "under": self.live.earlier(visit, remembered or []),
            **{name: gr.update(visible=True) for name in ticks},
        }

    def _stop(self, visit: Visit, remembered: list[str]) -> dict[str, Any]:
        if remembered and self.context.runs.knows(remembered[0]):
            self.context.runs.cancel(remembered[0])
        return {"stop": gr.update(interactive=False)}

    def _newest(self, remembered: list[str]) -> str:
        known = [run_id for run_id in remembered or [] if self.context.runs.knows(str(run_id))]
        if not known:
            raise LimitError("train.there_no_run_yours")
        return known[0]

    def shows(self, one: Preset, visit: Visit, followed: tuple[str, int]) -> dict[str, Any]:
        """Fills a preset in and shows its recorded run, unless a run of the visitor's goes on."""
        runs, filled = self.context.runs, self.form.filled(one.config)
        if runs.knows(followed[0]) and runs.state(followed[0]) not in ENDED:
            return filled
        return {**filled, "followed": (RECORDED + one.name, followed[1] + 1)}

    def _zip(self, visit: Visit, remembered: list[str]) -> dict[str, Any]:
        run_id = self._newest(remembered)
        arms = [ref.partition("/")[2] for ref in self.context.models.arms_of(run_id)]
        arm = "shift" if "shift" in arms else arms[-1] if arms else "shift"
        folder = self.context.sessions.files_of(f"{visit.session}/zip")
        run = self.context.runs.folder(run_id)
        path = api.export_run(run, arm, folder / f"shiftdemo-{arm}.zip")
        size = path.stat().st_size / 2**20
        label = visit(
            "Download {arm}, {size:.1f} MB", arm=visit.translate(arm_name(arm)), size=size
        )
        return {"zip": gr.update(value=str(path), label=label, visible=True)}


# A recorded run leads to its comparison; its weights are not kept.
_RECORDED: dict[str, Any] = {
    "start": gr.update(interactive=True),
    "stop": gr.update(interactive=False),
    "go_on": gr.update(visible=False),
    "to_compare": gr.update(interactive=True),
    "download": gr.update(interactive=False),
    "zip": gr.update(visible=False),
}


def _sentence(
    visit: Visit, operator: str, other_arms: str, seeds: float, **told: Any
) -> dict[str, Any]:
    other = str(other_arms or "").strip()
    arms = [*told["arms"], *([other.partition("=")[0].strip()] if other else [])]
    config = {**told, "shifts": [operator], "arms": arms, "other_arms": [other] if other else []}
    config |= {"steps": whole(told["steps"]), "seeds": range(int(seeds))}
    told_of_shift = about(visit, operator, encoding_of(told["model"])) or {}
    said = {"text": progress.sentence(visit, config), "warning": told_of_shift.get("warning", "")}
    return {"said": said}
