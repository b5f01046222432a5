"""The client's patience, compared with what the rest of the bot takes for granted."""

from __future__ import annotations

from datetime import timedelta

from bot.botapi import wire
from bot.domain.delivery import LONGEST_CALL


def test_a_call_gives_up_before_it_is_held_to_be_lost() -> None:
    """A call that was begun longer ago has been answered, or never left."""
    patience = wire._POOL_SECONDS + wire._CONNECT_SECONDS + wire._PHOTO_SECONDS
    assert timedelta(seconds=patience) <= LONGEST_CALL
