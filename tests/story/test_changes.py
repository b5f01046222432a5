"""What changes after it was posted: edits, withdrawals, and what no reader sees."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox import faults
from tests.support.documents import address, related
from tests.support.stage import Stage

TITLE = "Observatory opens its dome to the night schools"
HOURS = 3600


async def test_a_changed_file_edits_its_posts_everywhere_with_buttons_and_preview(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.ask(stage.reader, "/topic Space")
    stage.drop(TITLE, "Space")
    post = await stage.post(TITLE)
    mine = await stage.post(TITLE, stage.reader)
    before = (post.reply_markup, post.link_preview_options)

    stage.drop(TITLE, "Space", excerpt="A new beginning.")

    await stage.until(
        lambda: "A new beginning." in post.text and "A new beginning." in mine.text
    )
    await stage.settled()
    assert (post.reply_markup, post.link_preview_options) == before
    assert post.link_preview_options == {
        "url": f"{address(TITLE)}.jpg",
        "prefer_large_media": True,
        "show_above_text": True,
    }
    assert len(post.buttons[0]) == 2
    assert len(post.history) == 1
    assert len(stage.posts(TITLE)) == 1


async def test_a_changed_title_and_picture_are_shown(stage: Stage) -> None:
    await stage.start()
    stage.drop(TITLE, name="a.md", webUrl="https://news.example/dome")
    post = await stage.post(TITLE)
    images = [{"url": "https://news.example/new.jpg", "width": 900, "height": 600}]
    stage.drop(
        "The dome opens twice a week",
        name="a.md",
        webUrl="https://news.example/dome",
        images=images,
    )
    await stage.until(lambda: post.text.startswith("The dome opens twice a week"))
    assert post.preview == "https://news.example/new.jpg"


@pytest.mark.parametrize(
    "change",
    [
        {"heat": 99},
        {"quality": 91},
        {"secured": "c2VjcmV0"},
        {"publishedDateTime": "2026-11-01T18:30:00Z"},
    ],
    ids=["heat", "quality", "secured", "the hour"],
)
async def test_what_no_reader_sees_edits_nothing(
    stage: Stage, change: dict[str, Any]
) -> None:
    await stage.start()
    stage.drop(
        TITLE, "Space", related=[related("One more", 10), related("And another", 20)]
    )
    post = await stage.post(TITLE)
    stage.drop(
        TITLE,
        "Space",
        related=[related("And another", 5), related("One more", 30)],
        **change,
    )
    await stage.settled()
    assert not post.history
    assert stage.sandbox.calls.of("editMessageText") == []


async def test_a_file_that_flips_back_and_forth_does_not_edit_for_ever(
    stage: Stage,
) -> None:
    await stage.start()
    stage.drop(TITLE, excerpt="First.")
    post = await stage.post(TITLE)
    shown = ["First."]
    for turn in range(8):
        stage.drop(TITLE, excerpt=("Second.", "First.")[turn % 2])
        await stage.settled()
        await stage.at_rest()  # an edit may come after a post that was recorded later
        shown += [
            word
            for word in ("First.", "Second.")
            if word in post.text and shown[-1] != word
        ]
    assert shown == ["First.", "Second.", "First.", "Second."]
    assert len(post.history) == 3
    stage.drop(TITLE, excerpt="Third.")  # a form never shown before still is
    await stage.until(lambda: "Third." in post.text)


async def test_many_changes_in_a_short_time_are_one_edit(stage: Stage) -> None:
    await stage.start(delivery={"edit_seconds": 5.0})
    stage.drop(TITLE, excerpt="Draft 0.")
    post = await stage.post(TITLE)
    for number in range(1, 4):
        stage.drop(TITLE, excerpt=f"Draft {number}.")
        await stage.settled()
    assert not post.history
    await stage.until(lambda: "Draft 3." in post.text)
    assert len(post.history) == 1


async def test_an_edit_that_waits_survives_a_restart(stage: Stage) -> None:
    await stage.start(delivery={"edit_seconds": 0.3})
    stage.drop(TITLE, excerpt="Draft 0.")
    post = await stage.post(TITLE)
    stage.drop(TITLE, excerpt="Draft 1.")
    await stage.settled()
    await stage.restart()
    await stage.until(lambda: "Draft 1." in post.text)
    await stage.settled()
    assert len(post.history) == 1


async def test_a_change_while_the_post_is_on_its_way_is_shown_too(stage: Stage) -> None:
    await stage.start()
    await stage.settled()
    stage.sandbox.fail("sendMessage", faults.slow_answer(0.5), chat=stage.channel)
    stage.drop(TITLE, excerpt="Draft 0.")
    post = await stage.post(TITLE)  # there, but the bot does not know it yet
    stage.drop(TITLE, excerpt="Draft 1.")
    await stage.until(lambda: "Draft 1." in post.text)
    assert len(stage.posts(TITLE)) == 1


async def test_a_withdrawn_articles_posts_are_deleted_and_it_is_not_found_any_more(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.ask(stage.reader, "/topic Space")
    stage.drop(TITLE, "Space")
    post, mine = await stage.post(TITLE), await stage.post(TITLE, stage.reader)
    stage.drop(TITLE, "Space", removed=True)
    await stage.until(lambda: post.deleted and mine.deleted)
    found = await stage.ask(stage.reader, "/search observatory")
    assert TITLE not in found.text
    await stage.restart()
    await stage.settled()
    assert stage.posts(TITLE) == []


async def test_a_withdrawal_while_the_post_is_on_its_way_deletes_it(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.settled()
    stage.sandbox.fail("sendMessage", faults.slow_answer(0.5), chat=stage.channel)
    stage.drop(TITLE)
    post = await stage.post(TITLE)
    stage.drop(TITLE, removed=True)
    await stage.until(lambda: post.deleted)


async def test_an_article_withdrawn_before_it_went_out_never_does(stage: Stage) -> None:
    stage.drop(TITLE)
    await stage.scan()
    stage.drop(TITLE, removed=True)
    await stage.start()
    await stage.settled()
    assert stage.posts(TITLE, deleted=True) == []


@pytest.mark.parametrize(
    "knows", [True, False], ids=["the bot knows", "Telegram says so"]
)
async def test_a_post_older_than_two_days_becomes_a_note(
    stage: Stage, knows: bool
) -> None:
    await stage.start()
    stage.drop(TITLE)
    post = await stage.post(TITLE)
    await stage.settled()
    if knows:
        await stage.stop()
        stage.sandbox.advance(49 * HOURS)
        stage.drop(TITLE, removed=True)
        await stage.once()
        assert stage.sandbox.calls.of("deleteMessage") == []
    else:
        stage.sandbox.advance(49 * HOURS)
        stage.drop(TITLE, removed=True)
        await stage.until(lambda: post.history)
    assert not post.deleted
    assert "withdrawn" in post.text.lower()
    assert "What is known" not in post.text
    assert post.buttons == []
    assert post.preview is None


async def test_an_article_that_arrives_withdrawn_is_posted_once_when_it_comes_back(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.settled()  # what is there before the channel's start is old to it
    await stage.ask(stage.reader, "/topic Space")
    stage.drop(TITLE, "Space", removed=True)
    await stage.settled()
    assert stage.posts(TITLE, deleted=True) == []
    stage.drop(TITLE, "Space")
    await stage.post(TITLE)
    await stage.post(TITLE, stage.reader)
    await stage.settled()
    assert len(stage.posts(TITLE)) == 1


async def test_a_file_that_moves_to_another_name_posts_nothing(stage: Stage) -> None:
    await stage.start()
    path = stage.drop(TITLE)
    post = await stage.post(TITLE)
    path.rename(path.with_name("renamed.md"))
    await stage.settled()
    await stage.settled()
    stage.drop(TITLE, name="renamed.md", excerpt="Told by the new file.")
    await stage.until(lambda: "Told by the new file." in post.text)
    assert len(stage.posts(TITLE)) == 1


async def test_an_edit_on_a_mended_post_stays_mended(stage: Stage) -> None:
    await stage.start()
    refuse = faults.refused(
        400,
        'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 1',
    )
    stage.sandbox.fail("sendMessage", refuse, chat=stage.channel)
    stage.drop(TITLE)
    post = await stage.post(TITLE)
    stage.drop(TITLE, excerpt="Another beginning.")
    await stage.until(lambda: "Another beginning." in post.text)
    assert not [one for one in post.entities if one["type"] == "bold"]


async def test_an_edit_that_telegram_puts_off_is_made_later_once(stage: Stage) -> None:
    await stage.start()
    stage.drop(TITLE, excerpt="Draft 0.")
    post = await stage.post(TITLE)
    stage.sandbox.fail("editMessageText", faults.retry_after(1))
    stage.drop(TITLE, excerpt="Draft 1.")
    await stage.until(lambda: "Draft 1." in post.text)
    await stage.settled()
    assert len(post.history) == 1


async def test_a_post_with_a_photo_is_edited_in_its_caption_and_noted_there(
    stage: Stage,
) -> None:
    await stage.start(delivery={"picture": "photo"})
    stage.drop(TITLE, "Space")
    post = await stage.post(TITLE)
    assert post.photo
    stage.drop(TITLE, "Space", excerpt="A new beginning.")
    await stage.until(lambda: "A new beginning." in post.text)
    assert len(post.buttons[0]) == 2
    await stage.settled()
    stage.sandbox.advance(49 * HOURS)
    stage.drop(TITLE, "Space", removed=True)
    await stage.until(lambda: "withdrawn" in post.text.lower())
    assert post.photo
    assert post.buttons == []


async def test_a_photo_that_telegram_can_not_fetch_becomes_a_text_with_a_preview(
    stage: Stage,
) -> None:
    await stage.start(delivery={"picture": "photo"})
    stage.sandbox.fail(
        "sendPhoto", faults.refused(400, "Bad Request: failed to get HTTP URL content")
    )
    stage.drop(TITLE)
    post = await stage.post(TITLE)
    await stage.settled()
    assert not post.photo
    assert post.preview == f"{address(TITLE)}.jpg"
    assert len(stage.posts(TITLE)) == 1


async def test_every_edition_is_edited_and_taken_back(stage: Stage) -> None:
    await stage.start()
    stage.drop(TITLE)
    await stage.post(TITLE)
    await stage.ask(stage.editor, "/republish last")
    await stage.post(TITLE, number=2)
    posts = stage.posts(TITLE)
    stage.drop(TITLE, excerpt="A new beginning.")
    await stage.until(lambda: all("A new beginning." in post.text for post in posts))
    stage.drop(TITLE, removed=True)
    await stage.until(lambda: all(post.deleted for post in posts))
    refused = await stage.ask(stage.editor, "/republish last")
    await stage.settled()
    assert TITLE not in refused.text
    assert stage.posts(TITLE) == []


async def test_a_bot_told_to_end_hears_the_answer_to_what_it_has_sent(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.settled()
    stage.sandbox.fail("sendMessage", faults.slow_answer(0.4), chat=stage.channel)
    stage.drop(TITLE)
    await stage.post(TITLE)
    await stage.restart()
    await stage.settled()
    assert len(stage.posts(TITLE)) == 1
    assert stage.rows("SELECT attempts FROM deliveries WHERE message = 2") == [(1,)]


async def test_a_withdrawn_article_can_not_be_republished_by_its_number(
    stage: Stage,
) -> None:
    await stage.start()
    stage.drop(TITLE)
    post = await stage.post(TITLE)
    stage.drop(TITLE, removed=True)
    await stage.until(lambda: post.deleted)
    answer = await stage.ask(stage.editor, "/republish 1")
    await stage.settled()
    assert stage.posts(TITLE) == []
    assert "withdrawn" in answer.text.lower()
