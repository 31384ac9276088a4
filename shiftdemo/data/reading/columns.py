"""Which column plays which part: guessed from the names, or mapped by the user.

The parts are those of the tasks (``source`` and ``target``, ``words`` and ``tags``, …), each with
an ``id`` where there is one. A nested column is written with a dot: ``translation.en``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.languages import known_language
from shiftdemo.core.messages import Message, with_or
from shiftdemo.core.task_spec import TASKS, task_specs

Parts = tuple[str, ...]  # the roles that make a sample together
# The exact name comes first; the rest are those that data sets on the hub use, usual ones first.
_WRITTEN = {
    "source": "source src source_text src_text source_sentence input",
    "target": "target tgt target_text tgt_text target_sentence reference",
    "words": "words tokens word token form",
    "tags": "tags ner_tags ner bio_tags iob_tags ner_labels labels tag ner_tag entities spans pos "
    "pos_tags",
    "text": "text sentence review content messages turns dialog dialogue conversation "
    "conversations",
    "label": "label labels sentiment class category",
    "question": "question query",
    "context": "context passage paragraph document",
    "answer": "answers answer answers.text answer_text",
    "start": "answer_start answer_starts start",
    "id": "id sample_id sent_id guid",
}
_NAMES = {role: tuple(names.split()) for role, names in _WRITTEN.items()}
# Which sentence a word belongs to, in a table with one word a row; Kaggle's comes first.
_NAMES["sentence"] = ("sentence #", "sentence_id", "sentence_idx", "sent_idx", "sent_id")
# A tagged sentence may be given as text with spaces; alone, such a column says nothing.
_LOOSE_NAMES = {
    "words": (*_NAMES["words"], "sentence", "text"),
    "tags": (*_NAMES["tags"], "label"),
}


@functools.cache
def all_parts() -> tuple[Parts, ...]:
    """Returns the parts of every task's samples; those that others hold come after them."""
    parts = (spec.columns for spec in task_specs())
    return tuple(dict.fromkeys(sorted(parts, key=len, reverse=True)))


@functools.cache
def beside(parts: Parts) -> Parts:
    """Returns the roles that may be there beside some parts."""
    more = (spec.beside for spec in task_specs() if spec.columns == parts)
    return tuple(dict.fromkeys(role for names in more for role in names))


@functools.cache
def roles() -> Parts:
    """Returns every role that a column may be mapped to."""
    every = (*all_parts(), *(beside(parts) for parts in all_parts()))
    return (*dict.fromkeys(role for parts in every for role in parts), "id")


def has_tags(task: str) -> bool:
    """Whether samples of a task are tagged words; so are those of a file without a header."""
    return task not in TASKS or "tags" in TASKS.get(task).columns


def usual_names(role: str) -> Parts:
    """Returns how files call a column, the usual names first."""
    return _NAMES.get(role, (role,))


def columns_of(task: str) -> Parts:
    """Returns the roles of a task's samples; none for a task that is not named."""
    return TASKS.get(task).columns if task in TASKS else ()


def parse_columns(text: str) -> dict[str, str]:
    """Returns the mapping written as ``source=en,target=fr``; empty for an empty text.

    Raises:
        ConfigError: a part is not ``role=name``, or the role is unknown.
    """
    columns: dict[str, str] = {}
    for part in text.split(",") if text.strip() else []:
        role, equals, name = part.partition("=")
        role, name = role.strip().lower(), name.strip()
        if not equals or not name or role not in roles():
            raise ConfigError(
                "columns.columns_not_role_name", part=part.strip()[:40], roles=", ".join(roles())
            )
        columns[role] = name
    return columns


def match_names(names: Sequence[str], task: str = "") -> dict[str, str]:
    """Returns the role of each column that has one, as far as the names tell.

    Args:
        names: as in the file, in order; nested ones with a dot.
        task: name of the task; empty: whichever fits.

    Returns:
        role -> column; empty where not all parts of a sample are found.
    """
    top = [name for name in names if "." not in name]
    for candidates in (top, names) if len(top) < len(names) else (names,):
        for parts in _parts(task):
            by_role = _match(candidates, parts, task)
            if by_role:
                more = {role: _first(names, usual_names(role)) for role in beside(parts)}
                more["id"] = _first(top, _NAMES["id"])
                return {**by_role, **{role: name for role, name in more.items() if name}}
    return {}


def _match(names: Sequence[str], parts: Parts, task: str) -> dict[str, str]:
    by_role: dict[str, str] = {}
    for role in parts:
        free = [name for name in names if name not in by_role.values()]
        if column := _first(free, _usual(role, task)):
            by_role[role] = column
    if len(by_role) == len(parts):
        return by_role
    spoken = parts[0] == "source" if task not in TASKS else TASKS.get(task).by_language
    return _languages(names) if spoken else {}


def _usual(role: str, task: str) -> Parts:
    """Returns how files call a role, the usual names first."""
    known = usual_names(role)
    own = TASKS.get(task).column_names.get(role, ()) if task in TASKS else ()
    return (*(_LOOSE_NAMES.get(role, known) if task else known), *own)


def _languages(names: Sequence[str]) -> dict[str, str]:
    """Returns source and target where two columns are called by their languages.

    The page's own pair, English to French, comes first; otherwise the order of the file.
    """
    there = {code: name for name in names if (code := known_language(_leaf(name)))}
    if len(there) < 2:
        return {}
    source = "en" if "en" in there else next(iter(there))
    others = [code for code in there if code != source]
    return {"source": there[source], "target": there["fr" if "fr" in others else others[0]]}


def _leaf(name: str) -> str:
    return name.rpartition(".")[2].strip().lower()


def _first(names: Sequence[str], wanted: Iterable[str]) -> str:
    """Returns the column with the best name; a top-level one before a nested one."""
    whole = {name.strip().lower(): name for name in reversed(names)}
    leaves = {_leaf(name): name for name in reversed(names)}
    for table in (whole, leaves):
        for name in wanted:
            if name in table:
                return table[name]
    return ""


def resolve(
    names: Sequence[str], task: str, columns: Mapping[str, str] | None, where: str
) -> dict[str, str]:
    """Returns role -> column: what the user mapped; other columns are inferred.

    Raises:
        DataError: a mapped column is not there, or the names tell too little.
    """
    by_name = {name.strip().lower(): name for name in names}
    mapped: dict[str, str] = {}
    for role, name in (columns or {}).items():
        if role not in roles():
            raise ConfigError(
                "columns.there_no_role_roles", role=role[:40], roles=", ".join(roles())
            )
        actual = name if name in names else by_name.get(name.strip().lower())
        if actual is None and name.isdecimal() and 0 < int(name[:6]) <= len(names):
            actual = names[int(name) - 1]
        if actual is None:
            raise DataError(
                "columns.there_no_column_has", where=where, name=name[:40], short=short(names)
            )
        mapped[role] = actual
    by_role = {**match_names(names, task), **mapped}
    for parts in _parts(task):
        if set(parts) & set(mapped) and not set(parts) <= set(by_role):
            # one was mapped by hand; look for its partners by name alone
            free = [name for name in names if name not in mapped.values()]
            for role in set(parts) - set(by_role):
                if partner := _first(free, _usual(role, task)):
                    by_role[role] = partner
    mapped_parts = [parts for parts in _parts(task) if set(parts) & set(mapped)]
    for parts in mapped_parts or _parts(task):
        if set(parts) <= set(by_role):
            used = (*parts, *beside(parts), "id")
            return {role: by_role[role] for role in used if role in by_role}
    raise DataError(
        "columns.columns",
        where=where,
        short=short(names) or Message("columns.empty"),
        wanted_columns=wanted_columns(task),
    )


def lookup(row: Mapping[str, Any], name: str) -> Any:
    """Returns the value of a column that may be nested.

    Raises:
        KeyError: the row has no such column.
    """
    if name in row:
        return row[name]
    outer, dot, inner = name.partition(".")
    if dot and isinstance(row.get(outer), Mapping):
        return lookup(row[outer], inner)
    raise KeyError(name)


def flat_names(row: Mapping[str, Any]) -> list[str]:
    """Returns the column names of a row, those of an object inside it with a dot."""
    names: list[str] = []
    for name, value in row.items():
        if isinstance(value, Mapping) and value:
            names += [f"{name}.{inner}" for inner in value]
        else:
            names.append(name)
    return names


def feature_names(features: Mapping[str, Any]) -> list[str]:
    """Returns the column names of the hub's feature description, nested ones with a dot."""
    names: list[str] = []
    for name, item in features.items():
        inner: Iterable[str] = ()
        if isinstance(item, Mapping) and item.get("_type") == "Translation":
            inner = item.get("languages") or ()
        elif isinstance(item, Mapping) and not isinstance(item.get("_type"), str):
            inner = item  # a struct
        nested = [f"{name}.{leaf}" for leaf in inner]
        names += nested or [name]
    return names


def feature_classes(features: Mapping[str, Any]) -> dict[str, list[str]]:
    """Returns column -> names of its classes, where the hub's features say that it has some."""
    return {name: classes for name, item in features.items() if (classes := _classes(item))}


def _classes(feature: Any) -> list[str]:
    if isinstance(feature, list) and len(feature) == 1:
        return _classes(feature[0])
    if not isinstance(feature, Mapping):
        return []
    if feature.get("_type") == "ClassLabel":
        return [str(name) for name in feature.get("names") or []]
    return _classes(feature.get("feature"))


def _parts(task: str) -> list[Parts]:
    return [TASKS.get(task).columns] if task in TASKS else list(all_parts())


def wanted_columns(task: str) -> str:
    """Returns what columns a file needs, as the end of a message."""
    names = with_or([", ".join(parts) for parts in _parts(task)])
    mapping = ",".join(f"{role}=NAME" for role in _parts(task)[0])
    return Message("columns.give", names=names, mapping=mapping)


def short(names: Iterable[Any]) -> str:
    """Returns the names for a message; a file without a header has sentences there."""
    text = ", ".join(map(str, names))
    return text if len(text) <= 80 else text[:80] + "…"
