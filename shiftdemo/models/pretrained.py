"""Weights and tokenizers out of a folder or from the hub, for the head that a task needs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch
import transformers as tf

from shiftdemo.core.errors import ModelError
from shiftdemo.core.messages import Message
from shiftdemo.core.task_spec import TASKS

# transformers advises it wherever a Marian tokenizer is made or copied, several times a run, and
# has no setting for that. The package only evens out punctuation, and is not one of ours.
warnings.filterwarnings("ignore", r"Recommended: pip install sacremoses\.$", UserWarning)
# Where tokens stand in the text has to be known.
_OF_FILES = ("revision", "trust_remote_code", "local_files_only")  # of which files, not what
_BY_INDEX = ("TokenClassification", "QuestionAnswering")


def auto_class(task: str) -> Any:
    """Returns transformers' class that loads the models of a task."""
    return getattr(tf, f"AutoModelFor{TASKS.get(task).head}")


def read_pretrained(
    ref: str,
    task: str,
    name_or_path: str,
    options: dict[str, Any],
    labels: Sequence[str] | None = None,
    seed: int = 0,
) -> tuple[Any, Any, bool]:
    """Returns a model, its tokenizer, and whether its head was made just now.

    Args:
        ref: the model, for messages.
        name_or_path: a hub id or a folder.
        options: of transformers' ``from_pretrained``.
        labels: of the head that is made where there is none; ``None``: there must be one.
        seed: of that head's weights.

    Raises:
        ModelError: it cannot be loaded, or is not made for the task.
    """
    try:
        tokenizer = tf.AutoTokenizer.from_pretrained(name_or_path, **options)
        model, missing = _read(task, name_or_path, options)
        fresh_head = bool(missing) and labels is not None and _only_head(model, missing)
        if fresh_head:
            model = _with_head(task, name_or_path, options, labels or (), seed)
    except Exception as error:  # whatever a stranger's files bring about, in any library
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if "ignore_mismatched_sizes" in reason:  # transformers speaks of an option of its own
            reason = Message("pretrained.head_of_another_kind")
        raise ModelError(
            "pretrained.model_cannot_loaded", ref=ref, task=task, reason=reason
        ) from None
    if missing and not fresh_head:
        raise ModelError("pretrained.model_not_made_has", ref=ref, task=task, missing=missing[0])
    _check_tokenizer(ref, task, tokenizer)
    model.tie_weights()
    if TASKS.get(task).kind == "causal":
        _check_causal(ref, model)
    return model, tokenizer, fresh_head


def _read(task: str, name_or_path: str, options: dict[str, Any]) -> tuple[Any, list[str]]:
    """Returns the model, and the names of the weights that its files do not hold."""
    told = tf.utils.logging.get_verbosity()
    tf.utils.logging.set_verbosity_error()  # what is missing is told here, in one sentence
    try:
        config = tf.AutoConfig.from_pretrained(name_or_path, **options)
        # A folder that asks for flash attention would not load without its package.
        config._attn_implementation = "eager"
        of_files = {name: options[name] for name in _OF_FILES if name in options}
        model, report = auto_class(task).from_pretrained(
            name_or_path,
            config=config,
            use_safetensors=True,
            attn_implementation="eager",
            dtype=torch.float32,
            output_loading_info=True,
            **of_files,
        )
    finally:
        tf.utils.logging.set_verbosity(told)
    return model, sorted(report["missing_keys"])


def _only_head(model: Any, missing: Sequence[str]) -> bool:
    """Whether the weights are those of a head: outside the base model, or its pooling layer."""
    base = f"{model.base_model_prefix}."
    parts = any(name.startswith(base) for name, _ in model.named_parameters())
    return parts and all(not n.startswith(base) or ".pooler." in n for n in missing)


def _with_head(
    task: str, name_or_path: str, options: dict[str, Any], labels: Sequence[str], seed: int
) -> Any:
    """Returns the model with a fresh head for ``labels``; the same seed, the same weights."""
    named: dict[str, Any] = {}
    if TASKS.get(task).named_classes:
        named["id2label"] = dict(enumerate(labels))
        named["label2id"] = {label: i for i, label in enumerate(labels)}
    if TASKS.get(task).head == "QuestionAnswering":  # start and end, whatever the model was before
        named["num_labels"] = 2
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _read(task, name_or_path, {**options, **named})[0]


@torch.inference_mode()
def _check_causal(ref: str, model: Any) -> None:
    """Refuses a model that sees what it is to predict, as BERT with a language head does."""
    ids = torch.arange(8).reshape(1, 8) % model.config.get_text_config().vocab_size
    other = ids.clone()
    other[0, -1] = 0
    mask = torch.ones_like(ids)
    first, second = (
        model.eval()(input_ids=tokens, attention_mask=mask).logits[0, :-1]
        for tokens in (ids, other)
    )
    if (first - second).abs().max() > 1e-6 * first.abs().max().clamp(min=1):
        raise ModelError("pretrained.model_not_made_language", ref=ref)


def _check_tokenizer(ref: str, task: str, tokenizer: Any) -> None:
    if len(tokenizer) <= len(tokenizer.all_special_tokens):  # what transformers makes of no files
        raise ModelError("pretrained.model_has_no_tokenizer", ref=ref)
    spec = TASKS.get(task)
    if spec.kind == "causal" and tokenizer.eos_token_id is None:
        raise ModelError("pretrained.tokenizer_has_no_end", ref=ref)
    if spec.kind == "causal" and tokenizer.pad_token_id is None:  # GPT-2; padding is masked
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.pad_token_id is None:
        raise ModelError("pretrained.tokenizer_has_no_padding", ref=ref)
    if spec.head in _BY_INDEX and not tokenizer.is_fast:
        raise ModelError("pretrained.tokenizer_cannot_tell_words", ref=ref)
