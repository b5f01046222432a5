"""The document the project was asked for, told to the letter by the command an operator types."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest

from tests.support.paths import REAL_SEEDS
from tests.support.stage import Stage

TITLE = "PI and 30 CSOs unite against use of live facial recognition technology"
HAMDEN = "'Massive invasion of privacy': Hamden lawmakers seek to ban government use of facial recognition technology"
DELHI = (
    "The use of facial recognition technology for policing in Delhi: An empirical study of potential "
    "religion-based discrimination"
)
RELATED = [
    ("Campaigners call for ban on use of facial recognition tech in UK", "Diginomica"),
    (HAMDEN, "New Haven Register"),
    (
        "Civil liberties groups demand ban on facial recognition technology",
        "Express & Star",
    ),
    (
        "New UK live facial recognition code proposed has potential for adverse effects",
        "Biometric Companies",
    ),
    (DELHI, "MediaNama"),
]
IMAGE = (
    "https://www.privacyinternational.org/sites/default/files/styles/teaser_large_x1/public/2021-07/"
    "etienne-girardet-CxTCcjUo2hM-unsplash2.png?itok=GcWDwORh"
)


def secrets() -> list[str]:
    """Return every piece of the seeds' sealed field that could betray it."""
    found = re.findall(
        r'^secured: "(.+)"$',
        "\n".join(map(Path.read_text, REAL_SEEDS.iterdir())),
        re.MULTILINE,
    )
    assert found
    return [
        sealed[start : start + 24]
        for sealed in found
        for start in range(0, len(sealed) - 24, 12)
    ]


@pytest.mark.real
async def test_a_run_on_the_seeds_posts_the_one_article_as_designed_and_a_second_run_nothing(
    stage: Stage,
) -> None:
    stage.choose(
        feed={"folder": str(REAL_SEEDS)},
        pace={"per_chat_seconds": 1.0, "per_group_minute": 19},
    )
    first = await stage.command("run", "--once")
    assert first[:2] == (0, "")
    (post,) = stage.sandbox.messages(stage.channel)

    lines = post.text.split("\n")
    assert lines[:2] == [TITLE, "Privacy International · 22 Aug 2021"]
    assert lines[3].startswith(
        "PI, together with 30 national and international civil society organisations (CSOs)"
    )
    listed = lines.index("Related")
    assert lines[listed + 1 : listed + 6] == [
        f"• {title} — {provider}" for title, provider in RELATED
    ]
    assert lines[-1] == "#ComputerVision #AI"
    links = [one["url"] for one in post.entities if one["type"] == "text_link"]
    assert len(links) == len(RELATED)
    assert links[2].startswith(
        "https://www.expressandstar.com/news/uk-news/2021/08/23/"
    )
    assert [one["type"] for one in post.entities].count("hashtag") == 2
    assert post.link_preview_options == {
        "url": IMAGE,
        "prefer_large_media": True,
        "show_above_text": True,
    }
    assert post.preview == IMAGE
    assert [button["text"] for button in post.buttons[0]] == [
        "Read the article",
        "Follow Computer Vision",
    ]

    ((excerpt,),) = stage.rows("SELECT excerpt FROM related WHERE position = 1")
    assert "“is the right thing" in excerpt

    calls = len(stage.sandbox.calls.of("sendMessage"))
    second = await stage.command("run", "--once")
    assert second[:2] == (0, "")
    assert len(stage.sandbox.calls.of("sendMessage")) == calls == 1
    assert stage.sandbox.messages(stage.channel) == [post]
    assert not post.history


@pytest.mark.real
async def test_the_sealed_field_of_the_seeds_is_nowhere(stage: Stage) -> None:
    stage.choose(feed={"folder": str(REAL_SEEDS)})
    (seed,) = REAL_SEEDS.iterdir()
    outputs = [
        await stage.command(*words)
        for words in (("run", "--once"), ("preview", str(seed)))
    ]
    assert [code for code, _, _ in outputs] == [0, 0]
    assert TITLE in outputs[-1][1]

    said = json.dumps(
        [outputs, [call.fields.values for call in stage.sandbox.calls]], default=str
    )
    kept = b"".join(
        path.read_bytes() for path in stage.home.rglob("*") if path.is_file()
    )
    assert TITLE.encode() in kept
    for secret in [*secrets(), "secured"]:
        assert secret not in said
        assert secret.encode() not in kept


@pytest.mark.parametrize("place", ["the article", "a related article", "an anchor"])
async def test_a_sealed_field_is_nowhere_wherever_it_stands(
    stage: Stage, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sealed = "c2VhbGVkLXdpdGgtbm90aGluZy1pbnNpZGU"
    matter = {
        "the article": f'secured: "{sealed}"',
        "a related article": f'related:\n  - title: "One more"\n    webUrl: https://a.example/2\n    secured: {sealed}',
        "an anchor": f"secured: &s {sealed}\nexcerpt: *s",
    }
    text = f"---\ntitle: A title that is long enough to tell\nwebUrl: https://a.example/1\n{matter[place]}\n---\n{sealed}\n"
    (stage.folder / "sealed.md").write_text(text, encoding="utf-8")
    assert await stage.once() == 0
    assert len(stage.sandbox.messages(stage.channel)) == (
        place != "an anchor"
    )  # nothing may refer to what is sealed
    said = (
        json.dumps([call.fields.values for call in stage.sandbox.calls], default=str)
        + caplog.text
    )
    kept = b"".join(path.read_bytes() for path in stage.home.glob("*.db*"))
    assert sealed not in said
    assert sealed.encode() not in kept
