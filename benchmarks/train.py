"""Real tokens a second in training: one arm beside the stock recipe of transformers.

The stock recipe is ``Trainer`` (``Seq2SeqTrainer`` for translation) at its defaults, with the
collators of the example scripts ``run_ner.py`` and ``run_translation.py``: batches of 8, AdamW, a
linear schedule; its texts are tokenized before the clock starts. A fairer second row has batches
of 32 grouped by length. Ours is the arm ``shift`` of a run at its defaults. All start from the
same weights on the same data, each in a process of its own; their rounds are interleaved and
medians are reported. A token is real where the attention mask says so, in the source and in the
decoder's input. Beside it: the operations made, as a share of what a large matrix product reaches
on the same threads at the same time.

    pip install accelerate
    python benchmarks/train.py [--data ../shared/data] [--seconds 60] [--device cpu|cuda]
                               [--output benchmarks/results/train.json]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import stock_recipe
import torch
import transformers as tf
from rounds import KINDS, Gate, machine

from shiftdemo.core.config import TrainConfig
from shiftdemo.core.events import StepLogged
from shiftdemo.core.model_refs import bundled_arm
from shiftdemo.core.samples import Sample
from shiftdemo.data.sources import read_source
from shiftdemo.models.load import LoadedModel, load_model
from shiftdemo.shifts import apply_shifts
from shiftdemo.tasks.heads import make_task
from shiftdemo.training.loop import fit
from shiftdemo.training.plan import Plan

ROUNDS, WARM_UP = 5, 4.0
DATA = {
    "ner": {"file": "wikiann_en/train.tsv.gz"},
    "translation": {"source": "multi30k/train.en.gz", "target": "multi30k/train.fr.gz"},
}
BUNDLED = {"tagger": "ner", "translator": "translation"}
MARIAN_BASE = {  # the shape of Helsinki-NLP/opus-mt-en-fr
    "vocab_size": 59_514,
    "d_model": 512,
    "encoder_layers": 6,
    "decoder_layers": 6,
    "encoder_attention_heads": 8,
    "decoder_attention_heads": 8,
    "encoder_ffn_dim": 2048,
    "decoder_ffn_dim": 2048,
    "max_position_embeddings": 512,
    "scale_embedding": True,
    "pad_token_id": 0,
    "eos_token_id": 1,
    "bos_token_id": None,
    "decoder_start_token_id": 0,
}


@dataclass(frozen=True)
class Candidate:
    """One way to train one model.

    Attributes:
        model, task, folder: its name, what it is for, and where its weights lie.
        stock: whether ``Trainer`` trains it, with ``batch_size``; else we do, at our defaults.
        threads: of torch.
    """

    model: str
    task: str
    folder: str
    data: str
    device: str
    stock: bool
    batch_size: int = 0
    grouped: bool = False
    threads: int = 1

    @property
    def name(self) -> str:
        """For the table."""
        who = f"stock, batches of {self.batch_size}" if self.stock else "ours"
        return who + (", by length" if self.grouped else "")


def run_ours(candidate: Candidate, samples: list[Sample], gate: Gate) -> None:
    """Trains the arm ``shift`` without end, at the defaults of a run."""
    config = TrainConfig(
        task=candidate.task,
        arms=("shift",),
        steps=100_000,
        learning_rate=5e-5,  # as the stock recipe's: the weights are trained already
        eval_every=0,
        threads=candidate.threads,
        device=candidate.device,
    )
    task = make_task(candidate.task)

    def make_model(seed: int) -> LoadedModel:
        return load_model(candidate.folder, candidate.task)

    for event in fit(Plan(config, task, samples, samples[:8], make_model)):
        if isinstance(event, StepLogged):
            gate.step(event.tokens, event.flops)


def work(candidate: Candidate, connection: Any) -> None:
    """A process: trains while it is told to, until it is ended."""
    tf.utils.logging.set_verbosity_error()
    torch.set_num_threads(candidate.threads)
    samples = read_source(DATA[candidate.task], Path(candidate.data), candidate.task)
    gate = Gate(connection, candidate.device)
    if not candidate.stock:
        run_ours(candidate, samples, gate)
        return
    options = candidate.device, candidate.batch_size, candidate.grouped
    stock_recipe.train(candidate.task, candidate.folder, samples, *options, gate.step)


def measure(candidates: list[Candidate], seconds: float) -> list[dict[str, Any]]:
    """Returns a row of medians for each candidate; their rounds are interleaved."""
    context = multiprocessing.get_context("spawn")
    ends, processes = [], []
    for candidate in candidates:
        here, there = context.Pipe()
        process = context.Process(target=work, args=(candidate, there), daemon=True)
        process.start()
        there.close()
        ends.append(here)
        processes.append(process)
        here.send(WARM_UP)
        here.recv()  # one after the other, so that none is disturbed
    rounds: list[list[dict[str, float]]] = [[] for _ in candidates]
    for _ in range(ROUNDS):
        for end, found in zip(ends, rounds, strict=True):
            end.send(seconds / ROUNDS)
            found.append(end.recv())
    for process in processes:
        process.kill()
    return [row(*both) for both in zip(candidates, rounds, strict=True)]


def row(candidate: Candidate, rounds: list[dict[str, float]]) -> dict[str, Any]:
    """Returns the medians of the rounds, and the shares of the matrix product's rate."""
    found = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    rates = [round(one["tokens_per_second"]) for one in rounds]
    shares = {
        f"share_of_{kind}": round(found["gflops"] / found[f"{kind}_product"], 3) for kind in KINDS
    }
    return {
        "model": candidate.model,
        "recipe": candidate.name,
        "threads": candidate.threads,
        **{name: float(f"{value:.4g}") for name, value in found.items()},
        "slowest_round": min(rates),
        "fastest_round": max(rates),
        **shares,
    }


def check(candidate: Candidate) -> None:
    """Stops where the two recipes do not count the same tokens in the same sentences."""
    samples = read_source(DATA[candidate.task], Path(candidate.data), candidate.task)[:64]
    loaded = load_model(candidate.folder, candidate.task)
    model, tokenizer = loaded.model, loaded.tokenizer
    encoded = stock_recipe.encode(candidate.task, tokenizer, model.config.label2id, samples)
    batch = stock_recipe.collator(candidate.task, tokenizer, model)(encoded)
    theirs = int(stock_recipe.real_tokens(batch))
    task = make_task(candidate.task)
    ours = task.collate(loaded, [apply_shifts([], sample, 0) for sample in samples]).n_tokens
    if theirs != ours:
        raise SystemExit(f"{candidate.model}: {theirs} tokens are counted there and {ours} here.")


def models(device: str, scratch: Path) -> dict[str, tuple[str, str]]:
    """Returns name -> task and folder; on a GPU also base shapes with random weights."""
    found = {n: (task, str(bundled_arm(f"bundled:{n}"))) for n, task in BUNDLED.items()}
    if device == "cuda":
        tagger = tf.AutoConfig.from_pretrained(found["tagger"][1])
        labels = {"id2label": tagger.id2label, "label2id": tagger.label2id}
        made = {
            "bert-base": ("tagger", tf.BertForTokenClassification(tf.BertConfig(**labels))),
            "marian-base": ("translator", tf.MarianMTModel(tf.MarianConfig(**MARIAN_BASE))),
        }
        for name, (like, model) in made.items():
            task, folder = found[like]
            tf.AutoTokenizer.from_pretrained(folder).save_pretrained(scratch / name)
            model.save_pretrained(scratch / name)
            found[name] = task, str(scratch / name)
    return found


def candidates(model: str, task: str, folder: str, data: str, device: str) -> list[Candidate]:
    """Returns what is compared: stock at torch's threads and ours at one, then at equal threads."""
    ours = Candidate(model, task, folder, data, device, stock=False, threads=1)
    small = replace(ours, stock=True, batch_size=8, threads=torch.get_num_threads())
    large = replace(small, batch_size=32, grouped=True)
    if device == "cuda":
        return [small, large, ours]
    equal = [replace(small, threads=1), replace(large, threads=1)]
    return [small, large, ours, replace(ours, threads=small.threads), *equal]


def main() -> None:
    """Measures, prints a table, and writes it where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="../shared/data", help="folder of the data sets")
    parser.add_argument("--seconds", type=float, default=60.0, help="of training a candidate")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--output", help="a JSON file for the figures")
    arguments = parser.parse_args()
    tf.utils.logging.set_verbosity_error()
    found: dict[str, Any] = {**machine(), "device": arguments.device, "rows": []}
    with tempfile.TemporaryDirectory() as scratch:
        torch.manual_seed(0)
        for name, (task, folder) in models(arguments.device, Path(scratch)).items():
            compared = candidates(name, task, folder, arguments.data, arguments.device)
            check(compared[0])
            rows = measure(compared, arguments.seconds)
            for one in rows:
                one["times_stock"] = round(
                    one["tokens_per_second"] / rows[0]["tokens_per_second"], 2
                )
                print(json.dumps(one), flush=True)
            found["rows"] += rows
    if arguments.output:
        Path(arguments.output).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
