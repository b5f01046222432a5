"""One row that can't be worked on holds up none of the others, and what is wrong is said with file and line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.domain.topics import Taxonomy
from bot.errors import TemplateBroken
from bot.publish import open_search, settling
from bot.publish.composing import Composer, Material
from bot.rendering import templates
from bot.rendering.templates import Templates
from bot.sandbox import Person, faults
from bot.store import articles, follows
from tests.support.doubts import DOUBT, losing
from tests.support.outgoing import Outgoing

BAD = "This one can't be rendered"


async def reader(publisher: Outgoing) -> Person:
    found = publisher.sandbox.world.add_person("Ann")
    publisher.sandbox.world.open_private(found)
    await publisher.follower(found)
    return found


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that fails on one article, which no sample foresaw."""
    real = Composer.post

    def post(composer: Composer, material: Material) -> Any:
        if material.stored.article.title == BAD:
            raise TemplateBroken("post.html.j2:12: 'shout' is undefined")
        return real(composer, material)

    monkeypatch.setattr(Composer, "post", post)


async def states(publisher: Outgoing) -> Counter[str]:
    return Counter(one["state"] for one in await publisher.rows())


async def heard(publisher: Outgoing) -> str:
    await publisher.telegram.notifier.send()
    return "\n".join(publisher.alerts())


@pytest.mark.usefixtures("broken")
async def test_a_delivery_that_can_not_be_rendered_is_refused_and_the_others_go_out(
    publisher: Outgoing,
) -> None:
    ann = await reader(publisher)
    await publisher.record("bad.md", title=BAD, topics=("AI",))
    await publisher.record("good.md", title="This one can be rendered", topics=("AI",))
    await publisher.deliver()
    assert [len(publisher.posts()), len(publisher.posts(ann))] == [1, 1]
    assert await states(publisher) == {"refused": 2, "sent": 2}
    (reason,) = {
        one["reason"] for one in await publisher.rows() if one["state"] == "refused"
    }
    assert (
        reason
        == "bad.md: the message could not be made: post.html.j2:12: 'shout' is undefined"
    )
    told = await heard(publisher)
    assert all(words in told for words in (BAD, "bad.md", "post.html.j2:12"))


@pytest.mark.usefixtures("broken")
async def test_an_edit_that_can_not_be_rendered_leaves_its_post_and_the_others_are_edited(
    publisher: Outgoing,
) -> None:
    for path in ("bad.md", "good.md"):
        await publisher.record(path)
        await publisher.deliver()
    await publisher.record("bad.md", title=BAD)
    await publisher.record("good.md", excerpt="What is known by now, which is more.")
    for _ in range(3):
        await publisher.deliver(1)
    bad, good = publisher.posts()
    assert not bad.history
    assert "which is more" in good.text
    assert (
        await publisher.rows("SELECT 1 FROM deliveries WHERE edit_due IS NOT NULL")
        == []
    )
    assert "post.html.j2:12" in await heard(publisher)
    await publisher.record("bad.md", title="It can be rendered again")
    await publisher.deliver(1)
    assert "It can be rendered again" in bad.text


async def test_an_article_that_can_not_be_read_is_refused_and_the_others_go_out(
    publisher: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publisher.record("bad.md")
    await publisher.record("good.md")
    real = articles.get

    def get(db: Any, number: int) -> Any:
        if number == 1:
            raise ValueError("not a moment")
        return real(db, number)

    monkeypatch.setattr(articles, "get", get)
    await publisher.deliver()
    assert await states(publisher) == {"refused": 1, "sent": 1}
    assert "ValueError: not a moment" in (await publisher.rows())[0]["reason"]


async def test_a_payload_that_can_not_be_read_holds_up_no_other(
    publisher: Outgoing,
) -> None:
    await publisher.record("a.md")
    await publisher.record("b.md")
    await publisher.deliver()
    await publisher.store(
        lambda db: db.conn.execute(
            "UPDATE deliveries SET payload = '{\"method' WHERE id = 1"
        )
    )
    for path in ("a.md", "b.md"):
        await publisher.record(path, excerpt="Told anew, in other words.")
    for _ in range(3):
        await publisher.deliver(1)
    assert all("Told anew" in post.text for post in publisher.posts())


async def test_a_search_that_goes_wrong_holds_up_no_other_chat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with losing() as post:
        await post.article("The first")
        await post.deliver()
        delivery = await post.lose(faults.cut_after(), "A lost answer")

        def wanted(*args: Any) -> Any:
            raise KeyError("caption")

        monkeypatch.setattr(open_search, "target_of", wanted)
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "doubtful"
        await post.article("The next")
        await post.deliver(1)
        assert post.titles()[-1] == "The next"
        monkeypatch.undo()
        await post.deliver(3_600)
        assert await post.state(delivery) == "sent"
        assert post.titles() == ["The first", "A lost answer", "The next"]


async def test_a_step_of_a_search_that_breaks_is_made_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with losing() as post:
        await post.article("The first")
        await post.deliver()
        delivery = await post.lose(faults.cut_after(), "A lost answer")

        async def answer(*args: Any, **more: Any) -> Any:
            raise ZeroDivisionError

        monkeypatch.setattr(type(post.messenger), "answer", answer)
        await post.deliver(DOUBT)
        monkeypatch.undo()
        await post.deliver(3_600)
        assert await post.state(delivery) == "sent"
        assert len(post.posts()) == 2


async def test_followers_that_can_not_be_planned_hold_up_no_other_article(
    publisher: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await reader(publisher)
    await publisher.record("bad.md", topics=("AI",))
    await publisher.record("good.md", topics=("AI",))
    real = follows.stretch

    def stretch(db: Any, article: int, **more: Any) -> Any:
        if article == 1:
            raise ArithmeticError("no such stretch")
        return real(db, article, **more)

    monkeypatch.setattr(follows, "stretch", stretch)
    await publisher.deliver()
    assert (len(publisher.posts()), len(publisher.posts(ann))) == (2, 1)
    told = await heard(publisher)
    assert "bad.md" in told
    assert "no such stretch" in told


async def test_an_answer_that_can_not_be_written_down_holds_up_no_other(
    publisher: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is what went out sent again."""
    ann = await reader(publisher)
    await publisher.record(topics=("AI",))
    real = settling.write_down

    def write_down(db: Any, settled: Any, at: Any) -> Any:
        if any(to.chat_id == ann.id for to, _ in settled):
            raise LookupError("no such chat")
        return real(db, settled, at)

    monkeypatch.setattr(settling, "write_down", write_down)
    for _ in range(3):
        await publisher.deliver(DOUBT + 1)
    assert (len(publisher.posts()), len(publisher.posts(ann))) == (1, 1)
    assert await states(publisher) == {"sent": 2}


def test_a_template_that_fails_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "post.html.j2").write_text(
        "<b>{{ title }}</b>\n\n{{ shout }}\n"
    )
    monkeypatch.setattr(templates, "_SHIPPED", tmp_path / "templates")
    words = Templates(None, Taxonomy())
    with pytest.raises(
        TemplateBroken, match=r"^post\.html\.j2:3: 'shout' is undefined$"
    ):
        words.render("post", {"title": "x"})
