"""What replies to /start /help /topic /topics /untopic /stop. Sends nothing itself.

What changes something is done once for its update (`subscriptions`), and the reply is made of the
result that was recorded then: an update that arrives twice gets two replies and has one effect.
The commands that show articles are in `lookups`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.conversation import (
    commands,
    lookups,
    plain_words,
    subscriptions,
    topic_queries,
)
from bot.conversation.commands import Command
from bot.conversation.context import Context, Permission, Reply
from bot.conversation.request import Request
from bot.domain.delivery import Payload
from bot.rendering import replies, topic_replies
from bot.store import articles

#: Topics a newcomer is shown to tap.
SUGGESTIONS = 6
Handler = Callable[[Context, Request], Awaitable[Payload | Reply]]


async def start(context: Context, request: Request) -> Payload | Reply:
    """Greet; follow the topic of a link; resume for who had stopped.

    In a group only its admins change anything.
    """
    words = context.words(request)
    match await context.permission(request):
        case Permission.HIDDEN:
            return replies.group_hides_members(words)
        case Permission.DENIED:
            return await welcome(context, request)
        case Permission.GRANTED:
            pass
    if request.user is not None and context.is_editor(request):
        await _reach_editor(context, request.user)
    limit = context.max_follows
    done = await context.once(
        request, lambda db: subscriptions.start(db, context.taxonomy, request, limit)
    )
    if done["came"] == "full":
        return topic_replies.follows_full(words, context.max_follows)
    if done["topic"]:
        already = done["came"] == "already"
        return replies.welcome_following(
            words, done["topic"], already=already, back=done["back"]
        )
    if done["back"] or done["missed"]:
        return await _resumed(context, request, done["follows"], done["missed"])
    return await welcome(context, request)


async def _reach_editor(context: Context, editor: int) -> None:
    """Record that an editor can be written to, and set their menu.

    Before the editor had a chat with the bot, neither was possible.
    """
    context.reached(editor)
    scope, menu = commands.editor_menu(editor)
    await context.messenger.set_commands(menu, scope)


async def bring_missed(context: Context, request: Request) -> bool:
    """Tell a reader who is back, in one message, what they missed; return False if nothing.

    It is read again once the replies before it are sent: one of them may have told the reader.
    """

    async def resumed() -> Reply | None:
        missed = await context.store(subscriptions.missed_by, request)
        follows = await context.store(topic_queries.followed, request)
        return await _resumed(context, request, follows, missed) if missed else None

    missed = await context.store(subscriptions.missed_by, request)
    if missed:
        await context.follow_up(request, resumed)
    return bool(missed)


async def understand(context: Context, request: Request) -> tuple[Command, Request]:
    """Return the command that plain words stand for.

    Topics by name, an article by its address, else a search.
    """
    known = await context.store(topic_queries.known, context.taxonomy, request)
    if context.taxonomy.named(request.words, known):
        return commands.TOPIC, request
    for verb, command in (("latest", commands.LATEST), ("stop", commands.UNTOPIC)):
        rest = plain_words.after(verb, request.words)
        if rest and (topic_queries.is_all(rest) or context.taxonomy.named(rest, known)):
            return command, replace(request, words=rest)
    if await context.store(topic_queries.article_at, request.words):
        return commands.ARTICLE, request
    return commands.SEARCH, request


async def show_help(context: Context, request: Request) -> Payload:
    """List the commands there are for who asks."""
    is_editor = context.is_editor(request)
    described = commands.described(is_editor=is_editor)
    return replies.commands_help(context.words(request), described, is_editor=is_editor)


async def topic(context: Context, request: Request) -> Payload:
    """Follow what the words name; alone, show all topics to tap."""
    if not request.words:
        return await keyboard(context, request)
    limit = context.max_follows
    done = await context.once(
        request, lambda db: subscriptions.follow(db, context.taxonomy, request, limit)
    )
    return following(context, request, done, request.update)


def following(
    context: Context, request: Request, done: dict[str, Any], update: int
) -> Payload:
    """Return the reply about topics to follow.

    update: the number by which a button refers to the topics that can be awaited.
    """
    words = context.words(request)
    unknown, nearest = done.get("unknown", ()), done.get("nearest", ())
    if done["added"] or done["already"]:
        return topic_replies.following(
            words,
            done["added"],
            done["already"],
            total=done["total"],
            unknown=unknown,
            nearest=nearest,
            awaitable=done.get("awaitable", ()),
            full=done["full"],
            limit=context.max_follows,
            update=update,
            back=done["back"],
        )
    if done["full"]:
        return topic_replies.follows_full(words, context.max_follows)
    if not unknown:  # all, where there is none
        return topic_replies.topic_keyboard(words, [], [])
    return topic_replies.unknown_topic(
        words, request.words, nearest, awaitable=done["awaitable"], update=update
    )


async def keyboard(context: Context, request: Request, page: int = 0) -> Payload:
    """Return a page of all topics to tap on and off."""
    names = [
        name
        for name, _ in await context.store(
            topic_queries.offered, context.taxonomy, request
        )
    ]
    followed = await context.store(topic_queries.followed, request)
    return topic_replies.topic_keyboard(context.words(request), names, followed, page)


async def topics(context: Context, request: Request) -> Payload:
    """List what the chat follows and what there is."""
    counts = await context.store(topic_queries.offered, context.taxonomy, request)
    followed = await context.store(topic_queries.followed, request)
    stopped = await context.store(topic_queries.stopped, request)
    return topic_replies.topic_list(
        context.words(request), followed, counts, stopped=stopped
    )


async def untopic(context: Context, request: Request) -> Payload:
    """Stop following what the words name; alone, show what is followed to tap off."""
    words = context.words(request)
    if not request.words:
        return topic_replies.not_following(
            words, "", await context.store(topic_queries.followed, request)
        )
    done = await context.once(
        request, lambda db: subscriptions.unfollow(db, context.taxonomy, request)
    )
    if not done["names"]:
        return topic_replies.not_following(words, request.words, done["follows"])
    return topic_replies.unfollowed(
        words, done["names"], left=len(done["follows"]), update=request.update
    )


async def stop(context: Context, request: Request) -> Payload:
    """Send the chat nothing more until /start."""
    done = await context.once(request, lambda db: subscriptions.stop(db, request))
    words = context.words(request)
    if "names" not in done:
        return replies.stopped(words, done["follows"])
    if done["names"]:
        return topic_replies.unfollowed(
            words, done["names"], left=0, update=request.update
        )
    return topic_replies.not_following(words)


async def _resumed(
    context: Context, request: Request, follows: list[str], missed: dict[str, Any]
) -> Reply:
    """Tell what was missed; that the reader was told is recorded once the message is sent."""
    newest = await context.store(articles.several, missed.get("newest", []))
    count = missed.get("count", 0)
    payload = replies.resumed(
        context.words(request), follows, newest, count, tz=context.tz
    )
    return Reply(payload, lambda db: subscriptions.told_missed(db, request))


async def welcome(context: Context, request: Request) -> Payload:
    """Greet, with topics to tap for who follows none."""
    follows = await context.store(topic_queries.followed, request)
    offered = (
        []
        if follows
        else await context.store(topic_queries.offered, context.taxonomy, request)
    )
    suggestions = [name for name, _ in offered[:SUGGESTIONS]]
    return replies.welcome(
        context.words(request), follows=follows, suggestions=suggestions
    )


#: Command → what replies to it.
HANDLERS: dict[str, Handler] = {
    "start": start,
    "help": show_help,
    "topic": topic,
    "topics": topics,
    "untopic": untopic,
    "latest": lookups.latest,
    "search": lookups.search_for,
    "stop": stop,
}
