"""How a delivery is written in its row, and read from it. Runs no query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

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


class GivenUp(StrEnum):
    """What of a sent post is given up; in `reason` is why. Stored by value."""

    #: Its number: an editor said that it was posted, or its group got a new number since.
    NUMBER = "number"
    #: The edit or deletion that it lacks: Telegram refused it, or it could not be rendered.
    EDIT = "edit"


#: Left to an editor (`State.UNCONFIRMED`), in queries that name deliveries `d`.
UNCONFIRMED = "d.state = 'doubtful' AND d.not_before IS NULL"
_BY_NAME = {one.value: one for one in Fallback}


def fallbacks_written(fallbacks: Iterable[Fallback]) -> str:
    """Return fallbacks as the column `fallbacks` holds them."""
    return " ".join(fallbacks)


def _fallbacks_read(text: str) -> tuple[Fallback, ...]:
    """Return the fallbacks in the column `fallbacks`; those of another version are left out."""
    return tuple(_BY_NAME[name] for name in text.split() if name in _BY_NAME)


def stored(state: State) -> str:
    """Return how a state is written; UNCONFIRMED is told from DOUBTFUL by `not_before`."""
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
