"""A storm: many deliveries to many chats, Telegram's limits enforced to the letter, and a bad line. `make storm`.

The whole bot against the sandbox over HTTP, as `paperboy run --once` has it, on a clock that is faster for both alike
(`fast`). What went out is counted from what the sandbox holds, and broken limits by the sandbox itself.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import bot.single_run
from bot.app import App
from bot.rendering.loading import words
from bot.sandbox import Chat, Limits, Message, Person, Sandbox, faults
from bot.sandbox.faults import Fault
from bot.settings import Settings
from bot.store.thread import Store
from tests.torture import fast

#: What goes wrong, and in how many of a hundred calls that post, edit, delete or look.
TROUBLE: tuple[tuple[Fault, float], ...] = (
    (faults.retry_after(1), 5),
    (faults.retry_after(3), 4),
    (faults.retry_after(30), 1),
    (faults.broken(500), 2),
    (faults.broken(504, "Gateway Timeout"), 1),
    (faults.page(502), 2),
    (faults.cut_after(), 5),
    (faults.cut_before(), 5),
    (faults.garbage(), 2),
    (faults.slow(0.9), 4),
    (faults.slow_answer(2.0), 2),
)
METHODS = (
    "sendMessage",
    "forwardMessage",
    "deleteMessage",
    "editMessageText",
    "editMessageReplyMarkup",
)
#: Faults after which the bot can't know that its message is there.
LOST_ANSWER = ("cut_after", "garbage")


#: Readers' deliveries of which nobody can tell whether they arrived: chat and title.
UNCONFIRMED = """
SELECT c.chat_id, a.title FROM deliveries d JOIN chats c ON c.id = d.chat JOIN articles a ON a.id = d.article
WHERE d.state = 'doubtful' AND d.not_before IS NULL AND d.lane <> 0
"""


@dataclass(frozen=True)
class Size:
    """How much of it."""

    channels: int = 50
    readers: int = 50
    #: For the channels; readers follow the topic of a third of them.
    articles: int = 30
    #: So many seconds in one.
    scale: float = 10.0
    seed: int = 1

    @property
    def deliveries(self) -> int:
        return self.channels * self.articles + self.readers * len(self.followed)

    @property
    def followed(self) -> range:
        """The articles that readers get."""
        return range(0, self.articles, 3)


FULL, SHORT = Size(), Size(channels=5, readers=5, scale=40.0)


@dataclass
class Report:
    """What came of it."""

    size: Size
    seconds: float = 0.0
    passed: timedelta = timedelta()
    left: int = 0
    #: Articles that should be in a chat and are not, or are there twice, by chat.
    lost: list[str] = field(default_factory=list)
    #: Deliveries to readers that were lost twice, and are shown as such: (chat, title).
    unconfirmed: set[tuple[int, str]] = field(default_factory=set)
    repeated_in_channels: list[str] = field(default_factory=list)
    #: To a reader more often than answers were lost.
    repeated_needlessly: list[str] = field(default_factory=list)
    repeated_to_readers: int = 0
    violations: int = 0
    #: Copies made to look for a post, but for those that the bot never heard of.
    left_with_editors: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    looks: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)

    @property
    def looked(self) -> int:
        """How often the outbox was looked at for what is due."""
        return self.visits["bot.store.outbox.next_due"]

    @property
    def failures(self) -> list[str]:
        """What must not be."""
        told = {
            "lost": self.lost,
            "repeated in a channel": self.repeated_in_channels,
            "repeated to a reader though the answer came": self.repeated_needlessly,
        }
        found = [
            f"{what}: {', '.join(which[:5])}" for what, which in told.items() if which
        ]
        found += [f"{self.violations} calls broke a limit"] * bool(self.violations)
        found += [f"{self.left} deliveries are still waiting"] * bool(self.left)
        return found + [f"{self.left_with_editors} copies stayed with the editors"] * (
            self.left_with_editors > 0
        )

    def __str__(self) -> str:
        size, turns = self.size, self.looked
        chats = f"{size.channels} channels and {size.readers} readers"
        took = f"{self.seconds:.0f} s, for the bot and Telegram {self.passed / timedelta(minutes=1):.1f} min"
        lines = [
            f"{size.deliveries} deliveries of {size.articles} articles to {chats}, a third of the calls in trouble",
            f"took                {took}",
            f"calls               {_listed(self.calls)}",
            f"trouble             {_listed(self.met)}",
            f"came to             {_listed(self.ends)}",
            f"looks               {_listed(self.looks)}",
            f"lost                {len(self.lost)}",
            f"unconfirmed         {len(self.unconfirmed)} to readers, each after two answers were lost",
            f"twice in channels   {len(self.repeated_in_channels)}",
            f"twice to readers    {self.repeated_to_readers} (each after an answer was lost)",
            f"limits broken       {self.violations}, by Telegram's count",
            f"looks at the outbox {turns} ({turns / size.deliveries:.1f} a delivery)",
        ]
        return "\n".join([*lines, *(f"FAILED: {failure}" for failure in self.failures)])


def weather(size: Size, home: Path) -> Report:
    """Let a storm pass over a bot with its files in `home`; return what it came to."""
    began = time.monotonic()
    report = Report(size)
    fast.run(_storm(report, home), size.scale)
    report.seconds = time.monotonic() - began
    return report


async def _storm(report: Report, home: Path) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, fast.Loop)
    async with Sandbox(
        clock=loop.clock, seed=report.size.seed, journal=1_000_000
    ) as telegram:
        channels, readers, editor = _people(telegram, report.size)
        settings = _settings(telegram, channels, editor, home)
        for reader in readers:
            await telegram.say(reader, "/topic AI")
        await _run(settings, loop, report)
        _write(Path(settings.feed.folder), "The calm before it", 0, "AI")
        await _run(settings, loop, report)
        for number in range(report.size.articles):
            topic = "AI" if number in report.size.followed else "Space"
            _write(Path(settings.feed.folder), title(number), number + 1, topic)
        before = {
            id(message)
            for place in (*channels, *readers)
            for message in telegram.messages(place)
        }
        limits = Limits()
        telegram.limit(limits)
        for method in METHODS:
            for fault, percent in TROUBLE:
                telegram.fail(method, fault, times=None, probability=percent / 100)
        began = loop.clock()
        report.left = await _run(settings, loop, report)
        report.passed = loop.clock() - began
        report.violations = limits.violations
        _read(report, Path(settings.store.database))
        _count(report, telegram, channels, readers, before)
        unheard = sum(
            call.fault in LOST_ANSWER for call in telegram.calls.of("forwardMessage")
        )
        report.left_with_editors = (
            sum(message.origin is not None for message in telegram.messages(editor))
            - unheard
        )


def _people(telegram: Sandbox, size: Size) -> tuple[list[Chat], list[Person], Person]:
    channels = [
        telegram.world.add_channel(f"Channel {number}")
        for number in range(size.channels)
    ]
    readers = [
        telegram.world.add_person(f"Reader {number}") for number in range(size.readers)
    ]
    editor = telegram.world.add_person("Eddie")
    telegram.world.open_private(editor)
    return channels, readers, editor


def _settings(
    telegram: Sandbox, channels: list[Chat], editor: Person, home: Path
) -> Settings:
    """Return the settings of a bot; its pace and patience are those that ship."""
    folder = home / "articles"
    folder.mkdir()
    return Settings(
        telegram={
            "token": telegram.token,
            "api_base_url": telegram.base_url,
            "admins": [editor.id],
        },  # type: ignore[arg-type]  # pydantic reads it
        feed={
            "folder": folder,
            "first_run": 0,
            "bulk_above": 100_000,
            "settle_seconds": 0.01,
        },  # type: ignore[arg-type]  # likewise
        store={"database": home / "paperboy.db"},  # type: ignore[arg-type]  # likewise
        channels=[{"chat": str(channel.id)} for channel in channels],  # type: ignore[arg-type]  # likewise
    )


def title(number: int) -> str:
    return f"Story {number} of the storm"


def _write(folder: Path, words: str, number: int, topic: str) -> None:
    address = f"https://news.example/{number}"
    told = f'title: "{words}"\nwebUrl: {address}\ntopics: [{topic}]\nexcerpt: What is known of it.\n'
    (folder / f"{number}.md").write_text(f"---\n{told}---\n")


async def _run(settings: Settings, loop: fast.Loop, report: Report) -> int:
    """Do as `paperboy run --once` with all the patience it takes; return how much is left waiting."""
    kept, bot.single_run.ONCE = bot.single_run.ONCE, timedelta(hours=12)
    try:
        with _visits(report.visits):
            async with App.opened(settings, words(None), loop.clock) as app:
                return await app.run_once()
    finally:
        bot.single_run.ONCE = kept


@contextmanager
def _visits(counted: Counter[str]) -> Iterator[None]:
    """Count the visits to the store by what was done there."""
    real = Store.__call__

    def call(
        store: Store, work: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Coroutine[Any, Any, Any]:
        counted[f"{work.__module__}.{work.__name__}"] += 1
        return real(store, work, *args, **kwargs)

    Store.__call__ = call  # type: ignore[method-assign]  # for the storm only
    try:
        yield
    finally:
        Store.__call__ = real  # type: ignore[method-assign]  # as it was


def _count(
    report: Report,
    telegram: Sandbox,
    channels: list[Chat],
    readers: list[Person],
    before: set[int],
) -> None:
    """Compare what is in the chats with what should be."""
    report.calls.update(call.method for call in telegram.calls if call.chat is not None)
    report.met.update(str(call.fault) for call in telegram.calls if call.fault)
    unanswered = Counter(
        (call.chat, _title(str(call.params.get("text", ""))))
        for call in telegram.calls
        if call.fault in LOST_ANSWER
    )
    for place in (*channels, *readers):
        found = Counter(
            _story(message)
            for message in telegram.messages(place)
            if id(message) not in before
        )
        for number in (
            range(report.size.articles)
            if isinstance(place, Chat)
            else report.size.followed
        ):
            what, times = f"{title(number)} in {place.id}", found[title(number)]
            if times == 0 and (place.id, title(number)) not in report.unconfirmed:
                report.lost.append(what)
            elif times > 1 and isinstance(place, Chat):
                report.repeated_in_channels.append(what)
            elif times > 1:
                report.repeated_to_readers += times - 1
                if times - 1 > unanswered[place.id, title(number)]:
                    report.repeated_needlessly.append(what)


def _story(message: Message) -> str:
    return _title(message.text)


def _title(text: str) -> str:
    """Return the first line of a post, read or with its markup."""
    return text.partition("\n")[0].removeprefix("<b>").removesuffix("</b>")


def _read(report: Report, database: Path) -> None:
    """Add what the bot itself wrote down."""
    with closing(sqlite3.connect(database)) as db:
        sql = "SELECT iif(state = 'doubtful' AND not_before IS NULL, 'unconfirmed', state), count(*) FROM deliveries"
        report.ends.update(dict(db.execute(f"{sql} GROUP BY 1").fetchall()))
        report.unconfirmed.update(db.execute(UNCONFIRMED).fetchall())
        sql = "SELECT outcome, count(*) FROM attempts WHERE action = 'look' GROUP BY outcome"
        report.looks.update(dict(db.execute(sql).fetchall()))


def _listed(counted: Counter[str]) -> str:
    return (
        ", ".join(f"{name} {times}" for name, times in counted.most_common()) or "none"
    )


def main() -> int:
    """Print the report; 1 where something was lost, repeated or too fast."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float)
    options = parser.parse_args()
    chosen = SHORT if options.short else FULL
    size = Size(
        chosen.channels,
        chosen.readers,
        chosen.articles,
        options.scale or chosen.scale,
        options.seed,
    )
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as home:
        report = weather(size, Path(home))
    print(report)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
