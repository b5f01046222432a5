"""Releases waiting articles: at their date, or when an editor decides so. Makes no call.

Many articles that wait together are one question to the editors. It stays open until none of them
waits any more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.arrival import SLACK, TOGETHER, WINDOW, Future, Waits, is_bulk
from bot.domain.article import from_short_id, short_id
from bot.domain.delivery import Channel
from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.domain.plain_text import counted
from bot.domain.topics import Taxonomy
from bot.planning import opening
from bot.planning.rules import Rules
from bot.publish import undecided
from bot.publish.channels import Channels
from bot.publish.notifier import Notifier
from bot.publish.recalling import Recall
from bot.settings import Settings
from bot.store import articles, facts, holding, notices
from bot.store.database import Database, transaction
from bot.store.facts import Fact
from bot.store.thread import Store

#: How long after the last arrival the editors are asked, so that one question is about all of them.
QUIET = timedelta(seconds=10)
#: Articles named in a question; the rest is counted.
NAMED = 5
_ALERTS = {Waits.BULK: Alert.BULK, Waits.RESTORED: Alert.RESTORED}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether anything was released, and when to check again (None: nothing has a date)."""

    released: bool
    next: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about articles that waited together."""

    posted: int
    skipped: int


def release_due(db: Database, rules: Rules, at: datetime) -> Turn:
    """Release the articles whose future date has come; those that have expired never go out."""
    released = False
    with transaction(db):
        holding.hold(db, holding.expired(db, at), Waits.EXPIRED)
        due = holding.due(db, None if rules.future is Future.POST else at)
        if rules.future is Future.SKIP:
            holding.skip(db, due)
        else:
            archive = holding.of_archive(
                db, due, facts.moment(db, Fact.ARCHIVE) or 0, at - SLACK
            )
            if archive and is_bulk(
                len(archive) + holding.count(db, Waits.BULK), rules.bulk_above
            ):
                holding.hold(
                    db, archive, Waits.BULK
                )  # the clock was far behind at the start
                due = [number for number in due if number not in {*archive}]
            for number in due:
                released |= opening.release(
                    db,
                    number,
                    rules.channels,
                    at,
                    by_source=True,
                    max_age=rules.max_age,
                    gather=rules.gather,
                )
    return Turn(released, holding.next_moment(db))


def decide(
    db: Database,
    kind: Waits,
    newest: int | None,
    channels: Sequence[Channel],
    at: datetime,
    *,
    until: int | None = None,
) -> Decided:
    """Post so many of the newest articles that wait together (None: all), and never the others.

    until: only articles up to this row number. A new question is asked about the others.
    """
    with transaction(db):
        waiting = [
            one for one in holding.waiting(db, [kind]) if until is None or one <= until
        ]
        notices.all_clear(db, [_key(kind)], at)
        posted = waiting if newest is None else waiting[:newest]
        holding.skip(db, waiting[len(posted) :])
        released = [
            opening.release(db, number, channels, at) for number in reversed(posted)
        ]
    return Decided(sum(released), len(waiting) - len(posted))


def skip(db: Database, number: int) -> bool:
    """Skip an article that waits for an editor; return True if it waited.

    It is not posted any more, unless an editor republishes it.
    """
    with transaction(db):
        return holding.skip(db, [number]) == 1


def resume(db: Database) -> None:
    """After a restore: hold the articles that may have been posted since the backup was made."""
    restored = facts.moment(db, Fact.RESTORED)
    if restored is not None:
        with transaction(db):
            holding.hold(
                db, holding.doubtful_since_restore(db, restored), Waits.RESTORED
            )


def question(db: Database, kind: Waits, newest: int | None) -> Notice | None:
    """Return the question about the articles that wait together; None if none does.

    newest: how many a channel's start posts; None: all.
    """
    waiting = holding.waiting(db, [kind])
    if not waiting:
        return None
    value = f"{kind}.{short_id(max(waiting))}"
    some = kind is Waits.BULK and newest and newest < len(waiting)
    choices = [
        *([Choice(Decision.POST_NEWEST, f"{value}.{newest}", newest)] if some else []),
        Choice(Decision.POST_ALL, value),
        Choice(
            Decision.SKIP_ALL if kind is Waits.BULK else Decision.WERE_POSTED, value
        ),
        Choice(Decision.ONE_BY_ONE, value),
    ]
    return Notice(
        key=_key(kind),
        alert=_ALERTS[kind],
        articles=tuple(waiting[:NAMED]),
        count=len(waiting),
        choices=tuple(choices),
    )


def next_question(db: Database, kind: Waits) -> Notice | None:
    """Return the question about the newest article that waits; None if none does."""
    waiting = holding.waiting(db, [kind])
    if not waiting:
        return None
    one, rest = f"{kind}.{short_id(waiting[0])}", f"{kind}.{short_id(max(waiting))}"
    choices = [Choice(Decision.POST_ONE, one), Choice(Decision.SKIP_ONE, one)]
    if len(waiting) > 1:
        choices.append(
            Choice(
                Decision.SKIP_ALL if kind is Waits.BULK else Decision.WERE_POSTED, rest
            )
        )
    return Notice(
        key=_key(kind),
        alert=_ALERTS[kind],
        articles=(waiting[0],),
        count=1,
        choices=tuple(choices),
    )


def answer_one(
    db: Database, number: int, channels: Sequence[Channel], at: datetime, *, post: bool
) -> bool:
    """Carry out an editor's decision on one article; return False if it waits no more."""
    stored = articles.get(db, number)
    if stored is None or number not in holding.waiting(db, TOGETHER):
        return False
    return opening.release(db, number, channels, at) if post else skip(db, number)


def answer(
    db: Database, value: str, channels: Sequence[Channel], at: datetime, *, post: bool
) -> Decided | None:
    """Carry out an editor's decision on articles that wait together; None if they wait no more.

    value: what the button carries, as `question` wrote it. Articles that arrived after the question
    are left to the next one.
    """
    kind, last, newest = [*value.split("."), "", ""][:3]
    until = from_short_id(last)
    if (
        kind not in TOGETHER
        or until is None
        or not any(n <= until for n in holding.waiting(db, [Waits(kind)]))
    ):
        return None
    count = int(newest) if newest.isdecimal() else None
    return decide(db, Waits(kind), count if post else 0, channels, at, until=until)


def _key(kind: Waits) -> str:
    return f"waiting:{kind}"


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
        recall: Recall,
    ) -> None:
        self._store = store
        self._settings = settings
        self._taxonomy = taxonomy
        self._channels = channels
        self._notifier = notifier
        self._clock = clock
        self._wake = wake
        self._recall = recall
        #: The log tells already that what may have been posted before a restore waits.
        self._said = False
        #: When the last bulk arrival was decided without an editor, and how many were posted.
        self._alone: tuple[datetime, int] | None = None

    @property
    def rules(self) -> Rules:
        """What recording goes by now."""
        return Rules.of(self._settings, self._taxonomy, self._channels.live)

    async def turn(self, *, hurry: bool = False) -> datetime | None:
        """Release what is due now and ask about the rest; return when more is due.

        hurry: ask the editors at once, as the process may end soon.
        """
        at = self._clock()
        turn = await self._store(release_due, self.rules, at)
        if turn.released:
            self._wake()
        asking = [await self._ask(kind, at, hurry=hurry) for kind in TOGETHER]
        return min((one for one in (turn.next, *asking) if one), default=None)

    async def _ask(self, kind: Waits, at: datetime, *, hurry: bool) -> datetime | None:
        """Ask the editors about what waits together; return when, if more may arrive before."""
        arrived = await self._store(holding.last_arrival, kind)
        if arrived is None:
            await self._notifier.all_clear(_key(kind))
            return None
        if not hurry and abs(at - arrived) < QUIET:  # some may have arrived since `at`
            return arrived + QUIET
        if kind is Waits.RESTORED:
            await self._recall.look()
        asked = await self._store(question, kind, self._settings.feed.newest)
        if (
            asked
            and not await self._notifier.ask(asked)
            and self._notifier.reaches_nobody
        ):
            await self._without_editors(kind, at)
        return None

    async def _without_editors(self, kind: Waits, at: datetime) -> None:
        """Decide what may be decided where no editor can be asked."""
        count = await self._store(holding.count, kind)
        if kind is Waits.RESTORED:
            if self._said:
                return
            self._said = True
            _log.warning(
                "Articles that may have been posted before the database was restored: %d. "
                "They wait, but no editor can be asked. Set [telegram] admins, "
                "and let one of them press Start in the bot's chat.",
                count,
            )
            return
        before = (
            self._alone[1]
            if self._alone and self._alone[0] <= at < self._alone[0] + WINDOW
            else 0
        )
        newest = max((self._settings.feed.newest or 0) - before, 0)
        done = await self._store(decide, kind, newest, self.rules.channels, at)
        self._alone = (at, before + done.posted)
        said = f"{counted(count, 'older article')} arrived at once and no editor could be asked"
        said += f"; posted: the newest {done.posted}; skipped: {done.skipped}"
        _log.warning("%s", said)
        await self._notifier.tell(await self._store(undecided.notice, said, at))
        self._wake()
