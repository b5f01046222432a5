"""How things stand: counted from the store for `/status` and `paperboy status`. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlite_utils import Database

from bot.article import short_id
from bot.rendering.report import ChannelStatus, Copy, Held, Refusal, RejectedFile, StatusReport, Unconfirmed
from bot.store import articles, chats, files, follows, repeats, tally

#: Copies and held articles told of at most; the rest are counted.
MOST = 20
#: Refused posts told of at most, for each channel; the rest are counted.
REFUSALS = 3
#: No limit: an operator is told of every rejected file, and a message of as many as fit.
EVERY = -1


def report(
    db: Database, at: datetime, *, folder: str = "", watched: bool = False, scanned: datetime | None = None
) -> StatusReport:
    """Return the report. folder, watched, scanned: what only the running bot knows."""
    held, copies = articles.apart(db, MOST)
    return StatusReport(
        at=at,
        articles=tally.articles(db),
        readers=chats.count_readers(db),
        follows=follows.count(db),
        channels=tuple(_channel(db, chat, at) for chat in chats.channels(db)),
        followers=tally.deliveries(db),
        oldest_waiting=tally.oldest_waiting(db),
        rejected=tuple(RejectedFile(path=one.path, reason=one.reason) for one in files.rejected(db, EVERY)),
        copies=tuple(
            Copy(short_id=copy.short_id, title=copy.article.title, first_title=first.article.title)
            for copy, first in copies
        ),
        held=tuple(Held(short_id=one.short_id, title=one.article.title) for one in held),
        unconfirmed=tuple(_unconfirmed(db)),
        folder=folder,
        watched=watched,
        scanned=scanned,
    )


def _unconfirmed(db: Database) -> Iterator[Unconfirmed]:
    for article, count in repeats.counts(db, MOST).items():
        if stored := articles.get(db, article):
            yield Unconfirmed(short_id=stored.short_id, title=stored.article.title, count=count)


def _channel(db: Database, chat: chats.Chat, at: datetime) -> ChannelStatus:
    waits = chat.reason if chat.not_before and chat.not_before > at else ""
    if chat.chat_id is None:
        waits = waits or "its name is not known to Telegram yet"
    refused = tuple(Refusal(short_id=short_id(one), reason=why) for one, why in tally.refusals(db, chat.id, REFUSALS))
    return ChannelStatus(name=chat.setting, deliveries=tally.deliveries(db, chat.id), waits=waits, refusals=refused)
