"""Longer texts of the page, in English; their Chinese is in ``assets/languages/zh.json``."""

from __future__ import annotations

FILE_COLUMNS = (
    "Columns: source, target for translation; words, tags for tagging; others can be mapped below. "
    "CoNLL: a word a line, a blank line between sentences; any tag scheme."
)
STRICT_HELP = "Otherwise they are read as conlleval reads them, and counted."
REPLY_HELP = "A turn a line, its speaker in front, as 'A: Hello.'; an empty line ends a dialogue."
FLAGS_HERE = "What a sentence above asks for with -- is picked below on this page."
POSITION_NOTE = (
    "The number under a word is its absolute position id, counted in words here; "
    "the model counts sub-word tokens."
)
WORKED_NOTE = (
    "The pair a and modèle is given, as in the method's own example. Move the slider, and the "
    "aligned target word goes along instead."
)
DECODER_NOTE = "It reads the labels moved {n} right after <s>, and is asked for the label below."
LABEL_NOTE = "Each word is given with the label that is asked for there."
DELAY_NOTE = "Labels are asked for {n} late, after as many padding tokens."
SET_NOTE = (
    "Applies the operator above to many sentences, each for its share p, and gives you the file."
)
START_LEAD = (
    "Same words, later position numbers, nothing put in front. Base trained at position 0 alone, "
    "shift-trained at later ones too. Which still gets it right?"
)
ENTITY_TYPES = "PER person · LOC place · ORG organisation · MISC other"
TRAIN_LEAD = (
    "Two copies of one model, same start, same sentences, same order: one trains plainly, the "
    "other on shifted samples."
)
TRAIN_RECORDED = "Recorded run (not live). Press Start to run it yourself, live."
ARMS_HELP = "At least one that is trained; the untrained start is measured beside them."
OTHER_ARM_HELP = "NAME=SHIFT, with shifts of its own; several are joined by ' + '."
HELD_OUT = (
    "On held-out sentences, as they are (clean) and with the shift applied to every one, "
    "whatever p (shifted). Loss: nats per label, lower is better. Behind ±: half the 95 % "
    "interval over the seeds. Compare gives scores with intervals over the sentences."
)
OWN_MODEL_HELP = (
    "A folder in Hugging Face format on the server's machine, OWNER/NAME on the hub, or "
    "package:NAME. Safetensors only; no code that comes with it is run."
)
NO_OWN_MODELS = (
    "This server loads no models that visitors name; start shiftdemo on your own machine for that."
)
FRESH_HEAD = "none for this task; a new one is made and trained with it"
COST = (
    "What the training of each arm took, all seeds together. In brackets, against the first arm: "
    "-7 % is less; of time only where the tokens differ, else it is chance. Tokens without "
    "padding, operations with it."
)
WARMUP_HELP = "Steps of linear warm-up; -1: a tenth of the steps, at most 100."
SEEDS_HELP = "Runs after one another, each with other initial weights; 1 is quickest."
COMPARE_LEAD = (
    "Both models on the same sentences: same words, later and later positions. Which one holds?"
)
COMPARE_EMPTY = (
    "Nothing to compare yet. Train a pair in the Train tab and press 'Compare these two', "
    "or choose two models here and press Compare."
)
FIRST_SEED = "The sentences are the first seed's."
TYPED_LEADS = {
    "row": "First word at position {k}; differences are marked.",
    "both": "First word at position {k}; differences are marked.",
    "source": "First word of the source at position {k}, as in training; differences are marked.",
    "target": "First word of the target at position {k}, as in training; differences are marked.",
}
ATTENTION_NOTE = (
    "A weight is a share from 0 to 1: how much a row's token draws from a column's. The difference "
    "is the second map minus the first. Weights are rounded to four digits; the files hold all."
)
ATTENTION_MANY = (
    "One sentence is an example. This measures the same heads over the built-in corpus: weight "
    "against where the key stands, and, where gold is known, against word links or answers."
)
