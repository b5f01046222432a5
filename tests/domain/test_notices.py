"""Notices as plain data: what a button can carry, what is kept and read back."""

from __future__ import annotations

import pytest

from bot.domain.notices import Alert, Choice, Decision, Notice, from_content, is_value


def test_a_choice_carries_what_fits_into_a_button() -> None:
    """Anything else would be refused by Telegram when the notice is sent."""
    assert Choice(Decision.POST_ONE, "3k-2.x_1").value == "3k-2.x_1"
    for value in ("a b", "é", "x" * 41):
        assert not is_value(value)
        with pytest.raises(ValueError, match="not a value"):
            Choice(Decision.POST_ONE, value)


@pytest.mark.parametrize(
    ("notice", "weight"),
    [
        (Notice(key="k", alert=Alert.OTHER), 1),
        (Notice(key="k", alert=Alert.BULK, articles=(1, 2), count=412), 412),
        (
            Notice(key="k", alert=Alert.COPIES, articles=(1, 2), files=("a", "b", "c")),
            3,
        ),
    ],
)
def test_a_notice_weighs_as_much_as_it_is_about(notice: Notice, weight: int) -> None:
    """Its count, where only some are listed."""
    assert notice.weight == weight


def test_a_notice_is_read_back_as_it_was_kept() -> None:
    """Kinds and choices that this version does not know are left out."""
    notice = Notice(
        key="k",
        alert=Alert.BULK,
        articles=(1,),
        count=9,
        choices=(Choice(Decision.POST_NEWEST, "10", 10),),
    )
    content = notice.content()
    assert from_content("k", "bulk", content) == notice
    assert from_content("k", "never heard of", {}).alert is Alert.OTHER
    content["choices"] = [["never heard of", "x", None]]
    assert from_content("k", "bulk", content).choices == ()
