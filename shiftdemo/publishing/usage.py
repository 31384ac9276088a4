"""How a saved model is used with plain transformers: a few lines of Python for every task."""

from __future__ import annotations

from shiftdemo.core.task_spec import TASKS

_GENERATE = """\
batch = tokenizer([{text!r}], return_tensors="pt", return_token_type_ids=False)
out = model.generate(**batch, max_new_tokens=60, do_sample=False, num_beams=1)
print(tokenizer.batch_decode(out, skip_special_tokens=True)[0])"""
_USES = {
    "CausalLM": """\
start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
ids = torch.tensor([[start, *tokenizer("Ada reads", add_special_tokens=False).input_ids]])
out = model.generate(
    ids, attention_mask=torch.ones_like(ids), max_new_tokens=20, do_sample=False, num_beams=1
)
print(tokenizer.decode(out[0], skip_special_tokens=True))""",
    "TokenClassification": """\
words = "Ada lives in Paris .".split()
batch = tokenizer(words, is_split_into_words=True, return_tensors="pt")
with torch.inference_mode():
    best = model(**batch).logits[0].argmax(-1).tolist()
places = batch.word_ids(0)
for number, word in enumerate(words):  # the first piece of a word carries its tag
    print(word, model.config.id2label[best[places.index(number)]])""",
    "SequenceClassification": """\
batch = tokenizer(["Ada likes the book ."], return_tensors="pt")
with torch.inference_mode():
    print(model.config.id2label[int(model(**batch).logits[0].argmax())])""",
    "QuestionAnswering": """\
context = "Ada lives in Paris ."
batch = tokenizer("Where does Ada live ?", context, return_tensors="pt")
with torch.inference_mode():
    out = model(**batch)
first, last = int(out.start_logits[0].argmax()), int(out.end_logits[0].argmax())
print(tokenizer.decode(batch.input_ids[0, first : last + 1]))""",
}
_LATE = """\
words, late = "Ada lives in Paris .".split(), {late}
batch = tokenizer(words, is_split_into_words=True, return_tensors="pt")
room = torch.full((1, late), tokenizer.pad_token_id)
ids = torch.cat([batch.input_ids, room], dim=1)
with torch.inference_mode():
    out = model(input_ids=ids, attention_mask=torch.ones_like(ids))
best, places = out.logits[0].argmax(-1).tolist(), batch.word_ids(0)
for number, word in enumerate(words):
    print(word, model.config.id2label[best[places.index(number) + late]])"""


def plain_usage(task: str, ref: str, late: int = 0, prompt: str = "") -> str:
    """Returns Python that loads a model with transformers alone and runs one text through it.

    Args:
        ref: the model's folder, or its name on the hub.
        late: by how many positions a tagger answers late.
        prompt: what the model wants in front of a source.
    """
    name = f"AutoModelFor{TASKS.get(task).head}"
    return (
        f"import torch\nfrom transformers import {name}, AutoTokenizer\n\n"
        f"place = {ref!r}\n"
        "tokenizer = AutoTokenizer.from_pretrained(place)\n"
        f"model = {name}.from_pretrained(place).eval()\n{_use(task, late, prompt)}"
    )


def own_usage(task: str, ref: str, late: int = 0, prompt: str = "") -> str:
    """Returns the same with shiftdemo, which loads the delay layer too.

    Args:
        ref: a folder, or ``hub:OWNER/NAME``.
    """
    return (
        "import torch\nfrom shiftdemo.models.load import load_model\n\n"
        f"place = {ref!r}\n"
        f"loaded = load_model(place, {task!r})\n"
        f"model, tokenizer = loaded.model, loaded.tokenizer\n{_use(task, late, prompt)}"
    )


def _use(task: str, late: int, prompt: str) -> str:
    spec = TASKS.get(task)
    if spec.kind == "seq2seq":
        return _GENERATE.format(text=prompt + spec.usage_text)
    return _LATE.format(late=late) if late else _USES[spec.head]
