"""How things stand: counted from the store for `/status` and `paperboy status`. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.domain.article import Stored, short_id
from bot.domain.notices import Alert
from bot.planning import naming
from bot.publish import automatic_decision
from bot.publish.closed_chats import why_closed
from bot.rendering.report import (
    ChannelStatus,
    Copy,
    Held,
    Refusal,
    RejectedFile,
    StatusReport,
    Trouble,
    Unconfirmed,
)
from bot.store import (
    article_lists,
    articles,
    chats,
    counts,
    due_articles,
    facts,
    files,
    follows,
    holding,
    notices,
    repeats,
)
from bot.store.database import Database, maybe
from bot.store.facts import Fact

#: Copies and held articles named at most; the rest are counted.
MOST = 20
#: Refused posts named at most, for each channel; the rest are counted.
REFUSALS = 3
#: No limit: an operator sees every rejected file, and a message names as many as fit.
EVERY = -1


#: Alerts that the report shows with their channel or the folder.
_SHOWN_ELSEWHERE = (Alert.RIGHTS, Alert.GONE, Alert.UNKNOWN, Alert.PAUSED, Alert.FOLDER)


def report(
    db: Database,
    at: datetime,
    *,
    folder: str = "",
    problem: str = "",
    watched: bool = False,
    scanned: datetime | None = None,
    running: bool | None = None,
    drafts: bool = False,
) -> StatusReport:
    """Return the report.

    folder, problem, watched, scanned: what only the running bot knows exactly.
    drafts: editors decide on drafts, too.
    """
    held, copies = article_lists.apart(db, MOST, drafts=drafts)
    posted, title = counts.last_post(db) or (None, "")
    return StatusReport(
        at=at,
        articles=counts.articles(db),
        readers=chats.count_readers(db),
        follows=follows.count(db),
        channels=tuple(_channel(db, chat, at) for chat in chats.channels(db)),
        followers=counts.deliveries(db),
        oldest_waiting=counts.oldest_waiting(db),
        rejected=tuple(_files(files.rejected(db, EVERY))),
        warned=tuple(_files(files.warned(db, EVERY))),
        copies=tuple(_copy(copy, first) for copy, first in copies),
        held=tuple(map(_held, held)),
        troubles=tuple(_troubles(db)),
        waits=holding.counts(db),
        next_date=due_articles.next_date(db),
        undecided=automatic_decision.last(db, at),
        unconfirmed=tuple(_unconfirmed(db)),
        folder=folder,
        problem=problem,
        watched=watched,
        scanned=scanned or maybe(facts.moment(db, Fact.SCANNED)),
        running=running,
        started=maybe(facts.moment(db, Fact.STARTED)),
        posted=posted,
        posted_title=title,
    )


def _unconfirmed(db: Database) -> Iterator[Unconfirmed]:
    for article, count in repeats.counts(db, MOST).items():
        stored = articles.get(db, article)
        if stored is None:
            continue
        yield Unconfirmed(
            short_id=stored.short_id,
            title=stored.article.title,
            count=count,
        )


def _files(named: Iterable[files.Rejected]) -> Iterator[RejectedFile]:
    for one in named:
        yield RejectedFile(path=one.path, reason=one.reason)


def _held(stored: Stored) -> Held:
    return Held(
        short_id=stored.short_id,
        title=stored.article.title,
        file=stored.path,
    )


def _copy(copy: Stored, first: Stored) -> Copy:
    return Copy(
        short_id=copy.short_id,
        title=copy.article.title,
        first_title=first.article.title,
        file=copy.path,
    )


def _troubles(db: Database) -> Iterator[Trouble]:
    for notice, since in notices.lasting(db):
        if notice.alert in _SHOWN_ELSEWHERE:
            continue
        about = notice.about
        if notice.alert is Alert.STANDING:  # its reason names what stands still
            about = ""
        yield Trouble(about=about, reason=notice.reason, since=since)


def _channel(db: Database, chat: chats.Chat, at: datetime) -> ChannelStatus:
    title = naming.chat(db, chat.id)
    waits, until = why_closed(chat, at)
    refusals = counts.refusals(db, chat.id, REFUSALS)
    return ChannelStatus(
        name=chat.name_in_settings or title,
        title=title,
        deliveries=counts.deliveries(db, chat.id),
        waits=waits,
        until=until,
        refusals=tuple(_refusal(db, article, why) for article, why in refusals),
    )


def _refusal(db: Database, number: int, reason: str) -> Refusal:
    name = naming.article(db, number)
    return Refusal(
        short_id=short_id(number),
        reason=reason,
        title=name.title if name else "",
        file=name.file if name else "",
    )
