"""Limits that end something are told: of edits, of the days in which a post can be deleted, of what may be tried."""

from __future__ import annotations

from bot.domain.interpretation import RIGHTS_SECONDS
from bot.sandbox import Message, faults
from bot.store import standings
from tests.support.outgoing import Outgoing

A, B = (
    "The mayor resigns over the harbour",
    "The mayor stays in context, says the harbour",
)


async def heard(publisher: Outgoing) -> list[Message]:
    await publisher.telegram.notifier.send()
    return publisher.sandbox.messages(publisher.editor)[publisher.told :]


async def flip(publisher: Outgoing, *titles: str) -> None:
    for title in titles:
        await publisher.record("a.md", title=title)
        await publisher.deliver(2)


async def test_the_limit_of_edits_is_reported_once(publisher: Outgoing) -> None:
    """The editors hear once that the limit of edits left posts out of date, and a tap sets them right."""
    ann = publisher.sandbox.world.add_person("Ann")
    publisher.sandbox.world.open_private(ann)
    await publisher.follower(ann)
    await publisher.record("a.md", title=A, topics=("AI",))
    await publisher.deliver()
    await flip(publisher, B, A, B, A)
    assert all(
        B in place[0].text for place in (publisher.posts(), publisher.posts(ann))
    )
    (question,) = await heard(publisher)
    assert all(
        words in question.text for words in (A, "a.md", "News", "readers' chats")
    )
    await flip(publisher, B, A)  # as it flips on, it is no news
    assert len(await heard(publisher)) == 1
    for _ in range(2):
        await publisher.sandbox.tap(publisher.editor, question, (0, 0))
    await publisher.hear()
    await publisher.deliver(2)
    assert all(
        A in place[0].text for place in (publisher.posts(), publisher.posts(ann))
    )
    edits = len(publisher.posts()[0].history)
    await flip(
        publisher, B
    )  # the limit counts on, and the editors can set it right again
    assert len(publisher.posts()[0].history) == edits
    publisher.sandbox.advance(3600)
    (*_, again) = await heard(publisher)
    assert B in again.text
    await publisher.sandbox.tap(publisher.editor, again, (0, 0))
    await publisher.hear()
    await publisher.deliver(2)
    assert B in publisher.posts()[0].text


async def test_another_form_ends_it_and_the_next_time_is_told_again(
    publisher: Outgoing,
) -> None:
    await publisher.record("a.md", title=A)
    await publisher.deliver()
    await flip(publisher, B, A, B, A)
    assert len(await heard(publisher)) == 1
    await flip(publisher, "The harbour has no mayor")
    assert "no mayor" in publisher.posts()[0].text
    await flip(publisher, A)
    publisher.sandbox.advance(3600)
    assert len(await heard(publisher)) == 2


async def test_a_post_too_old_to_be_deleted_becomes_a_note_and_the_editors_hear(
    publisher: Outgoing,
) -> None:
    await publisher.record("a.md", title=A)
    await publisher.deliver()
    publisher.sandbox.advance(49 * 3600)
    await publisher.record("a.md", removed=True)
    await publisher.deliver(1)
    (told,) = await heard(publisher)
    assert all(words in told.text for words in (A, "a.md", "48 hours", "News"))


async def test_an_edit_that_telegram_refuses_for_good_is_told_with_title_and_chat(
    publisher: Outgoing,
) -> None:
    await publisher.record("a.md", title=A)
    await publisher.deliver()
    publisher.sandbox.fail(
        "editMessageText", faults.refused(400, "Bad Request: message can't be edited")
    )
    await flip(publisher, B)
    (told,) = await heard(publisher)
    assert all(words in told.text for words in ("refused to change", B, "a.md", "News"))


async def test_an_edit_in_a_channel_that_threw_the_bot_out_is_told_and_made_later(
    publisher: Outgoing,
) -> None:
    await publisher.record("a.md", title=A)
    await publisher.deliver()
    publisher.sandbox.fail(
        "editMessageText",
        faults.refused(403, "Forbidden: bot was kicked from the supergroup chat"),
    )
    await flip(publisher, B)
    (told,) = await heard(publisher)
    assert "no longer in News" in told.text
    await publisher.deliver(RIGHTS_SECONDS)
    assert B in publisher.posts()[0].text


async def test_an_edit_for_a_reader_who_blocked_the_bot_waits_until_they_are_back(
    publisher: Outgoing,
) -> None:
    ann = publisher.sandbox.world.add_person("Ann")
    publisher.sandbox.world.open_private(ann)
    await publisher.follower(ann)
    await publisher.record("a.md", title=A, topics=("AI",))
    await publisher.deliver()
    gone = faults.refused(403, "Forbidden: bot was blocked by the user")
    publisher.sandbox.fail("editMessageText", gone, chat=ann.id, times=None)
    await flip(publisher, B)
    for _ in range(3):
        await publisher.deliver(RIGHTS_SECONDS)
    edits = [call for call in publisher.made(ann) if call.method == "editMessageText"]
    assert len(edits) == 1
    assert await heard(publisher) == []
    publisher.sandbox.faults.clear()
    (row,) = await publisher.rows("SELECT id FROM chats WHERE state = 'parked'")
    await publisher.store(standings.set_state, row["id"], "active")
    await publisher.deliver(RIGHTS_SECONDS)
    assert B in publisher.posts(ann)[0].text
