"""A search for a doubtful post: when it may begin, and its progress while it is open. No calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.candidates import Bounds
from bot.domain.interpretation import after_probe
from bot.domain.outcome import Outcome
from bot.domain.recognition import Target
from bot.domain.recovery import (
    ForwardProbe,
    Found,
    KeyboardProbe,
    Later,
    NotFound,
    RightsProbe,
    Search,
)
from bot.domain.settlement import ProbeAnswer
from bot.rendering import markup
from bot.store import search_bounds
from bot.store.database import Database
from bot.store.numbers import Touch
from bot.store.recovery import Doubt

#: The longest that a search waits for the next due post, whose number bounds the search.
BOUND = timedelta(seconds=60)
#: When it is checked again whether other people's messages have bounded a search.
UNTOLD = timedelta(seconds=30)


@dataclass(slots=True)
class OpenSearch:
    """A search under way."""

    doubt: Doubt
    search: Search
    #: True while a probe is in flight.
    in_flight: bool = False
    #: What is recorded of the message whose keyboard the probe may change.
    touch: Touch = Touch.FIRST

    @property
    def reserved_chat(self) -> int | None:
        """The chat (row number) that gets nothing else during the next probe, or None."""
        if isinstance(self.search.next(), KeyboardProbe):
            return self.doubt.to.delivery.chat
        return None

    @property
    def probed_chat(self) -> int | None:
        """The chat (Telegram's number) whose rate limit counts the next probe, or None."""
        step = self.search.next()
        match step:
            case ForwardProbe():
                return step.editor
            case KeyboardProbe():
                return self.doubt.to.chat_id
            case RightsProbe() | Found() | NotFound() | Later():
                return None
            case _:
                assert_never(step)

    def kept_keyboard(self, outcome: Outcome) -> bool:
        """Return True if the message of a keyboard probe has the keyboard that it had before."""
        is_found = isinstance(self.search.next(), Found)
        if is_found and self.touch is Touch.FIRST:
            return True
        answer = after_probe(outcome).answer
        match answer:
            case ProbeAnswer.MISSING | ProbeAnswer.PROTECTED | ProbeAnswer.REFUSED:
                return True
            case ProbeAnswer.DONE | ProbeAnswer.GONE | ProbeAnswer.LATER:
                return False
            case _:
                assert_never(answer)


def waits_until(
    db: Database, doubt: Doubt, bounds: Bounds, at: datetime, patience: timedelta
) -> datetime | None:
    """Return until when a search waits for a message number that bounds it; None: it may begin.

    patience: how long it waits if no number from before the attempt is known.
    """
    if bounds.after is not None:
        return None
    chat_id, waited = doubt.to.chat_id, at - doubt.over
    nothing_known = bounds.before is None
    if nothing_known and search_bounds.will_be_bounded(db, chat_id):
        return at + UNTOLD  # a later post will have a number, whenever it is sent
    if waited < BOUND and search_bounds.will_be_bounded(db, chat_id, at):
        return doubt.over + BOUND
    if nothing_known and waited < patience:
        # the message of somebody else would bound it too, whenever it arrives
        return min(at + UNTOLD, doubt.over + patience)
    return None


def open_search(
    db: Database, doubt: Doubt, bounds: Bounds, me: int, editors: Sequence[int]
) -> OpenSearch:
    """Begin a search. me: the bot's user id. editors: chats that candidates are forwarded to."""
    in_other_thread = search_bounds.may_be_in_other_thread(db, doubt)
    target = target_of(doubt, me, in_other_thread=in_other_thread)
    return OpenSearch(doubt, Search(target, bounds, editors))


def target_of(doubt: Doubt, me: int, *, in_other_thread: bool) -> Target:
    """Return what is searched for: a delivery's payload as Telegram would show it."""
    payload = doubt.to.delivery.payload or {}
    text = payload.get("text") or payload.get("caption") or ""
    if "parse_mode" in payload:
        text = markup.measure(text).text
    return Target(
        chat_id=doubt.to.chat_id,
        me=me,
        text=text,
        keyboard=payload.get("reply_markup"),
        in_other_thread=in_other_thread,
    )
