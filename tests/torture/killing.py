"""The kill test: the bot is killed again and again while it works, on a bad line, and every article is counted.

`make torture`, and `make torture BUTTONS=text` for posts without buttons under them. SIGKILL at every named step (see
`victim`) and at random moments, mixed with faults of every kind, while others post into the same chats. Counted is what
the sandbox holds in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from bot.settings import Buttons
from tests.torture import steps
from tests.torture import town as towns
from tests.torture.counting import MOMENT, Count, Report, title
from tests.torture.lives import ROOT, Bot, born, write_settings
from tests.torture.steps import around_commits
from tests.torture.storm import UNCONFIRMED
from tests.torture.town import ANN, BEN, DOUBT, EDITOR, Town

KEYBOARD = str(Buttons.KEYBOARD)
#: Seconds of a life that is not ended by a step.
LIFE = (0.15, 1.6)
#: Seconds until a life that has not come to its step is ended anyway.
WITHOUT = 2.5
#: Seconds until a life ends that is sure to come to its step.
PATIENCE = 30.0
#: Seconds that the last life has to bring everything to its end.
PEACE = 180.0
#: A run of so many kills comes to each listed step.
ENOUGH = 300
#: Every so manieth life an article is changed, or published once more.
CHANGE, AGAIN = 3, 7


#: Steps that only the first life of a database comes to; those after a quarrel; those of another edition.
FIRST = around_commits("opening", "publish.channel_start.begin")
QUARREL = around_commits(
    "conversation.chat_standing.park", "conversation.membership._resume_channel"
)
EDITION = around_commits("store.updates.once", "store.pending.sent")


class Campaign:
    """The lives of one bot in one town, and what was asked of it."""

    def __init__(
        self, town: Town, bot: Bot, home: Path, seed: int, buttons: str
    ) -> None:
        self.town = town
        self.bot = bot
        self.home = home
        self.dice = random.Random(seed)
        self.report = Report(seed)
        #: Article → its newest version, and how often it was published again.
        self.versions: dict[int, int] = {}
        self.again: Counter[int] = Counter()
        #: A post without buttons can be looked for by forwarding it to the editor only, so they stay friends.
        self._may_quarrel = buttons == KEYBOARD
        self._quarrel = False
        self._bustling: list[asyncio.Task[None]] = []
        self._tries: Counter[str] = Counter()
        self._most: Counter[str] = Counter()

    async def prepare(self) -> None:
        """Let the database be made and the channels begin, with a death at each step; then let the readers follow."""
        self._drop()
        for step in FIRST:
            process = await self.bot.begin(step)
            await self._outlive(
                process, step, asyncio.create_task(self.bot.ended()), PATIENCE
            )
        process = await self.bot.begin()
        for reader in (ANN, BEN):
            await self.town.do("start", **{"as": reader})
            await self.town.do("send", text="/topic Space", **{"as": reader})
        begun = "chats WHERE setting IS NOT NULL AND begun IS NOT NULL"
        places = len(self.town.places)
        await self._until(
            lambda: (
                self._count("follows") == 2
                and self._count(begun) == places
                and self._waits() == 0
            ),
            PEACE,
        )
        await self._end(process)

    async def fight(self, kills: int) -> None:
        """Kill so many times; in the last third no editor can be reached and no right is left."""
        await self.town.make_trouble()
        quarrel = kills * 2 // 3
        for number in range(kills - len(FIRST)):
            if number == quarrel:
                self._quarrel = self._may_quarrel
                await asyncio.gather(*self._bustling)
                if self._quarrel:
                    await self.town.do("block", **{"as": EDITOR})
                await self.town.do(
                    "rights", chat=self.town.places["mighty"][0], rights=towns.POSTER
                )
            await self._life(
                number,
                dict(enumerate(QUARREL, quarrel)).get(number, "")
                if self._quarrel
                else "",
            )

    async def rest(self) -> None:
        """Let a last life bring everything to its end."""
        await asyncio.gather(*self._bustling)
        await self.town.end_trouble()
        process = await self.bot.begin()
        await self._until(lambda: self._waits() == 0, PEACE)
        await asyncio.sleep(2 * DOUBT)
        await self._until(lambda: self._waits() == 0, PEACE)
        await self._end(process)

    async def _life(self, number: int, step: str) -> None:
        if not step and number % AGAIN == 0 and not self._quarrel:
            step = min(EDITION, key=lambda one: self.report.kills[one])
        elif not step and number % 3:
            step = self._choose()
        nth = self.dice.randint(1, max(min(self._most[step], 2), 1))
        process = await self.bot.begin(step, nth)
        ended = asyncio.create_task(self.bot.ended())
        seconds = WITHOUT if step else self.dice.uniform(*LIFE)
        self._bustling.append(
            asyncio.create_task(self._bustle(number))
        )  # it goes on whether the bot lives or not
        await self._outlive(process, step, ended, seconds)

    async def _outlive(
        self, process: int, step: str, ended: asyncio.Task[int], seconds: float
    ) -> None:
        """Wait for a life to end; end it after so many seconds."""
        done, _ = await asyncio.wait({ended}, timeout=seconds)
        if not done:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._note(step, await ended)

    def _note(self, step: str, how: int) -> None:
        reached = self._reached()
        if how != -signal.SIGKILL:
            self.report.failures.append(
                f"ended by itself: exit {how}: {self.bot.log.read_text()[-600:]}"
            )
        self._tries[step] += 1
        self.report.kills[step if "!" in reached else MOMENT] += 1

    def _reached(self) -> list[str]:
        """Record the steps that the last life came to; return them, with "!" where it ended at one."""
        reached = self.bot.steps()
        for name, times in Counter(reached).items():
            if name != "!":
                self._most[name] = max(self._most[name], times)
                self.report.steps.add(name)
        return reached

    def _choose(self) -> str:
        """Return a step, those that have ended fewest lives first."""
        known = sorted(
            self._most,
            key=lambda name: (
                self.report.kills[name],
                self._tries[name],
                self.dice.random(),
            ),
        )
        return known[0] if known else ""

    async def _bustle(self, number: int) -> None:
        """What goes on in town during a life."""
        await asyncio.sleep(self.dice.uniform(0, 0.2))
        self._drop()
        await self.town.others_write()
        if number % CHANGE == 0:
            self._change(self.dice.choice(list(self.versions)))
        if number % AGAIN == 0:
            await self._publish_again()
        await asyncio.sleep(self.dice.uniform(0, 0.6))
        self._drop()
        await self.town.others_write()

    async def _publish_again(self) -> None:
        """Let the editor ask for another edition of an article that is everywhere; not while they are blocking us."""
        sent = self._rows(
            "SELECT a.url FROM articles a JOIN deliveries d ON d.article = a.id "
            "WHERE d.lane = 0 AND d.state = 'sent' GROUP BY a.id HAVING count(*) >= 4"
        )
        if sent and not self._quarrel:
            url = self.dice.choice(sent)[0]
            await self.town.do("send", text=f"/republish {url}", **{"as": EDITOR})
            self.again[int(url.rpartition("/")[2])] += 1

    def _drop(self) -> None:
        number = len(self.versions)
        self.versions[number] = 0
        self._write(number)

    def _change(self, number: int) -> None:
        if self.versions[number] < 3:
            self.versions[number] += 1
            self._write(number)

    def _write(self, number: int) -> None:
        """Put an article into the folder, whole at once."""
        words = f"As told in version {self.versions[number]}."
        fields = {
            "title": title(number),
            "excerpt": words,
            "webUrl": f"https://news.example/{number}",
            "publishedDateTime": "2026-11-01T12:00:00Z",
            "quality": 50,
            "topics": ["Space"],
        }
        lines = [f"{name}: {json.dumps(value)}" for name, value in fields.items()]
        part = self.home / "part"
        part.write_text("\n".join(["---", *lines, "---", ""]))
        part.replace(self.home / "articles" / f"{number:05}.md")

    async def _end(self, process: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        await self.bot.ended()
        self._reached()

    async def _until(self, true: Any, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            found = self._rows(
                "SELECT state, lane, reason, count(*) FROM deliveries GROUP BY 1, 2, 3"
            )
            self.report.failures.append(
                f"not at rest after {seconds:.0f} s: {found}; {self.bot.log.read_text()[-1500:]}"
            )

    def _waits(self) -> int:
        """Return how much the database says is left to do; the last file must be in it."""
        if (
            self._count(
                f"articles WHERE url = 'https://news.example/{len(self.versions) - 1}'"
            )
            == 0
        ):
            return -1
        return self._count("fanouts") + self._count(
            "deliveries WHERE state IN ('pending', 'sending') OR state = 'doubtful' AND not_before > 0 "
            "OR edit_due IS NOT NULL"
        )

    def _count(self, what: str) -> int:
        found = self._rows(f"SELECT count(*) FROM {what}")
        return int(found[0][0]) if found else 0

    def _rows(self, sql: str) -> list[Any]:
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(self.home / "paperboy.db", timeout=5)) as db,
        ):
            return db.execute(sql).fetchall()
        return []

    async def count(self) -> Report:
        """Compare what the sandbox holds with what was asked for."""
        unconfirmed = {(chat, title) for chat, title in self._rows(UNCONFIRMED)}
        await Count(
            self.report,
            self.town,
            self.versions,
            self.again,
            unconfirmed,
            self._history,
        ).all()
        sql = "SELECT outcome, count(*) FROM attempts WHERE action = 'look' GROUP BY outcome"
        self.report.looks.update(dict(self._rows(sql)))
        return self.report

    def _history(self, chat: int, article: int) -> str:
        """Return every attempt to post an article in a chat, and what came of it."""
        sql = (
            "SELECT d.edition, d.message, t.action, t.outcome, t.detail, t.at - a.recorded FROM attempts t "
            "JOIN deliveries d ON d.id = t.delivery JOIN articles a ON a.id = d.article JOIN chats c ON c.id = d.chat "
            f"WHERE c.chat_id = {chat} AND a.url = 'https://news.example/{article}' ORDER BY t.id"
        )
        return "; ".join(" ".join(map(str, one)) for one in self._rows(sql))


async def one_town(kills: int, seed: int, home: Path, buttons: str) -> Report:
    """Fight through one campaign; return its report."""
    async with towns.founded(seed, ROOT, protected=buttons == KEYBOARD) as town:
        write_settings(home, town, buttons)
        async with born(home) as bot:
            campaign = Campaign(town, bot, home, seed, buttons)
            await campaign.prepare()
            await campaign.fight(kills)
            await campaign.rest()
        return await campaign.count()


async def torture(
    kills: int, seed: int, home: Path, lanes: int = 1, buttons: str = KEYBOARD
) -> Report:
    """Kill so many times, in `lanes` towns at once; return what came of it. buttons: as in the settings."""
    began, report = time.monotonic(), Report(seed)
    homes = [home / str(lane) for lane in range(lanes)]
    for one in homes:
        one.mkdir()
    share = -(-kills // lanes)
    for one in await asyncio.gather(
        *(one_town(share, seed + lane, homes[lane], buttons) for lane in range(lanes))
    ):
        report.add(one)
    report.seconds = time.monotonic() - began
    return report


def main() -> int:
    """Print the report; 1 where anything was lost, repeated or changed, or a listed step never occurred."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--kills",
        type=int,
        default=320,
        help=f"each listed step must occur from {ENOUGH} on",
    )
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(10**6)
    )
    parser.add_argument("--lanes", type=int, default=2, help="towns at once")
    parser.add_argument(
        "--buttons",
        choices=list(Buttons),
        default=KEYBOARD,
        help="where the links of posts stand",
    )
    parser.add_argument("--keep", type=Path, help="leave databases and logs there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        home = options.keep or Path(passing)
        home.mkdir(parents=True, exist_ok=True)
        report = asyncio.run(
            torture(options.kills, options.seed, home, options.lanes, options.buttons)
        )
    if options.kills >= ENOUGH:
        report.failures += steps.missing(report.steps, options.buttons)
    print(report)
    print(
        f"steps not listed    {', '.join(steps.unlisted(report.steps, options.buttons)) or 'none'}"
    )
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
