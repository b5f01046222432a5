"""Rows of chats: channels from the settings, readers and groups. Talks to nobody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.availability import Availability, availability
from bot.domain.chat import ChatKind, OnDoubt, Standing
from bot.store import addressing, sequence
from bot.store.database import (
    Row,
    add,
    maybe,
    milliseconds,
    number,
    row,
    rows,
    transaction,
    write,
)

#: The rows of a chat, given one of them: a forum has one for each thread. The chat's number may not
#: be known yet.
ALL_THREADS = "(id = :chat OR chat_id = (SELECT chat_id FROM chats WHERE id = :chat))"


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat's row."""

    id: int
    #: Telegram's number, or None while an @name is not resolved.
    chat_id: int | None
    thread: int
    kind: ChatKind
    #: A channel's name or number in the settings; None: a reader's chat.
    setting: str | None
    username: str
    title: str
    state: Standing
    reason: str
    not_before: datetime | None
    begun: datetime | None
    #: Sequence number of a channel's start, or since when a reader can be reached; None: not begun.
    sequence: int | None = None
    on_doubt: OnDoubt = OnDoubt.RESEND
    #: The last article before a reader went away; None: not away, or told since what was missed.
    away: int | None = None

    @property
    def name(self) -> str:
        """Title and @name, as far as they are known."""
        at = f"@{self.username}" if self.username else self.name_in_settings
        return f"{self.title} ({at})" if self.title and at else self.title or at

    def availability(self, at: datetime) -> Availability:
        """Return whether the chat may receive at `at`, and if not, why and until when."""
        return availability(
            standing=self.state,
            chat_id=self.chat_id,
            paused_until=self.not_before,
            at=at,
        )

    @property
    def name_in_settings(self) -> str:
        """The @name by which the settings call a channel; empty for a number and for readers."""
        return self.setting if self.setting and self.setting.startswith("@") else ""


def get(db: Database, chat: int) -> Chat | None:
    """Return the chat of a row number, or None."""
    found = row(db, "SELECT * FROM chats WHERE id = ?", (chat,))
    return _chat(found) if found else None


def by_number(db: Database, chat_id: int, thread: int = 0) -> Chat | None:
    """Return the chat with Telegram's number and thread, or None."""
    found = row(
        db, "SELECT * FROM chats WHERE chat_id = ? AND thread = ?", (chat_id, thread)
    )
    return _chat(found) if found else None


def of_number(db: Database, chat_id: int) -> list[Chat]:
    """Return the chats with Telegram's number: one, or in a forum one for each thread."""
    return [
        _chat(found)
        for found in rows(
            db, "SELECT * FROM chats WHERE chat_id = ? ORDER BY id", (chat_id,)
        )
    ]


def channels(db: Database) -> list[Chat]:
    """Return the channels of the settings, in the order of their rows."""
    # by the index of the few: readers may be a million
    few = "chats INDEXED BY chats_by_setting WHERE setting IS NOT NULL AND state <> 'dropped'"
    return [_chat(found) for found in rows(db, f"SELECT * FROM {few} ORDER BY id")]


def set_channels(
    db: Database, settings: Collection[tuple[str, int, OnDoubt]]
) -> list[Chat]:
    """Write rows for the settings' channels (name or number, thread, on_doubt); drop the others.

    Return them in the order given; two settings for one chat come back as that chat twice. A
    channel that comes back makes a new start; its unique deliveries keep it from repeating a post.
    """
    with transaction(db):
        made = [
            addressing.of_setting(db, setting, thread)
            for setting, thread, _ in settings
        ]
        for number_, (_, _, on_doubt) in zip(made, settings, strict=True):
            write(
                db,
                "UPDATE chats SET on_doubt = ? WHERE id = ?",
                (str(on_doubt), number_),
            )
        for chat in channels(db):
            if chat.id not in made:
                write(db, "UPDATE chats SET state = 'dropped' WHERE id = ?", (chat.id,))
    return [chat for chat in (get(db, one) for one in made) if chat]


def resolve(db: Database, chat: int, chat_id: int, *, username: str, title: str) -> int:
    """Write the number behind a channel's name; return the row that stands for it.

    Where a reader's or an earlier row has that number already, that row becomes the channel and
    this one's deliveries move to it.
    """
    with transaction(db):
        mine = get(db, chat)
        if mine is None:
            return chat
        other = by_number(db, chat_id, mine.thread)
        if other and other.id != chat:
            addressing.join(db, kept=other.id, other=chat, setting=mine.setting)
            chat = other.id
        sql = "UPDATE chats SET chat_id = ?, username = ?, title = ? WHERE id = ?"
        write(db, sql, (chat_id, username, title, chat))
    return chat


def reader(
    db: Database,
    chat_id: int,
    *,
    kind: ChatKind,
    username: str,
    title: str,
    at: datetime,
    thread: int = 0,
) -> Chat:
    """Return a reader's chat, created if it is new, its name brought up to date.

    A forum's thread is a chat of its own.
    """
    with transaction(db):
        found = by_number(db, chat_id, thread)
        if found is None:
            add(
                db,
                "INSERT INTO chats (chat_id, thread, kind, username, title, begun, sequence) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    chat_id,
                    thread,
                    str(kind),
                    username,
                    title,
                    milliseconds(at),
                    sequence.take(db),
                ),
            )
        elif (found.username, found.title) != (username, title):
            write(
                db,
                "UPDATE chats SET username = ?, title = ? WHERE id = ?",
                (username, title, found.id),
            )
        made = by_number(db, chat_id, thread)
    if made is None:  # pragma: no cover - it was written above
        raise LookupError(chat_id)
    return made


def count_readers(db: Database) -> int:
    """Return how many readers are reachable."""
    return number(
        db, "SELECT count(*) FROM chats WHERE setting IS NULL AND state = 'active'"
    )


def _chat(found: Row) -> Chat:
    return Chat(
        id=found["id"],
        chat_id=found["chat_id"],
        thread=found["thread"],
        kind=ChatKind(found["kind"]),
        setting=found["setting"],
        username=found["username"],
        title=found["title"],
        state=Standing(found["state"]),
        reason=found["reason"],
        not_before=maybe(found["not_before"]),
        begun=maybe(found["begun"]),
        sequence=found["sequence"],
        on_doubt=OnDoubt(found["on_doubt"]),
        away=found["away"],
    )
