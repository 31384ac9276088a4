"""Settings: defaults, bounds, specifications and a server's limits."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig, from_dict
from shiftdemo.core.errors import ConfigError, LimitError
from shiftdemo.core.limits import Limits
from shiftdemo.core.params import Param, ShiftSpec, params_of

COUNT = Param("k", "int", 3, "A count.", 0, 9)
RATIO = Param("r", "float", 0.5, "A ratio.", 0.0, 1.0)
WORD = Param("w", "str", "", "A word.", 0, 5)
FLAG = Param("f", "bool", False, "A flag.")
MODE = Param("m", "choice", "a", "A mode.", choices=("a", "b"))


@pytest.mark.parametrize(
    ("param", "value", "parsed"),
    [
        (COUNT, "7", 7),
        (COUNT, 7.0, 7),
        (COUNT, "1e0", 1),
        (RATIO, "0.25", 0.25),
        (RATIO, 1, 1.0),
        (WORD, "a,b", "a,b"),
        (FLAG, "Yes", True),
        (FLAG, "0", False),
        (FLAG, True, True),
        (MODE, "b", "b"),
    ],
)
def test_param_parses(param: Param, value: Any, parsed: Any) -> None:
    found = param.parse(value, "here")
    assert found == parsed and type(found) is type(parsed)


@pytest.mark.parametrize(
    ("param", "value"),
    [
        (COUNT, "x"),
        (COUNT, "1.5"),
        (COUNT, ""),
        (COUNT, None),
        (COUNT, True),
        (COUNT, "-1"),
        (COUNT, "10"),
        (COUNT, "inf"),
        (COUNT, "nan"),
        (COUNT, "9" * 400),
        (COUNT, [1]),
        (RATIO, "nan"),
        (RATIO, "-inf"),
        (RATIO, "1.0001"),
        (WORD, "toolong"),
        (FLAG, "maybe"),
        (MODE, "c"),
    ],
)
def test_param_refuses_with_place_name_and_value(param: Param, value: Any) -> None:
    with pytest.raises(ConfigError, match=rf"^here: {param.name}="):
        param.parse(value, "here")


@pytest.mark.parametrize(
    ("text", "name", "params"),
    [
        ("tag_roll", "tag_roll", {}),
        ("a:", "a", {}),
        (" a : k = 1 , j=2 ", "a", {"k": " 1 ", "j": "2"}),
        ("a:w=,,k=1", "a", {"w": ",", "k": "1"}),
        ("a:w=x=y", "a", {"w": "x=y"}),
        ("a:w=l'", "a", {"w": "l'"}),
    ],
)
def test_shift_spec_parses(text: str, name: str, params: dict[str, str]) -> None:
    assert ShiftSpec.parse(text) == ShiftSpec(name, params)


@pytest.mark.parametrize("text", ["a:k", "a:k,j=1", "a:,k=1"])
def test_shift_spec_refuses_a_part_that_is_not_key_value(text: str) -> None:
    with pytest.raises(ConfigError, match="is not key=value"):
        ShiftSpec.parse(text)


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.integers().map(str)))
def test_shift_spec_is_read_back_from_its_text(params: dict[str, str]) -> None:
    spec = ShiftSpec("name", params)
    assert ShiftSpec.parse(str(spec)) == spec


def test_defaults_lie_within_their_bounds() -> None:
    TrainConfig()
    DataSpec()
    CompareConfig("ner", "a", "b")


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"steps": 0}, "steps is 0"),
        ({"steps": 1.5}, "whole number"),
        ({"steps": "many"}, "steps is 'many'"),
        ({"steps": True}, "steps"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"batch_size": 10**9}, "batch_size"),
        ({"schedule": "step"}, "schedule.*linear, constant"),
        ({"optimizer": "adam"}, "optimizer.*adamw, sgd"),
        ({"device": "tpu"}, "device.*auto, cpu"),
        ({"arms": ("start",)}, "one of them is trained"),
        ({"arms": ("base", "x")}, "arms is 'x'"),
        ({"arms": ("base",), "other_arms": ("noshift",)}, "is not NAME=SPEC"),
        ({"arms": ("base",), "other_arms": ("A B=drop",)}, "is not NAME=SPEC"),
        ({"arms": ("base",), "other_arms": ("shift=drop",)}, "'shift' of an arm is taken"),
        ({"arms": ("base",), "other_arms": ("seeds=drop",)}, "'seeds' of an arm is taken"),
        (
            {
                "arms": ("base", "shift", "a", "b", "c"),
                "other_arms": ("a=drop", "b=drop", "c=drop"),
            },
            "1 to 4 arms",
        ),
        ({"precision": "int8"}, "precision"),
        ({"seeds": ()}, "at least one seed"),
        ({"seeds": (-1,)}, "seeds holds -1"),
        ({"seeds": (0.5,)}, "seeds holds 0.5"),
        ({"seeds": 3}, "give a list"),
        ({"shifts": "append_copy"}, "give a list"),
        ({"arms": ("base", "base")}, "once"),
        ({"arms": ()}, "once"),
        ({"arms": ("other",)}, "arms is 'other'"),
        ({"data": {"size": 1}}, "size is 1"),
        ({"data": {"corpse": "x"}}, "training: data: unknown setting 'corpse'"),
        ({"stepz": 3}, "unknown setting 'stepz'; known: task"),
    ],
)
def test_train_config_refuses_with_the_name(values: dict[str, Any], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        from_dict(TrainConfig, values, "training")


def test_the_arms_of_a_run_have_their_own_shifts() -> None:
    config = TrainConfig(
        shifts=("drop",),
        arms=("base", "shift", "start", "odd"),
        other_arms=("odd=rotate:k=2 + position_offset:p=1",),
    )
    assert config.trained_arms == ("base", "shift", "odd")
    assert config.shifts_of("base") == config.shifts_of("start") == ()
    assert config.shifts_of("shift") == ("drop",)
    assert config.shifts_of("odd") == ("rotate:k=2", "position_offset:p=1")


def test_from_dict_takes_json_values() -> None:
    config = from_dict(
        TrainConfig, {"steps": 20.0, "seeds": [1, 2], "data": {"size": 100}}, "training"
    )
    assert config.steps == 20 and type(config.steps) is int
    assert config.seeds == (1, 2) and config.data == DataSpec(size=100)
    again = from_dict(TrainConfig, dataclasses.asdict(config), "training")
    assert again == config


def test_from_dict_names_a_missing_setting() -> None:
    with pytest.raises(ConfigError, match="'task' is missing"):
        from_dict(CompareConfig, {"base": "a", "shifted": "b"}, "compare")


@pytest.mark.parametrize("values", [[], "text", None, 3])
def test_from_dict_refuses_what_is_no_object(values: Any) -> None:
    with pytest.raises(ConfigError, match="no object"):
        from_dict(TrainConfig, values, "config.json")


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig(steps=3001),
        TrainConfig(batch_size=129),
        TrainConfig(batch_tokens=65_000),
        TrainConfig(threads=64),
        TrainConfig(data=DataSpec(size=20_001)),
        TrainConfig(data=DataSpec(eval_size=20_000)),
        TrainConfig(seeds=(0, 1, 2, 3, 4, 5)),
    ],
)
def test_public_limits_refuse_a_large_run(config: TrainConfig) -> None:
    with pytest.raises(LimitError, match=r"at most|At most"):
        Limits.public().check_run(config)


def test_limits_set_the_time_limit_of_the_server() -> None:
    limits = Limits.public()
    assert limits.check_run(TrainConfig()).seconds == 300.0
    assert limits.check_run(TrainConfig(seconds=9999.0)).seconds == 300.0
    assert limits.check_run(TrainConfig(seconds=5.0)).seconds == 5.0


def test_settings_and_parameters_are_declared_alike() -> None:
    declared = params_of(TrainConfig)
    assert list(declared)[:2] == ["steps", "seconds"]
    steps = declared["steps"]
    assert isinstance(steps, Param) and (steps.name, steps.kind) == ("steps", "int")
    assert steps.default == TrainConfig().steps and steps.parse("7", "here") == 7
    assert params_of(TrainConfig()) == declared
