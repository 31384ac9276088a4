"""Small Chinese files: translation pairs, and names and places by character in BMES."""

from __future__ import annotations

from pathlib import Path


def write_pairs(folder: Path) -> None:
    """Writes ``train.csv`` (45 pairs) and ``held.csv`` (15), with the columns zh and en."""
    who, what = ("我", "你", "他", "她"), ("苹果", "面包", "一只猫", "地图", "书")
    rows = [
        f"{a}喜欢{b}{c}。,{i} like {j}{k}.\n"
        for i, a in enumerate(who)
        for j, b in enumerate(what)
        for k, c in enumerate(("", "吗", "吧"))
    ]
    (folder / "train.csv").write_text("zh,en\n" + "".join(rows[:45]), encoding="utf-8")
    (folder / "held.csv").write_text("zh,en\n" + "".join(rows[45:]), encoding="utf-8")


def write_tags(folder: Path) -> None:
    """Writes ``train.bio`` (26 sentences) and ``held.bio`` (10), a character a line."""
    names, places = ("王小明", "李华", "张伟"), ("北京", "上海", "广州市", "哈尔滨")
    text = ""
    for name in names:
        for place in places:
            for verb in ("住在", "离开", "去"):
                for kind, word in (("NAME", name), ("", verb), ("LOC", place)):
                    marks = ["O"] * len(word)
                    if kind:
                        marks = ["B", *["M"] * (len(word) - 2), "E"]
                        marks = [f"{mark}-{kind}" for mark in marks]
                    text += "".join(f"{c} {m}\n" for c, m in zip(word, marks, strict=True))
                text += "\n"
    sentences = text.split("\n\n")
    (folder / "train.bio").write_text("\n\n".join(sentences[:26]), encoding="utf-8")
    (folder / "held.bio").write_text("\n\n".join(sentences[26:]), encoding="utf-8")
