"""Models behind one function: bundled, scratch, local folders and hub ids.

A reference is ``bundled:NAME``, ``scratch:ENCODING``, ``hub:OWNER/NAME`` (``@REVISION`` may
follow) or the path of a folder in Hugging Face format. Weights are read from safetensors only
and no code that comes with a model is ever run.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import transformers as tf

from shiftdemo.assets import ASSETS
from shiftdemo.delay import load_delay, save_delay, without_delay
from shiftdemo.errors import LimitError, ModelError
from shiftdemo.positions import Positions, find_positions
from shiftdemo.scratch import ENCODINGS, ScratchSize, build_scratch

tf.utils.logging.disable_progress_bar()  # a bar a save would drown the training's own
BUNDLED = {"translator": "translation", "tagger": "ner"}
OUTPUT_DELAY = "shiftdemo_output_delay"
_AUTO = {
    "translation": tf.AutoModelForSeq2SeqLM,
    "ner": tf.AutoModelForTokenClassification,
}


@dataclass
class Loaded:
    """A model that is ready to use, with its tokenizer.

    Attributes:
        labels: the tags of a tagger by id; empty for a translator.
        positions: how it encodes positions.
    """

    ref: str
    task: str
    model: Any
    tokenizer: Any
    labels: tuple[str, ...] = ()
    positions: Positions = field(init=False)

    def __post_init__(self) -> None:
        self.positions = find_positions(self.model)
        if self.positions.encoding == "sinusoidal":  # never trained, and never saved by Marian
            for table in (*self.positions.source, *self.positions.target):
                table.requires_grad_(False)

    @property
    def n_params(self) -> int:
        """Number of trainable weights."""
        return sum(p.numel() for p in self.model.parameters() if p.requires_grad)

    @property
    def output_delay(self) -> int:
        """By how many places a tagger answers late; kept in its ``config.json``."""
        return int(getattr(self.model.config, OUTPUT_DELAY, 0) or 0)

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return next(self.model.parameters()).device


def references() -> list[dict[str, str]]:
    """Returns every model that needs no download: ``ref``, ``task``, ``encoding``, ``kind``."""
    rows = [
        {"ref": f"bundled:{name}", "task": task, "kind": "bundled"}
        for name, task in BUNDLED.items()
        if (ASSETS / "models" / name).is_dir()
    ]
    for task in ("ner", "translation"):
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
) -> Loaded:
    """Returns the model of a reference, on the CPU, in float32, with eager attention.

    Args:
        ref: see the module's docstring; ``scratch:…`` is made by :func:`make_scratch` instead.
        task: ``"translation"`` or ``"ner"``.
        allow_hub: the hub ids that may be loaded; ``None`` for any.
        allow_local: whether paths may be loaded.

    Raises:
        ModelError: it cannot be found or loaded, or is not made for the task.
        LimitError: this server does not allow it.
    """
    if task not in _AUTO:
        raise ModelError(f"There is no model for the task {task!r}; choose translation or ner.")
    kind, _, name = ref.partition(":")
    revision = None
    if kind == "scratch":
        raise ModelError(f"{ref} has no weights before training; train it, then name its folder.")
    if kind == "bundled":
        if BUNDLED.get(name) != task:
            fitting = ", ".join(f"bundled:{n}" for n, t in BUNDLED.items() if t == task)
            raise ModelError(f"There is no bundled model {name!r} for {task}; there is {fitting}.")
        place: str = str(ASSETS / "models" / name)
    elif kind == "hub":
        if allow_hub is not None and name not in allow_hub:
            raise LimitError(
                f"This server does not load {name!r} from the hub; use a bundled or scratch model."
            )
        place, _, revision = name.partition("@")
    else:
        if not allow_local:
            raise LimitError("This server loads no local folders; use a bundled or scratch model.")
        place = ref
        if not (Path(place) / "config.json").is_file():
            raise ModelError(
                f"There is no model in {place!r}: it needs config.json, model.safetensors and a "
                "tokenizer; for a hub model write hub:OWNER/NAME."
            )
    return _load(ref, task, place, revision or None, local=kind != "hub")


def _load(ref: str, task: str, place: str, revision: str | None, local: bool) -> Loaded:
    options: dict[str, Any] = {"revision": revision} if revision else {}
    options |= {"trust_remote_code": False, "local_files_only": local}
    try:
        tokenizer = tf.AutoTokenizer.from_pretrained(place, **options)
        model, report = _AUTO[task].from_pretrained(
            place,
            use_safetensors=True,
            attn_implementation="eager",
            dtype=torch.float32,
            output_loading_info=True,
            **options,
        )
    except Exception as error:  # whatever a stranger's files bring about, in any library
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"The model {ref} cannot be loaded for {task}: {reason}") from None
    if report["missing_keys"]:
        raise ModelError(
            f"The model {ref} is not made for {task}: it has no weights for "
            f"{sorted(report['missing_keys'])[0]}; give one that was trained for it."
        )
    _check_tokenizer(ref, task, tokenizer)
    labels: tuple[str, ...] = ()
    if task == "ner":
        labels = tuple(model.config.id2label[i] for i in range(model.config.num_labels))
    model.tie_weights()
    load_delay(ref, model, place, revision=revision, local_files_only=local)
    return Loaded(ref, task, model.eval(), tokenizer, labels)


def _check_tokenizer(ref: str, task: str, tokenizer: Any) -> None:
    if len(tokenizer) <= len(tokenizer.all_special_tokens):  # what transformers makes of no files
        raise ModelError(f"The model {ref} has no tokenizer beside it; save its tokenizer too.")
    if tokenizer.pad_token_id is None:
        raise ModelError(f"The tokenizer of {ref} has no padding token; set its pad_token.")
    if task == "ner" and not tokenizer.is_fast:
        raise ModelError(f"The tokenizer of {ref} cannot tell words apart; save a fast tokenizer.")


def make_scratch(
    ref: str,
    task: str,
    tokenizer: Any,
    labels: Sequence[str],
    size: ScratchSize | None = None,
    dropout: float = 0.1,
    seed: int = 0,
) -> Loaded:
    """Returns the scratch model ``scratch:ENCODING``, initialised from ``seed``."""
    encoding = ref.partition(":")[2]
    base = size or ScratchSize()
    shape = ScratchSize(**{**_as_dict(base), "encoding": encoding})
    model = build_scratch(task, shape, tokenizer, labels, dropout, seed)
    return Loaded(ref, task, model, tokenizer, tuple(labels))


def _as_dict(size: ScratchSize) -> dict[str, Any]:
    return {name: getattr(size, name) for name in ScratchSize.__dataclass_fields__}


def set_dropout(model: Any, p: float) -> None:
    """Sets every dropout of ``model`` to ``p``, modules and plain attributes alike."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = p
            continue
        for name in ("dropout", "attention_dropout", "activation_dropout"):
            value = getattr(module, name, None)
            # Dropout in attention and behind the activation stays off where it was off.
            if isinstance(value, float) and (value or name == "dropout"):
                setattr(module, name, p)


def save_model(loaded: Loaded, folder: Path, half: bool = False) -> None:
    """Writes weights and tokenizer in Hugging Face format, a delay layer in a file of its own.

    Args:
        half: store the weights as float16.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = _halved(loaded.model) if half else loaded.model.state_dict()
    loaded.model.save_pretrained(folder, state_dict=without_delay(state))
    save_delay(loaded.model, folder, half)
    loaded.tokenizer.save_pretrained(folder)


def _halved(model: Any) -> dict[str, torch.Tensor]:
    """Returns the state in float16; tied weights stay one tensor, so they are written once."""
    halves: dict[Any, torch.Tensor] = {}
    state: dict[str, torch.Tensor] = {}
    for name, tensor in model.state_dict().items():
        key = (tensor.data_ptr(), tensor.shape)
        if tensor.is_floating_point() and key not in halves:
            halves[key] = tensor.half()
        state[name] = halves.get(key, tensor)
    return state


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
