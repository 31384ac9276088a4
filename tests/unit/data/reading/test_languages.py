"""The language of a set: given, by its columns, by its script; and the BLEU that goes with it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sacrebleu

from shiftdemo import api
from shiftdemo.cli.flags import data_spec
from shiftdemo.cli.main import build_parser
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.languages import language_code, script_language
from shiftdemo.core.samples import Sample, TextSample, TranslationSample
from shiftdemo.data.reading.files import read_samples
from shiftdemo.data.reading.languages import FIRST, column_language, with_languages
from shiftdemo.evaluation.scorers.bleu_chrf import signature
from shiftdemo.evaluation.scores import measure, score, statistics
from shiftdemo.tasks.heads import Task, make_task

ZH = ["我爱北京的春天。", "他在公园里看书。", "这本书很有意思，我喜欢。"]
ZH_OUT = ["我爱北京春天。", "他在公园看一本书。", "这本书没有意思，我不喜欢。"]
JA = ["私は猫が好きです。", "東京", "彼は公園で本を読む。"]
KO = ["나는 고양이를 좋아합니다.", "그는 공원에서 책을 읽는다."]
FR = ["Le chat dort.", "Elle lit un livre."]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("zh zh-CN zh_CN zh_Hant zh-Hant-TW zho_Hans cmn cmn_Hans __zh__ >>cmn_Hans<< ZHO", "zh"),
        ("ja ja_XX jpn_Jpan __ja__ Japanese jp", "ja"),
        ("ko ko_KR kor_Hang __ko__ kr 한국어", "ko"),
        ("fr fr_XX fra_Latn fr-CA French", "fr"),
        ("sw", "sw"),
        ("id_ID", "id"),
        ("fr_text en_id target z 中 zh-", ""),
    ],
)
def test_codes_of_models_and_data_sets_are_those_of_their_language(names: str, code: str) -> None:
    assert {language_code(name) for name in names.split()} == {code}


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ("translation.zh_CN", "zh"),
        ("target_ja", "ja"),
        ("ko-text", "ko"),
        ("text_zh-Hant", "zh"),
        ("target", ""),
        ("src", ""),
        ("ja_words", ""),
    ],
)
def test_a_column_may_be_called_by_a_language(column: str, code: str) -> None:
    assert column_language(column) == code


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (ZH, "zh"),
        (JA, "ja"),
        (KO, "ko"),
        (FR, ""),
        ([], ""),
        (["12", "", "…"], ""),
        (["使用 TensorFlow 训练模型"], "zh"),
        (["Le mot 猫 veut dire chat."], ""),
        ([*ZH, *FR], "mul"),
        ([*ZH, *KO], "mul"),
        ([*["Le chat dort."] * 30, "猫"], ""),
    ],
)
def test_a_script_tells_what_it_can(texts: Sequence[str], code: str) -> None:
    assert script_language(texts) == code


@pytest.fixture
def translation() -> Task:
    return make_task("translation")


def _write(
    path: Path, targets: Sequence[str], source: str = "source", target: str = "target"
) -> str:
    rows = [{source: f"Sentence {n}.", target: text} for n, text in enumerate(targets)]
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".csv":
        text = f"{source},{target}\n" + "".join(f"{r[source]},{r[target]}\n" for r in rows)
        path.write_text(text, encoding="utf-8")
    elif path.suffix == ".tsv":
        text = "".join(f"{row[source]}\t{row[target]}\n" for row in rows)
        path.write_text(text, encoding="utf-8")
    else:
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return str(path)


def _pairs(samples: Sequence[Sample]) -> list[TranslationSample]:
    assert all(isinstance(sample, TranslationSample) for sample in samples)
    return [sample for sample in samples if isinstance(sample, TranslationSample)]


def _read(path: str, **given: str) -> list[TranslationSample]:
    data = DataSpec(corpus="", eval=path, **given)  # type: ignore[arg-type]
    return _pairs(api.load_samples("translation", data, "test"))


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.csv", "a.tsv", "a.parquet"])
def test_every_kind_of_file_has_a_language(tmp_path: Path, name: str) -> None:
    read = _read(_write(tmp_path / name, ZH))
    assert {(one.source_lang, one.target_lang, one.lang_by) for one in read} == {
        ("", "zh", "script")
    }
    if name != "a.tsv":  # which has no header
        read = _read(_write(tmp_path / name, ZH, "en", "zh-CN"))
        assert {(one.source_lang, one.target_lang, one.lang_by) for one in read} == {
            ("en", "zh", "column")
        }
    read = _read(str(tmp_path / name), source_lang="fra_Latn", target_lang="jpn_Jpan")
    assert {(one.source_lang, one.target_lang, one.lang_by) for one in read} == {
        ("fr", "ja", "given")
    }


def test_a_data_set_of_the_hub_has_the_language_of_its_column(tmp_path: Path) -> None:
    rows = [{"translation": {"en": f"Sentence {n}.", "zh_CN": text}} for n, text in enumerate(ZH)]
    _lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "train.jsonl").write_text(_lines, encoding="utf-8")
    found = api.stream_samples(f"hub:{tmp_path}", "translation", DataSpec())
    assert {one.target_lang for one in _pairs(list(found))} == {"zh"}


def test_a_language_is_that_of_a_file_and_not_of_a_row(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.tsv", [*JA, *["東京", "Tokyo"] * FIRST])
    read = _read(path)
    assert {one.target_lang for one in read} == {"mul"}  # half of the first rows are Latin
    read = _read(_write(tmp_path / "b.tsv", [*JA * FIRST, *["東京", "Tokyo"] * FIRST]))
    assert {one.target_lang for one in read} == {"ja"}


def test_the_first_samples_alone_are_read_ahead() -> None:
    taken = []

    def endless() -> Iterator[Sample]:
        n = 0
        while True:
            taken.append(n)
            yield TranslationSample(str(n), "a", ZH[n % 3])
            n += 1

    found = with_languages(endless())
    assert next(found) == TranslationSample("0", "a", ZH[0], "", "zh", lang_by="script")
    assert len(taken) == FIRST
    long = (TranslationSample(str(n), "a " * 20_000, ZH[0]) for n in range(9))
    assert next(with_languages(long)).id == "0"
    assert next(long).id == "3"  # 100,000 characters and no more are held
    texts = iter([TextSample("a", "x"), TextSample("b", "y")])
    assert next(with_languages(texts)).id == "a" and next(texts).id == "b"


def test_an_error_among_the_first_samples_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    _write(path, ZH)
    path.write_text(path.read_text(encoding="utf-8") + "no JSON\n", encoding="utf-8")
    assert len(read_samples(path, "translation", 3)) == 3
    with pytest.raises(DataError, match="line 4 is not JSON"):
        read_samples(path, "translation")


def test_the_built_in_corpus_alone_is_french_by_default() -> None:
    data = DataSpec(size=16, eval_size=8)
    made = _pairs(api.load_samples("translation", data, "eval"))
    assert {(one.source_lang, one.target_lang) for one in made} == {("en", "fr")}
    typed = api.typed_sample("translation", "猫が好き", "我爱猫")
    assert isinstance(typed, TranslationSample)
    assert (typed.source_lang, typed.target_lang) == ("ja", "zh")
    assert TranslationSample("a", "b", "c").target_lang == ""


@pytest.mark.parametrize("command", ["compare --base a --shifted b --input", "finetune --eval"])
def test_the_command_line_gives_languages(command: str) -> None:
    flags = "--task translation --source-lang en --target-lang zho_Hans"
    arguments = build_parser().parse_args([*command.split(), "pairs.tsv", *flags.split()])
    data = data_spec(arguments, "", "pairs.tsv")
    assert (data.source_lang, data.target_lang) == ("en", "zho_Hans")


def test_what_is_no_language_is_said() -> None:
    with pytest.raises(ConfigError, match="target_lang is 'chin_ese', which is no language code"):
        DataSpec(target_lang="chin_ese")


def test_bleu_of_a_chinese_file_is_that_of_sacrebleu(tmp_path: Path, translation: Task) -> None:
    expected = sacrebleu.corpus_bleu(ZH_OUT, [ZH], tokenize="zh").score
    assert expected > 20
    for path, by in (
        (_write(tmp_path / "a.tsv", ZH), "script"),
        (_write(tmp_path / "b.jsonl", ZH, "en", "zho_Hans"), "column"),
    ):
        read = _read(path)
        sums = statistics(translation, read, ZH_OUT).sum(0)
        assert measure(translation, "BLEU", sums) == pytest.approx(expected, abs=1e-9)
        found = score(translation, "BLEU", read, ZH_OUT, seed=0)
        assert f"tok:zh|smooth:exp|version:{sacrebleu.__version__}|lang:zh|" in found.signature
        assert f"|lang-by:{by}|" in found.signature


@pytest.mark.parametrize(("texts", "code"), [(JA, "ja"), (KO, "ko")])
def test_japanese_and_korean_are_cut_into_characters(
    tmp_path: Path, translation: Task, texts: list[str], code: str
) -> None:
    outputs = [text[:-1] + "x" for text in texts]
    read = _read(_write(tmp_path / "a.tsv", texts))
    sums = statistics(translation, read, outputs).sum(0)
    expected = sacrebleu.corpus_bleu(outputs, [texts], tokenize="char").score
    assert measure(translation, "BLEU", sums) == pytest.approx(expected, abs=1e-9)
    assert f"|lang:{code}|lang-by:script" in signature("BLEU", read)


def test_several_languages_in_a_set_are_said(tmp_path: Path) -> None:
    mixed = _read(_write(tmp_path / "a.tsv", [*ZH, *FR]))
    assert signature("BLEU", mixed).endswith("|lang:mul|lang-by:script")
    both = [*_read(_write(tmp_path / "b.tsv", ZH)), *_read(_write(tmp_path / "c.tsv", FR))]
    assert signature("chrF", both).endswith("|lang:mul|lang-by:unknown+zh")
    assert "lang" not in signature("BLEU", _read(str(tmp_path / "c.tsv")))


def test_pairs_that_a_program_made_have_the_language_of_their_script(translation: Task) -> None:
    pairs = [TranslationSample(str(n), "a", text) for n, text in enumerate(ZH)]
    sums = statistics(translation, pairs, ZH_OUT).sum(0)
    expected = sacrebleu.corpus_bleu(ZH_OUT, [ZH], tokenize="zh").score
    assert measure(translation, "BLEU", sums) == pytest.approx(expected, abs=1e-9)


def test_a_row_of_a_set_with_languages_is_made_again(tmp_path: Path) -> None:
    read = _read(_write(tmp_path / "a.jsonl", ZH, "en", "zh"))
    out = tmp_path / "out.jsonl"
    api.write_shifted(api.build_shifted("translation", read, ["append_copy"]), out)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    again = [api.regenerate(row).shifted for row in rows]
    assert [one.target for one in _pairs(again)] == [row["target"] for row in rows]
    assert {one.target_lang for one in _pairs(again)} == {"zh"}
