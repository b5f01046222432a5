"""Finding, after a restore, the posts that the restored database does not know. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.delivery import Lane, Payload
from bot.store import delivery_rows, facts, holding, numbers, recovery
from bot.store.article_states import WAITING
from bot.store.availability import REACHABLE
from bot.store.database import exists, row, rows, transaction, write
from bot.store.delivery_rows import Addressed
from bot.store.facts import Fact
from bot.store.payloads import written

_UNDECIDED = f"""
SELECT d.*, c.chat_id, c.thread, c.username, c.kind
FROM articles a JOIN deliveries d ON d.article = a.id JOIN chats c ON c.id = d.chat
WHERE {WAITING} AND a.waits = 'restored' AND d.state = 'held' AND d.lane = 0
  AND d.edition = 1 AND {REACHABLE} ORDER BY a.ordered, a.id, d.id
"""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message numbers of a chat that may be posts which a restored database does not know."""

    #: The last number that was known when the backup was made.
    before: int
    #: The first post since the restore; None: there is none.
    after: int | None
    #: Those in between that are accounted for.
    known: frozenset[int]


def undecided(db: Database) -> list[Addressed]:
    """Return the channels' deliveries of articles that wait because of a restore, oldest first."""
    return [delivery_rows.addressed(found) for found in rows(db, _UNDECIDED)]


def unknown(db: Database, chat_id: int) -> Unknown | None:
    """Return where to search in a chat; None: no number from before the backup is known."""
    last = facts.moment(db, Fact.RESTORED_AFTER)
    if last is None:
        return None
    old = "message > 0 AND settled_sequence <= ? ORDER BY message DESC LIMIT 1"
    before = max(
        (one.message for one in numbers.known(db, chat_id, old, last)), default=None
    )
    if before is None:
        return None
    new = "message > ? AND begun_sequence > ? ORDER BY message LIMIT 1"
    after = min(
        (one.message for one in numbers.known(db, chat_id, new, before, last)),
        default=None,
    )
    return Unknown(
        before,
        after,
        frozenset(
            one.message for one in numbers.known(db, chat_id, "message > ?", before)
        ),
    )


def found(
    db: Database, to: Addressed, payload: Payload, form: str, message: int, at: datetime
) -> bool:
    """Write that an article's post exists; return False if it did not wait.

    An article that is in all of its channels waits no more.

    form: the fingerprint of what the post shows.
    """
    delivery = to.delivery
    with transaction(db):
        held = row(
            db,
            "SELECT 1 FROM deliveries WHERE id = ? AND state = 'held'",
            (delivery.id,),
        )
        if held is None or numbers.is_taken(db, to.chat_id, message):
            return False
        sql = "UPDATE deliveries SET payload = ?, form = ? WHERE id = ?"
        write(db, sql, (written(payload, Lane.CHANNEL), form, delivery.id))
        recovery.settle_found(db, delivery, message, at)
        sql = "SELECT 1 FROM deliveries WHERE article = ? AND lane = 0 AND state = 'held' LIMIT 1"
        if not exists(db, sql, (delivery.article,)):
            holding.skip(db, [delivery.article])
    return True
