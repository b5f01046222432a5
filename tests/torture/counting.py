"""What a kill test came to: what the sandbox holds, compared with what was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.torture import town as towns
from tests.torture.town import ANN, BEN, EDITOR, LOST_ANSWER, Town

#: What a death is called that no step brought about.
MOMENT = "a random moment"


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
    unconfirmed: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def killed(self) -> int:
        return self.kills.total()

    @property
    def reached(self) -> set[str]:
        """The named steps at which the bot was killed."""
        return set(self.kills) - {MOMENT}

    def add(self, other: Report) -> None:
        """Count another town's report with this one's."""
        for name in ("kills", "steps", "faults", "looks"):
            getattr(self, name).update(getattr(other, name))
        for name in (
            "articles",
            "editions",
            "posts",
            "others",
            "copies_left",
            "repeats_by_kill",
            "unconfirmed",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.repeats_by_lost_answer += other.repeats_by_lost_answer
        self.failures += other.failures

    def __str__(self) -> str:
        at_step = sum(times for name, times in self.kills.items() if name != MOMENT)
        lost = [failure for failure in self.failures if failure.startswith("lost")]
        repeated = [
            failure for failure in self.failures if failure.startswith("repeated")
        ]
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
            f"unconfirmed         {self.unconfirmed} to readers, each after two losses",
            f"copies left behind  {self.copies_left} in the editor's chat",
        ]
        return "\n".join([*lines, *(f"FAILED: {failure}" for failure in self.failures)])


class Count:
    """Counts one town's messages into a report.

    versions: article → its newest version; again: article → how often an editor asked for another edition.
    """

    def __init__(
        self,
        report: Report,
        town: Town,
        versions: dict[int, int],
        again: Counter[int],
        unconfirmed: set[tuple[int, str]],
        history: Callable[[int, int], str],
    ) -> None:
        """unconfirmed: (chat, title) of what the bot says nobody can tell whether it arrived.

        history: what the bot wrote down of an article in a chat.
        """
        self.report = report
        self._history = history
        self._unconfirmed = unconfirmed
        self._town = town
        self._versions = versions
        self._again = again

    async def all(self) -> None:
        """Compare everything."""
        state, sent = await self._town.state(), await self._town.calls("sendMessage")
        self._count_channels(state)
        self._count_readers(state, sent)
        self._count_others(state)
        for method in towns.METHODS:
            self.report.faults.update(
                call["fault"]
                for call in await self._town.calls(method)
                if call["fault"]
            )
        self.report.articles, self.report.editions = (
            len(self._versions),
            self._again.total(),
        )
        copies = state["messages"][str(EDITOR)]
        self.report.copies_left = sum(
            1 for one in copies if one["forward_origin"] and not one["deleted"]
        )

    def _count_channels(self, state: Any) -> None:
        for name, (chat, _) in self._town.places.items():
            posts = [
                one
                for one in state["messages"][str(chat)]
                if one["from"] and one["from"]["id"] == state["bot"]["id"]
            ]
            self.report.posts += len(posts)
            found = Counter(one["text"].partition("\n")[0] for one in posts)
            for number in self._versions:
                wanted, there = 1 + self._again[number], found[title(number)]
                if there != wanted:
                    what = "lost" if there < wanted else "repeated"
                    told = f"{what} in {name}: {title(number)}: {there} of {wanted}"
                    self.report.failures.append(
                        f"{told}; {self._history(chat, number)}"
                    )
            self._judge_versions(name, posts)

    def _judge_versions(self, name: str, posts: list[Any]) -> None:
        for one in posts:
            number = int(one["text"].partition("\n")[0].rpartition(" ")[2])
            if f"version {self._versions[number]}." not in one["text"]:
                self.report.failures.append(
                    f"out of date in {name}: {one['text'][:80]!r}"
                )

    def _count_readers(self, state: Any, sent: Any) -> None:
        unanswered = Counter(
            (call["params"]["chat_id"], _first_line(call["params"].get("text", "")))
            for call in sent
            if call["fault"] in LOST_ANSWER
        )
        for reader in (ANN, BEN):
            found = Counter(
                one["text"].partition("\n")[0] for one in state["messages"][str(reader)]
            )
            for number in range(
                1, len(self._versions)
            ):  # the first came before they followed
                times, lost = (
                    found[title(number)],
                    unanswered[str(reader), title(number)],
                )
                if not times and (reader, title(number)) not in self._unconfirmed:
                    self.report.failures.append(f"lost for {reader}: {title(number)}")
                self.report.repeats_by_lost_answer += min(max(times - 1, 0), lost)
                self.report.repeats_by_kill += max(times - 1 - lost, 0)
                if times > 2:
                    self.report.failures.append(
                        f"repeated for {reader}: {title(number)}: {times} times"
                    )
        self.report.unconfirmed = len(self._unconfirmed)
        if self.report.repeats_by_kill > self.report.killed:
            self.report.failures.append(
                f"repeated to readers: {self.report.repeats_by_kill} times"
            )

    def _count_others(self, state: Any) -> None:
        shown = {
            (one["chat"], one["id"]): one
            for messages in state["messages"].values()
            for one in messages
        }
        self.report.others = len(self._town.others)
        for key, words in self._town.others.items():
            one = shown[key]
            if (
                one["text"] != words
                or one["history"]
                or one["deleted"]
                or one["edited"]
                or one["reply_markup"]
            ):
                self.report.failures.append(f"somebody else's post was changed: {one}")


def title(number: int) -> str:
    return f"The tale of the lighthouse {number}"


def _first_line(html: str) -> str:
    return html.partition("\n")[0].removeprefix("<b>").removesuffix("</b>")


def _listed(counted: Counter[str]) -> str:
    return (
        ", ".join(f"{name} {times}" for name, times in counted.most_common()) or "none"
    )
