"""The report of a comparison: one page that needs nothing else and opens without a network."""

from __future__ import annotations

import html
import json
import shlex
from collections.abc import Iterable, Sequence
from typing import Any

from shiftdemo.core.config import CompareConfig
from shiftdemo.core.plain import as_plain
from shiftdemo.evaluation.results import Comparison, OutputRow
from shiftdemo.evaluation.telling import telling_rows, telling_strength
from shiftdemo.evaluation.verdict import rules
from shiftdemo.publishing.command import compare_command
from shiftdemo.publishing.comparison import breakdown, tables, words
from shiftdemo.publishing.comparison.curve import panels
from shiftdemo.publishing.comparison.figures import Table, strength_name
from shiftdemo.viz.diff import output_view
from shiftdemo.viz.reader import Reader
from shiftdemo.viz.style import FONT, THEMES, arm_style

_STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; padding: 24px; max-width: 1100px; font: 15px/1.5 FONT; color: TEXT;
  background: BACK; }
h1 { font-size: 24px; font-weight: 600; margin: 16px 0 8px; }
h2 { font-size: 18px; font-weight: 600; margin: 32px 0 8px; }
p.verdict { font-size: 18px; margin: 8px 0; }
p.note, caption, .small { color: MUTED; }
.small { font-size: 12px; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #F4F5F8; padding: 8px 12px;
  border-radius: 6px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid GRID;
  vertical-align: top; }
th { font-weight: 600; }
td:not(:first-child) { white-space: nowrap; }
dl { margin: 12px 0; padding-bottom: 8px; border-bottom: 1px solid GRID; }
dt { color: MUTED; font-size: 13px; }
dd { margin: 0 0 4px; }
mark { background: #FCE7C8; color: inherit; }
sub { color: MUTED; }
"""


def report(result: Comparison, config: CompareConfig) -> str:
    """Returns the page, in English: verdict, curve, tables, sentences, and how it was made.

    Args:
        config: what was asked for; the first line is the command that makes it again.
    """
    visit = Reader()
    command = shlex.join(compare_command(config))
    style = _STYLE.replace("FONT", FONT)
    light = THEMES["light"]
    for name, color in (
        ("TEXT", light.text),
        ("BACK", light.background),
        ("MUTED", light.muted),
        ("GRID", light.grid),
    ):
        style = style.replace(name, color)
    first = f"<!-- {command.replace('>', '&gt;')} -->\n"
    parts = [
        *_head(visit, result, command),
        *_figure(visit, result),
        *_tables(visit, result),
        *_sentences(visit, result),
        *_making(visit, result),
    ]
    return (
        f'{first}<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Comparison</title><style>{style}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _p(text: str, style: str = "") -> str:
    return f'<p class="{style}">{html.escape(text)}</p>' if text else ""


def _head(visit: Reader, result: Comparison, command: str) -> Iterable[str]:
    yield f"<pre>{html.escape(command)}</pre>"
    yield f"<h1>{html.escape(_title(visit, result))}</h1>"
    yield _p(words.plain(visit, result), "verdict")
    yield _p(words.brief(visit, result), "verdict")
    yield _p(words.power(visit, result), "note")
    for note in result.notes:
        yield _p(f"Note: {visit.translate(note)}", "note")
    whole = html.escape(words.whole(visit, result))
    yield f"<details><summary>The verdict with intervals and p-values</summary>{whole}</details>"


def _title(visit: Reader, result: Comparison) -> str:
    arms = ", ".join(f"{visit.marked(arm)}: {ref}" for arm, ref in result.arms.items())
    return f"{arms}; {visit.translate(result.condition.axis)}"


def _figure(visit: Reader, result: Comparison) -> Iterable[str]:
    if not result.curves:
        return
    from plotly.offline import get_plotlyjs

    from shiftdemo.viz.robustness import curve_figure

    figure = curve_figure(panels(result), result.n_seeds, say=visit.translate, label=visit.arm)
    # A name such as </script> must not end the element.
    data = json.dumps(json.loads(figure.to_json())).replace("<", "\\u003c")
    yield "<h2>Robustness curve</h2><div id='curve'></div>"
    yield f"<script id='figure' type='application/json'>{data}</script>"
    yield f"<script>{get_plotlyjs()}</script>"
    yield (
        "<script>const figure = JSON.parse(document.getElementById('figure').textContent);"
        "Plotly.newPlot('curve', figure.data, figure.layout,"
        "{responsive: true, displayModeBar: false});</script>"
    )


def _tables(visit: Reader, result: Comparison) -> Iterable[str]:
    for title, table in (
        ("Differences", tables.differences(visit, result)),
        ("The curve in a few numbers", tables.curves(visit, result)),
        ("Trained on × tested on", tables.matrix(visit, result)),
        ("Every score", tables.every_score(visit, result)),
        ("Where the difference comes from", breakdown.slices(visit, result)),
        ("By type", breakdown.types(visit, result)),
        ("By tag", breakdown.tags(visit, result)),
        ("Taken for one another", breakdown.confusions(visit, result)),
        ("Information", breakdown.information(visit, result)),
        ("Consistency", breakdown.consistency(visit, result)),
        ("Cost of training", tables.costs(visit, result)),
        ("Controls", tables.controls(visit, result)),
    ):
        if table is not None:
            yield f"<h2>{html.escape(title)}</h2>{_table(table)}"


def _table(table: Table) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in table["columns"])
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
        for row in table["rows"]
    )
    return (
        f"{_p(table.get('caption', ''), 'note')}<div class='scroll'><table><tr>{head}</tr>{rows}"
        f"</table></div>{_p(table.get('small', ''), 'small')}"
    )


def _sentences(visit: Reader, result: Comparison) -> Iterable[str]:
    index = telling_strength(result)
    rows = telling_rows(result, index)
    if not rows:
        return
    at = strength_name(visit, result, result.strengths[index])
    yield f"<h2>Sentences on which the two differ most, {html.escape(at)}</h2>"
    for row in rows:
        yield _sentence(visit, row, index)


def _sentence(visit: Reader, row: OutputRow, index: int) -> str:
    plain: dict[str, Any] = as_plain(row)
    plain = {**plain, **plain["moved"][index]} if row.moved else plain
    view = output_view(plain, index, label=visit.arm)
    lines = [f"<dt>source</dt><dd>{html.escape(view['source'])}</dd>"]
    reference = view["reference"]
    if reference:
        shown = html.escape(reference) if isinstance(reference, str) else _tagged(reference)
        lines.append(f"<dt>reference</dt><dd>{shown}</dd>")
    for arm in view["arms"]:
        name = f"{arm_style(arm['arm']).mark} {arm['label']}"
        said = _pieces(arm["pieces"]) if "pieces" in arm else _tagged(arm["words"])
        lines.append(f"<dt>{html.escape(name)}</dt><dd>{said}</dd>")
    return f"<dl>{''.join(lines)}</dl>"


def _pieces(pieces: Sequence[dict[str, str]]) -> str:
    shown = (
        html.escape(piece["text"])
        if piece["mark"] == "same"
        else f"<mark>{html.escape(piece['text'])}</mark>"
        for piece in pieces
    )
    return "".join(shown)


def _tagged(marked: Sequence[dict[str, Any]]) -> str:
    cells = []
    for word in marked:
        text = html.escape(word["text"])
        text = text if word["mark"] in ("right", "plain") else f"<mark>{text}</mark>"
        cells.append(
            text + ("" if word["tag"] == "O" else f"<sub>{html.escape(word['tag'])}</sub>")
        )
    return " ".join(cells)


def _making(visit: Reader, result: Comparison) -> Iterable[str]:
    yield "<h2>How the verdict is made</h2><ul>"
    yield from (f"<li>{html.escape(visit.translate(rule))}</li>" for rule in rules())
    yield "</ul><h2>How it was made</h2>"
    settings = {"config": result.config, "versions": result.versions, "read": result.read}
    plain = json.dumps(as_plain(settings), ensure_ascii=False, indent=1)
    yield f"<pre>{html.escape(plain)}</pre>"
