"""What is written down when answers have come, many in one commit, and what the editors hear of it. Makes no call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.article import short_id
from bot.delivery import LASTING, Alert, Lane, Notice, Settlement, State
from bot.store import chats, outbox, repeats, updates
from bot.store.database import transaction
from bot.store.outbox import Addressed


def write_down(db: Database, settled: Sequence[tuple[Addressed, Settlement]], at: datetime) -> list[Notice]:
    """Write settlements and what they mean for the chats, in one commit; return what the editors should hear."""
    with transaction(db):
        if any(settlement.state is State.SENT for _, settlement in settled):
            repeats.connection_works(db)  # before what was lost meanwhile is written, as it may have been lost later
        outbox.settle(db, [(to.delivery, settlement) for to, settlement in settled], at)
        for to, settlement in settled:
            if settlement.park:
                chats.set_state(db, to.delivery.chat, "parked", settlement.park)
            if settlement.moved_to is not None:
                chats.move(db, to.chat_id, settlement.moved_to)
            if settlement.state is State.SENT and to.delivery.lane is Lane.CHANNEL:
                updates.clear_alerts(db, _over(to))
    return [
        notice(db, to, settlement.alert, settlement.reason, mend=settlement.mend.rpartition(" ")[2])
        for to, settlement in settled
        if settlement.alert
    ]


def notice(db: Database, to: Addressed, kind: Alert, reason: str, *, mend: str = "") -> Notice:
    """Return what the editors hear: of a chat once, of an article that followers can't get once for all of them."""
    delivery = to.delivery
    chat = chats.get(db, delivery.chat)
    name = chat.name if chat and delivery.lane is Lane.CHANNEL else "readers' chats"
    key = f"{delivery.chat}:{kind}" if delivery.lane is Lane.CHANNEL else f"readers:{kind}"
    if mend in LASTING:
        key = f"{key}:{mend}"
    elif kind in ("refused", "mended"):
        key, reason = f"{key}:{delivery.article}", f"article {short_id(delivery.article)}: {reason}"
    return Notice(key=key, kind=kind, about=name, reason=reason)


def _over(to: Addressed) -> list[str]:
    """Return the alerts that a channel's post ends; a reader's chat has none of its own."""
    over = ["rights", "gone", *(f"mended:{mend}" for mend in LASTING if not to.delivery.mend)]
    return [f"{to.delivery.chat}:{one}" for one in over]
