"""How a delivery is written in its row, and read from it. Runs no query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.chat import ChatKind
from bot.domain.delivery import Delivery, Lane, State
from bot.domain.outcome import Fallback
from bot.store.database import Row
from bot.store.payloads import read


@dataclass(frozen=True, slots=True)
class Addressed:
    """A delivery with where it goes."""

    delivery: Delivery
    chat_id: int
    thread: int
    username: str
    kind: ChatKind


_BY_NAME = {one.value: one for one in Fallback}


def fallbacks_written(fallbacks: Iterable[Fallback]) -> str:
    """Return fallbacks as the column `fallbacks` holds them."""
    return " ".join(fallbacks)


def _fallbacks_read(text: str) -> tuple[Fallback, ...]:
    """Return the fallbacks in the column `fallbacks`; those of another version are left out."""
    return tuple(_BY_NAME[name] for name in text.split() if name in _BY_NAME)


def stored(state: State) -> str:
    """Return how a state is written: the schema has no word of its own for UNCONFIRMED."""
    return str(State.DOUBTFUL if state is State.UNCONFIRMED else state)


def addressed(found: Row) -> Addressed:
    """Return the record of a delivery joined with its chat."""
    return Addressed(
        delivery_of(found),
        found["chat_id"],
        found["thread"],
        found["username"],
        ChatKind(found["kind"]),
    )


def delivery_of(found: Row) -> Delivery:
    """Return the record of a delivery's row."""
    state = State(found["state"])
    return Delivery(
        id=found["id"],
        article=found["article"],
        chat=found["chat"],
        edition=found["edition"],
        lane=Lane(found["lane"]),
        state=State.UNCONFIRMED
        if state is State.DOUBTFUL and found["not_before"] is None
        else state,
        attempts=found["attempts"],
        message=found["message"],
        payload=read(found["payload"]),
        fallbacks=_fallbacks_read(found["fallbacks"]),
        reason=found["reason"],
        lost=found["lost"],
    )
