"""The list of steps that a kill test must come to: each is a function or method of today, and a missing one fails."""

from __future__ import annotations

from importlib import import_module

import pytest

from bot.settings import Buttons
from tests.torture import killing, steps

COMMITS = [
    one
    for one in (*steps.COMMITS, *steps.WITH_KEYBOARD_COMMITS, *steps.SOMETIMES)
    if one != "opening"
]


@pytest.mark.parametrize("name", COMMITS)
def test_each_listed_commit_is_a_functions(name: str) -> None:
    """A function that is renamed or moved is renamed here too."""
    module, _, function = name.rpartition(".")
    found = getattr(import_module(f"bot.{module}"), function)
    assert (found.__module__, found.__name__) == (f"bot.{module}", function)


def test_what_was_renamed_is_listed() -> None:
    """No step of d2f2f24 that still exists is lost from the list by a new name."""
    assert set(steps.RENAMED.values()) <= {*steps.COMMITS, *steps.WITH_KEYBOARD_COMMITS}
    assert set(steps.RENAMED).isdisjoint(COMMITS)


def test_the_steps_that_are_killed_on_purpose_are_listed() -> None:
    chosen = {*killing.FIRST, *killing.QUARREL, *killing.EDITION}
    assert chosen <= steps.listed(Buttons.KEYBOARD)


def test_a_listed_step_that_never_occurs_fails() -> None:
    occurred = steps.listed(Buttons.KEYBOARD)
    assert steps.missing(occurred, Buttons.KEYBOARD) == []
    left = occurred - {"after call sendMessage"}
    assert steps.missing(left, Buttons.KEYBOARD) == [
        "never came to a step: after call sendMessage"
    ]
    assert steps.missing(steps.listed(Buttons.TEXT), Buttons.TEXT) == []
    assert steps.missing(steps.listed(Buttons.TEXT), Buttons.KEYBOARD)


def test_a_step_that_is_not_listed_is_named() -> None:
    occurred = {
        *steps.listed(Buttons.KEYBOARD),
        "before commit store.new.one",
        "after commit store.pending.put",
    }
    assert steps.unlisted(occurred, Buttons.KEYBOARD) == ["before commit store.new.one"]
