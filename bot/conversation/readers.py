"""What readers ask: /start /help /topic /topics /untopic /latest /search /stop. Each returns its answer; sends nothing.

A wish that changes something is carried out once for its update (`wishes`), and its answer is made of what was recorded
then: an update that comes twice is answered twice and has one effect.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.conversation import commands, plain_words, subscriptions
from bot.conversation.commands import Command
from bot.conversation.context import Answer, Context, Permission
from bot.conversation.request import Request
from bot.domain import topics as topics_
from bot.domain.article import short_id
from bot.domain.delivery import Payload
from bot.rendering import replies, results
from bot.store import articles, search, searches

#: Topics a newcomer is shown to tap.
SUGGESTIONS = 6
Handler = Callable[[Context, Request], Awaitable[Payload | Answer]]


async def start(context: Context, request: Request) -> Payload | Answer:
    """Welcome; follow a link's topic; bring back who had stopped. In a group only its admins begin anything."""
    words = context.words(request)
    match await context.permission(request):
        case Permission.HIDDEN:
            return replies.group_hides_members(words)
        case Permission.DENIED:
            return await welcome(context, request)
        case Permission.GRANTED:
            pass
    if context.is_editor(request):  # their menu could not be set before they had a chat with us
        context.reached(request.user)
        scope, menu = commands.editor_menu(request.user)
        await context.messenger.set_commands(menu, scope)
    done = await context.once(
        request, lambda db: subscriptions.start(db, context.taxonomy, request, context.max_follows)
    )
    if done["came"] == "full":
        return replies.follows_full(words, context.max_follows)
    if done["topic"]:
        already = done["came"] == "already"
        return replies.welcome_following(words, done["topic"], already=already, back=done["back"])
    if done["back"] or done["missed"]:
        return await _resumed(context, request, done["follows"], done["missed"])
    return await welcome(context, request)


async def bring_missed(context: Context, request: Request) -> bool:
    """Have a reader who is back told, in one message, what they missed; return False where that is nothing.

    It is looked up anew when the answers before it are out: one of them may have told it.
    """

    async def told() -> Answer | None:
        missed = await context.store(subscriptions.missed_by, request)
        follows = await context.store(subscriptions.followed, request)
        return await _resumed(context, request, follows, missed) if missed else None

    missed = await context.store(subscriptions.missed_by, request)
    if missed:
        await context.follow_up(request, told)
    return bool(missed)


async def understand(context: Context, request: Request) -> tuple[Command, Request]:
    """Return the command that plain words stand for: topics by name, an article by its address, else a search."""
    known = await context.store(subscriptions.known, context.taxonomy, request)
    if context.taxonomy.named(request.words, known):
        return commands.TOPIC, request
    for verb, command in (("latest", commands.LATEST), ("stop", commands.UNTOPIC)):
        rest = plain_words.after(verb, request.words)
        if rest and (subscriptions.is_all(rest) or context.taxonomy.named(rest, known)):
            return command, replace(request, words=rest)
    if await context.store(subscriptions.article_at, request.words):
        return commands.ARTICLE, request
    return commands.SEARCH, request


async def show_help(context: Context, request: Request) -> Payload:
    """List the commands there are for who asks."""
    is_editor = context.is_editor(request)
    return replies.commands_help(context.words(request), commands.told(is_editor=is_editor), is_editor=is_editor)


async def topic(context: Context, request: Request) -> Payload:
    """Follow what the words name; alone, show all topics to tap."""
    if not request.words:
        return await keyboard(context, request)
    done = await context.once(
        request, lambda db: subscriptions.follow(db, context.taxonomy, request, context.max_follows)
    )
    return following(context, request, done, request.update)


def following(context: Context, request: Request, done: dict[str, Any], update: int) -> Payload:
    """Word what became of a wish to follow topics; `update` is the one whose answer offers topics to await."""
    words = context.words(request)
    unknown, nearest = done.get("unknown", ()), done.get("nearest", ())
    if done["added"] or done["already"]:
        return replies.following(
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
        return replies.follows_full(words, context.max_follows)
    if not unknown:  # all, where there is none
        return replies.topic_keyboard(words, [], [])
    return replies.unknown_topic(words, request.words, nearest, awaitable=done["awaitable"], update=update)


async def keyboard(context: Context, request: Request, page: int = 0) -> Payload:
    """Return a page of all topics to tap on and off."""
    names = [name for name, _ in await context.store(subscriptions.offered, context.taxonomy, request)]
    return replies.topic_keyboard(
        context.words(request), names, await context.store(subscriptions.followed, request), page
    )


async def topics(context: Context, request: Request) -> Payload:
    """List what the chat follows and what there is."""
    counts = await context.store(subscriptions.offered, context.taxonomy, request)
    followed = await context.store(subscriptions.followed, request)
    return replies.topic_list(
        context.words(request), followed, counts, stopped=await context.store(subscriptions.stopped, request)
    )


async def untopic(context: Context, request: Request) -> Payload:
    """Stop following what the words name; alone, show what is followed to tap off."""
    if not request.words:
        return replies.not_following(context.words(request), "", await context.store(subscriptions.followed, request))
    done = await context.once(request, lambda db: subscriptions.unfollow(db, context.taxonomy, request))
    if not done["names"]:
        return replies.not_following(context.words(request), request.words, done["follows"])
    return replies.unfollowed(context.words(request), done["names"], left=len(done["follows"]), update=request.update)


async def latest(context: Context, request: Request) -> Payload:
    """Show the newest articles: of a topic, else of the topics followed, else of all."""
    followed = await context.store(subscriptions.followed, request)
    if subscriptions.is_all(request.words):
        followed = []
    elif request.words:
        return await _latest_on(context, request, followed)
    found = (
        await context.store(subscriptions.latest, followed, replies.LISTED)
        if followed
        else await context.store(articles.latest, None, replies.LISTED)
    )
    if not found:
        return replies.nothing_yet(context.words(request), follows=bool(followed))
    return replies.latest(context.words(request), found, follows=bool(followed), tz=context.tz)


async def look_for(context: Context, request: Request) -> Payload:
    """Show the articles that hold the words."""
    shown = await found_page(context, request, request.words)
    return shown or await _nothing_found(context, request)


async def found_page(context: Context, request: Request, words: str, page: int = 0) -> Payload | None:
    """Return a page of what the words find, or None where it is empty."""
    found = await context.store(search.page, words, results.FOUND, page)
    if not found.articles:
        return None
    key = short_id(await context.store(searches.keep, words, request.at)) if found.more or page else ""
    return results.search_results(
        context.words(request),
        words,
        found.articles,
        query=found.query,
        instead=found.instead,
        key=key,
        page=page,
        more=found.more,
        tz=context.tz,
    )


async def article(context: Context, request: Request) -> Payload:
    """Show the article that the words are the address of."""
    found = await context.store(subscriptions.article_at, request.words)
    if found is None:  # gone since
        return results.nothing_found(context.words(request), request.words)
    followed = await context.store(subscriptions.followed, request)
    names = [name for name in found.article.topics if topics_.key(name) not in set(map(topics_.key, followed))]
    return results.found_article(context.words(request), found, names, tz=context.tz)


async def stop(context: Context, request: Request) -> Payload:
    """Send the chat nothing more until /start."""
    done = await context.once(request, lambda db: subscriptions.stop(db, request))
    if "names" not in done:
        return replies.stopped(context.words(request), done["follows"])
    if done["names"]:
        return replies.unfollowed(context.words(request), done["names"], left=0, update=request.update)
    return replies.not_following(context.words(request))


async def _nothing_found(context: Context, request: Request) -> Payload:
    """Say that a search found nothing; a topic of a similar name may be meant."""
    known = await context.store(subscriptions.known, context.taxonomy, request)
    nearest = context.taxonomy.find(request.words, known).nearest if request.words else ()
    return results.nothing_found(context.words(request), request.words, nearest, typed=bool(request.command))


async def _resumed(context: Context, request: Request, follows: list[str], missed: dict[str, Any]) -> Answer:
    """Say what was missed; that it was told is written down once the message is there."""
    newest = await context.store(articles.several, missed.get("newest", []))
    count = missed.get("count", 0)
    payload = replies.resumed(context.words(request), follows, newest, count, tz=context.tz)
    return Answer(payload, lambda db: subscriptions.told_missed(db, request))


async def welcome(context: Context, request: Request) -> Payload:
    """Greet, with topics to tap for who follows none."""
    follows = await context.store(subscriptions.followed, request)
    offered = [] if follows else await context.store(subscriptions.offered, context.taxonomy, request)
    return replies.welcome(
        context.words(request), follows=follows, suggestions=[name for name, _ in offered[:SUGGESTIONS]]
    )


async def _latest_on(context: Context, request: Request, followed: list[str]) -> Payload:
    known = await context.store(subscriptions.known, context.taxonomy, request)
    found = context.taxonomy.find(request.words, known)
    if not found.topics:
        done = await context.once(request, lambda db: subscriptions.offer(db, request, found.unknown))
        awaited = done["awaitable"]
        words = context.words(request)
        return replies.unknown_topic(words, request.words, found.nearest, awaitable=awaited, update=request.update)
    name = found.topics[0] if len(found.topics) == 1 else ""
    shown = await context.store(subscriptions.latest, list(found.topics), replies.LISTED)
    follows_it = topics_.key(found.topics[0]) in {topics_.key(one) for one in followed}
    if not shown:
        return replies.nothing_yet(context.words(request), found.topics[0], follows=follows_it)
    return replies.latest(
        context.words(request), shown, name, followed=follows_it, follows=bool(followed), tz=context.tz
    )


#: Command → what answers it.
HANDLERS: dict[str, Handler] = {
    "start": start,
    "help": show_help,
    "topic": topic,
    "topics": topics,
    "untopic": untopic,
    "latest": latest,
    "search": look_for,
    "stop": stop,
}
