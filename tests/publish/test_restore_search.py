"""After a restore: what was posted since the backup is found in the channel, and nothing is sent for it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.store import facts, sequence
from bot.store.database import write
from bot.store.facts import Fact
from tests.support.doubts import Post, losing


async def restored(post: Post, *titles: str) -> list[int]:
    """Post something, make a backup of it, post these, and put the backup back; return the numbers of the posts."""
    await post.article("The first")
    await post.deliver(1)
    await post.store(
        facts.put, Fact.RESTORED_AFTER, str(await post.store(sequence.last))
    )
    sent = []
    for title in titles:
        await post.others_write("Somebody else")
        delivery = await post.article(title)
        await post.deliver(1)
        sent.append(await post.number(delivery) or 0)
    await post.store(write, "UPDATE articles SET waits = 'restored' WHERE id > 1")
    forgotten = "state = 'held', message = NULL, settled = NULL, settled_sequence = NULL, payload = NULL, form = ''"
    await post.store(write, f"UPDATE deliveries SET {forgotten} WHERE article > 1")
    return sent


async def look(post: Post) -> list[tuple[str, int | None, str]]:
    """Look; return state, number and what it waits for of what was forgotten. Nothing is posted or changed."""
    sent, posts = post.calls("sendMessage"), [one.history for one in post.posts()]
    await post.bot.releaser._restore_search.search()
    assert post.calls("sendMessage") == sent
    assert [one.history for one in post.posts()] == posts
    assert [one for one in post.sandbox.messages(post.editor) if not one.deleted] == []
    found = await post.rows(
        "SELECT d.state, d.message, a.waits FROM deliveries d JOIN articles a ON a.id = d.article WHERE a.id > 1"
    )
    return [tuple(one) for one in found]


@pytest.mark.parametrize("buttons", ["keyboard", "none"])
async def test_what_was_posted_since_the_backup_is_found_and_waits_no_more(
    buttons: str,
) -> None:
    async with losing(buttons=buttons) as post:
        numbers = await restored(post, "The second", "The third")
        assert await look(post) == [("sent", number, "") for number in numbers]
        asked = post.calls("forwardMessage")
        assert await look(post) == [("sent", number, "") for number in numbers]
        assert post.calls("forwardMessage") == asked  # once is enough


async def test_what_comes_after_the_restore_ends_the_search() -> None:
    async with losing() as post:
        numbers = await restored(post, "The second")
        await post.article("Since the restore")
        await post.deliver(1)
        await post.others_write(*(f"Word {number}" for number in range(9)))
        (second, since) = await look(post)
        assert (second[:2], since[0]) == (("sent", numbers[0]), "sent")
        assert post.calls("forwardMessage") <= 2


@pytest.mark.parametrize(
    ("titles", "options"),
    [
        (["The second", "The third"], {"protected": True}),
        (["The second", "The third"], {"editors": ()}),
        (["The second", "The third"], {"started": False}),
        (["The same", "The same"], {}),
    ],
    ids=[
        "nothing may be forwarded",
        "no editor",
        "the editor never pressed Start",
        "two read alike",
    ],
)
async def test_what_can_not_be_told_stays_the_editors_to_decide(
    titles: list[str], options: dict[str, Any]
) -> None:
    async with losing(**options) as post:
        await restored(post, *titles)
        assert await look(post) == [("held", None, "restored")] * 2


async def test_a_post_whose_article_reads_otherwise_by_now_is_not_taken_for_it() -> (
    None
):
    async with losing() as post:
        await restored(post, "The second")
        await post.store(
            write, "UPDATE articles SET title = 'In other words' WHERE id = 2"
        )
        assert await look(post) == [("held", None, "restored")]


async def test_where_no_number_of_before_is_known_nothing_is_looked_at() -> None:
    async with losing() as post:
        await restored(post, "The second")
        await post.store(facts.put, Fact.RESTORED_AFTER, "0")
        assert await look(post) == [("held", None, "restored")]
        assert post.calls("forwardMessage") == 0
