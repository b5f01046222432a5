"""How fast one article reaches many followers, beside aiogram's plain loop and python-telegram-bot's stock transport.

Each in a process of its own against the same server in another one, turn by turn in the same run.
"""

from __future__ import annotations

import json
import os
import statistics
from pathlib import Path

from tests.bench import documents, work
from tests.bench.measuring import Row, cpu, python, running
from tests.bench.place import Place, count, fill
from tests.bench.server import TOKEN

RATE, CPU = 1_000.0, 0.8
RIVALS = Path(__file__).parent / "rivals"
#: The environment aiogram is installed in by `make bench`; it wants an older pydantic than ours.
AIOGRAM = os.environ.get("BENCH_AIOGRAM", "")


def measure(place: Place) -> list[Row]:
    """Measure the fan-out."""
    readers, others = place.size(20_000, 30), place.size(5_000, 30)
    rates, costs = _ours(place, readers)
    ptb, aiogram = _rivals(others, place.times)
    beside = f"aiogram's plain loop {_told(aiogram, 0)}, python-telegram-bot's stock transport {_told(ptb, 0)}"
    rate, cost = statistics.median(rates), statistics.median(costs)
    return [
        Row(
            f"one article to {readers:,} followers, outbox durable",
            f"{RATE:,.0f} messages/s",
            f"{rate:,.0f} messages/s; {beside}",
            rate >= RATE,
        ),
        Row(
            "processor time a message on that path",
            f"at most {CPU} ms in the bot's process",
            f"{cost:.2f} ms; aiogram {_told(aiogram, 1)}, python-telegram-bot {_told(ptb, 1)}",
            cost <= CPU,
        ),
    ]


def _told(rows: list[tuple[float, float]], column: int) -> str:
    if not rows:
        return "not installed here"
    value = statistics.median(one[column] for one in rows)
    return f"{value:.2f} ms" if column else f"{value:,.0f}"


def _ours(place: Place, readers: int) -> tuple[list[float], list[float]]:
    """Let an article land for each turn; return messages a second and milliseconds of processor time a message."""
    rates, costs = [], []
    with place.empty() as folder, work.telegram() as telegram:
        database = folder.with_name("fresh.db")
        fill(database, readers, (documents.RARE,))
        with work.bot(telegram, folder, database) as process:
            for turn in range(place.times):
                used = cpu(process.pid)
                work.land(folder, turn, (documents.RARE,))
                sent = telegram.wait_for((turn + 1) * readers, pause=0.2)[
                    turn * readers :
                ]
                assert len(sent) == readers, "somebody got it twice"
                work.until(lambda: count(database, _UNSETTLED) == 0, pause=0.2)
                costs.append((cpu(process.pid) - used) * 1000 / readers)
                rates.append((readers - 1) / ((sent[-1] - sent[0]) / 1e9))
        chats = [chat for _, method, chat in telegram.calls if method == "sendMessage"]
        assert len(set(chats)) == readers and len(chats) == readers * place.times
        assert count(
            database, "SELECT count(*) FROM deliveries WHERE state = 'sent'"
        ) == len(chats)
    return rates, costs


_UNSETTLED = "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')"


def _rivals(
    messages: int, times: int
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return (messages a second, milliseconds a message) of python-telegram-bot and of aiogram, once a turn."""
    ptb, aiogram = [], []
    for _ in range(times):
        ptb.append(_rival("ptb_stock.py", messages))
        if AIOGRAM:
            aiogram.append(_rival("aiogram_loop.py", messages, executable=AIOGRAM))
    return ptb, aiogram


def _rival(script: str, messages: int, **more: str) -> tuple[float, float]:
    with work.telegram() as telegram:
        with running(
            python(str(RIVALS / script), telegram.url, TOKEN, str(messages), **more)
        ) as process:
            told = json.loads(process.communicate()[0])
        assert len(telegram.wait_for(messages)) == messages
    return messages / told["seconds"], told["cpu"] * 1000 / messages
