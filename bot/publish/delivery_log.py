"""Words the log lines about the bot, and about each post, edit and refusal. Sends nothing.

Articles are named by title and file, channels by title and @name. Messages to readers are only
counted: who reads what is private.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import assert_never

from bot.domain.chat import Standing
from bot.domain.delivery import Delivery, State
from bot.domain.outcome import (
    Gone,
    Migrated,
    Outcome,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
    reason_of,
)
from bot.domain.settlement import Settlement
from bot.planning import naming
from bot.publish.settling import Settled
from bot.store import chats, counts
from bot.store.database import Database

#: Between two lines about readers.
SECONDS = 10.0


class LogWord(StrEnum):
    """What became of a message: the first word, or words, of its log line."""

    #: Telegram took it.
    POSTED = "posted"
    #: The post shows its article as it is now.
    EDITED = "edited"
    #: The post was deleted, or a note stands in its place.
    TAKEN_BACK = "taken back"
    #: Telegram will never take it.
    REFUSED = "refused"
    #: It is searched for, or repeated once.
    DOUBTFUL = "sent, but the answer was lost"
    #: An editor decides.
    UNCONFIRMED = "sent at most twice, without an answer"
    #: It is tried again.
    WAITS = "not sent yet"
    #: The chat is gone.
    UNREACHABLE = "not sent: the chat can't be reached"
    #: The article was withdrawn, or waits again.
    NOT_NEEDED = "no longer needed"


_WORDS = {
    State.SENT: LogWord.POSTED,
    State.REFUSED: LogWord.REFUSED,
    State.DOUBTFUL: LogWord.DOUBTFUL,
    State.UNCONFIRMED: LogWord.UNCONFIRMED,
    State.PENDING: LogWord.WAITS,
    State.GONE: LogWord.UNREACHABLE,
}
#: What became of messages to readers: article, word, reason → how many.
Counts = Counter[tuple[int, LogWord, str]]


def introduction(
    db: Database, *, version: str, bot: str, folder: str, database: str, seconds: float
) -> list[str]:
    """Return the lines about a bot at its start.

    They name version and account, folder and scans, database, channels. seconds: between two scans.
    """
    known = counts.articles(db)
    articles = "article" if known == 1 else "articles"
    scans = f"scanned now, then every {seconds:g} s and when a file changes"
    return [
        f"Paperboy {version} runs as @{bot}",
        f"Folder {folder}: {known:,} {articles} known; {scans}",
        f"Database {database}",
        _channels(db),
    ]


def _channels(db: Database) -> str:
    known = chats.channels(db)
    live = [chat for chat in known if chat.state is not Standing.DROPPED]
    if not live:
        return "No channel: posts go to readers only"
    return "Posts go to " + ", ".join(map(_name, live))


def _name(chat: chats.Chat) -> str:
    thread = f", thread {chat.thread}" if chat.thread else ""
    if chat.title and chat.username:
        return f"{chat.title} (@{chat.username}{thread})"
    return f"{chat.name}{thread}"


class Readers:
    """Counts messages to readers, for one log line in place of hundreds a minute."""

    def __init__(self) -> None:
        self._counts: Counts = Counter()
        self._since = 0.0

    def add(self, settlements: Settled, at: float) -> None:
        """Count settlements, except those of channels. at: monotonic seconds."""
        if not self._counts:
            self._since = at
        for to, settlement in settlements:
            if to.delivery.is_to_channel:
                continue
            word, reason = _word(settlement), settlement.reason
            if word is LogWord.POSTED:
                reason = ""
            self._counts[to.delivery.article, word, reason] += 1

    def take(self, at: float, *, all_of_them: bool = False) -> Counts:
        """Return and reset the counts if they began `SECONDS` ago or earlier; else return none.

        all_of_them: whenever they began.
        """
        if not all_of_them and at - self._since < SECONDS:
            return Counter()
        taken = self._counts
        self._counts = Counter()
        return taken


def settled(db: Database, settlements: Settled, readers: Counts) -> list[str]:
    """Return a line for each settled post in a channel.

    Of messages to readers, return one line for each article and outcome.
    """
    lines = []
    for to, settlement in settlements:
        if to.delivery.is_to_channel:
            lines.append(_of_channel(db, to.delivery, settlement))
    for (article, word, reason), count in readers.items():
        about = _to_readers(db, article, count)
        lines.append(_line(word, about, reason))
    return lines


def _of_channel(db: Database, delivery: Delivery, settlement: Settlement) -> str:
    word, reason = _word(settlement), settlement.reason
    about = _post(db, delivery)
    until = settlement.not_before
    if until and word in (LogWord.WAITS, LogWord.DOUBTFUL):
        about = f"{about} (until {until:%H:%M:%S} UTC)"
    return _line(word, about, reason)


def edit(
    db: Database, delivery: Delivery, outcome: Outcome, *, takes_back: bool
) -> str:
    """Return the line about the edit or deletion of a channel's post."""
    word = LogWord.TAKEN_BACK if takes_back else LogWord.EDITED
    line = _line(word, _post(db, delivery), reason_of(outcome))
    match outcome:
        case Sent():
            return line
        case Wait() | Refused() | Gone() | Migrated() | Unknown() | Revoked():
            return f"not {line}"
        case _:
            assert_never(outcome)


def _word(settlement: Settlement) -> LogWord:
    return _WORDS.get(settlement.state, LogWord.NOT_NEEDED)


def _post(db: Database, delivery: Delivery) -> str:
    title = naming.titled(db, delivery.article)
    channel = naming.chat(db, delivery.chat)
    return f"{title} in {channel}"


def _to_readers(db: Database, article: int, count: int) -> str:
    title = naming.titled(db, article)
    readers = "reader" if count == 1 else "readers"
    return f"{title} to {count:,} {readers}"


def _line(word: LogWord, about: str, reason: str) -> str:
    if reason:
        return f"{word}: {about}: {reason}"
    return f"{word}: {about}"
