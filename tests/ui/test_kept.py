"""What is kept for each session."""

from __future__ import annotations

from shiftdemo.ui.common.kept import Kept


def test_kept_forgets_who_was_heard_of_longest_ago() -> None:
    kept: Kept[int] = Kept(2)
    kept.keep("a", 1)
    kept.keep("b", 2)
    assert kept.get("a") == 1
    kept.keep("c", 3)
    assert [kept.get(session) for session in "abc"] == [1, None, 3]
    kept.keep("a", 4)
    assert kept.get("a") == 4
