"""Arrays as a few bytes of text: what a page can unpack, and what a file keeps."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

SCALE = 10_000  # a page shows four digits
_NOTHING = 65_535


def packed(values: np.ndarray) -> dict[str, Any]:
    """Returns an array of numbers from 0 to 6.5 as text, rounded to 4 digits.

    Returns:
        ``shape`` and ``data``: two planes of bytes (the high ones first) of 16-bit numbers, each a
        ten-thousandth, 65535 for NaN; deflated (zlib) and in base 64. Weights are mostly small, so
        that the high plane is nearly empty.

    Raises:
        ValueError: a number is out of range.
    """
    given = np.asarray(values, dtype=np.float64)
    nothing = np.isnan(given)
    whole = np.rint(np.where(nothing, 0.0, given) * SCALE)
    if whole.size and (whole.min() < 0 or whole.max() >= _NOTHING):
        raise ValueError("numbers from 0 to 6.5 are expected")
    whole = np.where(nothing, _NOTHING, whole).astype(np.uint16).ravel()
    planes = np.concatenate([whole >> 8, whole & 255]).astype(np.uint8)
    data = base64.b64encode(zlib.compress(planes.tobytes(), 6)).decode("ascii")
    return {"shape": list(given.shape), "data": data}


def unpacked(plain: dict[str, Any]) -> np.ndarray:
    """Returns the array that :func:`packed` has made text of, float64."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(plain["data"])), np.uint8)
    high, low = planes.reshape(2, -1).astype(np.float64)
    whole = 256 * high + low
    values: np.ndarray = np.where(whole == _NOTHING, np.nan, whole / SCALE)
    return values.reshape(plain["shape"])


def rounded(values: np.ndarray, digits: int = 4) -> Any:
    """Returns an array as nested lists, ``None`` where there is no number."""
    short = np.round(values, digits)
    plain = short.astype(object)
    plain[np.isnan(short)] = None
    return plain.tolist()
