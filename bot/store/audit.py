"""Consistency checks: each finds rows that should not exist. Changes nothing.

What a finding means is worded in `publish.verification`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.arrival import HIDDEN
from bot.domain.article import effective_date
from bot.store.article_states import FREE, VISIBLE, WAITING
from bot.store.availability import ACTIVE, OPENS
from bot.store.database import Row, column, milliseconds, number, rows
from bot.store.delivery_rows import UNCONFIRMED
from bot.store.forms import FORMS_SHOWN
from bot.store.oddities import Oddity, OddityKind

#: A delivery that could go out and still waits after this time is not merely behind others.
LATE = timedelta(days=1)
_DELIVERY = (
    "SELECT d.id AS delivery, d.article, d.chat, d.reason AS detail FROM deliveries d"
)
#: The head of the same chat's queue.
_HEAD = (
    "deliveries o WHERE o.chat = d.chat AND o.state = 'pending' "
    "AND o.head = 1 AND o.lane = d.lane"
)
#: A post that nothing will change, though that was not given up (`delivery_rows.GivenUp`).
_LEFT_AS_IT_IS = (
    "d.state = 'sent' AND d.message > 0 AND d.edit_due IS NULL AND d.given_up IS NULL"
)
#: Nobody can be told why it is so. The text says no state: it is only missing.
_UNEXPLAINED = "d.reason = ''"
_JOINED = "NOT EXISTS (SELECT 1 FROM aliases WHERE article = a.id)"


#: Kind of oddity → the rows that are one, with those of the columns `article`, `chat`, `delivery`,
#: `detail` it has.
_QUESTIONS = {
    OddityKind.TWICE: """
        SELECT article, chat, edition AS detail FROM deliveries WHERE state = 'sent'
        GROUP BY article, chat, edition HAVING count(*) > 1""",
    OddityKind.SAME_MESSAGE: """
        SELECT min(d.chat) AS chat, max(d.id) AS delivery, d.message AS detail FROM deliveries d
        JOIN chats c ON c.id = d.chat WHERE d.message > 0
        GROUP BY c.chat_id, d.message HAVING count(*) > 1""",
    OddityKind.NO_NUMBER: f"""
        {_DELIVERY}
        WHERE d.state = 'sent' AND coalesce(d.message, 0) <= 0 AND d.given_up IS NULL""",
    OddityKind.NO_PAYLOAD: f"""
        {_DELIVERY}
        WHERE d.state IN ('sending', 'doubtful', 'sent') AND d.payload IS NULL""",
    OddityKind.LATE: f"""
        {_DELIVERY} JOIN chats c ON c.id = d.chat
        WHERE d.state = 'pending' AND d.created < :late AND coalesce(d.not_before, 0) < :late
          AND {OPENS} < :late""",
    OddityKind.OUT_OF_LINE: f"""
        {_DELIVERY} WHERE d.state = 'pending' AND (d.head NOT IN (0, 1)
          OR (d.head IS NULL) <> (d.not_before IS NOT NULL)
          OR d.head IS NULL AND d.asleep_until IS NOT d.not_before
          OR d.head = 1 AND EXISTS (SELECT 1 FROM {_HEAD} AND o.id <> d.id)
          OR d.head = 0 AND (d.asleep_until IS NOT NULL
            OR NOT EXISTS (
              SELECT 1 FROM {_HEAD} AND (o.turn, o.rank, o.id) < (d.turn, d.rank, d.id))))""",
    OddityKind.DOUBT_FORGOTTEN: f"""
        {_DELIVERY} WHERE {UNCONFIRMED} AND {_UNEXPLAINED}""",
    OddityKind.OLD_FORM: f"""
        {_DELIVERY} JOIN articles a ON a.id = d.article
        WHERE {_LEFT_AS_IT_IS} AND a.withdrawn = 0 AND a.held = 0 AND d.form <> a.fingerprint
          AND NOT EXISTS (SELECT 1 FROM forms f WHERE f.delivery = d.id
            AND f.form = a.fingerprint AND f.times >= {FORMS_SHOWN})""",
    OddityKind.NOT_TAKEN_BACK: f"""
        {_DELIVERY} JOIN articles a ON a.id = d.article
        WHERE {_LEFT_AS_IT_IS} AND (a.withdrawn = 1 OR {_JOINED}
          AND EXISTS (SELECT 1 FROM articles k WHERE k.id = a.copy_of AND k.withdrawn = 1))""",
    OddityKind.WITHDRAWN_WAITS: f"""
        {_DELIVERY} JOIN articles a ON a.id = d.article
        WHERE a.withdrawn = 1 AND d.state IN ('held', 'pending')""",
    OddityKind.HELD_WAITS_NOT: f"""
        {_DELIVERY} JOIN articles a ON a.id = d.article
        WHERE {WAITING} AND d.state = 'pending' OR {FREE} AND d.state = 'held'""",
    OddityKind.JOINED_WAITS: f"""
        {_DELIVERY} JOIN articles a ON a.id = d.article
        WHERE a.copy_of IS NOT NULL AND {_JOINED} AND d.state IN ('held', 'pending')""",
    OddityKind.REVISED_UNSENT: f"{_DELIVERY} WHERE d.edit_due IS NOT NULL AND d.state <> 'sent'",
    OddityKind.UNOPENED_EDITION: f"""
        {_DELIVERY} JOIN articles a ON a.id = d.article
        WHERE d.edition > a.edition AND NOT {_JOINED}""",
    OddityKind.NO_ADDRESS: f"""
        SELECT a.id AS article, a.identity AS detail FROM articles a
        WHERE a.copy_of IS NULL AND {_JOINED}""",
    OddityKind.ADDRESS_LOST: f"""
        SELECT a.id AS article, a.identity AS detail FROM articles a WHERE NOT {_JOINED}
        AND NOT EXISTS (SELECT 1 FROM aliases WHERE identity = a.identity AND article = a.id)""",
    OddityKind.COPY_OF_A_COPY: f"""
        SELECT a.id AS article FROM articles a JOIN articles b ON b.id = a.copy_of
        WHERE a.copy_of = a.id OR b.copy_of = a.id OR b.copy_of IS NOT NULL AND NOT {_JOINED}""",
    OddityKind.OWNER_GONE: """
        SELECT a.id AS article, a.file AS detail FROM articles a WHERE a.file IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM files f WHERE f.path = a.file AND f.article = a.id)""",
    OddityKind.NO_OWNER: """
        SELECT a.id AS article, min(f.path) AS detail
        FROM articles a JOIN files f ON f.article = a.id
        WHERE a.file IS NULL AND f.reason IS NULL AND f.missing = 0 GROUP BY a.id""",
    OddityKind.FANOUT_OF_NOTHING: f"""
        SELECT f.article FROM fanouts f JOIN articles a ON a.id = f.article
        WHERE {WAITING} OR a.withdrawn = 1 OR a.copy_of IS NOT NULL""",
    OddityKind.HIDDEN_WRONGLY: f"""
        SELECT a.id AS article, a.waits AS detail FROM articles a
        WHERE a.held <> (a.waits IN ({", ".join(f"'{one}'" for one in sorted(HIDDEN))}))""",
}
_LEFT = f"{_DELIVERY} WHERE d.state = 'sending'"
#: Articles of which a channel has no delivery though their rows are later than its start. Planning
#: compares sequence numbers instead, so a fault there is found here.
_ABSENT = f"""
SELECT a.id, a.quality FROM articles a
WHERE {VISIBLE} AND a.id > (SELECT coalesce(last_article, 0) FROM chats WHERE id = :chat)
  AND NOT EXISTS (
    SELECT 1 FROM deliveries d WHERE d.article = a.id AND d.chat = :chat AND d.edition = 1)
ORDER BY a.id
"""
#: Articles whose followers are all planned, the newest first, with how many follow their topics.
_PLANNED = f"""
SELECT a.id, a.recorded, a.published, (
  SELECT count(*) FROM article_topics t CROSS JOIN follows f ON f.topic = t.topic
  WHERE t.article = a.id) AS follows
FROM articles a WHERE {VISIBLE} AND a.planned IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM fanouts WHERE article = a.id)
ORDER BY a.id DESC
"""
#: Chats that followed before, could be reached all the time since, and have no delivery. Planning
#: reads follows by topic, in chunks, and the chats' standing at that moment; this reads them
#: another way.
_UNSERVED = f"""
SELECT count(DISTINCT f.chat) FROM articles a JOIN article_topics t ON t.article = a.id
  CROSS JOIN follows f ON f.topic = t.topic JOIN chats c ON c.id = f.chat
WHERE a.id = :article AND f.sequence < a.planned AND {ACTIVE} AND c.setting IS NULL
  AND c.sequence < a.planned
  AND NOT EXISTS (
    SELECT 1 FROM deliveries d WHERE d.article = a.id AND d.chat = f.chat AND d.edition = 1)
"""
#: Upper bound of follows that are read, those of the newest articles: a few seconds.
FOLLOWS_READ = 3_000_000


def damage(db: Database) -> Iterator[Oddity]:
    """Yield what SQLite itself finds: damaged pages and indexes, references to missing rows."""
    for fault in column(db, "PRAGMA integrity_check(20)"):
        if fault != "ok":
            yield Oddity(OddityKind.DAMAGED, detail=str(fault))
    for found in rows(db, "PRAGMA foreign_key_check"):
        place = f"{found['table']} row {found['rowid']} to {found['parent']}"
        yield Oddity(OddityKind.POINTS_NOWHERE, detail=place)


def oddities(db: Database, at: datetime, *, running: bool) -> Iterator[Oddity]:
    """Yield every row that should not exist. running: a bot may be sending deliveries."""
    values = {"late": milliseconds(at - LATE)}
    questions = dict(_QUESTIONS)
    if not running:
        questions[OddityKind.LEFT_SENDING] = _LEFT
    for kind, sql in questions.items():
        for found in rows(db, sql, values):
            yield _oddity(kind, found)


def absent(db: Database, chat: int) -> list[tuple[int, int]]:
    """Return (article, quality) of those since a channel's start without a first edition there."""
    found = rows(db, _ABSENT, {"chat": chat})
    return [tuple(one) for one in found]


def unserved(db: Database, oldest: datetime | None) -> Iterator[Oddity]:
    """Yield the articles that followers lack; `oldest`: of that date or later.

    Only the newest articles are read, up to FOLLOWS_READ follows of their topics.
    """
    floor = milliseconds(oldest) if oldest else None
    left = FOLLOWS_READ
    for found in db.conn.execute(_PLANNED):
        left -= found["follows"]
        if left < 0:
            return
        date = effective_date(found["published"], found["recorded"])
        is_older = floor is not None and date < floor
        if is_older:
            continue
        readers = number(db, _UNSERVED, {"article": found["id"]})
        if readers:
            yield Oddity(OddityKind.UNSERVED, found["id"], detail=f"{readers:,}")


def counts(db: Database) -> dict[str, int]:
    """Return how many rows of each kind were checked."""
    tables = ("articles", "deliveries", "chats", "files")
    return {table: number(db, f"SELECT count(*) FROM {table}") for table in tables}


def _oddity(kind: OddityKind, found: Row) -> Oddity:
    columns = {name: value for name, value in dict(found).items() if value is not None}
    if "detail" in columns:
        columns["detail"] = str(columns["detail"])
    return Oddity(kind, **columns)
