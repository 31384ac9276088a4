"""Standard error of the commands: our own lines, and no warning of a library."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import sentencepiece
import torch
import transformers as tf

ROOT = Path(__file__).resolve().parents[2]
OURS = re.compile(
    r"|[\d,]+ trainable weights, .*|Note: .*|  .*|Done in .*|.* written to .*|Written to .*"
)


def _said(*arguments: str) -> list[str]:
    """Runs a command; returns the lines on standard error that are not ours."""
    done = subprocess.run(
        [sys.executable, "-m", "shiftdemo", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=ROOT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line for line in done.stderr.splitlines() if not OURS.fullmatch(line)]


def _films(path: Path, place: str = "Paris") -> Path:
    """Writes labelled texts, some of which are longer than a tokenizer says that it takes."""
    rows = [
        {"text": f"a {word} film of {n} minutes from {place}" + " and so on" * (300 * (n % 5 == 0))}
        | {"label": label}
        for n in range(20)
        for word, label in (("good", "positive"), ("bad", "negative"))
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_train_compare_and_export_say_nothing_foreign(tmp_path: Path) -> None:
    films, run = str(_films(tmp_path / "films.jsonl")), str(tmp_path / "run")
    held_out = str(_films(tmp_path / "held-out.jsonl", "Rome"))
    model = "scratch:learned"
    assert not _said(
        *("finetune", "--task", "classification", "--model", model, "--train", films),
        *("--eval", held_out, "--steps", "2", "--batch-size", "8", "--output", run),
    )
    assert not _said(
        *("compare", "--task", "classification", "--base", run, "--shifted", run),
        *("--input", held_out, "--offsets", "0,2"),
    )
    assert not _said("export", run, "--output", str(tmp_path / "model.zip"))


def _marian(folder: Path, texts: Sequence[str]) -> Path:
    """Saves a tiny model as the Marian models of the hub are: with SentencePiece files."""
    folder.mkdir()
    (folder / "texts.txt").write_text("\n".join(texts), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / "texts.txt"),
        model_prefix=str(folder / "source"),
        vocab_size=40,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    model = (folder / "source.model").read_bytes()
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
    words = [pieces.id_to_piece(i) for i in range(pieces.get_piece_size())]
    words = ["</s>", "<unk>", *(w for w in words if w not in ("<s>", "</s>", "<unk>")), "<pad>"]
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(model)
    (folder / "vocab.json").write_text(json.dumps({w: i for i, w in enumerate(words)}))
    about = {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "fr"}
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    pad, layers = len(words) - 1, {"encoder_layers": 1, "decoder_layers": 1}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2}
    torch.manual_seed(0)
    config = tf.MarianConfig(
        **{"vocab_size": len(words), "d_model": 32, **layers, **heads},
        **{"encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": 64},
        **{"pad_token_id": pad, "eos_token_id": 0, "forced_eos_token_id": 0},
        **{"decoder_start_token_id": pad},
    )
    tf.MarianMTModel(config).save_pretrained(folder)
    return folder


def test_a_marian_model_of_the_hub_is_read_without_an_advice(tmp_path: Path) -> None:
    texts = [f"Ada lives in Paris and Bob likes the red house {n} ." for n in range(200)]
    model = _marian(tmp_path / "marian", texts)
    [told] = _said(
        *("attend", "--task", "translation", "--model", str(model)),
        *("--text", "Ada lives in Paris .", "--output", str(tmp_path / "a.html")),
    )
    assert told.startswith("Layer 0, head 0, at position 0: ")
