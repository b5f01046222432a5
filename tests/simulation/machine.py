"""One simulated machine: it starts lives of the unchanged bot, and ends them as users and power cuts do."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random

from bot.app import App
from bot.feed.reading import Readers
from bot.host import Host
from bot.rendering.loading import words
from bot.settings import Settings
from tests.simulation.clocks import Clocks
from tests.simulation.event_log import EventLog
from tests.simulation.folder import Folder
from tests.simulation.life import Killed, Life
from tests.simulation.loop import SimulatedLoop
from tests.simulation.store_thread import Holds, StoreThread
from tests.simulation.telegram import Telegram

#: The machine's processors, for what depends on their number.
CORES = 2


class Machine:
    """The lives of one bot, one after another."""

    def __init__(
        self,
        loop: SimulatedLoop,
        seed: int,
        clocks: Clocks,
        events: EventLog,
        telegram: Telegram,
        folder: Folder,
    ) -> None:
        self._loop = loop
        self._dice = Random(f"machine {seed}")
        self._clocks = clocks
        self._events = events
        self._telegram = telegram
        self._folder = folder
        self._holds = Holds()
        self.words = words(None)
        self.lives: list[Life] = []
        self._app: App | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self, settings: Settings) -> Life:
        """Begin a life, as `paperboy run` does."""
        life = Life(len(self.lives) + 1)
        self.lives.append(life)
        self._events.add(f"life {life.number} begins")
        work = self._live(settings, self._host(life))
        self._task = self._loop.create_task(
            work, name=f"life {life.number}", context=life.context()
        )
        return life

    async def stop(self) -> None:
        """End the life as SIGTERM does; raises what it ended with."""
        if self._app:
            self._app.stop()
        if self._task:
            await self._task
        self._events.add(f"life {len(self.lives)} ended")
        self._app = self._task = None

    def kill(self) -> None:
        """End the life as SIGKILL does."""
        life = self.lives[-1]
        life.kill(self._loop.tasks())
        self._events.add(f"life {life.number} is killed")
        self._app = self._task = None

    async def kill_at(self, number: int) -> None:
        """Kill the life at the so many-th point from now; return when that has happened."""
        life, killed = self.lives[-1], self._loop.create_future()

        def at_point(point: str) -> None:
            nonlocal number
            number -= 1
            if number == 0:
                self._events.add(f"life {life.number}: {point}")
                self.kill()
                killed.set_result(None)
                raise Killed

        life.at_point = at_point
        await killed

    def _host(self, life: Life) -> Host:
        def thread() -> StoreThread:
            return StoreThread(self._loop, self._dice, life, self._events)

        def readers() -> Readers:
            return Readers(thread(), CORES)  # the loop itself does what they would do

        return Host(
            clock=self._clocks.clock(),
            store_thread=thread,
            hold=partial(self._holds.hold, life),
            changes=partial(self._folder.watch, life),
            readers=readers,
            transport=self._telegram.transport(life),
        )

    async def _live(self, settings: Settings, host: Host) -> None:
        async with App.opened(settings, self.words, host=host) as app:
            self._app = app
            await app.run()
