"""`paperboy preview`: what would be sent, exactly as it would go, with nothing but the file."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import shipped
from bot.cli import preview_drawing, preview_payload
from bot.cli.console import SafeConsole
from bot.rendering.loading import words
from bot.sandbox import Sandbox
from bot.settings import Settings
from tests.support import hostile
from tests.support.operating import Home

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEYS = {
    "text",
    "caption",
    "photo",
    "parse_mode",
    "reply_markup",
    "link_preview_options",
    "show_caption_above_media",
}


@pytest.fixture
def bare(tmp_path: Path) -> Home:
    """A working directory without settings, token or database."""
    home = Home(tmp_path)
    shutil.rmtree(tmp_path / "data")
    return home


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def without_names(payload: dict[str, Any]) -> dict[str, Any]:
    """Return a payload without the bot's name and the number of the delivery, which a preview can't know."""
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    plain: dict[str, Any] = json.loads(
        re.sub(r"t\.me/\w+\?start=([a-z]-\w+)(-\w+)?\"", r't.me/bot?start=\1"', text)
    )
    return plain


async def test_it_is_key_by_key_what_goes_to_telegram(tmp_path: Path) -> None:
    home = Home(tmp_path)
    samples = sorted(shipped.articles().iterdir())
    for sample in samples:
        shutil.copy(sample, home.articles)
    async with Sandbox() as sandbox:
        sandbox.world.add_channel("News", username="newsroom")
        home.connect(sandbox, ["@newsroom"])
        assert (await home.done("run", "--once")).code == 0
        sent = [call.params for call in sandbox.calls.of("sendMessage")]
    # Posts link to related articles that were posted before, which a preview of one file can't know of.
    files = [f"data/articles/{sample.name}" for sample in samples]
    previewed = {one["file"]: one for one in lines(home.run("preview", *files).out)}
    assert list(previewed) == files
    alone = [
        one
        for one in previewed.values()
        if not any("t.me/newsroom/" in call["text"] for call in titled(sent, one))
    ]
    assert len(alone) >= 6
    for one in alone:
        (call,) = titled(sent, one)
        shown = {name: value for name, value in call.items() if name in KEYS}
        assert one["method"] == "sendMessage"
        assert without_names(shown) == without_names(
            {name: one[name] for name in one if name not in ("file", "method")}
        )


def titled(sent: list[dict[str, Any]], one: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        call
        for call in sent
        if call["text"].partition("\n")[0] == one["text"].partition("\n")[0]
    ]


def test_it_needs_nothing_and_leaves_nothing(bare: Home) -> None:
    (sample, *_) = sorted(shipped.articles().iterdir())
    done = bare.run("preview", sample)
    assert (done.code, done.err) == (0, "")
    (one,) = lines(done.out)
    assert set(one) == {
        "file",
        "method",
        "text",
        "parse_mode",
        "reply_markup",
        "link_preview_options",
    }
    assert one["file"] == str(sample)
    assert "t.me/your_bot?start=" in json.dumps(one)
    assert list(bare.place.iterdir()) == []


def test_each_file_has_its_line_and_a_bad_one_says_why(bare: Home) -> None:
    names = hostile.write(bare.place, 33)
    (bare.place / "good.md").write_bytes(hostile.framed(hostile.FIELDS))
    (bare.place / "gone.md").write_bytes(
        hostile.framed(hostile.FIELDS + "removed: true")
    )
    (bare.place / "folder.md").mkdir()
    odd = os.fsdecode(b"031-caf\xe9.md")
    asked = [
        *(name for name in names if "\\x" not in name),
        odd,
        "good.md",
        "gone.md",
        "folder.md",
        "none.md",
    ]
    done = bare.run("preview", *asked, "--json")
    assert (done.code, done.err) == (1, "")
    told = lines(done.out)
    assert [one["file"] for one in told] == asked
    assert {one["file"] for one in told if "error" not in one} <= {"good.md", odd}
    assert all(
        set(one) == {"file", "error"} and one["error"].isprintable()
        for one in told
        if "error" in one
    )
    errors = {one["file"]: one["error"] for one in told if "error" in one}
    assert errors["none.md"] == "there is no such file"
    assert errors["folder.md"] == "is a folder, not a file"
    assert errors["gone.md"].startswith("says removed: true")


def test_the_templates_of_the_configuration_folder_here_are_used(bare: Home) -> None:
    (bare.place / "a.md").write_bytes(hostile.framed(hostile.FIELDS))
    ours = (shipped.config() / "templates" / "post.html.j2").read_text(encoding="utf-8")
    bare.settle("EXTRA " + ours, "templates/post.html.j2")
    (one,) = lines(bare.run("preview", "a.md").out)
    assert one["text"].startswith("EXTRA ")
    bare.settle("{% if %}", "templates/post.html.j2")
    done = bare.run("preview", "a.md")
    assert (done.code, done.out, len(done.lines)) == (2, "", 1)


def test_settings_that_are_here_are_heeded_and_bad_ones_told_but_not_needed(
    bare: Home,
) -> None:
    (bare.place / "a.md").write_bytes(
        hostile.framed(hostile.FIELDS + "images: [{url: 'https://host.example/i.jpg'}]")
    )
    bare.settle('[delivery]\npicture = "photo"')
    (one,) = lines(bare.run("preview", "a.md").out)
    assert (one["method"], one["photo"]) == ("sendPhoto", "https://host.example/i.jpg")
    bare.settle("[delivery]\nfrob = 1")
    done = bare.run("preview", "a.md", PAPERBOY_TELEGRAM__TOKEN="nonsense")
    assert done.code == 0
    assert lines(done.out)[0]["method"] == "sendMessage"
    assert (
        len(done.lines) == 1
    )  # a preview needs no token, so that a wrong one is no problem
    assert all(line.endswith("(previewed with the defaults)") for line in done.lines)


def test_a_terminal_that_is_not_utf_8_gets_whole_json(bare: Home) -> None:
    (bare.place / "a.md").write_bytes(
        hostile.framed("title: “Naïve” 東京 👩‍👧\nwebUrl: https://host.example/a")
    )
    done = bare.start_python("preview", "a.md", PYTHONIOENCODING="ascii")
    assert (done.code, done.err) == (0, "")
    assert "“Naïve” 東京 👩‍👧" in lines(done.out)[0]["text"]


def test_the_settings_named_by_an_option_are_heeded(bare: Home) -> None:
    (bare.place / "a.md").write_bytes(
        hostile.framed(hostile.FIELDS + "images: [{url: 'https://host.example/i.jpg'}]")
    )
    elsewhere = bare.settle('[delivery]\npicture = "photo"').rename(
        bare.place / "elsewhere.toml"
    )
    (one,) = lines(bare.run("preview", "a.md", "--config", elsewhere.name).out)
    assert one["method"] == "sendPhoto"


def drawn(html: str) -> str:
    """Return a post as a terminal of 80 columns shows it."""
    out = io.StringIO()
    words = {
        "file": "a.md",
        "text": html,
        "parse_mode": "HTML",
        "link_preview_options": {"url": "https://p.example/i"},
    }
    SafeConsole(file=out, width=80).print(preview_drawing.drawn(words, 80))
    return out.getvalue()


def test_a_terminal_shows_every_word_and_address_of_a_post() -> None:
    """Long lines are wrapped, not cut; links show where they lead."""
    sentence = " ".join(f"word{number}" for number in range(200))
    shown = drawn(
        f'<b>Title &amp; more</b>\n<blockquote expandable>{sentence}</blockquote>\n<a href="https://x.example/?a=1&amp;b=2">there</a>'
    )
    assert all(f"word{number}" in shown for number in range(200))
    assert "Title & more" in shown
    assert "there [1]" in shown
    assert "[1] https://x.example/?a=1&b=2" in shown
    assert "https://p.example/i" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_page_shows_posts_and_reasons_and_loads_no_script(bare: Home) -> None:
    (bare.place / "a.md").write_bytes(
        hostile.framed(
            "title: a <script>alert(1)</script> b\nwebUrl: https://host.example/a"
        )
    )
    done = bare.run("preview", "a.md", "none.md", "--html", "page.html")
    assert (done.code, done.out, done.err) == (
        1,
        "page.html: 1 post\n",
        "none.md: there is no such file\n",
    )
    page = (bare.place / "page.html").read_text()
    assert "<script" not in page
    assert "there is no such file" in page
    assert 'href="https://host.example/a"' in page


@pytest.mark.parametrize("buttons", ["keyboard", "text", "none"])
def test_a_post_is_previewed_as_its_first_channel_shows_it(
    tmp_path: Path, buttons: str
) -> None:
    file = tmp_path / "a.md"
    fields = [
        "title: Type /stop",
        "webUrl: https://host.example/a",
        "topics: [AI]",
        "publishedDateTime: 2026-10-16T00:30+02:00",
        f"excerpt: the &lt;video&gt; element {'word ' * 120}",
        "images: [//host.example/pic.jpg]",
    ]
    file.write_text("\n".join(["---", *fields, "---"]))
    chosen = Settings.model_validate(
        {"channels": [{"chat": "@news", "buttons": buttons}]}
    )
    shown = preview_payload.previewed(file, words(None), chosen, AT)
    assert ("reply_markup" in shown, "Read the article</a>" in shown["text"]) == (
        buttons == "keyboard",
        buttons == "text",
    )
    assert "Type /\u2060stop" in shown["text"]
    assert "16 Oct 2026" in shown["text"]
    assert "<blockquote expandable>the &lt;video&gt; element word" in shown["text"]
    assert shown["link_preview_options"]["url"] == "https://host.example/pic.jpg"


@pytest.mark.parametrize(
    ("field", "state", "said"),
    [
        ("draft: true", "draft", "a draft: not posted"),
        ("publishedDateTime: 2026-11-27T12:00:01Z", "waits", "waits for its date"),
        ("publishedDateTime: 2026-11-27T12:00:00Z", None, ""),
        ("expiryDate: 2026-11-27T12:00:00Z", "expired", "expired: not posted"),
        ("expiryDate: 2026-11-28", None, ""),
    ],
)
def test_a_preview_says_what_keeps_a_post_back(
    tmp_path: Path, field: str, state: str | None, said: str
) -> None:
    file = tmp_path / "a.md"
    file.write_text(
        f"---\ntitle: Harbour\nwebUrl: https://host.example/a\n{field}\n---\nWords.\n"
    )
    shown = preview_payload.previewed(file, words(None), Settings.model_construct(), AT)
    assert (shown.get("state"), shown["method"]) == (state, "sendMessage")
    out = io.StringIO()
    SafeConsole(file=out, width=200).print(preview_drawing.drawn(shown, 200))
    assert (
        f"({said})" in out.getvalue()
        if said
        else "(" not in out.getvalue().splitlines()[0]
    )
    assert f'class="state">({said})' in preview_drawing.page([shown]) if said else True


@pytest.mark.parametrize(
    ("setting", "state"), [("wait", "waits"), ("skip", "waits"), ("post", None)]
)
def test_a_preview_of_a_date_to_come_goes_by_the_settings(
    tmp_path: Path, setting: str, state: str | None
) -> None:
    file = tmp_path / "a.md"
    file.write_text(
        "---\ntitle: Harbour\nwebUrl: https://host.example/a\npublishedDateTime: 2027-05-01\n---\n"
    )
    chosen = Settings.model_validate({"feed": {"future": setting}})
    assert (
        preview_payload.previewed(file, words(None), chosen, AT).get("state") == state
    )
