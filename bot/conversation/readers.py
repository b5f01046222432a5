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
from bot.conversation.context import Answer, Office, Permission
from bot.conversation.request import Asked
from bot.domain import topics as topics_
from bot.domain.article import short_id
from bot.domain.delivery import Payload
from bot.rendering import replies, results
from bot.store import articles, search, searches

#: Topics a newcomer is shown to tap.
SUGGESTIONS = 6
Handler = Callable[[Office, Asked], Awaitable[Payload | Answer]]


async def start(office: Office, asked: Asked) -> Payload | Answer:
    """Welcome; follow a link's topic; bring back who had stopped. In a group only its admins begin anything."""
    words = office.words(asked)
    match await office.permission(asked):
        case Permission.HIDDEN:
            return replies.group_hides_members(words)
        case Permission.DENIED:
            return await welcome(office, asked)
        case Permission.GRANTED:
            pass
    if office.is_editor(asked):  # their menu could not be set before they had a chat with us
        office.reached(asked.user)
        scope, menu = commands.editor_menu(asked.user)
        await office.messenger.set_commands(menu, scope)
    done = await office.once(asked, lambda db: subscriptions.start(db, office.taxonomy, asked, office.max_follows))
    if done["came"] == "full":
        return replies.follows_full(words, office.max_follows)
    if done["topic"]:
        already = done["came"] == "already"
        return replies.welcome_following(words, done["topic"], already=already, back=done["back"])
    if done["back"] or done["missed"]:
        return await _resumed(office, asked, done["follows"], done["missed"])
    return await welcome(office, asked)


async def bring_missed(office: Office, asked: Asked) -> bool:
    """Have a reader who is back told, in one message, what they missed; return False where that is nothing.

    It is looked up anew when the answers before it are out: one of them may have told it.
    """

    async def told() -> Answer | None:
        missed = await office.desk(subscriptions.missed_by, asked)
        follows = await office.desk(subscriptions.followed, asked)
        return await _resumed(office, asked, follows, missed) if missed else None

    missed = await office.desk(subscriptions.missed_by, asked)
    if missed:
        await office.follow_up(asked, told)
    return bool(missed)


async def understand(office: Office, asked: Asked) -> tuple[Command, Asked]:
    """Return the command that plain words stand for: topics by name, an article by its address, else a search."""
    known = await office.desk(subscriptions.known, office.taxonomy, asked)
    if office.taxonomy.named(asked.words, known):
        return commands.TOPIC, asked
    for verb, command in (("latest", commands.LATEST), ("stop", commands.UNTOPIC)):
        rest = plain_words.after(verb, asked.words)
        if rest and (subscriptions.is_all(rest) or office.taxonomy.named(rest, known)):
            return command, replace(asked, words=rest)
    if await office.desk(subscriptions.article_at, asked.words):
        return commands.ARTICLE, asked
    return commands.SEARCH, asked


async def show_help(office: Office, asked: Asked) -> Payload:
    """List the commands there are for who asks."""
    is_editor = office.is_editor(asked)
    return replies.commands_help(office.words(asked), commands.told(is_editor=is_editor), is_editor=is_editor)


async def topic(office: Office, asked: Asked) -> Payload:
    """Follow what the words name; alone, show all topics to tap."""
    if not asked.words:
        return await keyboard(office, asked)
    done = await office.once(asked, lambda db: subscriptions.follow(db, office.taxonomy, asked, office.max_follows))
    return following(office, asked, done, asked.update)


def following(office: Office, asked: Asked, done: dict[str, Any], update: int) -> Payload:
    """Word what became of a wish to follow topics; `update` is the one whose answer offers topics to await."""
    words = office.words(asked)
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
            limit=office.max_follows,
            update=update,
            back=done["back"],
        )
    if done["full"]:
        return replies.follows_full(words, office.max_follows)
    if not unknown:  # all, where there is none
        return replies.topic_keyboard(words, [], [])
    return replies.unknown_topic(words, asked.words, nearest, awaitable=done["awaitable"], update=update)


async def keyboard(office: Office, asked: Asked, page: int = 0) -> Payload:
    """Return a page of all topics to tap on and off."""
    names = [name for name, _ in await office.desk(subscriptions.offered, office.taxonomy, asked)]
    return replies.topic_keyboard(office.words(asked), names, await office.desk(subscriptions.followed, asked), page)


async def topics(office: Office, asked: Asked) -> Payload:
    """List what the chat follows and what there is."""
    counts = await office.desk(subscriptions.offered, office.taxonomy, asked)
    followed = await office.desk(subscriptions.followed, asked)
    return replies.topic_list(
        office.words(asked), followed, counts, stopped=await office.desk(subscriptions.stopped, asked)
    )


async def untopic(office: Office, asked: Asked) -> Payload:
    """Stop following what the words name; alone, show what is followed to tap off."""
    if not asked.words:
        return replies.not_following(office.words(asked), "", await office.desk(subscriptions.followed, asked))
    done = await office.once(asked, lambda db: subscriptions.unfollow(db, office.taxonomy, asked))
    if not done["names"]:
        return replies.not_following(office.words(asked), asked.words, done["follows"])
    return replies.unfollowed(office.words(asked), done["names"], left=len(done["follows"]), update=asked.update)


async def latest(office: Office, asked: Asked) -> Payload:
    """Show the newest articles: of a topic, else of the topics followed, else of all."""
    followed = await office.desk(subscriptions.followed, asked)
    if subscriptions.is_all(asked.words):
        followed = []
    elif asked.words:
        return await _latest_on(office, asked, followed)
    found = (
        await office.desk(subscriptions.latest, followed, replies.LISTED)
        if followed
        else await office.desk(articles.latest, None, replies.LISTED)
    )
    if not found:
        return replies.nothing_yet(office.words(asked), follows=bool(followed))
    return replies.latest(office.words(asked), found, follows=bool(followed), tz=office.tz)


async def look_for(office: Office, asked: Asked) -> Payload:
    """Show the articles that hold the words."""
    shown = await found_page(office, asked, asked.words)
    return shown or await _nothing_found(office, asked)


async def found_page(office: Office, asked: Asked, words: str, page: int = 0) -> Payload | None:
    """Return a page of what the words find, or None where it is empty."""
    found = await office.desk(search.page, words, results.FOUND, page)
    if not found.articles:
        return None
    key = short_id(await office.desk(searches.keep, words, asked.at)) if found.more or page else ""
    return results.search_results(
        office.words(asked),
        words,
        found.articles,
        query=found.query,
        instead=found.instead,
        key=key,
        page=page,
        more=found.more,
        tz=office.tz,
    )


async def article(office: Office, asked: Asked) -> Payload:
    """Show the article that the words are the address of."""
    found = await office.desk(subscriptions.article_at, asked.words)
    if found is None:  # gone since
        return results.nothing_found(office.words(asked), asked.words)
    followed = await office.desk(subscriptions.followed, asked)
    names = [name for name in found.article.topics if topics_.key(name) not in set(map(topics_.key, followed))]
    return results.found_article(office.words(asked), found, names, tz=office.tz)


async def stop(office: Office, asked: Asked) -> Payload:
    """Send the chat nothing more until /start."""
    done = await office.once(asked, lambda db: subscriptions.stop(db, asked))
    if "names" not in done:
        return replies.stopped(office.words(asked), done["follows"])
    if done["names"]:
        return replies.unfollowed(office.words(asked), done["names"], left=0, update=asked.update)
    return replies.not_following(office.words(asked))


async def _nothing_found(office: Office, asked: Asked) -> Payload:
    """Say that a search found nothing; a topic of a similar name may be meant."""
    known = await office.desk(subscriptions.known, office.taxonomy, asked)
    nearest = office.taxonomy.find(asked.words, known).nearest if asked.words else ()
    return results.nothing_found(office.words(asked), asked.words, nearest, typed=bool(asked.command))


async def _resumed(office: Office, asked: Asked, follows: list[str], missed: dict[str, Any]) -> Answer:
    """Say what was missed; that it was told is written down once the message is there."""
    newest = await office.desk(articles.several, missed.get("newest", []))
    count = missed.get("count", 0)
    payload = replies.resumed(office.words(asked), follows, newest, count, tz=office.tz)
    return Answer(payload, lambda db: subscriptions.told_missed(db, asked))


async def welcome(office: Office, asked: Asked) -> Payload:
    """Greet, with topics to tap for who follows none."""
    follows = await office.desk(subscriptions.followed, asked)
    offered = [] if follows else await office.desk(subscriptions.offered, office.taxonomy, asked)
    return replies.welcome(
        office.words(asked), follows=follows, suggestions=[name for name, _ in offered[:SUGGESTIONS]]
    )


async def _latest_on(office: Office, asked: Asked, followed: list[str]) -> Payload:
    known = await office.desk(subscriptions.known, office.taxonomy, asked)
    found = office.taxonomy.find(asked.words, known)
    if not found.topics:
        done = await office.once(asked, lambda db: subscriptions.offer(db, asked, found.unknown))
        awaited = done["awaitable"]
        words = office.words(asked)
        return replies.unknown_topic(words, asked.words, found.nearest, awaitable=awaited, update=asked.update)
    name = found.topics[0] if len(found.topics) == 1 else ""
    shown = await office.desk(subscriptions.latest, list(found.topics), replies.LISTED)
    follows_it = topics_.key(found.topics[0]) in {topics_.key(one) for one in followed}
    if not shown:
        return replies.nothing_yet(office.words(asked), found.topics[0], follows=follows_it)
    return replies.latest(office.words(asked), shown, name, followed=follows_it, follows=bool(followed), tz=office.tz)


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
