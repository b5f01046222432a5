"""Releases waiting articles: at their date, or when an editor decides so. Makes no call.

What editors are asked about articles that wait together: see `release_questions`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.arrival import SLACK, TOGETHER, WINDOW, Future, Waits, is_bulk
from bot.domain.plain_text import counted
from bot.domain.topics import Taxonomy
from bot.planning import opening
from bot.planning.rules import Rules
from bot.publish import automatic_decision, release_questions
from bot.publish.channels import Channels
from bot.publish.notifier import Notifier
from bot.publish.restore_search import RestoreSearch
from bot.settings import Settings
from bot.store import due_articles, facts, holding
from bot.store.database import Database, transaction
from bot.store.facts import Fact
from bot.store.thread import Store

#: How long after the last arrival the editors are asked, so that one question is about all of them.
QUIET = timedelta(seconds=10)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Released:
    """Whether anything was released, and when to check again (None: nothing has a date)."""

    released: bool
    next: datetime | None = None


def release_due(db: Database, rules: Rules, at: datetime) -> Released:
    """Release the articles whose future date has come; those that have expired never go out."""
    released = False
    with transaction(db):
        holding.hold(db, due_articles.expired(db, at), Waits.EXPIRED)
        due = due_articles.due(db, None if rules.future is Future.POST else at)
        if rules.future is Future.SKIP:
            holding.skip(db, due)
        else:
            for number in _without_bulk(db, due, rules, at):
                released |= _release(db, number, rules, at)
    return Released(released, due_articles.next_moment(db))


def _without_bulk(
    db: Database, due: Sequence[int], rules: Rules, at: datetime
) -> Sequence[int]:
    """Return what is released now; old articles wait for an editor if they are a bulk arrival.

    That happens where the clock was far behind at the start.
    """
    last_of_archive = facts.moment(db, Fact.ARCHIVE) or 0
    archive = due_articles.of_archive(db, due, last_of_archive, at - SLACK)
    if not archive:
        return due
    arrived = len(archive) + holding.count(db, Waits.BULK)
    if not is_bulk(arrived, rules.bulk_above):
        return due
    holding.hold(db, archive, Waits.BULK)
    return [number for number in due if number not in {*archive}]


def _release(db: Database, number: int, rules: Rules, at: datetime) -> bool:
    return opening.release(
        db,
        number,
        rules.channels,
        at,
        by_source=True,
        max_age=rules.max_age,
        gather=rules.gather,
    )


def resume(db: Database) -> None:
    """After a restore: hold the articles that may have been posted since the backup was made."""
    restored = facts.moment(db, Fact.RESTORED)
    if restored is not None:
        with transaction(db):
            doubtful = holding.doubtful_since_restore(db, restored)
            holding.hold(db, doubtful, Waits.RESTORED)


class Releaser:
    """Releases the articles that are due, and asks editors about those that wait together."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        taxonomy: Taxonomy,
        channels: Channels,
        notifier: Notifier,
        clock: Clock,
        wake: Callable[[], None],
        restore_search: RestoreSearch,
    ) -> None:
        self._store = store
        self._settings = settings
        self._taxonomy = taxonomy
        self._channels = channels
        self._notifier = notifier
        self._clock = clock
        self._wake = wake
        self._restore_search = restore_search
        #: The log says already that what may have been posted before a restore waits.
        self._is_logged = False
        #: When the last bulk arrival was decided without an editor, and how many were posted.
        self._alone: tuple[datetime, int] | None = None

    @property
    def rules(self) -> Rules:
        """What recording goes by now."""
        return Rules.of(self._settings, self._taxonomy, self._channels.live)

    async def release(self, *, hurry: bool = False) -> datetime | None:
        """Release what is due now and ask about the rest; return when more is due.

        hurry: ask the editors at once, as the process may end soon.
        """
        at = self._clock()
        done = await self._store(release_due, self.rules, at)
        if done.released:
            self._wake()
        moments = [done.next]
        for kind in TOGETHER:
            more = await self._ask(kind, at, hurry=hurry)
            moments.append(more)
        return min(filter(None, moments), default=None)

    async def _ask(self, kind: Waits, at: datetime, *, hurry: bool) -> datetime | None:
        """Ask the editors about what waits together; return when, if more may arrive before."""
        arrived = await self._store(holding.last_arrival, kind)
        if arrived is None:
            await self._notifier.all_clear(release_questions.key(kind))
            return None
        if not hurry and abs(at - arrived) < QUIET:  # some may have arrived since `at`
            return arrived + QUIET
        if kind is Waits.RESTORED:
            await self._restore_search.search()
        newest = self._settings.feed.newest
        question = await self._store(release_questions.question, kind, newest)
        if question is None or await self._notifier.ask(question):
            return None
        if self._notifier.reaches_nobody:
            await self._without_editors(kind, at)
        return None

    async def _without_editors(self, kind: Waits, at: datetime) -> None:
        """Decide what may be decided where no editor can be asked."""
        if kind is Waits.RESTORED:
            await self._log_restored()
        else:
            await self._decide_bulk(at)

    async def _log_restored(self) -> None:
        """Log once how many articles wait because of a restore: nobody else can decide."""
        if self._is_logged:
            return
        self._is_logged = True
        count = await self._store(holding.count, Waits.RESTORED)
        _log.warning(
            "Articles that may have been posted before the database was restored: %d. "
            "They wait, but no editor can be asked. Set [telegram] admins, "
            "and let one of them press Start in the bot's chat.",
            count,
        )

    async def _decide_bulk(self, at: datetime) -> None:
        """Post the newest articles of a bulk arrival, as many as a channel's start posts."""
        count = await self._store(holding.count, Waits.BULK)
        before = self._posted_alone(at)
        newest = max((self._settings.feed.newest or 0) - before, 0)
        channels = self.rules.channels
        done = await self._store(
            release_questions.decide, Waits.BULK, newest, channels, at
        )
        self._alone = (at, before + done.posted)
        text = (
            f"{counted(count, 'older article')} arrived at once and no editor could be asked; "
            f"posted: the newest {done.posted}; skipped: {done.skipped}"
        )
        _log.warning("%s", text)
        await self._notifier.tell(
            await self._store(automatic_decision.record, text, at)
        )
        self._wake()

    def _posted_alone(self, at: datetime) -> int:
        """Return how many of the same bulk arrival were posted without an editor before."""
        if self._alone is None:
            return 0
        since, posted = self._alone
        return posted if since <= at < since + WINDOW else 0
