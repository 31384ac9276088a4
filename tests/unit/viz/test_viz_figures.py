"""Figures: attention heatmaps, robustness curves, and the files made from them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from chinese import english_in

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.messages import Message
from shiftdemo.core.types import AttentionMap, Score
from shiftdemo.viz.attention import compare, heatmap, is_special, panel
from shiftdemo.viz.robustness import CurvePanel, curve_figure, spaced, ticks

TOKENS = ("<s>", "Mary", "gave", "Mary", "<b>bold</b>", "</s>")


def _map(seed=0, tokens=TOKENS, kind="encoder", n_heads=2):
    logits = np.random.default_rng(seed).normal(size=(2, n_heads, len(tokens), len(tokens)))
    weights = np.exp(logits)
    weights /= weights.sum(-1, keepdims=True)
    return AttentionMap(kind, weights.astype(np.float32), tokens, tokens)


def test_heatmap_draws_the_weights_and_keeps_repeated_words_apart():
    attention = _map()
    trace = heatmap(attention, 1, 0).data[0]
    np.testing.assert_allclose(trace.z, attention.weights[1, 0], atol=1e-4)
    assert list(trace.x) == ["0", "1", "2", "3", "4", "5"]


def test_heatmap_without_a_title_has_none():
    assert not heatmap(_map(), 0, 0).layout.annotations


def test_heatmaps_are_said_in_the_readers_language():
    def say(one):
        return one.text("zh")

    def label(arm):
        return {"base": "基线", "shift": "移位训练"}[arm]

    figure = compare(_map(0), _map(1), 0, 0, say=say, label=label)
    assert [note.text for note in figure.layout.annotations] == ["基线", "移位训练", "差"]
    said = [figure.layout.xaxis.title.text, figure.layout.yaxis.title.text]
    said += [
        figure.layout.coloraxis.colorbar.title.text,
        figure.layout.coloraxis2.colorbar.title.text,
    ]
    said += [trace.hovertemplate for trace in figure.data]
    assert [word for one in said for word in english_in(one, "br extra 3f")] == []
    english = heatmap(_map(), 0, 0).data[0].hovertemplate
    assert english == "from <b>%{y}</b><br>to <b>%{x}</b><br>weight %{z:.3f}<extra></extra>"


def test_heatmap_escapes_tokens():
    plain = heatmap(_map(), 0, 0, title="<i>t</i>").to_json()
    assert "<b>bold" not in plain and "<i>t" not in plain
    labels = json.loads(plain)["layout"]["xaxis"]["labelalias"]
    assert labels["4"] == "&lt;b&gt;bold&lt;/b&gt;" and labels["1"] == labels["3"] == "Mary"


def test_heatmap_mean_of_heads_and_hidden_specials():
    attention = _map()
    shown = panel(attention, -1, None, special=False)
    assert shown.keys == TOKENS[1:5]
    np.testing.assert_allclose(shown.values, attention.weights[1].mean(0)[1:5, 1:5])
    assert is_special("[CLS]") and is_special("<start>") and not is_special("<unk>")
    assert not is_special("\u200b<b>") and not is_special("<") and not is_special("a>b")


def test_heatmap_wrong_layer_or_head_is_one_sentence():
    with pytest.raises(ConfigError, match="layers 0 to 1"):
        heatmap(_map(), 2, 0)
    with pytest.raises(ConfigError, match="heads 0 to 1"):
        heatmap(_map(), 0, 5)


def test_compare_shares_one_scale_and_the_change_is_symmetric():
    base, shift = _map(0), _map(1)
    figure = compare(base, shift, 0, 1)
    change = shift.weights[0, 1] - base.weights[0, 1]
    assert [t.coloraxis for t in figure.data] == ["coloraxis", "coloraxis", "coloraxis2"]
    np.testing.assert_allclose(figure.data[2].z, change, atol=1e-4)
    most = max(base.weights[0, 1].max(), shift.weights[0, 1].max())
    assert figure.layout.coloraxis.cmax == pytest.approx(most, abs=1e-6)
    assert figure.layout.coloraxis2.cmin == -figure.layout.coloraxis2.cmax
    titles = [a.text for a in figure.layout.annotations]
    assert titles == ["base", "shift-trained", "difference"]


def test_compare_of_different_tokens_is_refused():
    with pytest.raises(DataError, match="different tokens"):
        compare(_map(), _map(tokens=TOKENS[:5]), 0, 0)


def test_compare_of_equal_maps_shows_no_change():
    figure = compare(_map(), _map(), 0, 0)
    assert not np.any(figure.data[2].z) and figure.layout.coloraxis2.cmax == 0.01


def test_figures_of_one_and_of_many_tokens():
    for n in (1, 3, 64):
        tokens = tuple(f"t{i}" for i in range(n))
        assert 120 < heatmap(_map(tokens=tokens), 0, 0).layout.height < 800
        assert len(compare(_map(tokens=tokens), _map(1, tokens), 0, 0, columns=1).data) == 3


def _scores(values, name="entity F1"):
    return [Score(name, v, v - 2, v + 2, 400, "sig") for v in values]


AXIS = "offset: position of the first token"


def _panel(**more):
    curves = {"base": _scores([60, 50, 40, 30]), "shift": _scores([61, 60, 59, 35])}
    values = {"axis": AXIS, "trained": (0, 4), "curves": curves, **more}
    return CurvePanel((0, 1, 4, 16), **values)


def test_curve_figure_lines_bands_and_trained_range():
    figure = curve_figure([_panel()])
    lines = [t for t in figure.data if t.mode == "lines+markers"]
    assert [t.name for t in lines] == ["base", "shift-trained"]
    assert [t.line.color for t in lines] == ["#0072B2", "#D55E00"]
    assert list(lines[0].x) == [spaced(k) for k in (0, 1, 4, 16)] and spaced(0) == 0
    assert "offset 16" in lines[0].text[3] and "28.0 to 32.0" in lines[0].text[3]
    assert "400 sentences" in lines[0].text[3]
    bands = [t for t in figure.data if t.fill == "toself"]
    assert len(bands) == 2 and max(bands[0].y) == 62 and min(bands[0].y) == 28
    assert figure.layout.shapes[0].x1 == spaced(4) and figure.layout.yaxis.range[0] == 0


def test_curve_figure_takes_seed_means_and_rates():
    figure = curve_figure([_panel(trained=None)], 3, "dark")
    assert "least and greatest of 3 seeds" in figure.data[2].text[0]
    assert not figure.layout.shapes
    rates = CurvePanel((0, 0.1, 0.5), {"base": _scores([60, 50, 40])}, "drop, rate", "rate")
    drawn = curve_figure([rates])
    assert "rate 0.1" in drawn.data[1].text[1]
    assert list(drawn.layout.xaxis.ticktext) == ["0", "0.1", "0.5"]


def test_curve_figure_has_a_panel_for_each_condition():
    axis = "offset: position of the source's first token (the target's: 0)"
    figure = curve_figure([_panel(), _panel(axis=axis, trained=(4, 4))])
    assert figure.layout.xaxis2.title.text == axis
    assert figure.layout.xaxis.title.text == AXIS
    assert [t.name for t in figure.data if t.showlegend] == ["base", "shift-trained"]
    second = figure.layout.shapes[1]
    assert second.x0 < spaced(4) < second.x1 and second.xref == "x2"
    texts = [note.text for note in figure.layout.annotations]
    assert texts == ["trained range: 0 to 4", "trained at 4 alone"]


def test_arms_of_different_ranges_have_a_strip_each():
    same = curve_figure([_panel(ranges={"base": (0, 0), "shift": (0, 4)})])
    assert [shape.type for shape in same.layout.shapes] == ["rect"]
    assert [note.text for note in same.layout.annotations] == ["trained range: 0 to 4"]
    apart = curve_figure([_panel(ranges={"base": (4, 16), "shift": (0, 4), "far": (0, 99)})])
    shade, base, shift = apart.layout.shapes  # "far" has no curve here
    assert (base.fillcolor, shift.fillcolor) == ("#0072B2", "#D55E00")
    assert (base.x1, shift.x1, shade.x1) == (spaced(16), spaced(4), spaced(4))
    assert base.x0 < spaced(4) and base.y1 <= shift.y0 and base.yref == "y domain"
    texts = [note.text for note in apart.layout.annotations]
    assert texts == ["● trained range: 4 to 16", "▲ trained range: 0 to 4"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_title_of_an_axis_fits_a_phone(lang):
    axis = Message("axis.offset_target")
    wide, narrow = (
        curve_figure([_panel(axis=axis)], say=lambda one: one.text(lang), narrow=narrow)
        for narrow in (False, True)
    )
    lines = narrow.layout.xaxis.title.text.split("<br>")
    assert len(lines) == (2 if lang == "en" else 1 + (len(axis.text(lang)) > 18))
    assert max(len(line) for line in lines) <= (36 if lang == "en" else 18 + 9)
    assert wide.layout.xaxis.title.text == axis.text(lang)
    more = 17 * (len(lines) - 1)
    assert narrow.layout.height == wide.layout.height + more
    assert narrow.layout.margin.b == wide.layout.margin.b + more


def test_curve_figure_one_offset_gets_a_bar_and_none_an_error():
    figure = curve_figure([CurvePanel((0,), {"<b>": _scores([50])}, AXIS)])
    assert figure.data[1].error_y.visible and figure.data[1].name == "&lt;b&gt;"
    for nothing in ([], [CurvePanel((), {}, AXIS)]):
        with pytest.raises(DataError, match="no robustness curve"):
            curve_figure(nothing)


def test_ticks_leave_out_what_would_touch():
    default = [0, 1, 2, 4, 8, 16, 32, 64, 128]
    assert ticks(default) == default
    found = ticks(list(range(0, 65, 4)))
    assert found[0] == 0 and found[-1] == 64 and len(found) < 12
