"""Taps on buttons: what carries out each of them."""

from __future__ import annotations

import pytest

from bot.conversation.callbacks import HANDLERS
from bot.rendering import keyboards
from bot.rendering.keyboards import Act
from bot.rendering.labels import Label


def test_each_act_has_a_handler() -> None:
    """All but the acts of earlier versions, which are read as decisions."""
    assert set(HANDLERS) == set(Act) - {Act.AGAIN, Act.THERE}


def test_an_undo_is_told_from_other_buttons_with_the_same_data() -> None:
    """Whatever its label is; both ask for the same."""
    ((undo,),) = keyboards.undos(["AI"], Act.UNFOLLOW)
    ((other,),) = keyboards.follows(["AI"], Label.UNFOLLOW, Act.UNFOLLOW)
    data = undo["callback_data"]
    assert keyboards.is_undo([[{**undo, "text": "Zurück"}]], data)
    assert not keyboards.is_undo([[other]], other["callback_data"])
    assert keyboards.read(data) == keyboards.read(other["callback_data"])


def test_an_undo_of_several_takes_back_its_own_topic_only() -> None:
    """The message goes on to report the others."""
    rows = keyboards.undos(["AI", "C"], Act.FOLLOW)
    assert [row["text"] for row in rows[0]] == ["Undo AI", "Undo C"]
    assert not any(keyboards.is_undo(rows, one["callback_data"]) for one in rows[0])
    assert keyboards.undos([" "], Act.FOLLOW) == []


def test_an_undo_in_a_message_of_0_1_0_is_known_by_its_label() -> None:
    """There, buttons had the same callback data under both labels."""
    rows = [
        [keyboards.tap("Undo", Act.UNFOLLOW, "ai")],
        [keyboards.tap("Unfollow C", Act.UNFOLLOW, "c")],
    ]
    assert keyboards.is_undo(rows, "u:ai")
    assert not keyboards.is_undo(rows, "u:c")
    assert not keyboards.is_undo((), "u:ai")


@pytest.mark.parametrize(
    "data", ["t:ai:undo", "c:5:undo", "u:ai:other", "u:undo:undo:1"]
)
def test_only_a_follow_can_be_marked_as_an_undo(data: str) -> None:
    """Other data with the mark was under no button."""
    assert keyboards.read(data) is None
    assert not keyboards.is_undo((), data)


def test_a_button_is_replaced_and_the_others_stay() -> None:
    """A tap on one topic leaves the buttons of the others where they are."""
    rows = [[keyboards.tap("A", Act.FOLLOW, "a"), keyboards.tap("B", Act.FOLLOW, "b")]]
    other = keyboards.tap("✓ B", Act.UNFOLLOW, "b")
    assert keyboards.replaced(rows, "f:b", other) == [[rows[0][0], other]]
