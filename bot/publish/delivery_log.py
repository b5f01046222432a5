"""Words the log lines about the bot, and about each post, edit and refusal. Sends nothing.

Articles are named by title and file, channels by title and @name. Messages to readers are only
counted: who reads what is private.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from bot.domain.chat import Standing
from bot.domain.delivery import Delivery, Lane, State
from bot.domain.outcome import Outcome, Sent, reason_of
from bot.domain.settlement import Settlement
from bot.planning import naming
from bot.store import chats, counts
from bot.store.database import Database
from bot.store.delivery_rows import Addressed

#: Between two lines about readers.
SECONDS = 10.0


class Deed(StrEnum):
    """What became of a message, as the log says it."""

    POSTED = "posted"
    EDITED = "edited"
    TAKEN_BACK = "taken back"
    REFUSED = "refused"
    DOUBTFUL = "sent, but the answer was lost"
    UNCONFIRMED = "sent at most twice, without an answer"
    WAITS = "not sent yet"
    UNREACHABLE = "not sent: the chat can't be reached"
    NOT_NEEDED = "no longer needed"


_DEEDS = {
    State.SENT: Deed.POSTED,
    State.REFUSED: Deed.REFUSED,
    State.DOUBTFUL: Deed.DOUBTFUL,
    State.UNCONFIRMED: Deed.UNCONFIRMED,
    State.PENDING: Deed.WAITS,
    State.GONE: Deed.UNREACHABLE,
}


def introduction(
    db: Database, *, version: str, bot: str, folder: str, database: str, seconds: float
) -> list[str]:
    """Return the lines about a bot at its start.

    They name version and account, folder and scans, database, channels. seconds: between two scans.
    """
    channels = [
        chat for chat in chats.channels(db) if chat.state is not Standing.DROPPED
    ]
    posts_to = (
        "Posts go to " + ", ".join(map(_place, channels))
        if channels
        else "No channel: posts go to readers only"
    )
    known = counts.articles(db)
    articles = f"{known:,} {'article' if known == 1 else 'articles'} known"
    scans = f"scanned now, then every {seconds:g} s and when a file changes"
    return [
        f"Paperboy {version} runs as @{bot}",
        f"Folder {folder}: {articles}; {scans}",
        f"Database {database}",
        posts_to,
    ]


class Readers:
    """Counts readers' settlements between two log lines, which would be hundreds a minute."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, Deed, str]] = Counter()
        self._since = 0.0

    def add(
        self, settlements: Sequence[tuple[Addressed, Settlement]], at: float
    ) -> None:
        """Count settlements, except those of channels. at: monotonic seconds."""
        if not self._counts:
            self._since = at
        for to, settlement in settlements:
            if to.delivery.lane is not Lane.CHANNEL:
                deed = _DEEDS.get(settlement.state, Deed.NOT_NEEDED)
                self._counts[
                    to.delivery.article,
                    deed,
                    "" if deed is Deed.POSTED else settlement.reason,
                ] += 1

    def take(
        self, at: float, *, all_of_them: bool = False
    ) -> Counter[tuple[int, Deed, str]]:
        """Return and reset the counts if they began `SECONDS` ago or earlier; else return none.

        all_of_them: whenever they began.
        """
        if not all_of_them and at - self._since < SECONDS:
            return Counter()
        taken, self._counts = self._counts, Counter()
        return taken


def settled(
    db: Database,
    settlements: Sequence[tuple[Addressed, Settlement]],
    among: Counter[tuple[int, Deed, str]],
) -> list[str]:
    """Return a line for each settled post in a channel.

    Of messages to readers, return one line for each article and outcome.
    """
    lines = []
    for to, settlement in settlements:
        if to.delivery.lane is Lane.CHANNEL:
            deed = _DEEDS.get(settlement.state, Deed.NOT_NEEDED)
            article, chat = to.delivery.article, to.delivery.chat
            lines.append(
                line(db, article, chat, deed, settlement.reason, settlement.not_before)
            )
    return [*lines, *_readers(db, among)]


def edit(
    db: Database, delivery: Delivery, outcome: Outcome, *, takes_back: bool
) -> str:
    """Return the line about the edit or deletion of a channel's post."""
    done = Deed.TAKEN_BACK if takes_back else Deed.EDITED
    if isinstance(outcome, Sent):
        return line(db, delivery.article, delivery.chat, done)
    return f"not {line(db, delivery.article, delivery.chat, done, reason_of(outcome))}"


def line(
    db: Database,
    article: int,
    chat: int,
    deed: Deed,
    reason: str = "",
    until: datetime | None = None,
) -> str:
    """Return the line about one article in one chat."""
    words = f"{deed}: {naming.titled(db, article)} in {naming.chat(db, chat)}"
    words += (
        f" (until {until:%H:%M:%S} UTC)"
        if until and deed in (Deed.WAITS, Deed.DOUBTFUL)
        else ""
    )
    return f"{words}: {reason}" if reason else words


def _readers(db: Database, among: Counter[tuple[int, Deed, str]]) -> Iterator[str]:
    for (article, deed, reason), count in among.items():
        readers = "reader" if count == 1 else "readers"
        words = f"{deed}: {naming.titled(db, article)} to {count:,} {readers}"
        yield f"{words}: {reason}" if reason else words


def _place(chat: chats.Chat) -> str:
    name = f"@{chat.username}" if chat.username else ""
    thread = f", thread {chat.thread}" if chat.thread else ""
    return (
        f"{chat.title} ({name}{thread})"
        if chat.title and name
        else f"{chat.name}{thread}"
    )
