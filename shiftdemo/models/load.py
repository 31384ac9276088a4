"""Models behind one function: bundled, scratch, local folders and hub ids.

A reference is ``bundled:NAME`` (its base arm) or ``bundled:NAME/ARM``, ``scratch:ENCODING``,
``package:NAME`` (weights that an installed Python package carries), ``hub:OWNER/NAME``
(``@REVISION`` may follow) or the path of a folder in Hugging Face format.
Weights are read from safetensors only and no code that comes with a model is ever run.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
import transformers as tf

from shiftdemo.core.errors import LimitError, ModelError
from shiftdemo.core.messages import Message, with_or
from shiftdemo.core.model_refs import bundled_arm, bundled_refs, package_folder, package_refs
from shiftdemo.core.task_spec import TASKS, task_names
from shiftdemo.models.delay import load_delay, save_delay, without_delay
from shiftdemo.models.positions import Positions
from shiftdemo.models.pretrained import read_pretrained
from shiftdemo.models.probing import find_positions
from shiftdemo.models.scratch import ENCODINGS, ScratchSize, build_scratch

tf.utils.logging.disable_progress_bar()  # a bar a save would drown the training's own
OUTPUT_DELAY = "shiftdemo_output_delay"


@dataclass
class LoadedModel:
    """A model that is ready to use, with its tokenizer.

    Attributes:
        labels: the tags of a tagger, or the classes of a classifier, by id; otherwise empty.
        fresh_head: whether its head was made just now and knows nothing yet.
        control: whether shifts of positions that do not reach it are wanted all the same.
        memo: the tokens of sentences by their words, while the same ones are read again and again;
            ``None``: nothing is remembered.
        positions: how it encodes positions.
    """

    ref: str
    task: str
    model: Any
    tokenizer: Any
    labels: tuple[str, ...] = ()
    fresh_head: bool = False
    control: bool = False
    memo: dict[tuple[str, ...], Any] | None = field(default=None, repr=False, compare=False)
    positions: Positions = field(init=False)

    def __post_init__(self) -> None:
        self.positions = replace(find_positions(self.model), control=self.control)
        if self.positions.encoding == "sinusoidal":  # never trained, and never saved by Marian
            for place in self.positions.places:
                place.table.requires_grad_(False)

    @property
    def n_params(self) -> int:
        """Number of trainable weights."""
        return sum(p.numel() for p in self.model.parameters() if p.requires_grad)

    @property
    def output_delay(self) -> int:
        """By how many tokens a tagger answers late; kept in its ``config.json``."""
        return int(getattr(self.model.config, OUTPUT_DELAY, 0) or 0)

    @property
    def start_id(self) -> int:
        """The token that a causal model begins with: its own, or the end token as GPT-2's does."""
        tokenizer = self.tokenizer
        first = tokenizer.bos_token_id
        return int(tokenizer.eos_token_id if first is None else first)

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return next(self.model.parameters()).device


def references() -> list[dict[str, str]]:
    """Returns every model that needs no download: ``ref``, ``task``, ``encoding``, ``kind``."""
    rows = [
        {"ref": ref, "task": task, "kind": kind}
        for kind, refs in (("bundled", bundled_refs), ("package", package_refs))
        for task in task_names()
        for ref in refs(task)
    ]
    for task in task_names():
        for encoding in ENCODINGS:
            rows.append({"ref": f"scratch:{encoding}", "task": task, "kind": "scratch"})
    return rows


def is_scratch(ref: str) -> bool:
    """Whether the reference names a model that is made on the spot."""
    return ref.startswith("scratch:")


def load_model(
    ref: str,
    task: str,
    allow_hub: tuple[str, ...] | None = None,
    allow_local: bool = True,
    labels: Sequence[str] | None = None,
    seed: int = 0,
) -> LoadedModel:
    """Returns the model of a reference, on the CPU, in float32, with eager attention.

    Args:
        ref: see the module's docstring; ``scratch:…`` is made by :func:`make_scratch` instead.
        task: name of the task.
        allow_hub: the hub ids that may be loaded; ``None`` for any.
        allow_local: whether paths may be loaded.
        labels: what the model is to be trained on: where it has no head for the task, one with
            these labels is made. ``None``: it must have one.
        seed: of that head's weights.

    Raises:
        ModelError: it cannot be found or loaded, or is not made for the task.
        LimitError: this server does not allow it.
    """
    if task not in TASKS:
        raise ModelError("load.there_no_model_task", task=task, auto=", ".join(task_names()))
    kind, _, name = ref.partition(":")
    revision = None
    if kind == "scratch":
        key = "load.has_no_weights_before" if name else "load.names_no_encoding"
        raise ModelError(key, ref=ref)
    if kind == "bundled":
        folder = bundled_arm(ref)
        if folder is None or name.partition("/")[0] != TASKS.get(task).bundled:
            refs = bundled_refs(task)
            fitting = with_or(refs) if refs else Message("load.no_bundled")
            raise ModelError("load.there_no_bundled_model", name=name, task=task, fitting=fitting)
        name_or_path: str = str(folder)
    elif kind == "package":
        folder = package_folder(ref)
        if folder is None:
            raise ModelError("load.no_package", name=name)
        name_or_path = str(folder)
    elif kind == "hub":
        if allow_hub is not None and name not in allow_hub:
            raise LimitError("load.server_does_not_load", name=name)
        name_or_path, _, revision = name.partition("@")
    else:
        if not allow_local:
            raise LimitError("load.server_loads_no_local")
        name_or_path = ref
        if not (Path(name_or_path) / "config.json").is_file():
            raise ModelError("load.there_no_model_needs", place=name_or_path)
    return _load(ref, task, name_or_path, revision or None, kind != "hub", labels, seed)


def _load(
    ref: str,
    task: str,
    name_or_path: str,
    revision: str | None,
    local: bool,
    labels: Sequence[str] | None,
    seed: int,
) -> LoadedModel:
    options: dict[str, Any] = {"revision": revision} if revision else {}
    options |= {"trust_remote_code": False, "local_files_only": local}
    model, tokenizer, fresh_head = read_pretrained(ref, task, name_or_path, options, labels, seed)
    names: tuple[str, ...] = ()
    if TASKS.get(task).named_classes:
        names = tuple(model.config.id2label[i] for i in range(model.config.num_labels))
    load_delay(ref, model, name_or_path, revision=revision, local_files_only=local)
    return LoadedModel(ref, task, model.eval(), tokenizer, names, fresh_head)


def make_scratch(
    ref: str,
    task: str,
    tokenizer: Any,
    labels: Sequence[str],
    size: ScratchSize | None = None,
    dropout: float = 0.1,
    seed: int = 0,
) -> LoadedModel:
    """Returns the scratch model ``scratch:ENCODING``, initialised from ``seed``."""
    encoding = ref.partition(":")[2]
    base = size or ScratchSize()
    shape = ScratchSize(**{**_as_dict(base), "encoding": encoding})
    model = build_scratch(task, shape, tokenizer, labels, dropout, seed)
    return LoadedModel(ref, task, model, tokenizer, tuple(labels))


def _as_dict(size: ScratchSize) -> dict[str, Any]:
    return {name: getattr(size, name) for name in ScratchSize.__dataclass_fields__}


def set_dropout(model: Any, p: float) -> None:
    """Sets every dropout of ``model`` to ``p``, modules and plain attributes alike."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = p
            continue
        for name in ("dropout", "hidden_dropout", "attention_dropout", "activation_dropout"):
            value = getattr(module, name, None)
            # Dropout in attention and after the activation stays off where it was off.
            if isinstance(value, float) and (value or name in ("dropout", "hidden_dropout")):
                setattr(module, name, p)


def save_model(
    loaded: LoadedModel,
    folder: Path,
    half: bool = False,
    state: Mapping[str, torch.Tensor] | None = None,
) -> None:
    """Writes weights and tokenizer in Hugging Face format, a delay layer in a file of its own.

    Args:
        half: store the weights as float16.
        state: the weights, where they are not the model's own ones as they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = loaded.model.state_dict() if state is None else state
    state = _halved(state) if half else state
    loaded.model.save_pretrained(folder, state_dict=without_delay(state))
    save_delay(loaded.model, folder, half)
    loaded.tokenizer.save_pretrained(folder)


def _halved(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Returns a state in float16; tied weights stay one tensor, so they are written once."""
    halves: dict[Any, torch.Tensor] = {}
    weights: dict[str, torch.Tensor] = {}
    for name, tensor in state.items():
        key = (tensor.data_ptr(), tensor.shape)
        if tensor.is_floating_point() and key not in halves:
            halves[key] = tensor.half()
        weights[name] = halves.get(key, tensor)
    return weights


@contextlib.contextmanager
def torch_threads(n: int) -> Iterator[None]:
    """Within it, torch computes with ``n`` threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@functools.lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Returns the versions that decide a result."""
    import platform

    from shiftdemo import __version__

    return {
        "shiftdemo": __version__,
        "torch": torch.__version__,
        "transformers": tf.__version__,
        "python": platform.python_version(),
    }
