"""What editors are told: each incident once, in few messages, by name, kept until it is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.notices import Alert, Choice, Decision, Notice, from_content
from bot.store import notices
from tests.support.newsroom import AT, Newsroom

TEXT = st.text(max_size=20)
NUMBERS = st.lists(st.integers(1, 99), max_size=3).map(tuple)
VALUES = st.from_regex(r"[A-Za-z0-9._-]{0,40}", fullmatch=True)
CHOICES = st.builds(
    Choice, st.sampled_from(Decision), VALUES, st.none() | st.integers(0, 99)
)
ANY = st.builds(
    Notice,
    key=TEXT,
    alert=st.sampled_from(Alert),
    articles=NUMBERS,
    chats=NUMBERS,
    files=st.lists(TEXT, max_size=3).map(tuple),
    about=TEXT,
    reason=TEXT,
    count=st.integers(0, 999),
    choices=st.lists(CHOICES, max_size=3).map(tuple),
)
EDITORS = (7, 8)


def _notice(key: str = "1:rights", alert: Alert = Alert.RIGHTS, **more: str) -> Notice:
    return Notice(key=key, alert=alert, **more)  # type: ignore[arg-type]


def _hear(newsroom: Newsroom, editor: int = 7) -> list[tuple[str, bool]]:
    """Tell an editor all that waits; return the keys, and whether each is over."""
    notices.address(newsroom.db, EDITORS)
    waiting = notices.waiting(newsroom.db, editor)
    notices.heard(newsroom.db, [one.id for one in waiting], newsroom.at)
    return [(one.notice.key, one.over) for one in waiting]


@given(ANY)
def test_a_notice_is_kept_as_it_is(notice: Notice) -> None:
    assert from_content(notice.key, notice.alert, notice.content()) == notice


@pytest.mark.parametrize("value", ["a:b", "ü", "x" * 41, "a b"])
def test_a_value_that_no_button_can_carry_is_a_fault_of_ours(value: str) -> None:
    with pytest.raises(ValueError, match="button"):
        Choice(Decision.LEAVE, value)


def test_a_notice_of_a_later_version_can_still_be_told() -> None:
    told = from_content(
        "k", "invented", {"choices": [["dance", "1", None], ["leave", "", None]]}
    )
    assert (told.alert, told.choices) == (Alert.OTHER, (Choice(Decision.LEAVE),))


def test_each_editor_is_told_once_and_once_that_it_is_over(newsroom: Newsroom) -> None:
    assert notices.tell(newsroom.db, [_notice(), _notice()], AT) == [_notice()]
    assert notices.tell(newsroom.db, [_notice()], AT) == []
    assert [_hear(newsroom), _hear(newsroom), _hear(newsroom, 8)] == [
        [("1:rights", False)],
        [],
        [("1:rights", False)],
    ]
    assert notices.all_clear(newsroom.db, ["1:rights", "1:gone"], AT) == ["1:rights"]
    assert [_hear(newsroom), _hear(newsroom), _hear(newsroom, 8)] == [
        [("1:rights", True)],
        [],
        [("1:rights", True)],
    ]
    notices.tell(newsroom.db, [_notice()], AT)
    assert _hear(newsroom) == [("1:rights", False)]


def test_who_was_not_told_yet_hears_nothing_of_what_is_over(newsroom: Newsroom) -> None:
    notices.tell(newsroom.db, [_notice()], AT)
    _hear(newsroom, 7)
    notices.all_clear(newsroom.db, ["1:rights"], AT)
    assert (_hear(newsroom, 7), _hear(newsroom, 8)) == ([("1:rights", True)], [])


def test_what_begins_again_before_its_end_was_told_is_no_news(
    newsroom: Newsroom,
) -> None:
    notices.tell(newsroom.db, [_notice()], AT)
    _hear(newsroom, 7)
    notices.all_clear(newsroom.db, ["1:rights"], AT)
    notices.tell(newsroom.db, [_notice()], AT)
    assert (_hear(newsroom, 7), _hear(newsroom, 8)) == ([], [("1:rights", False)])
    notices.all_clear(newsroom.db, ["1:rights"], AT)
    assert (_hear(newsroom, 7), _hear(newsroom, 8)) == (
        [("1:rights", True)],
        [("1:rights", True)],
    )


def test_what_does_not_last_has_no_end_to_tell_of(newsroom: Newsroom) -> None:
    notices.tell(newsroom.db, [_notice("rejected:a.md", Alert.REJECTED)], AT)
    _hear(newsroom)
    notices.all_clear(newsroom.db, ["rejected:a.md"], AT)
    assert _hear(newsroom) == []


def test_what_is_addressed_to_editors_no_more_is_dropped(newsroom: Newsroom) -> None:
    notices.tell(newsroom.db, [_notice()], AT)
    notices.address(newsroom.db, (7,))
    notices.address(newsroom.db, (8,))
    assert notices.waiting(newsroom.db, 7) == []


def test_housekeeping_keeps_what_lasts_and_forgets_what_is_over(
    newsroom: Newsroom,
) -> None:
    notices.tell(
        newsroom.db, [_notice(), _notice("2:rights"), _notice("x", Alert.REJECTED)], AT
    )
    _hear(newsroom)
    notices.all_clear(newsroom.db, ["2:rights"], AT)
    _hear(newsroom)
    assert notices.prune(newsroom.db, newsroom.later(days=20)) == 0
    notices.prune(newsroom.db, newsroom.later(days=20))
    assert (
        newsroom.db.conn.execute("SELECT DISTINCT key FROM notices").fetchall()[0][0]
        == "1:rights"
    )
    notices.all_clear(newsroom.db, ["1:rights"], newsroom.at)
    assert _hear(newsroom) == [("1:rights", True)]
