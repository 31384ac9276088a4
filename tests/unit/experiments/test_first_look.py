"""What the page opens with: recorded answers are those of the models, curves those of the pairs."""

from __future__ import annotations

import json

import pytest

from shiftdemo import api
from shiftdemo.cli.main import main
from shiftdemo.core.errors import DataError, LimitError
from shiftdemo.core.limits import Limits
from shiftdemo.experiments.first_look import (
    EXAMPLES,
    LAST,
    SHOWN,
    Answers,
    curve_names,
    recorded_answers,
    recorded_curves,
)
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.start.view import first_view
from shiftdemo.viz.answer_view import answer_view

POSITIONS = (0, 1, 8, 16, 32, 48, 64)


def test_recorded_answers_are_those_of_the_models() -> None:
    assert [one.text for one in recorded_answers()] == list(EXAMPLES.values())
    same, n = 0, 0
    for recorded in recorded_answers():
        assert recorded.positions == tuple(range(LAST + 1))
        live = api.answer(recorded.text, POSITIONS)
        for task in SHOWN:
            for arm, outputs in live.outputs[task].items():
                wanted = [recorded.outputs[task][arm][k] for k in POSITIONS]
                same += sum(a == b for a, b in zip(outputs, wanted, strict=True))
                n += len(wanted)
    # Another processor rounds in another way, which may turn a close choice.
    assert same >= 0.95 * n, f"{same} of {n}"


def test_positions_reach_the_pairs_as_far_as_the_slider_goes() -> None:
    # One further than what is answered without asking again whether offsets have an effect.
    beyond = api.answer(next(iter(EXAMPLES.values())), [0, LAST + 1])
    for task in SHOWN:
        first, last = beyond.outputs[task]["base"]
        assert first != last, task


def test_at_32_the_arms_differ_on_most_examples() -> None:
    for task in SHOWN:
        pairs = [recorded.outputs[task] for recorded in recorded_answers()]
        assert sum(arms["base"][32] != arms["shift"][32] for arms in pairs) >= 4, task


def test_answers_come_back_from_their_record() -> None:
    answers = recorded_answers()[0]
    again = Answers.from_dict(json.loads(json.dumps(answers.to_dict())))
    assert again == answers


def test_curves_are_those_of_the_cards() -> None:
    for task, comparison in recorded_curves().items():
        assert comparison.condition.trained == (0, 48) and comparison.outputs == ()
        assert 32 in comparison.strengths and comparison.n >= 1000, task
    assert curve_names() == {"translation": "Multi30k test_2016_flickr", "ner": "WikiANN-en test"}


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [(" ", DataError, "text is empty"), ("a " * 2000, LimitError, "at most 2000")],
)
def test_a_text_that_cannot_be_answered_says_why(
    text: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        api.Backend(Limits.public()).answer(text, [0])


def test_changes_are_counted_against_position_0() -> None:
    same = answer_view("A cat.", "Un chat.", "Un chat.")
    assert same == {"pieces": [{"text": "Un chat.", "changed": False}], "changed": 0, "of": 3}
    gone = answer_view("A cat.", ".", "Un chat.")
    assert (gone["changed"], gone["of"]) == (2, 3)
    tags = answer_view("Ada Lovelace, here", ("B-PER", "I-PER", "O", "O"), ("B-PER", "O", "O", "O"))
    first, comma, _ = tags["pieces"]
    assert first == {"text": "Ada Lovelace", "type": "PER", "changed": True, "after": ""}
    assert comma["after"] == " " and comma["type"] == "" and tags["changed"] == 1
    bare = answer_view("in Paris", ("O", "I-LOC"), ("O", "B-LOC"))
    assert bare["pieces"][1]["type"] == "LOC" and bare["pieces"][1]["changed"]


def test_the_view_says_the_gain_and_its_price() -> None:
    view = first_view(Visit("en"))
    translation = recorded_curves()["translation"].differences["shift"]
    assert translation.inside is not None
    assert f"{translation.inside.value:+.1f} BLEU" in view["verdict"]["text"]
    assert f"{translation.clean.value:+.1f} BLEU" in view["verdict"]["text"]
    assert len(view["examples"]) == 6 and len(view["curves"]) == 2


def test_the_command_line_answers_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["answer", "--text", "Anna went to Paris.", "--positions", "0,32", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 8 and {row["position"] for row in rows} == {0, 32}
    assert rows[0]["output"].startswith("Anna")
    assert main(["answer", "--text", "Anna went to Paris.", "--positions", "0"]) == 0
    assert "Paris LOC" in capsys.readouterr().out
    assert main(["answer", "--text", "x", "--positions", "soon"]) == 2
    assert "give them as 0,32" in capsys.readouterr().err
