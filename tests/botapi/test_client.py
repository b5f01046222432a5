"""The client's patience, compared with what the rest of the bot takes for granted."""

from __future__ import annotations

from datetime import timedelta

from bot.botapi import client
from bot.domain.delivery import LONGEST_CALL


def test_a_call_gives_up_before_it_is_held_to_be_lost() -> None:
    """A call that was begun longer ago has been answered, or never left."""
    patience = client._POOL_SECONDS + client._CONNECT_SECONDS + client._PHOTO_SECONDS
    assert timedelta(seconds=patience) <= LONGEST_CALL
