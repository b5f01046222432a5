"""Records the results of searches for doubtful posts; asks an editor where none is certain.

Decides no result: see `domain.recovery`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.article import short_id
from bot.domain.interpretation import RIGHTS_SECONDS
from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.domain.recovery import Found, Later, NotFound, Result
from bot.planning import naming
from bot.publish.messenger import Ask
from bot.store import recovery
from bot.store.recovery import Doubt
from bot.store.thread import Store

#: How long until a search that went wrong begins again, and until an editor is asked again.
AGAIN = timedelta(seconds=RIGHTS_SECONDS)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The results of one bot's searches."""

    store: Store
    #: The editors' private chats.
    editors: Sequence[int]
    ask: Ask

    async def record(self, doubt: Doubt, result: Result, at: datetime) -> None:
        """Record and log a result: it settles the delivery, or puts off the search for it."""
        name = await self.store(naming.delivery, doubt.to.delivery)
        match result:
            case Found():
                await self.store(recovery.found, doubt, result.message, at)
                _log.info("found: %s had been posted", name)
            case Later():
                until = at + timedelta(seconds=result.seconds)
                await self._later(doubt, until, result.reason)
            case NotFound():
                await self._not_found(doubt, result, at, name)
            case _:
                assert_never(result)

    async def put_off(self, doubt: Doubt, at: datetime) -> None:
        """Search again later, as an error ended the search; it holds up no other."""
        name = await self.store(naming.delivery, doubt.to.delivery)
        _log.exception("%s could not be looked for; it is tried again", name)
        reason = "it could not be looked for; see the log"
        await self._later(doubt, at + AGAIN, reason)

    async def _not_found(
        self, doubt: Doubt, result: NotFound, at: datetime, name: str
    ) -> None:
        """Have the post sent again, or ask an editor where that may not be done unasked."""
        reason, absent = result.reason, result.absent
        state = await self.store(recovery.give_up, doubt, reason, at, absent=absent)
        if state is not None:
            _log.warning("not found, sent again: %s: %s", name, reason)
            return
        if absent:
            reason = "I did not find it there"
        await self._ask(doubt, f"Telegram's answer was lost, and {reason}", at)

    async def _ask(self, doubt: Doubt, reason: str, at: datetime) -> None:
        """Let an editor decide; if none can be reached, search again later."""
        is_asked = await self.ask(_question(doubt, reason))
        until: datetime | None = at + AGAIN
        if is_asked or not self.editors:
            until = None
        await self._later(doubt, until, f"waits for an editor: {reason}")

    async def _later(self, doubt: Doubt, until: datetime | None, reason: str) -> None:
        """Record until when the delivery stays in doubt; None: until an editor decides."""
        delivery = doubt.to.delivery.id
        await self.store(recovery.later, delivery, until, reason)


def _question(doubt: Doubt, reason: str) -> Notice:
    delivery = doubt.to.delivery
    value = short_id(delivery.id)
    again = Choice(Decision.POST_AGAIN, value)
    there = Choice(Decision.IT_IS_THERE, value)
    return Notice(
        key=recovery.alert_key(delivery.id),
        alert=Alert.DOUBTFUL,
        articles=(delivery.article,),
        chats=(delivery.chat,),
        reason=reason,
        choices=(again, there),
    )
