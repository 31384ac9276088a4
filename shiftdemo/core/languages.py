"""Languages: their codes, however models and data sets write them, and the script of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shiftdemo.core.errors import ConfigError

SEVERAL = "mul"  # ISO 639-2: more than one language
# Their names and their other codes (ISO 639-2 and 639-3), by ISO 639-1 code. The kinds of Chinese
# that NLLB tells apart are written in the same characters; jp, cn and kr are countries, and meant.
LANGUAGES: dict[str, tuple[str, ...]] = {
    "en": ("english", "eng"),
    "fr": ("french", "français", "francais", "fra", "fre"),
    "de": ("german", "deutsch", "deu", "ger"),
    "es": ("spanish", "español", "spa"),
    "it": ("italian", "italiano", "ita"),
    "pt": ("portuguese", "português", "por"),
    "nl": ("dutch", "nederlands", "nld"),
    "ro": ("romanian", "ron"),
    "pl": ("polish", "pol"),
    "cs": ("czech", "ces"),
    "ru": ("russian", "rus"),
    "ar": ("arabic", "ara", "arb"),
    "zh": ("chinese", "中文", "zho", "chi", "cmn", "yue", "wuu", "lzh", "cn"),
    "ja": ("japanese", "日本語", "jpn", "jp"),
    "ko": ("korean", "한국어", "kor", "kr"),
}
_CODE_OF = {name: code for code, names in LANGUAGES.items() for name in (code, *names)}
_CODE_OF |= {"id_id": "id", "id-id": "id"}  # a column en_id is an id, and no Indonesian
# A language, then its script (ISO 15924), then its region, as in zh-Hant-TW, zho_Hans and zh_CN.
# Of the scripts only those of NLLB, for a column may be called fr_text.
_CODE = re.compile(
    r"([a-z]{2,3})"
    r"(?:[-_](?:arab|armn|beng|cyrl|deva|ethi|geor|grek|gujr|guru|hang|hani|hans|hant|hebr|jpan|"
    r"khmr|knda|kore|laoo|latn|mlym|mymr|olck|orya|sinh|taml|telu|tfng|thai|tibt))?"
    r"(?:[-_](?:(?!id$)[a-z]{2}|\d{3}))?"
)
_MARKS = " \t<>[]_"  # around a code where it is a token: __zh__ (M2M100), >>cmn_Hans<< (Marian)

_HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u30fa\u30fd-\u30ff\u31f0-\u31ff\uff66-\uff9d"  # without the dots between names
_HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
_UNITS = re.compile(rf"([{_HANGUL}])|([{_KANA}])|([{_HAN}])|([^\W\d_{_HANGUL}{_KANA}{_HAN}]+)")
_MOST, _FEW = 0.8, 0.1  # shares of a set's texts: such a majority decides, so few do not count
_WITH_KANA = 0.6  # of the texts of a Japanese set; a title may well have none


def language_code(name: str) -> str:
    """Returns the code of a language that has one of two letters, else that of three letters.

    Args:
        name: as ISO 639 or BCP 47 write it, as mBART (``zh_CN``, ``ja_XX``), NLLB (``zho_Hans``)
            or M2M100 (``__zh__``) do, or the name of a well-known language.

    Returns:
        ``"zh"``, ``"fr"``, ``"swh"``; ``""`` where ``name`` is no code.
    """
    bare = name.strip(_MARKS).lower()
    if bare in _CODE_OF:
        return _CODE_OF[bare]
    match = _CODE.fullmatch(bare)
    return _CODE_OF.get(match[1], match[1]) if match else ""


def known_language(name: str) -> str:
    """As :func:`language_code`, for the languages of :data:`LANGUAGES` alone; ``""`` else."""
    code = language_code(name)
    return code if code in LANGUAGES else ""


def check_language(name: str, flag: str) -> None:
    """Checks what a user wrote for a language; empty is none.

    Raises:
        ConfigError: it is no language code.
    """
    if name and not language_code(name):
        raise ConfigError("languages.which_no_language_code", flag=flag, name=name[:40])


def script_language(texts: Iterable[str]) -> str:
    """Returns the language that the script of a set of texts gives away.

    Args:
        texts: of one set; those without letters do not count.

    Returns:
        ``"ko"`` for Hangul, ``"ja"`` for kana, ``"zh"`` for Han without kana; ``""`` for other
        scripts, which many languages share; ``"mul"`` where the texts do not agree.
    """
    kinds = [kind for text in texts if (kind := _kind(text))]
    if not kinds:
        return ""
    share = {kind: kinds.count(kind) / len(kinds) for kind in ("ko", "ja", "zh")}
    if sum(share.values()) < _FEW:
        return ""
    if share["ko"] >= _MOST:
        return "ko"
    if share["ko"] >= _FEW or share["ja"] + share["zh"] < _MOST:
        return SEVERAL
    kana = share["ja"] / (share["ja"] + share["zh"])
    if kana < _FEW:
        return "zh"
    return "ja" if kana >= _WITH_KANA else SEVERAL


def _kind(text: str) -> str:
    """Returns ``ko``, ``ja``, ``zh`` (Han alone), ``other``, or ``""`` where there are no letters.

    A word of another script counts as much as one character of these.
    """
    hangul = kana = han = other = 0
    for unit in _UNITS.finditer(text):
        hangul += unit.lastindex == 1
        kana += unit.lastindex == 2
        han += unit.lastindex == 3
        other += unit.lastindex == 4
    east = hangul + kana + han
    if not east + other:
        return ""
    if east < other:
        return "other"
    if 2 * hangul >= east:
        return "ko"
    return "ja" if 20 * kana >= east else "zh"
