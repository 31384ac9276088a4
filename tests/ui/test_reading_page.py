"""What was read of an upload, told under it, and how to read it otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from visitor import choose, fill

OpenPage = Callable[..., Page]
BIOES = "Mia S-PER\nleft O\nSan B-LOC\nJuan E-LOC\n"
BILOU = "Tim U-PER\nsaw O\nUlm U-LOC\n"
TWO = "Mia B-PER O\nruns O O\nBern B-LOC B-ORG\n"


def test_an_upload_is_told_and_read_otherwise(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    page.get_by_label("entity tagging").first.check()
    page.get_by_label("file", exact=True).first.check()
    upload = page.locator("#build-file input[type=file]")
    box = page.locator("#build-read .sd-read")
    (tmp_path / "a.conll").write_text(BIOES, encoding="utf-8")
    upload.set_input_files(tmp_path / "a.conll")
    expect(box).to_contain_text("Read a.conll (CoNLL, UTF-8): samples 1, rows 4.")
    expect(box).to_contain_text("the tags are BIOES (recognised from the file)")
    page.locator("#build-file").get_by_label(re.compile("clear|remove", re.I)).first.click()
    (tmp_path / "b.conll").write_text(TWO, encoding="utf-8")
    upload.set_input_files(tmp_path / "b.conll")
    expect(box).to_contain_text("columns 2 and 3 all hold tags")
    expect(page.locator("#build-read .sd-table td").first).to_have_text("Mia")
    choose(page.locator("#build-second-column input"), "3")
    expect(box).to_contain_text("Columns: words = 1, tags = 3.")
    expect(page.locator("#tab-build .sd-message").first).to_be_hidden()


def test_one_click_takes_the_encoding_that_reads_a_file(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    page.get_by_label("file", exact=True).first.check()
    text = "english;français\nHe is naïve.;Il est naïf.\n“Well…”;« Bon… »\n"
    (tmp_path / "a.csv").write_bytes(text.encode("cp1252"))
    page.locator("#build-file input[type=file]").set_input_files(tmp_path / "a.csv")
    again = page.locator("#build-reread")
    expect(again).to_have_text("Read it as cp1252")
    again.click()
    expect(page.locator(".sd-texts dd").first).to_have_text("He is naïve.")
    expect(again).to_be_hidden()


def test_both_files_of_a_run_are_told(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text(BIOES, encoding="utf-8")
    (tmp_path / "b.conll").write_text(BILOU, encoding="utf-8")
    page = open_page()
    page.get_by_role("tab", name="Train").click()
    tab = page.locator("#tab-train")
    tab.get_by_text("Data", exact=True).first.click()
    tab.get_by_label("file", exact=True).check()
    uploads = tab.locator("input[type=file]")
    uploads.first.set_input_files(tmp_path / "a.conll")
    boxes = tab.locator("#train-read .sd-read")
    expect(boxes).to_have_count(1)
    uploads.last.set_input_files(tmp_path / "b.conll")
    expect(boxes).to_have_count(2)
    expect(boxes.first).to_contain_text("the tags are BIOES")
    expect(boxes.last).to_contain_text("the tags are BILOU")


def test_numbers_take_names_and_broken_tags_are_refused(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    page.get_by_label("entity tagging").first.check()
    page.get_by_label("file", exact=True).first.check()
    box = page.locator("#build-read .sd-read")
    rows = '{"words": ["Mia", "Lee", "runs"], "tags": [0, 2, 0]}\n'
    (tmp_path / "a.jsonl").write_text(rows, encoding="utf-8")
    page.locator("#build-file input[type=file]").set_input_files(tmp_path / "a.jsonl")
    expect(box).to_contain_text("What a sentence above asks for with -- is picked below")
    names = page.locator("#build-labels textarea, #build-labels input").first
    fill(names, "O,B-PER,I-PER")
    names.blur()
    expect(box).to_contain_text("samples 1")
    expect(box).to_contain_text("Tags that break IOB2")
    page.get_by_label("Refuse broken tags").first.check()
    expect(box).to_contain_text("I-PER")
    expect(box).not_to_contain_text("samples 1")


def test_dialogues_are_read_for_their_replies(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    page.get_by_label("language modelling").first.check()
    page.get_by_label("file", exact=True).first.check()
    box = page.locator("#build-read .sd-read")
    text = "A: Hello.\nB: Good day.\n\nA: Well?\nB: Well.\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    page.locator("#build-file input[type=file]").set_input_files(tmp_path / "a.txt")
    expect(box).to_contain_text("samples 4")
    page.get_by_label("Dialogues: learn the replies only").first.check()
    expect(box).to_contain_text("samples 2")


def test_a_column_tells_the_sentences_of_a_table_with_a_word_a_row(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    page.get_by_label("entity tagging").first.check()
    page.get_by_label("file", exact=True).first.check()
    table = "nr,word,tag\n1,Mia,B-PER\n1,runs,O\n2,Bern,B-LOC\n2,sleeps,O\n"
    (tmp_path / "a.csv").write_text(table, encoding="utf-8")
    page.locator("#build-file input[type=file]").set_input_files(tmp_path / "a.csv")
    box = page.locator("#build-read .sd-read")
    expect(box).to_contain_text("is picked below")
    choose(page.locator("#build-third-column input"), "nr")
    expect(box).to_contain_text("samples 2, rows 4")
