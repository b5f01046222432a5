"""Templates: the operator's own over the shipped ones, checked at start, and never in a message's way."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import shipped
from bot.domain.article import Article, Stored
from bot.domain.notices import Alert, Decision
from bot.domain.topics import Taxonomy
from bot.errors import TemplateBroken
from bot.rendering import (
    alerts,
    markup,
    post_edits,
    posts,
    replies,
    republish_replies,
    samples,
    search_replies,
    status_reply,
    topic_replies,
)
from bot.rendering.report import Entry, StatusReport
from bot.rendering.republish_replies import Became, Fate
from bot.rendering.taps import TapAnswer, TapLine
from bot.rendering.templates import Templates
from tests.support import judge

NONE = Taxonomy()
ARTICLE = Article(
    identity="https://a.example/x",
    url="https://a.example/x",
    title="A & B",
    topics=("AI",),
)
STORED = Stored(id=71, article=ARTICLE, recorded=datetime(2026, 1, 2, tzinfo=UTC))


def own(folder: Path, name: str, text: str) -> Templates:
    path = folder / f"{name}.html.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Templates(folder, NONE)


def refusal(templates: Templates) -> str:
    with pytest.raises(TemplateBroken) as refused:
        templates.check()
    line = str(refused.value)
    assert "\n" not in line
    return line


def test_the_shipped_templates_pass_their_check() -> None:
    Templates(None, NONE).check()


def test_every_template_has_samples_and_tells_its_variables_first() -> None:
    folder = shipped.config() / "templates"
    names = {
        path.relative_to(folder).as_posix().removesuffix(".html.j2"): path
        for path in folder.rglob("*.j2")
    }
    assert {name for name in names if "/_" not in name} == set(samples.SAMPLES)
    for name, path in names.items():
        comment = path.read_text(encoding="utf-8").partition("#}")[0]
        assert comment.startswith("{#\n")
        for variable in {
            key for sample in samples.SAMPLES.get(name, ()) for key in sample
        }:
            assert f"  {variable}" in comment or f", {variable}" in comment, (
                f"{path}: {variable} is not told"
            )


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_telegram_takes_every_sample_of_every_template(name: str) -> None:
    templates = Templates(None, NONE)
    for sample in samples.SAMPLES[name]:
        judge.validate(templates.render(name, sample).html)


class Recording(Templates):
    """Notes which words each template was given."""

    given: dict[str, set[frozenset[str]]]

    def render(self, name: str, words: dict[str, Any]) -> markup.Marked:
        self.given = {
            **getattr(self, "given", {}),
            name: {*getattr(self, "given", {}).get(name, ()), frozenset(words)},
        }
        return super().render(name, words)


def everything_said(templates: Templates) -> None:
    posts.post(templates, ARTICLE, bot="b", taxonomy=NONE)
    post_edits.tombstone(templates, ARTICLE)
    replies.welcome(templates)
    replies.welcome_following(templates, "AI")
    replies.commands_help(templates, [("topic", "name", "follow")])
    topic_replies.following(templates, ["AI"], total=1)
    topic_replies.follows_full(templates, 200)
    topic_replies.unknown_topic(templates, "x")
    topic_replies.topic_keyboard(templates, ["AI"], [])
    topic_replies.topics_done(templates, [])
    topic_replies.topic_list(templates, [], [("AI", 1)])
    topic_replies.unfollowed(templates, ["AI"], left=0)
    topic_replies.not_following(templates)
    replies.latest(templates, [STORED])
    replies.nothing_yet(templates)
    search_replies.search_results(templates, "x", [STORED])
    search_replies.found_article(templates, STORED, [])
    search_replies.nothing_found(templates)
    replies.stopped(templates, 1)
    replies.resumed(templates, [])
    replies.unknown_command(templates)
    replies.only_in_private(templates, "/status", "Desk")
    replies.not_understood(templates, "sticker")
    replies.too_many(templates)
    replies.group_admins_only(templates)
    replies.group_hides_members(templates)
    replies.went_wrong(templates)
    replies.tap_line(templates, TapAnswer(TapLine.EXPIRED))
    republish_replies.republished(templates, STORED, 2, ["News"])
    republish_replies.undone(templates, STORED, ["News"], [])
    republish_replies.expired(templates, STORED)
    republish_replies.rejected(templates, [("a.md", "has no title")])
    republish_replies.became(templates, STORED, 2, [Became("News", Fate.POSTED)])
    republish_replies.choose(templates, "a.md", [STORED, STORED])
    republish_replies.confirm(
        templates,
        STORED,
        file="b.md",
        reason="",
        first=STORED,
        posted=True,
        channels=["News"],
        value="1.2.11.",
    )
    republish_replies.republish_not_found(templates, "x", [STORED])
    republish_replies.republish_usage(templates)
    republish_replies.copy_posted(templates, STORED, ["News"])
    republish_replies.released(templates, STORED, ["News"])
    alerts.decided(templates, Decision.POST_AGAIN)
    alerts.already_decided(templates)
    status_reply.status(
        templates, StatusReport(at=STORED.recorded, articles=0, readers=0, follows=0)
    )
    alerts.alert(templates, Alert.OTHER, [Entry()])


def test_samples_hold_exactly_the_words_that_templates_are_given() -> None:
    templates = Recording(None, NONE)
    everything_said(templates)
    expected = {
        name: {frozenset(sample) for sample in each}
        for name, each in samples.SAMPLES.items()
    }
    assert templates.given == expected


def test_our_hashtags_and_addresses_live_in_any_template_and_words_do_not(
    tmp_path: Path,
) -> None:
    form = '<a href="{{ url }}">{{ title }}</a> /help #{{ hashtags | join(" #") }} {{ "#" ~ hashtags[0] }}'
    templates = own(tmp_path, "post", form)
    address = "https://example.org/@name/a)#tag"
    article = replace(ARTICLE, title="/stop it", url=address, topics=("AI", "Sea"))
    text = posts.post(templates, article, bot="b", taxonomy=NONE)["text"]
    assert text == f'<a href="{address}">/\u2060stop it</a> /help #AI #Sea #AI'


def test_an_operators_template_replaces_the_shipped_one(tmp_path: Path) -> None:
    templates = own(tmp_path, "post", "<i>{{ title }}</i> {{ url | shorten(9) }}")
    templates.check()
    payload = posts.post(templates, ARTICLE, bot="b", taxonomy=NONE)
    assert payload["text"] == "<i>A &amp; B</i> https://…"
    assert "Stopped" in replies.stopped(templates, 0)["text"]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("fine\n{% if title %}\n{{ title }", 3, "unexpected"),
        ("{{ title }}\n\n{{ titel }}", 3, "'titel' is undefined"),
        ("{{ title }}\n{{ provider.nothing.more }}", 2, "nothing"),
        ("{{ title }}\n{{ title | shout }}", 2, "No filter named 'shout'"),
        (
            "{{ title }}\n<p>{{ excerpt }}</p>",
            2,
            "<p> is not a tag that Telegram knows",
        ),
        ("x\n<b>{{ title }}", 2, "<b> is never closed"),
        ("{{ title }}\n{{ title.__class__.__mro__ }}", 2, "unsafe"),
        ("{% include 'missing.html.j2' %}", 1, "missing.html.j2"),
    ],
)
def test_a_broken_template_is_refused_by_file_and_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    said = refusal(own(tmp_path, "post", text))
    assert said.startswith(f"{tmp_path / 'post.html.j2'}:{line}: ")
    assert reason in said


@pytest.mark.parametrize(
    ("text", "reason"), [("{# nothing #}", "no words"), ("{{ 1 // 0 }}", "zero")]
)
def test_a_template_that_says_nothing_or_fails_is_refused(
    tmp_path: Path, text: str, reason: str
) -> None:
    assert reason in refusal(own(tmp_path, "replies/stopped", text))


def test_a_template_that_is_not_text_is_refused_by_name(tmp_path: Path) -> None:
    templates = own(tmp_path, "post", "")
    (tmp_path / "post.html.j2").write_bytes(b"\xff\xfe\x00bad")
    assert refusal(templates) == f"{tmp_path / 'post.html.j2'}: is not UTF-8"


def test_a_template_that_fails_only_for_a_rare_article_breaks_no_post(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    templates = own(
        tmp_path,
        "post",
        "<b>{{ title }}</b>{% if 'rare' in title %}{{ related[7].title }}{% endif %}",
    )
    templates.check()
    rare = Article(
        identity="https://a.example/x", url="https://a.example/x", title="A rare thing"
    )
    with caplog.at_level(logging.ERROR):
        payload = posts.post(templates, rare, bot="b", taxonomy=NONE)
    assert payload["text"] == "<b>A rare thing</b>\na.example"
    assert "post.html.j2:1" in caplog.text


def test_a_template_that_leaves_no_room_gives_way_to_the_shipped_one(
    tmp_path: Path,
) -> None:
    templates = own(tmp_path, "post", "x" * 5_000 + "{{ title }}")
    own(tmp_path, "replies/stopped", "x" * 5_000)
    own(tmp_path, "tombstone", "x" * 5_000)
    assert posts.post(templates, ARTICLE, bot="b", taxonomy=NONE)["text"].startswith(
        "<b>A &amp; B</b>"
    )
    assert replies.stopped(templates, 0)["text"].startswith("Stopped")
    assert "withdrawn" in post_edits.tombstone(templates, ARTICLE)["text"]


def test_what_was_checked_at_start_is_what_runs(tmp_path: Path) -> None:
    templates = own(tmp_path, "replies/stopped", "First words")
    templates.check()
    (tmp_path / "replies/stopped.html.j2").write_text("{{ broken")
    assert replies.stopped(templates, 0)["text"] == "First words"


def test_everything_said_is_taken_by_telegram_with_the_shipped_templates() -> None:
    everything_said(Templates(None, NONE))
