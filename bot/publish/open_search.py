"""A search for a doubtful post while it is open: the delivery and the progress. Makes no call."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.recovery import ForwardProbe, KeyboardProbe, Search
from bot.store.numbers import Touch
from bot.store.recovery import Doubt


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
    def reserved(self) -> int | None:
        """The chat (row number) that gets nothing else during the next probe, or None."""
        if isinstance(self.search.next(), KeyboardProbe):
            return self.doubt.to.delivery.chat
        return None

    @property
    def target(self) -> int | None:
        """The chat whose rate limit counts the next probe, or None."""
        step = self.search.next()
        if isinstance(step, ForwardProbe):
            return step.editor
        return self.doubt.to.chat_id if isinstance(step, KeyboardProbe) else None
