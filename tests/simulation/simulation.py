"""A day of the bot in its world, by a seed: five articles, a channel, a reader who follows a topic."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from unittest.mock import patch

from bot.feed import mounts
from bot.sandbox import faults
from bot.settings import Settings
from bot.store import disk
from tests.simulation import oracles
from tests.simulation.clocks import Clocks
from tests.simulation.event_log import EventLog, Logged
from tests.simulation.folder import Folder
from tests.simulation.loop import SimulatedLoop, run
from tests.simulation.machine import Machine
from tests.simulation.sqlite import connections
from tests.simulation.telegram import TOKEN, Telegram

DAY = 86_400.0
ARTICLES = 5
#: Seconds at the end in which nothing new happens, and all that waits goes out.
CALM = 1_200.0
#: Seconds after which a killed bot is started again, at least and at most.
DOWN = 0.1, 60.0
#: The part of the kills that meet a statement of SQLite, and how many statements later at most.
AT_POINT, POINTS = 0.5, 60
#: What calls meet where faults are asked for.
FAULTS = (
    faults.cut_before(),
    faults.cut_after(),
    faults.late(5),
    faults.slow_answer(25),
    faults.broken(502),
    faults.page(),
    faults.garbage(),
    faults.retry_after(3),
)
#: Where everything is, below a folder that is made for each simulation.
HOME = Path("home")


@dataclass(frozen=True)
class Result:
    """What a simulation came to."""

    #: What is wrong, in words; empty: nothing.
    problems: list[str]
    #: The SHA-256 of the event log.
    digest: str
    events: int
    steps: int
    #: The last events in words.
    last: list[str]


class Simulation:
    """The world of one seed."""

    def __init__(
        self, seed: int, days: float = 1.0, kills: int = 0, bad_line: float = 0.0
    ) -> None:
        self._dice = Random(f"world {seed}")
        self._seconds = days * DAY
        self._writes = self._moments(ARTICLES)
        self._kills = self._dangerous(kills)
        self._bad_line = bad_line
        self.loop = SimulatedLoop(seed)
        self.clocks = Clocks(self.loop)
        self.events = EventLog(self.loop.time)
        world = self.loop, seed, self.clocks, self.events
        self.telegram = Telegram(*world)
        self.folder = Folder(HOME / "articles", *world)
        self.machine = Machine(*world, self.telegram, self.folder)
        people = self.telegram.sandbox.world
        self.channel = people.add_channel("News", "sim_news")
        self.reader = people.add_person("Ann")
        #: Without one whom the bot can write to, a first post that is in doubt can't be found.
        self.editor = people.add_person("Ed")
        self.written: list[str] = []

    def settings(self) -> Settings:
        """Return what the operator has set."""
        sections = {
            "telegram": {
                "token": TOKEN,
                "api_base_url": self.telegram.sandbox.base_url,
                "admins": [self.editor.id],
            },
            "feed": {"folder": self.folder.path, "interval_seconds": 60},
            "store": {"database": HOME / "paperboy.db"},
            "channels": [{"chat": str(self.channel.id)}],
        }
        return Settings.model_validate(sections)

    async def live(self) -> None:
        """Let the days pass."""
        settings, sandbox = self.settings(), self.telegram.sandbox
        self.machine.start(settings)
        for fault in FAULTS if self._bad_line else ():
            sandbox.fail("*", fault, None, probability=self._bad_line)
            sandbox.fail("getUpdates", fault, None, probability=self._bad_line)
        await asyncio.gather(self._talk(), self._write(), self._kill(settings))
        sandbox.faults.rules.clear()
        await asyncio.sleep(CALM)
        await self.machine.stop()

    def problems(self) -> list[str]:
        """Return what is wrong at the end."""
        problems = [f"unhandled: {one}" for one in self.loop.unhandled]
        # a bot can't see what it sent to a reader: it repeats that once, then asks an editor
        least = 0 if self._bad_line else 1
        most = 2 if self._kills or self._bad_line else 1
        for chat, times in ((self.channel, (1, 1)), (self.reader, (least, most))):
            telegram = self.telegram.sandbox
            problems += oracles.posted(telegram, chat, self.written, times)
        at = self.clocks.wall()
        problems += oracles.recorded(self.settings(), self.machine.words, at)
        return problems

    async def _talk(self) -> None:
        """Let the editor and the reader write to the bot."""
        said = (
            (self.editor, "/start"),
            (self.reader, "/start"),
            (self.reader, "/topic AI"),
        )
        for person, words in said:
            await asyncio.sleep(self._dice.uniform(1, 200))
            self.events.add(f"{person.name} writes {words}")
            await self.telegram.sandbox.say(person, words)

    async def _kill(self, settings: Settings) -> None:
        for moment in self._kills:
            await self._until(moment)
            if self._dice.random() < AT_POINT:
                await self.machine.kill_at(self._dice.randrange(1, POINTS))
            else:
                self.machine.kill()
            await asyncio.sleep(self._dice.uniform(*DOWN))
            self.machine.start(settings)

    def _moments(self, count: int) -> list[float]:
        """Return moments at which something happens, in their order."""
        last = self._seconds - CALM
        return sorted(self._dice.uniform(700, last) for _ in range(count))

    def _dangerous(self, count: int) -> list[float]:
        """Return moments for kills: half of them just when an article is on its way."""
        moments = self._moments(count // 2)
        for _ in range(count - count // 2):
            written = self._dice.choice(self._writes)
            moments.append(written + self._dice.uniform(0.0, 0.6))
        return sorted(moments)

    async def _until(self, moment: float) -> None:
        await asyncio.sleep(max(moment - self.loop.time(), 0.0))

    async def _write(self) -> None:
        for number, moment in enumerate(self._writes, 1):
            await self._until(moment)
            title = f"Story {number} of the simulated day"
            self.written.append(title)
            self.folder.write(f"{number}.md", _file(number, title))


def simulate(
    seed: int, days: float = 1.0, kills: int = 0, bad_line: float = 0.0
) -> Result:
    """Simulate the world of a seed, in a folder of its own that is gone afterwards."""
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="simulation"))
        stack.enter_context(chdir(home))
        stack.enter_context(_undisturbed(seed))
        simulation = Simulation(seed, days, kills, bad_line)
        stack.enter_context(_logged(simulation.events))
        try:
            run(simulation.loop, simulation.live())
            problems = simulation.problems()
        except Exception as error:
            problems = [f"{type(error).__name__}: {error}"]
        events = simulation.events
        return Result(
            problems, events.digest, events.count, simulation.loop.steps, [*events.last]
        )


@contextmanager
def _undisturbed(seed: int) -> Iterator[None]:
    """Keep out what differs between machines and runs: zone, disks, chance, garbage collection."""
    with (
        connections(seed),
        patch.dict(os.environ, {"TZ": "UTC"}),
        patch.object(disk, "temporary", lambda *_: None),
        patch.object(mounts, "reports_everything", lambda _: True),
    ):
        time.tzset()
        state = random.getstate()
        random.seed(f"chance {seed}")  # the bot uses none of it; a library might
        gc.collect()
        gc.disable()
        try:
            yield
        finally:
            gc.enable()
            random.setstate(state)
    time.tzset()


@contextmanager
def _logged(events: EventLog) -> Iterator[None]:
    """Have what the bot logs among the events."""
    logger, handler = logging.getLogger("bot"), Logged(events)
    level, logger.propagate = logger.level, False
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = True


def _file(number: int, title: str) -> str:
    return (
        f"---\ntitle: {title}\nwebUrl: https://news.example/{number}\n"
        f"topics: [AI]\nexcerpt: What is known of it.\n---\n"
    )
