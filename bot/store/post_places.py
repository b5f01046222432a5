"""Where articles are posted already, or may be. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection

from sqlite_utils import Database

from bot.store.database import THESE, column, exists, json_list, marks, rows

#: By the index of the few: readers may be a million.
_CHANNELS = "chats INDEXED BY chats_by_setting WHERE setting IS NOT NULL"


def articles_of_post(
    db: Database, username: str, chat_id: int | None, message: int
) -> list[int]:
    """Return the articles of a message in a channel, which may be one of earlier settings.

    username, chat_id: the channel's name or Telegram's number; the other is empty or None.
    """
    values = {"name": username.lower(), "number": chat_id}
    sql = (
        f"SELECT id FROM {_CHANNELS} AND (chat_id = :number OR :name <> '' "
        "AND :name IN (lower(username), lower(ltrim(setting, '@'))))"
    )
    chats = json_list(column(db, sql, values))
    sql = (
        f"SELECT DISTINCT article FROM deliveries WHERE chat IN {THESE} AND message = ?"
    )
    return column(db, sql, (chats, message))


def chats_of(db: Database, article: int) -> list[int]:
    """Return the channels (row numbers) in which an article is or may be posted."""
    sql = (
        "SELECT DISTINCT chat FROM deliveries WHERE article = ? AND lane = 0 "
        "AND state IN ('sent', 'doubtful')"
    )
    return column(db, sql, (article,))


def had_edition(db: Database, article: int) -> bool:
    """Return True if an article has a delivery to a channel, even a skipped one."""
    sql = "SELECT 1 FROM deliveries WHERE article = ? AND lane = 0 LIMIT 1"
    return exists(db, sql, (article,))


def by_identity(
    db: Database, chat: int, identities: Collection[str]
) -> dict[str, list[tuple[str, int]]]:
    """Return identity → (title, message number) of each article's newest post in `chat`."""
    sql = f"""
        SELECT al.identity, al.article, a.title, d.message
        FROM aliases al JOIN articles a ON a.id = al.article
        JOIN deliveries d ON d.article = al.article AND d.chat = ? AND d.state = 'sent'
          AND d.message > 0
        WHERE al.identity IN ({marks(len(identities))}) ORDER BY al.article, d.edition
    """
    found: dict[str, dict[int, tuple[str, int]]] = {}
    for identity, article, title, message in rows(db, sql, (chat, *identities)):
        found.setdefault(identity, {})[article] = (title, message)
    return {identity: list(posts.values()) for identity, posts in found.items()}


def articles_in(db: Database, chat: int) -> set[int]:
    """Return the articles that have a delivery to a chat, in any state."""
    return set(column(db, "SELECT article FROM deliveries WHERE chat = ?", (chat,)))
