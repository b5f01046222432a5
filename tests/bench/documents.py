"""Articles for the benchmarks: documents in the shape of the seed (4.6 KB, five related articles), words made up here.

The same number always makes the same document.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

#: Files in one sub-folder.
IN_FOLDER = 1_000
TOPICS = (
    "Energy",
    "Transport",
    "Health",
    "Space",
    "Robots",
    "Harbours",
    "Libraries",
    "Weather",
)
#: The topic that only the article of a fan-out carries.
RARE = "Lighthouses"
_FIRST = datetime(2020, 1, 1, 6, tzinfo=UTC)
_SUBJECTS = (
    "harbour",
    "bakery",
    "library",
    "tram",
    "orchard",
    "clinic",
    "quarry",
    "ferry",
    "observatory",
    "school",
)
_VERBS = (
    "measures",
    "repairs",
    "borrows",
    "forgets",
    "counts",
    "rebuilds",
    "lends",
    "teaches",
    "warms",
    "maps",
)
_THINGS = (
    "tide",
    "clock",
    "window",
    "turbine",
    "ledger",
    "bridge",
    "kettle",
    "antenna",
    "garden",
    "signal",
    "atlas",
)
_MANNERS = (
    "patiently",
    "twice",
    "overnight",
    "without a permit",
    "by hand",
    "in the rain",
    "again",
    "with care",
)
_OUTLETS = (
    "Tern Gazette",
    "Open Bench",
    "Kelp & Anchor",
    "Orchard Review",
    "North Pier",
    "The Slow Wire",
)


def document(number: int, topics: tuple[str, ...] | None = None) -> str:
    """Return the document of one article; `topics` of its own, or two of TOPICS by its number."""
    dice = random.Random(number)
    named = topics or (TOPICS[number % len(TOPICS)], TOPICS[number // 3 % len(TOPICS)])
    host = _host(dice)
    address = f"https://{host}/{number // IN_FOLDER}/{_slug(dice)}-{number}"
    day = _FIRST + timedelta(minutes=17 * number)
    lines = [
        "---",
        "category: news",
        f'title: "{_title(dice)} ({number})"',
        f'excerpt: "{_prose(dice, 4)}"',
        f"publishedDateTime: {day:%Y-%m-%dT%H:%M:%SZ}",
        f'originalUrl: "{address}?utm_source=letter"',
        f'webUrl: "{address}"',
        "type: article",
        f"quality: {dice.randrange(20, 140)}",
        "heat: -1",
        f"published: {'true' if number % 3 else 'false'}",
        *_provider(dice, host, ""),
        "topics:",
        *(f"  - {name}" for name in dict.fromkeys(named)),
        *_images(host, number, ""),
        "related:",
    ]
    for position in range(5):
        lines += _related(dice, number, position, day)
    return "\n".join([*lines, "---", ""])


def write(folder: Path, count: int) -> int:
    """Write the first `count` documents below `folder`, as far as they are not there; return their bytes."""
    size = 0
    for number in range(count):
        file = path(folder, number)
        if number % IN_FOLDER == 0:
            file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_text(document(number), encoding="utf-8")
        size += file.stat().st_size
    return size


def path(folder: Path, number: int) -> Path:
    """Return where an article of the library lies."""
    return (
        folder
        / f"{number // IN_FOLDER:03}"
        / f"2020-{number:07}-an-article-of-the-library.md"
    )


def _related(
    dice: random.Random, number: int, position: int, day: datetime
) -> list[str]:
    host = _host(dice)
    when = day - timedelta(hours=dice.randrange(1, 40))
    address = f"{_slug(dice)}-{number}-{position}"
    return [
        f'  - title: "{_title(dice)}"',
        f'    excerpt: "{_prose(dice, 3)}"',
        f"    publishedDateTime: {when:%Y-%m-%dT%H:%M:%SZ}",
        f'    webUrl: "https://{host}/{address}"',
        f'    ampWebUrl: "https://amp.{host}/{address}"',
        "    type: article",
        *_provider(dice, host, "    "),
        f"    quality: {dice.randrange(20, 140)}",
        *_images(host, number, "    "),
    ]


def _provider(dice: random.Random, host: str, indent: str) -> list[str]:
    return [
        f"{indent}provider:",
        f"{indent}  name: {dice.choice(_OUTLETS)}",
        f"{indent}  domain: {host}",
    ]


def _images(host: str, number: int, indent: str) -> list[str]:
    return [
        f"{indent}images:",
        f'{indent}  - url: "https://images.{host}/pictures/{number}.jpg"',
        f"{indent}    width: 1280",
        f"{indent}    height: 854",
        f"{indent}    isCached: true",
    ]


def _title(dice: random.Random) -> str:
    return f"The {dice.choice(_SUBJECTS)} that {dice.choice(_VERBS)} a {dice.choice(_THINGS)} {dice.choice(_MANNERS)}"


def _prose(dice: random.Random, sentences: int) -> str:
    """Return some sentences; in one text of four, as in the field, a character that is not ASCII."""
    keeper = dice.choice(("its keeper", "her brother", "the pilot", "the keeper’s cat"))
    return " ".join(
        f"{_title(dice)} of the {dice.choice(_SUBJECTS)}, says {keeper}."
        for _ in range(sentences)
    )


def _slug(dice: random.Random) -> str:
    return f"{dice.choice(_SUBJECTS)}-{dice.choice(_VERBS)}-{dice.choice(_THINGS)}"


def _host(dice: random.Random) -> str:
    return f"{dice.choice(_SUBJECTS)}-{dice.choice(_THINGS)}.example"
