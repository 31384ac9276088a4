"""What a model is, told before anything is done with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shiftdemo import api
from shiftdemo.core.errors import ModelError
from shiftdemo.models.load import save_model


def test_a_folder_tells_what_it_holds(make_tiny: Callable[..., Any], tmp_path: Path) -> None:
    model = make_tiny("ner", "learned")
    save_model(model, tmp_path)
    facts = api.look(str(tmp_path), "ner")
    assert (facts.architecture, facts.encoding, facts.most_positions) == (
        "BertForTokenClassification",
        "learned",
        64,
    )
    assert facts.labels == model.labels and not facts.fresh_head
    assert facts.n_params == sum(p.numel() for p in model.model.parameters())


def test_a_head_may_be_missing_only_where_it_is_trained(
    make_tiny: Callable[..., Any], tmp_path: Path
) -> None:
    loaded = make_tiny("ner", "learned")
    loaded.model.base_model.save_pretrained(tmp_path)
    loaded.tokenizer.save_pretrained(tmp_path)
    facts = api.look(str(tmp_path), "ner", trainable=True)
    assert facts.fresh_head and facts.labels == ()
    with pytest.raises(ModelError):
        api.look(str(tmp_path), "ner")
