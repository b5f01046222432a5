"""How soon commands are answered with a large library and many follows, while an article goes out to thousands."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tests.bench import documents, work
from tests.bench.measuring import Row, percentile
from tests.bench.place import Place, fill

WITHIN = 50.0
COMMANDS = (
    "/topic Energy",
    "/search harbour ledger",
    "/latest",
    "/latest Space",
    "/topic",
)
#: Telegram's number of the first who asks; none of them follows what goes out.
_ASKER = 900_000_000


@dataclass(slots=True)
class Asker:
    """People who write to the bot, each once."""

    telegram: work.Telegram
    commands: tuple[str, ...] = COMMANDS
    asked: list[int] = field(default_factory=list)

    def ask(self) -> None:
        """Let the next person write."""
        number = len(self.asked) + 1
        self.asked.append(number)
        self.telegram.say(
            work.update(
                number, _ASKER + number, self.commands[number % len(self.commands)]
            )
        )

    def answers(self) -> list[float]:
        """Wait for all answers; return the milliseconds from the update handed out to the first call to that chat."""
        wanted = {_ASKER + number for number in self.asked}
        work.until(lambda: wanted <= self._answered().keys())
        answered = self._answered()
        return [
            (answered[_ASKER + number] - self.telegram.handed[number]) / 1e6
            for number in self.asked
        ]

    def _answered(self) -> dict[int, int]:
        self.telegram.look()
        first: dict[int, int] = {}
        for moment, method, chat in self.telegram.calls:
            if method == "sendMessage":
                first.setdefault(chat, moment)
        return first


def measure(place: Place) -> list[Row]:
    """Measure answers during a fan-out."""
    files, readers, follows = place.size(100_000, 40), place.size(50_000, 20), 4
    folder, database = place.articles(files), place.copy(place.scanned(files))
    fill(database, readers, (documents.RARE, *documents.TOPICS[:4]), follows)
    wanted = place.size(600, 5)
    try:
        with (
            work.telegram() as telegram,
            work.bot(
                telegram, folder, database, PAPERBOY_PACE__MESSAGES_PER_SECOND="1000"
            ),
        ):
            asker = Asker(telegram)
            time.sleep(0.3 if place.small else 5)
            work.land(folder, 2_000_000, (documents.RARE,))
            telegram.wait_for(1)
            for _ in range(wanted):
                asker.ask()
                time.sleep(0.05)
            took = asker.answers()
            sent = sum(method == "sendMessage" for _, method, _ in telegram.calls)
    finally:
        for file in folder.glob("landed-*.md"):
            file.unlink()
    late = percentile(took, 0.99)
    told = f"p99 {late:.0f} ms, median {percentile(took, 0.5):.1f} ms, of {len(took)}; {sent:,} messages went out"
    return [
        Row(
            f"commands with {files:,} articles and {readers * follows:,} follows, during a fan-out",
            f"p99 under {WITHIN:.0f} ms from update to request",
            told,
            late < WITHIN,
        )
    ]
