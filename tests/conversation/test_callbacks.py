"""Taps on buttons: what carries out each of them."""

from __future__ import annotations

from bot.conversation.callbacks import HANDLERS
from bot.rendering import keyboards
from bot.rendering.keyboards import Act
from bot.rendering.labels import Label


def test_each_act_has_a_handler() -> None:
    """All but the acts of earlier versions, which are read as decisions."""
    assert set(HANDLERS) == set(Act) - {Act.AGAIN, Act.THERE}


def test_an_undo_is_told_from_other_buttons_with_the_same_data() -> None:
    """Buttons in old messages have the same callback data under both labels."""
    rows = [
        [keyboards.tap(Label.UNDO, Act.UNFOLLOW, "ai")],
        [keyboards.tap("Unfollow C", Act.UNFOLLOW, "c")],
    ]
    assert keyboards.is_undo(rows, "u:ai")
    assert not keyboards.is_undo(rows, "u:c")
    assert not keyboards.is_undo((), "u:ai")


def test_a_button_is_replaced_and_the_others_stay() -> None:
    """A tap on one topic leaves the buttons of the others where they are."""
    rows = [[keyboards.tap("A", Act.FOLLOW, "a"), keyboards.tap("B", Act.FOLLOW, "b")]]
    other = keyboards.tap("✓ B", Act.UNFOLLOW, "b")
    assert keyboards.replaced(rows, "f:b", other) == [[rows[0][0], other]]
