"""Files of the kinds that people bring: two of each kind, and what must come of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chinese import english_in

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.data.reading.columns import parse_columns
from shiftdemo.data.reading.files import iter_samples
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.reading.tagging import ReadOptions

NER, PAIRS, ASKED = "ner", "translation", "question_answering"


def read(path: Path, task: str, columns: str = "", **options: Any) -> tuple[list[Sample], str]:
    """Returns the samples of a file, and what was said of it in one text."""
    report = ReadReport()
    encoding = options.pop("encoding", "")
    tags = ReadOptions(**options)
    by_role = parse_columns(columns)
    samples = list(iter_samples(path, task, by_role, encoding, tags=tags, report=report))
    for sentence in report.sentences():
        assert sentence.text("zh") != str(sentence)
    return samples, "\n".join(report.sentences())


def words_and_tags(samples: list[Sample]) -> list[tuple[str, str]]:
    tagged = [sample for sample in samples if isinstance(sample, TaggedSample)]
    return [(" ".join(sample.words), " ".join(sample.tags)) for sample in tagged]


# name, text, task, --columns, what is read, what is said
READ: dict[str, tuple[str, str, str, str, list[tuple[str, str]], str]] = {
    "iob1": (
        "a.conll",
        "Mia I-PER\nVos I-PER\nsaw O\nTim I-PER\nUwe B-PER\n. O\n\nBern I-LOC\nsleeps O\n",
        NER,
        "",
        [("Mia Vos saw Tim Uwe .", "B-PER I-PER O B-PER B-PER O"), ("Bern sleeps", "B-LOC O")],
        "the tags are IOB1 (recognised from the file), converted to IOB2",
    ),
    "iob1 by tabs": (
        "b.iob",
        "Ulm\tI-LOC\nJena\tB-LOC\nund\tO\nTim\tI-PER\n",
        NER,
        "",
        [("Ulm Jena und Tim", "B-LOC B-LOC O B-PER")],
        "the tags are IOB1",
    ),
    "bioes": (
        "a.conll",
        "Mia S-PER\nleft O\nSan B-LOC\nJuan I-LOC\nSur E-LOC\n",
        NER,
        "",
        [("Mia left San Juan Sur", "B-PER O B-LOC I-LOC I-LOC")],
        "the tags are BIOES",
    ),
    "bilou": (
        "a.jsonl",
        '{"tokens": ["Mia", "left", "San", "Juan"], '
        '"ner_tags": ["U-PER", "O", "B-LOC", "L-LOC"]}\n',
        NER,
        "",
        [("Mia left San Juan", "B-PER O B-LOC I-LOC")],
        "the tags are BILOU",
    ),
    "bmes": (
        "a.bio",
        "王 B-NAME\n小 M-NAME\n明 E-NAME\n来 O\n",
        NER,
        "",
        [("王 小 明 来", "B-NAME I-NAME I-NAME O")],
        "the tags are BMES",
    ),
    "suffix": (
        "a.conll",
        "Mia PER-B\nVos PER-I\nruns O\n",
        NER,
        "",
        [("Mia Vos runs", "B-PER I-PER O")],
        "written as PER-B",
    ),
    "suffix by underscore": (
        "a.tsv",
        "Mia\tPER_S\nin\tO\nSan\tLOC_B\nJuan\tLOC_E\n",
        NER,
        "",
        [("Mia in San Juan", "B-PER O B-LOC I-LOC")],
        "BIOES (recognised from the file, written as PER-B)",
    ),
    "io": (
        "a.conll",
        "Mia PER\nVos PER\nruns O\nto O\nBern LOC\n",
        NER,
        "",
        [("Mia Vos runs to Bern", "B-PER I-PER O O B-LOC")],
        "the tags are IO (recognised from the file, written as PER)",
    ),
    "marks alone": (
        "a.conll",
        "the O\ngene B\nBRCA I\n",
        NER,
        "",
        [("the gene BRCA", "O B-ENTITY I-ENTITY")],
        "written as B, I",
    ),
    "orphan": (
        "a.conll",
        "a O\nTown I-LOC\nHall I-LOC\nis O\n",
        NER,
        "",
        [("a Town Hall is", "O B-LOC I-LOC O")],
        "read as conlleval reads them: 1; first: a.conll, line 2",
    ),
    "orphans among others": (
        "a.conll",
        "Mia B-PER\nruns O\n\nTim B-PER\nat O\nHall I-LOC\nB I-ORG\n",
        NER,
        "",
        [("Mia runs", "B-PER O"), ("Tim at Hall B", "B-PER O B-LOC B-ORG")],
        "Tags that break IOB2, read as conlleval reads them: 2; first: a.conll, line 6",
    ),
    "columns after the tag": (
        "a.conll",
        "Bern B-LOC -\n- O -\nspeaks O +\n",
        NER,
        "words=1,tags=2",
        [("Bern - speaks", "B-LOC O O")],
        "Columns left out of a.conll: 3",
    ),
    "columns in another order": (
        "a.tsv",
        "B-LOC\tx\tBern\nO\ty\tspeaks\n",
        NER,
        "words=3,tags=1",
        [("Bern speaks", "B-LOC O")],
        "Columns left out of a.tsv: 2",
    ),
    "conllu": (
        "a.conllu",
        "# sent_id = s1\n# text = Mia runs\n"
        "1\tMia\tMia\tPROPN\t_\t_\t2\tnsubj\t_\tB-PER\n"
        "2-3\trunsto\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "2\truns\trun\tVERB\t_\t_\t0\troot\t_\tO\n2.1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "3\tto\tto\tADP\t_\t_\t2\tcase\t_\tO\n",
        NER,
        "tags=misc",
        [("Mia runs to", "B-PER O O")],
        "Lines that are no words (ranges, empty nodes) left out: 2; first: a.conllu, line 4",
    ),
    "uner": (
        "a.iob2",
        "# sent_id = s1\n1\tMia\tB-PER\t-\tann\n2\truns\tO\t-\tann\n",
        NER,
        "",
        [("Mia runs", "B-PER O")],
        "Columns left out of a.iob2: 4, 5",
    ),
    "germeval with a comment": (
        "a.tsv",
        "#\thttp://example.org/a [2010-01-01]\n1\tMia\tB-PER\tO\n2\tlebt\tO\tO\n",
        NER,
        "tags=3",
        [("Mia lebt", "B-PER O")],
        "Columns: words = 2, tags = 3.",
    ),
    "conll-2003": (
        "a.conll",
        "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nsays VBZ B-VP O\n",
        NER,
        "",
        [("EU says", "B-ORG O")],
        "Borders between documents left out of a.conll: 1",
    ),
    "names in the first line": (
        "a.conll",
        "word gold pred\nMia B-PER O\nruns O O\n",
        NER,
        "tags=gold",
        [("Mia runs", "B-PER O")],
        "The first line of a.conll names the columns.",
    ),
    "no-break space": (
        "a.conll",
        "25\u00a0000 O\n3\u00a0km O\n",
        NER,
        "",
        [("25\u00a0000 3\u00a0km", "O O")],
        "rows 2",
    ),
    "no-break space in a cell": (
        "a.csv",
        "words,tags\n10\u00a0% of,O O\n",
        NER,
        "",
        [("10\u00a0% of", "O O")],
        "rows 1",
    ),
    "python list": (
        "a.csv",
        "tokens,tags\n\"['Mia', \"\"O'Hara\"\", 'runs']\",\"['B-PER', 'I-PER', 'O']\"\n",
        NER,
        "",
        [("Mia O'Hara runs", "B-PER I-PER O")],
        "CSV",
    ),
    "numpy list": (
        "a.csv",
        "tokens,tags\n\"['Mia' 'runs'\n 'far']\",\"['B-PER' 'O' 'O']\"\n",
        NER,
        "",
        [("Mia runs far", "B-PER O O")],
        "CSV",
    ),
    "kaggle": (
        "a.csv",
        'Sentence #,Word,POS,Tag\nSentence: 1,Mia,NNP,B-per\n,runs,VBZ,O\n,"""",.,O\n'
        "Sentence: 2,Tim,NNP,B-per\n,sleeps,VBZ,O\n",
        NER,
        "",
        [('Mia runs "', "B-per O O"), ("Tim sleeps", "B-per O")],
        "samples 2, rows 5",
    ),
    "kaggle, mapped": (
        "a.csv",
        "nr;wort;marke\n7;Mia;B-PER\n7;runs;O\n8;Tim;B-PER\n",
        NER,
        "words=wort,tags=marke,sentence=nr",
        [("Mia runs", "B-PER O"), ("Tim", "B-PER")],
        "samples 2, rows 3",
    ),
    "one word a row, empty rows between": (
        "a.tsv",
        "word\ttag\nMia\tB-PER\nruns\tO\n\nTim\tB-PER\n",
        NER,
        "",
        [("Mia runs", "B-PER O"), ("Tim", "B-PER")],
        "samples 2, rows 3",
    ),
    "one word a row, nothing between": (
        "a.csv",
        "word,tag\nMia,B-PER\nruns,O\n",
        NER,
        "",
        [("Mia", "B-PER"), ("runs", "O")],
        "name the column that tells sentences with --columns sentence=NAME",
    ),
    "doccano": (
        "a.jsonl",
        '{"text": "Mia lives in New York.", "label": [[0, 3, "PER"], [13, 21, "LOC"]]}\n'
        '{"text": "Rain.", "label": []}\n',
        NER,
        "",
        [("Mia lives in New York .", "B-PER O O B-LOC I-LOC O"), ("Rain .", "O O")],
        "words = text, tags = label",
    ),
    "spacy": (
        "a.jsonl",
        '["Mia runs", {"entities": [[0, 3, "PER"]]}]\n'
        '["Tim sits", {"entities": [[0, 3, "PER"]]}]\n',
        NER,
        "",
        [("Mia runs", "B-PER O"), ("Tim sits", "B-PER O")],
        "JSON lines",
    ),
    "prodigy, a span that cuts a word": (
        "a.jsonl",
        '{"text": "Miami runs", "tokens": [{"text": "Miami", "start": 0, "end": 5, "id": 0}, '
        '{"text": "runs", "start": 6, "end": 10, "id": 1}], '
        '"spans": [{"start": 0, "end": 3, "label": "PER"}]}\n',
        NER,
        "",
        [("Miami runs", "B-PER O")],
        "cut a word, and mark all of it: 1; first: a.jsonl, line 1: 'Mia'",
    ),
    "array": (
        "a.json",
        '[\n  {"translation": {"en": "Sit.", "fr": "Assis !"}},\n'
        '  {"translation": {"en": "Up.", "fr": "Debout !"}}\n]\n',
        PAIRS,
        "",
        [("Sit.", "Assis !"), ("Up.", "Debout !")],
        "JSON",
    ),
    "data": (
        "a.json",
        '{"version": 2, "tags": ["x"], "data": [{"source": "Sit.", "target": "Assis !"}], "n": 1}',
        PAIRS,
        "",
        [("Sit.", "Assis !")],
        "JSON",
    ),
    "header again": (
        "a.tsv",
        "source\ttarget\nSit.\tAssis !\nsource\ttarget\nUp.\tDebout !\n",
        PAIRS,
        "",
        [("Sit.", "Assis !"), ("Up.", "Debout !")],
        "Rows that are the header again left out: 1; first: a.tsv, line 3",
    ),
    "header again, csv": (
        "a.csv",
        "en,fr\nSit.,Assis !\nen,fr\n",
        PAIRS,
        "",
        [("Sit.", "Assis !")],
        "header again left out: 1; first: a.csv, line 3",
    ),
    "licence behind": (
        "a.tsv",
        "Sit.\tAssis !\tCC-BY 2.0\nUp.\tDebout !\tCC-BY 2.0\n",
        PAIRS,
        "",
        [("Sit.", "Assis !"), ("Up.", "Debout !")],
        "columns 1 and 2 were taken; if that is wrong, name yours with --columns source=NUMBER",
    ),
    "numbers beside": (
        "a.tsv",
        "12\tSit.\t77\tAssis !\n13\tUp.\t78\tDebout !\n",
        PAIRS,
        "",
        [("Sit.", "Assis !"), ("Up.", "Debout !")],
        "Columns left out of a.tsv: 1, 3.",
    ),
    "empty side": (
        "a.tsv",
        "Sit.\tAssis !\nUp.\t\n\tRien.\nStop.\tArrête.\n",
        PAIRS,
        "",
        [("Sit.", "Assis !"), ("Stop.", "Arrête.")],
        "Pairs with an empty side left out: 2; first: a.tsv, line 2",
    ),
    "empty side, json": (
        "a.jsonl",
        '{"source": "Sit.", "target": "Assis !"}\n{"source": "Up.", "target": null}\n',
        PAIRS,
        "",
        [("Sit.", "Assis !")],
        "empty side left out: 1; first: a.jsonl, line 2",
    ),
    "sep": (
        "a.csv",
        "sep=;\nsource;target\nSit.;Assis !\n",
        PAIRS,
        "",
        [("Sit.", "Assis !")],
        "names the separator ';'",
    ),
    "sep, a bar": (
        "a.csv",
        "sep=|\r\nsource|target\r\nSit.|Assis !\r\n",
        PAIRS,
        "",
        [("Sit.", "Assis !")],
        "names the separator '|'",
    ),
    "by number": (
        "a.csv",
        "one,two,three\nx,Sit.,Assis !\n",
        PAIRS,
        "source=2,target=3",
        [("Sit.", "Assis !")],
        "source = two, target = three",
    ),
}


@pytest.mark.parametrize(
    ("name", "text", "task", "columns", "want", "said"), READ.values(), ids=READ
)
def test_a_file_of_this_kind_reads_right(
    tmp_path: Path, name: str, text: str, task: str, columns: str, want: object, said: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    samples, told = read(tmp_path / name, task, columns)
    if task == NER:
        assert words_and_tags(samples) == want
    else:
        assert [(sample.read, sample.reference) for sample in samples] == want
    assert said in told


REFUSED: dict[str, tuple[str, str, str, str]] = {
    "two tag columns": (
        "a.conll",
        "Mia B-PER O\nruns O O\nBern B-LOC B-ORG\n",
        NER,
        r"a\.conll: columns 2 and 3 all hold tags; .*--columns words=1,tags=2",
    ),
    "outer and inner tags": (
        "a.tsv",
        "1\tMia\tB-PER\tO\n2\tlebt\tO\tO\n",
        NER,
        r"columns 3 and 4 all hold tags; .*--columns words=2,tags=3",
    ),
    "parts of speech": (
        "a.jsonl",
        '{"words": ["who", "won"], "pos": ["PRON", "VERB"]}\n',
        NER,
        r"these are no entity tags \(PRON, VERB\).*--scheme none",
    ),
    "parts of speech, conll": ("a.conll", "who PRON\nwon VERB\n", NER, "no entity tags"),
    "one name twice": (
        "a.csv",
        "source,source,target\na,b,x\n",
        PAIRS,
        r"line 1: columns 1 and 2 have one name, 'source'",
    ),
    "one name twice, mapped": (
        "a.tsv",
        "id\tWord\tword\ttag\n1\ta\tb\tO\n",
        NER,
        r"columns 2 and 3 have one name, 'word'",
    ),
    "no such column": (
        "a.conll",
        "Mia B-PER\n",
        NER,
        "there is no column",
    ),
}


@pytest.mark.parametrize(("name", "text", "task", "match"), REFUSED.values(), ids=REFUSED)
def test_a_file_of_this_kind_is_refused(
    tmp_path: Path, name: str, text: str, task: str, match: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    columns = "tags=7" if match == "there is no column" else ""
    with pytest.raises(DataError, match=match) as error:
        read(tmp_path / name, task, columns)
    assert english_in(error.value.message.text("zh"), name, "PRON VERB Word word") == []


def test_strict_tags_refuse_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("Mia B-PER\n\na O\nHall I-LOC\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"^a\.conll, line 4: I-LOC breaks IOB2"):
        read(path, NER, strict=True)


def test_plain_tags_are_read_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"words": ["who", "won"], "pos": ["PRON", "VERB"]}\n', encoding="utf-8")
    samples, _ = read(path, NER, scheme="none")
    assert samples == [TaggedSample("a.jsonl-1", ("who", "won"), ("PRON", "VERB"), plain=True)]


def test_numbers_get_the_names_that_are_given(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('words,tags\nMia runs,"[1, 0]"\nTim sits,1 0\n', encoding="utf-8")
    samples, _ = read(path, NER, labels=("O", "B-PER"))
    assert words_and_tags(samples) == [("Mia runs", "B-PER O"), ("Tim sits", "B-PER O")]
    with pytest.raises(DataError, match="the tags are numbers"):
        read(path, NER)
    with pytest.raises(DataError, match="no name for the number 1"):
        read(path, NER, labels=("O",))


def test_a_scheme_that_is_named_is_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("Mia I-PER\nTim I-PER\n", encoding="utf-8")
    samples, said = read(path, NER, scheme="iob1")
    assert words_and_tags(samples) == [("Mia Tim", "B-PER I-PER")]
    assert "the tags are IOB1 (as named)" in said
    with pytest.raises(DataError, match="no tag scheme 'iob9'"):
        read(path, NER, scheme="iob9")


SQUAD = (
    '{"version": "v2.0", "data": [{"title": "t", "paragraphs": [{"context": "Mia sits in Bern.", '
    '"qas": [{"id": "1", "question": "Where does Mia sit?", "answers": [{"text": "Bern", '
    '"answer_start": 12}]}, {"id": "2", "question": "Who runs?", "is_impossible": true, '
    '"answers": []}]}]}]}'
)


@pytest.mark.parametrize("pretty", [False, True])
def test_squads_own_file_is_read(tmp_path: Path, pretty: bool) -> None:
    text = SQUAD.replace(", ", ",\n  ").replace("[{", "[\n{") if pretty else SQUAD
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    samples, said = read(tmp_path / "a.json", ASKED)
    assert [(sample.id, sample.reference) for sample in samples] == [("1", "Bern"), ("2", "")]
    assert "samples 2" in said and "Questions without an answer in a.json: 1." in said


def test_answers_may_be_a_list_of_objects(tmp_path: Path) -> None:
    text = '{"question": "Who?", "context": "Mia sits.", "answers": [{"text": "Mia", '
    (tmp_path / "a.jsonl").write_text(text + '"answer_start": 0}]}\n', encoding="utf-8")
    samples, _ = read(tmp_path / "a.jsonl", ASKED)
    assert samples[0].reference == "Mia"


def test_a_file_of_one_line_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("1 CD B-NUM\n", encoding="utf-8")
    assert words_and_tags(read(tmp_path / "a.conll", NER)[0]) == [("1", "B-NUM")]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "english;français\nHe is naïve.;Il est naïf.\n“Well…”;« Bon… »\n"),
        ("shift_jis", "source,target\nGo.,私は学校に行きます。\nStop.,今日はとても寒いです。\n"),
    ],
)
def test_an_encoding_that_reads_a_file_is_named(tmp_path: Path, encoding: str, text: str) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    with pytest.raises(DataError, match=f"--encoding {encoding}, which reads it"):
        read(tmp_path / "a.csv", PAIRS)
    samples, _ = read(tmp_path / "a.csv", PAIRS, encoding=encoding)
    assert len(samples) == 2
