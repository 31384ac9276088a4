"""Records what the bundled pairs make of the page's examples at every position.

``python tools/record_answers.py`` writes ``assets/answers.json``; to be run after the pairs change.
"""

from __future__ import annotations

from shiftdemo import api
from shiftdemo.experiments.first_look import EXAMPLES, LAST, RECORDED, SHOWN
from shiftdemo.models.load import versions
from shiftdemo.training.record import write_json


def main() -> None:
    """Records all examples and says on how many of them the arms differ."""
    answers = [api.answer(text, range(LAST + 1)) for text in EXAMPLES.values()]
    examples = [one.to_dict() for one in answers]
    write_json(RECORDED, {"versions": versions(), "examples": examples})
    for k in (0, 16, 32, 48, LAST):
        for task in SHOWN:
            pairs = [
                (one.outputs[task]["base"][k], one.outputs[task]["shift"][k]) for one in answers
            ]
            differ = sum(base != shift for base, shift in pairs)
            print(f"{task}, position {k}: the arms differ on {differ} of {len(pairs)} examples")


if __name__ == "__main__":
    main()
