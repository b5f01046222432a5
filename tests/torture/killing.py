"""The kill test: the bot is killed again and again while it works, on a bad line, and every article is counted.

`make torture`. SIGKILL at every named step (see `victim`) and at random moments, mixed with faults of every kind, while
others post into the same chats. Counted is what the stand-in holds in the end.
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
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.torture import town as towns
from tests.torture.town import ANN, BEN, DOUBT, EDITOR, LOST_ANSWER, Town

ROOT = Path(__file__).parents[2]
#: Seconds of a life that is not ended by a step.
LIFE = (0.15, 1.6)
#: Seconds until a life that has not come to its step is ended anyway.
WITHOUT = 2.5
#: Seconds that the last life has to bring everything to its end.
PEACE = 180.0
#: Every so manieth life an article is changed, or published once more.
CHANGE, AGAIN = 3, 7
#: Steps that only the first life of a database comes to.
FIRST = tuple(
    f"{when} commit {what}" for what in ("opening", "publishing.starting.begin") for when in ("before", "after")
)


@dataclass
class Report:
    """What came of it."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    steps: set[str] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)
    looks: Counter[str] = field(default_factory=Counter)
    articles: int = 0
    editions: int = 0
    posts: int = 0
    others: int = 0
    copies_left: int = 0
    repeats_by_kill: int = 0
    repeats_by_lost_answer: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def killed(self) -> int:
        return self.kills.total()

    @property
    def reached(self) -> set[str]:
        """The named steps at which the bot was killed."""
        return set(self.kills) - {"a random moment"}

    def add(self, other: Report) -> None:
        """Count another town's report with this one's."""
        for name in ("kills", "steps", "faults", "looks"):
            getattr(self, name).update(getattr(other, name))
        for name in ("articles", "editions", "posts", "others", "copies_left", "repeats_by_kill"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.repeats_by_lost_answer += other.repeats_by_lost_answer
        self.failures += other.failures

    def __str__(self) -> str:
        at_step = sum(times for name, times in self.kills.items() if name != "a random moment")
        lost = [failure for failure in self.failures if failure.startswith("lost")]
        repeated = [failure for failure in self.failures if failure.startswith("repeated")]
        named = f"{at_step} at {len(self.reached)} of {len(self.steps)} named steps"
        to_readers = f"{self.repeats_by_kill} after a kill, {self.repeats_by_lost_answer} after a lost answer"
        lines = [
            f"{self.killed} kills in {self.seconds:.0f} s (seed {self.seed}): {named}, the others at random moments",
            *(f"    {times:4} {name}" for name, times in sorted(self.kills.items())),
            f"steps not died at   {', '.join(sorted(self.steps - self.reached)) or 'none'}",
            f"trouble             {_listed(self.faults)}",
            f"looks came to       {_listed(self.looks)}",
            f"articles            {self.articles} in 4 chats, {self.editions} further editions: {self.posts} posts",
            f"others' posts       {self.others}, compared byte for byte",
            f"lost                {len(lost)}",
            f"twice in channels   {len(repeated)}",
            f"twice to readers    {to_readers}",
            f"copies left behind  {self.copies_left} in the editor's chat",
        ]
        return "\n".join([*lines, *(f"FAILED: {failure}" for failure in self.failures)])


class Bot:
    """The bot's lives, one after another."""

    def __init__(self, process: asyncio.subprocess.Process, home: Path) -> None:
        self._process = process
        self._home = home
        self._steps = home / "steps"
        self.log = home / "log"

    async def begin(self, step: str = "", nth: int = 1) -> int:
        """Begin a life that ends at the nth time of a step; return the process's number."""
        self._steps.write_text("")
        environment = {"PAPERBOY_CONFIG": str(self._home / "paperboy.toml")}
        life = {"environment": environment, "log": str(self.log), "steps": str(self._steps), "step": step, "nth": nth}
        assert self._process.stdin
        self._process.stdin.write(json.dumps(life).encode() + b"\n")
        return int(await self._line())

    async def ended(self) -> int:
        """Wait for a life to end; return how (minus the signal's number)."""
        return int(await self._line())

    def steps(self) -> list[str]:
        """Return the steps the last life came to."""
        return self._steps.read_text().splitlines()

    async def _line(self) -> bytes:
        assert self._process.stdout
        line = await self._process.stdout.readline()
        assert line, self.log.read_text()[-4000:]
        return line


class Campaign:
    """The lives of one bot in one town, and what was asked of it."""

    def __init__(self, town: Town, bot: Bot, home: Path, seed: int) -> None:
        self.town = town
        self.bot = bot
        self.home = home
        self.dice = random.Random(seed)
        self.report = Report(seed)
        #: Article → its newest version, and how often it was published again.
        self.versions: dict[int, int] = {}
        self.again: Counter[int] = Counter()
        self._quarrel = False
        self._bustling: list[asyncio.Task[None]] = []
        self._tries: Counter[str] = Counter()
        self._most: Counter[str] = Counter()

    async def prepare(self) -> None:
        """Let the database be made and the channels begin, with a death at each step; then let the readers follow."""
        self._drop()
        for step in FIRST:
            process = await self.bot.begin(step)
            await self._outlive(process, step, asyncio.create_task(self.bot.ended()), WITHOUT)
        process = await self.bot.begin()
        for reader in (ANN, BEN):
            await self.town.do("start", **{"as": reader})
            await self.town.do("send", text="/topic Space", **{"as": reader})
        await self._until(lambda: self._count("follows") == 2 and self._waits() == 0, PEACE)
        await self._end(process)

    async def fight(self, kills: int) -> None:
        """Kill so many times; in the last third no editor can be reached and no right is left."""
        await self.town.make_trouble()
        for number in range(kills - len(FIRST)):
            if number == kills * 2 // 3:
                self._quarrel = True
                await asyncio.gather(*self._bustling)
                await self.town.do("block", **{"as": EDITOR})
                await self.town.do("rights", chat=self.town.places["mighty"][0], rights=towns.POSTER)
            await self._life(number)

    async def rest(self) -> None:
        """Let a last life bring everything to its end."""
        await asyncio.gather(*self._bustling)
        await self.town.end_trouble()
        process = await self.bot.begin()
        await self._until(lambda: self._waits() == 0, PEACE)
        await asyncio.sleep(2 * DOUBT)
        await self._until(lambda: self._waits() == 0, PEACE)
        await self._end(process)

    async def _life(self, number: int) -> None:
        step = self._choose() if number % 3 else ""
        nth = self.dice.randint(1, max(min(self._most[step], 2), 1))
        process = await self.bot.begin(step, nth)
        ended = asyncio.create_task(self.bot.ended())
        seconds = WITHOUT if step else self.dice.uniform(*LIFE)
        self._bustling.append(asyncio.create_task(self._bustle(number)))  # it goes on whether the bot lives or not
        await self._outlive(process, step, ended, seconds)

    async def _outlive(self, process: int, step: str, ended: asyncio.Task[int], seconds: float) -> None:
        """Wait for a life to end; end it after so many seconds."""
        done, _ = await asyncio.wait({ended}, timeout=seconds)
        if not done:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._note(step, await ended)

    def _note(self, step: str, how: int) -> None:
        came = self.bot.steps()
        if how != -signal.SIGKILL:
            self.report.failures.append(f"ended by itself: exit {how}: {self.bot.log.read_text()[-600:]}")
        self._tries[step] += 1
        self.report.kills[step if "!" in came else "a random moment"] += 1
        for name, times in Counter(came).items():
            if name != "!":
                self._most[name] = max(self._most[name], times)
                self.report.steps.add(name)

    def _choose(self) -> str:
        """Return a step, those that have ended fewest lives first."""
        known = sorted(self._most, key=lambda name: (self.report.kills[name], self._tries[name], self.dice.random()))
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

    async def _until(self, true: Any, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            found = self._rows("SELECT state, lane, reason, count(*) FROM deliveries GROUP BY 1, 2, 3")
            self.report.failures.append(
                f"not at rest after {seconds:.0f} s: {found}; {self.bot.log.read_text()[-1500:]}"
            )

    def _waits(self) -> int:
        """Return how much the database says is left to do; the last file must be in it."""
        if self._count(f"articles WHERE url = 'https://news.example/{len(self.versions) - 1}'") == 0:
            return -1
        return self._count("fanouts") + self._count(
            "deliveries WHERE state IN ('pending', 'sending', 'doubtful') OR revise IS NOT NULL"
        )

    def _count(self, what: str) -> int:
        found = self._rows(f"SELECT count(*) FROM {what}")
        return int(found[0][0]) if found else 0

    def _rows(self, sql: str) -> list[Any]:
        with suppress(sqlite3.Error), closing(sqlite3.connect(self.home / "paperboy.db", timeout=5)) as db:
            return db.execute(sql).fetchall()
        return []

    # --- counting -----------------------------------------------------------------------------------------------------

    async def count(self) -> Report:
        """Compare what the stand-in holds with what was asked for."""
        state, sent = await self.town.state(), await self.town.calls("sendMessage")
        self._count_channels(state)
        self._count_readers(state, sent)
        self._count_others(state)
        for method in towns.METHODS:
            self.report.faults.update(call["fault"] for call in await self.town.calls(method) if call["fault"])
        sql = "SELECT outcome, count(*) FROM attempts WHERE action = 'look' GROUP BY outcome"
        self.report.looks.update(dict(self._rows(sql)))
        self.report.articles, self.report.editions = len(self.versions), self.again.total()
        copies = state["messages"][str(EDITOR)]
        self.report.copies_left = sum(1 for one in copies if one["forward_origin"] and not one["deleted"])
        return self.report

    def _count_channels(self, state: Any) -> None:
        for name, (chat, _) in self.town.places.items():
            posts = [
                one for one in state["messages"][str(chat)] if one["from"] and one["from"]["id"] == state["bot"]["id"]
            ]
            self.report.posts += len(posts)
            found = Counter(one["text"].partition("\n")[0] for one in posts)
            for number in self.versions:
                wanted, there = 1 + self.again[number], found[title(number)]
                if there != wanted:
                    what = "lost" if there < wanted else "repeated"
                    self.report.failures.append(f"{what} in {name}: {title(number)}: {there} of {wanted}")
            self._judge_versions(name, posts)

    def _judge_versions(self, name: str, posts: list[Any]) -> None:
        for one in posts:
            number = int(one["text"].partition("\n")[0].rpartition(" ")[2])
            if f"version {self.versions[number]}." not in one["text"]:
                self.report.failures.append(f"out of date in {name}: {one['text'][:80]!r}")

    def _count_readers(self, state: Any, sent: Any) -> None:
        unanswered = Counter(
            (call["params"]["chat_id"], _first_line(call["params"].get("text", "")))
            for call in sent
            if call["fault"] in LOST_ANSWER
        )
        for reader in (ANN, BEN):
            found = Counter(one["text"].partition("\n")[0] for one in state["messages"][str(reader)])
            for number in range(1, len(self.versions)):  # the first came before they followed
                times, lost = found[title(number)], unanswered[str(reader), title(number)]
                if not times:
                    self.report.failures.append(f"lost for {reader}: {title(number)}")
                self.report.repeats_by_lost_answer += min(max(times - 1, 0), lost)
                self.report.repeats_by_kill += max(times - 1 - lost, 0)
        if self.report.repeats_by_kill > self.report.killed:
            self.report.failures.append(f"repeated to readers: {self.report.repeats_by_kill} times")

    def _count_others(self, state: Any) -> None:
        shown = {(one["chat"], one["id"]): one for messages in state["messages"].values() for one in messages}
        self.report.others = len(self.town.others)
        for key, words in self.town.others.items():
            one = shown[key]
            if one["text"] != words or one["history"] or one["deleted"] or one["edited"] or one["reply_markup"]:
                self.report.failures.append(f"somebody else's post was changed: {one}")


def title(number: int) -> str:
    return f"The tale of the lighthouse {number}"


def _first_line(html: str) -> str:
    return html.partition("\n")[0].removeprefix("<b>").removesuffix("</b>")


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {times}" for name, times in counted.most_common()) or "none"


def _settings(home: Path, town: Town) -> None:
    """Write the settings: a loose pace, short doubt, every place a channel."""
    (home / "articles").mkdir()
    channels = "".join(f'[[channels]]\nchat = "{chat}"\nthread = {thread}\n' for chat, thread in town.places.values())
    (home / "paperboy.toml").write_text(
        f"""
[telegram]
token = "{town.token}"
api_base_url = "{town.address}"
admins = [{EDITOR}]
[feed]
folder = "{home / "articles"}"
interval_seconds = 0.2
settle_seconds = 0.05
same_title_days = 0
[store]
database = "{home / "paperboy.db"}"
[pace]
messages_per_second = 10000.0
per_chat_seconds = 0.0
per_group_minute = 100000
[delivery]
doubt_seconds = {DOUBT}
edit_seconds = 0.1
commands_per_minute = 10000
{channels}"""
    )


@asynccontextmanager
async def _born(home: Path) -> AsyncIterator[Bot]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.torture.victim"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Bot(process, home)
    finally:
        if process.stdin:
            process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 5)
        if process.returncode is None:
            process.kill()


async def one_town(kills: int, seed: int, home: Path) -> Report:
    """Fight through one campaign; return its report."""
    async with towns.founded(seed, ROOT) as town:
        _settings(home, town)
        async with _born(home) as bot:
            campaign = Campaign(town, bot, home, seed)
            await campaign.prepare()
            await campaign.fight(kills)
            await campaign.rest()
        return await campaign.count()


async def torture(kills: int, seed: int, home: Path, lanes: int = 1) -> Report:
    """Kill so many times, in `lanes` towns at once; return what came of it."""
    began, report = time.monotonic(), Report(seed)
    homes = [home / str(lane) for lane in range(lanes)]
    for one in homes:
        one.mkdir()
    share = -(-kills // lanes)
    for one in await asyncio.gather(*(one_town(share, seed + lane, homes[lane]) for lane in range(lanes))):
        report.add(one)
    report.seconds = time.monotonic() - began
    return report


def main() -> int:
    """Print the report; 1 where anything was lost, repeated or changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=320)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--lanes", type=int, default=2, help="towns at once")
    parser.add_argument("--keep", type=Path, help="leave databases and logs there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        home = options.keep or Path(passing)
        home.mkdir(parents=True, exist_ok=True)
        report = asyncio.run(torture(options.kills, options.seed, home, options.lanes))
    print(report)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
