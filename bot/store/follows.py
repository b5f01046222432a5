"""Rows of topics, of articles that carry them and chats that follow them. Knows no taxonomy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain import topics as words
from bot.domain.spelling import unaccented
from bot.store import sequence
from bot.store.availability import ACTIVE
from bot.store.database import (
    Row,
    add,
    column,
    exists,
    json_list,
    marks,
    milliseconds,
    number,
    row,
    rows,
    transaction,
    write,
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's row. `articles` and `followed` are filled by `overview` only."""

    id: int
    key: str
    name: str
    code: str
    articles: int = 0
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of an article's followers."""

    #: Chats as a JSON list: they go back into a statement as they are.
    chats: str
    #: Where the next stretch begins; None: this was the last.
    end: int | None


#: Upper bound of row numbers.
_LAST_CHAT = 2**63 - 1
_FOLLOWERS = f"""
SELECT f.chat FROM follows f JOIN chats c ON c.id = f.chat AND {ACTIVE}
WHERE f.topic = {{topic:d}} AND f.chat > :after AND f.chat <= :until AND f.sequence < :before
ORDER BY f.chat LIMIT :most
"""


def topic(db: Database, name: str) -> Topic:
    """Return the row of a topic, made where it is new."""
    key = words.key(name)
    found = row(db, "SELECT * FROM topics WHERE key = ?", (key,))
    if found:
        return _topic(found)
    code = words.code(name)
    made = add(
        db, "INSERT INTO topics (key, name, code) VALUES (?, ?, ?)", (key, name, code)
    )
    return Topic(made, key, name, code)


def carried(db: Database, name: str) -> Topic:
    """Return the topic that an article carries; its spelling replaces that of waiting readers."""
    found = topic(db, name)
    if row(db, "SELECT 1 FROM article_topics WHERE topic = ? LIMIT 1", (found.id,)):
        return found
    _join_unaccented(db, found)
    if found.name == name:
        return found
    write(db, "UPDATE topics SET name = ? WHERE id = ?", (name, found.id))
    return topic(db, name)


def _join_unaccented(db: Database, found: Topic) -> None:
    """Move follows of the topic's name without accents to the topic itself."""
    plain = unaccented(found.key)
    other = (
        row(db, "SELECT * FROM topics WHERE key = ?", (plain,))
        if plain != found.key
        else None
    )
    if other and not row(
        db, "SELECT 1 FROM article_topics WHERE topic = ? LIMIT 1", (other["id"],)
    ):
        write(
            db,
            "UPDATE OR IGNORE follows SET topic = ? WHERE topic = ?",
            (found.id, other["id"]),
        )
        write(db, "DELETE FROM follows WHERE topic = ?", (other["id"],))


def by_name(db: Database, name: str) -> Topic | None:
    """Return the row of a topic by its name, or None."""
    found = row(db, "SELECT * FROM topics WHERE key = ?", (words.key(name),))
    return _topic(found) if found else None


def by_code(db: Database, code: str) -> Topic | None:
    """Return the row of a topic by the code that buttons and links carry, or None."""
    found = row(db, "SELECT * FROM topics WHERE code = ?", (code,))
    return _topic(found) if found else None


def keys_of(db: Database, article: int) -> set[str]:
    """Return the keys of an article's topics, the wider ones included."""
    sql = "SELECT key FROM article_topics JOIN topics ON topics.id = topic WHERE article = ?"
    return set(column(db, sql, (article,)))


def carrying(db: Database, keys: Iterable[str]) -> set[int]:
    """Return the articles that carry one of the topics with these keys."""
    names = tuple(keys)
    sql = (
        "SELECT article FROM article_topics JOIN topics ON topics.id = topic "
        f"WHERE key IN ({marks(len(names))})"
    )
    return set(column(db, sql, names))


def overview(db: Database, chat: int | None = None) -> list[Topic]:
    """Return the topics that articles carry or `chat` follows, the most used first.

    Topics that only other chats follow are left out.
    """
    sql = """
        SELECT t.*,
          EXISTS (SELECT 1 FROM follows f WHERE f.topic = t.id AND f.chat = :chat) AS followed
        FROM topics t WHERE id IN (
          SELECT id FROM topics INDEXED BY topics_carried WHERE articles > 0
          UNION SELECT topic FROM follows WHERE chat = :chat)
        ORDER BY articles DESC, t.name
    """
    return [
        Topic(
            one["id"],
            one["key"],
            one["name"],
            one["code"],
            one["articles"],
            bool(one["followed"]),
        )
        for one in rows(db, sql, {"chat": chat})
    ]


def is_listed(db: Database, topic: int) -> bool:
    """Return True if an article lists the topic itself, not only a narrower one.

    Reads the first thousand that carry it.
    """
    sql = (
        "SELECT 1 FROM (SELECT position FROM article_topics WHERE topic = ? ORDER BY article "
        "LIMIT 1000) "
        "WHERE position IS NOT NULL LIMIT 1"
    )
    return exists(db, sql, (topic,))


def of_chat(db: Database, chat: int) -> list[Topic]:
    """Return the topics a reader follows, by name."""
    sql = (
        "SELECT t.* FROM follows f JOIN topics t ON t.id = f.topic WHERE f.chat = ? "
        "ORDER BY t.name COLLATE NOCASE"
    )
    return [_topic(found) for found in rows(db, sql, (chat,))]


def keys_by_chat(db: Database, chats: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return chat → the keys of the topics it follows, of those that follow any."""
    of = "SELECT value FROM json_each(?)"
    found: dict[int, set[str]] = {}
    for one in rows(
        db,
        f"SELECT chat, key FROM follows JOIN topics ON topics.id = topic WHERE chat IN ({of})",
        (json_list(chats),),
    ):
        found.setdefault(one["chat"], set()).add(one["key"])
    return {chat: frozenset(keys) for chat, keys in found.items()}


def follow(db: Database, chat: int, topic: int, at: datetime) -> bool:
    """Write a follow from `at` on; return True if it is new."""
    sql = (
        "INSERT INTO follows (topic, chat, since, sequence) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING"
    )
    with transaction(db):
        return write(db, sql, (topic, chat, milliseconds(at), sequence.take(db))) == 1


def unfollow(db: Database, chat: int, topic: int) -> bool:
    """Remove a follow; return True if there was one."""
    return (
        write(db, "DELETE FROM follows WHERE topic = ? AND chat = ?", (topic, chat))
        == 1
    )


def is_followed(db: Database, chat: int, topic: int) -> bool:
    """Return True if a chat follows a topic."""
    return exists(
        db, "SELECT 1 FROM follows WHERE topic = ? AND chat = ?", (topic, chat)
    )


def count_of(db: Database, chat: int) -> int:
    """Return how many topics a chat follows."""
    return number(db, "SELECT count(*) FROM follows WHERE chat = ?", (chat,))


def prune(db: Database, kept: int = 1_000, piece: int = 500) -> int:
    """Delete a batch of topics beyond `kept` that nothing carries or follows; return how many.

    Only the last created are read: others are few.
    """
    sql = """
        SELECT id FROM topics WHERE id > (SELECT max(id) FROM topics) - 5000 AND articles = 0
          AND NOT EXISTS (SELECT 1 FROM follows WHERE topic = topics.id)
          AND NOT EXISTS (SELECT 1 FROM article_topics WHERE topic = topics.id)
        ORDER BY id DESC LIMIT ? OFFSET ?
    """
    return write(db, f"DELETE FROM topics WHERE id IN ({sql})", (piece, kept))


def any_(db: Database) -> bool:
    """Return True if any chat follows a topic."""
    return exists(db, "SELECT 1 FROM follows LIMIT 1")


def stretch(
    db: Database, article: int, *, after: int, before: int, most: int
) -> Stretch:
    """Return the next `most` active chats after a row that followed a topic `before` a number.

    Fewer if many others lie between: no call reads more than a few times `most` rows of a topic.
    """
    of = column(db, "SELECT topic FROM article_topics WHERE article = ?", (article,))
    until = min(
        filter(None, (_ahead(db, one, after, 2 * most + 1_000) for one in of)),
        default=None,
    )
    values = {
        "after": after,
        "until": until or _LAST_CHAT,
        "before": before,
        "most": most,
    }
    arms = " UNION ".join(
        f"SELECT * FROM ({_FOLLOWERS.format(topic=one)})" for one in of
    )
    sql = (
        f"SELECT json_group_array(chat), count(*), max(chat) FROM (SELECT chat FROM ({arms}) "
        "ORDER BY chat LIMIT :most)"
    )
    chats, count, last = (row(db, sql, values) if of else None) or ("[]", 0, None)
    return Stretch(chats, last if count == most else until)


def _ahead(db: Database, topic: int, after: int, most: int) -> int | None:
    """Return the chat that is `most` follows further, of any standing; None: there are fewer."""
    sql = "SELECT chat FROM follows WHERE topic = ? AND chat > ? ORDER BY chat LIMIT 1 OFFSET ?"
    return number(db, sql, (topic, after, most)) or None


def count(db: Database) -> int:
    """Return how many follows there are."""
    return number(db, "SELECT count(*) FROM follows")


def _topic(found: Row) -> Topic:
    return Topic(found["id"], found["key"], found["name"], found["code"])
