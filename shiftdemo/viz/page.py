"""A page of its own with attention heatmaps: everything inlined, nothing fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from plotly.offline import get_plotlyjs

from shiftdemo.viz.style import FONT, THEMES

_STYLE = """
:root { color-scheme: light dark; --text: LIGHT_TEXT; --back: LIGHT_BACK; --edge: LIGHT_EDGE; }
@media (prefers-color-scheme: dark) {
  :root { --text: DARK_TEXT; --back: DARK_BACK; --edge: DARK_EDGE; }
}
body { margin: 16px; font: 15px/1.5 FONT; color: var(--text); background: var(--back); }
h1 { font-size: 20px; font-weight: 600; margin: 0 0 12px; }
form { display: flex; flex-wrap: wrap; gap: 8px 16px; margin-bottom: 8px; }
select { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--edge);
  border-radius: 6px; padding: 4px 8px; }
"""

_SCRIPT = """(() => {
const data = JSON.parse(document.getElementById('data').textContent);
const pick = name => document.getElementById(name);
const dark = matchMedia('(prefers-color-scheme: dark)');
const narrow = matchMedia('(max-width: 700px)');

function fill(select, entries, chosen) {
  select.replaceChildren(...entries.map(([value, text]) => {
    const option = document.createElement('option');
    option.value = value; option.textContent = text;
    return option;
  }));
  if (entries.some(([value]) => String(value) === chosen)) select.value = chosen;
}

function matrix(layer, head) {
  if (head !== 'mean') return layer[head];
  return layer[0].map((row, q) => row.map((_, k) =>
    layer.reduce((sum, weights) => sum + weights[q][k], 0) / layer.length));
}

const top = z => z.reduce((most, row) => row.reduce((m, v) => Math.max(m, Math.abs(v)), most), 0);

function scale(axis, low, high, marks) {
  axis.cmin = low; axis.cmax = high;
  axis.colorbar.tickvals = marks.map(([value]) => value);
  axis.colorbar.ticktext = marks.map(([, text]) => text);
}

function draw() {
  const map = data.maps[pick('map').value];
  const key = [map.kind, dark.matches ? 'dark' : 'light', narrow.matches ? 1 : 3].join('/');
  const figure = structuredClone(data.templates[key]);
  const layer = pick('layer').value, head = pick('head').value;
  const shown = data.arms.map(arm => matrix(map.weights[arm][layer], head));
  const most = Math.max(1e-3, ...shown.map(top));
  scale(figure.layout.coloraxis, 0, most, [[0, '0'], [most, most.toFixed(2)]]);
  if (shown.length > 1) {
    shown.push(shown[1].map((row, q) => row.map((v, k) => v - shown[0][q][k])));
    const reach = Math.max(0.01, top(shown[2])), text = reach.toFixed(2);
    scale(figure.layout.coloraxis2, -reach, reach,
      [[-reach, '\\u2212' + text], [0, '0'], [reach, '+' + text]]);
  }
  shown.forEach((z, i) => { figure.data[i].z = z; });
  Plotly.react('figure', figure.data, figure.layout, {responsive: true, displayModeBar: false});
}

function start() {
  const map = data.maps[pick('map').value];
  const numbers = n => Array.from({length: n}, (_, i) => [i, String(i)]);
  fill(pick('layer'), numbers(map.n_layers), pick('layer').value || String(map.n_layers - 1));
  fill(pick('head'), [['mean', 'mean of heads'], ...numbers(map.n_heads)], pick('head').value);
  draw();
}

fill(pick('map'), data.maps.map((map, i) => [i, map.kind]), String(data.maps.length - 1));
pick('map').addEventListener('change', start);
for (const name of ['layer', 'head']) pick(name).addEventListener('change', draw);
for (const query of [dark, narrow]) query.addEventListener('change', draw);
start();
})();
"""


def attention_page(values: Mapping[str, Any], templates: Mapping[str, Any]) -> str:
    """Returns the page.

    Args:
        values: from :func:`shiftdemo.viz.export.attention_json`.
        templates: figures without weights, by ``KIND/THEME/COLUMNS``.
    """
    style = _STYLE.replace("FONT", FONT)
    for name, theme in THEMES.items():
        style = style.replace(f"{name.upper()}_TEXT", theme.text)
        style = style.replace(f"{name.upper()}_BACK", theme.background)
        style = style.replace(f"{name.upper()}_EDGE", theme.muted)
    # A token such as </script> must not end the element: "<" is written as its JSON escape.
    plain = json.dumps({**values, "templates": templates}, separators=(",", ":"))
    data = plain.replace("<", "\\u003c")
    pickers = "".join(
        f'<label>{name} <select id="{name}"></select></label>' for name in ("map", "layer", "head")
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Attention</title><style>{style}</style></head>"
        f"<body><h1>Attention</h1><form>{pickers}</form>"
        f'<div id="figure"></div><script id="data" type="application/json">{data}</script>'
        f"<script>{get_plotlyjs()}</script><script>{_SCRIPT}</script></body></html>\n"
    )
