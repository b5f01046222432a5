"""What readers ask: /start /help /topic /topics /untopic /latest /search /stop. Each returns its answer; sends nothing.

A wish that changes something is carried out once for its update (`wishes`), and its answer is made of what was recorded
then: an update that comes twice is answered twice and has one effect.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot import topics as words
from bot.chat import commands, wishes
from bot.chat.asked import Asked
from bot.chat.office import Office
from bot.delivery import Payload
from bot.rendering import replies
from bot.store import articles, search

#: Topics a newcomer is shown to tap.
SUGGESTIONS = 6
Handler = Callable[[Office, Asked], Awaitable[Payload]]


async def start(office: Office, asked: Asked) -> Payload:
    """Welcome; follow a link's topic; bring back who had stopped. In a group only its admins begin anything."""
    if not asked.private and not await office.may_change(asked):
        return await _welcome(office, asked, await office.desk(wishes.followed, asked))
    if office.is_editor(asked):  # their menu could not be set before they had a chat with us
        office.reached(asked.user)
        scope, menu = commands.editor_menu(asked.user)
        await office.messenger.set_commands(menu, scope)
    done = await office.once(asked, lambda db: wishes.start(db, office.taxonomy, asked))
    if done["topic"]:
        return replies.welcome_following(office.templates, done["topic"], already=not done["new"], back=done["back"])
    if done["back"]:
        return replies.resumed(office.templates, done["follows"])
    return await _welcome(office, asked, done["follows"])


async def show_help(office: Office, asked: Asked) -> Payload:
    """List the commands there are for who asks."""
    is_editor = office.is_editor(asked)
    return replies.commands_help(office.templates, commands.told(is_editor=is_editor), is_editor=is_editor)


async def topic(office: Office, asked: Asked) -> Payload:
    """Follow what the words name; alone, show all topics to tap."""
    if not asked.words:
        return await keyboard(office, asked)
    done = await office.once(asked, lambda db: wishes.follow(db, office.taxonomy, asked))
    if not done["added"] and not done["already"]:
        return replies.unknown_topic(office.templates, asked.words, done["nearest"])
    return replies.following(
        office.templates,
        done["added"],
        done["already"],
        total=done["total"],
        unknown=done["unknown"],
        nearest=done["nearest"],
        back=done.get("back", False),
    )


async def keyboard(office: Office, asked: Asked, page: int = 0) -> Payload:
    """Return a page of all topics to tap on and off."""
    names = [name for name, _ in await office.desk(wishes.offered, office.taxonomy, asked)]
    return replies.topic_keyboard(office.templates, names, await office.desk(wishes.followed, asked), page)


async def topics(office: Office, asked: Asked) -> Payload:
    """List what the chat follows and what there is."""
    counts = await office.desk(wishes.offered, office.taxonomy, asked)
    followed = await office.desk(wishes.followed, asked)
    return replies.topic_list(office.templates, followed, counts, stopped=await office.desk(wishes.stopped, asked))


async def untopic(office: Office, asked: Asked) -> Payload:
    """Stop following what the words name; alone, show what is followed to tap off."""
    if not asked.words:
        return replies.not_following(office.templates, "", await office.desk(wishes.followed, asked))
    done = await office.once(asked, lambda db: wishes.unfollow(db, office.taxonomy, asked))
    if not done["names"]:
        return replies.not_following(office.templates, asked.words, done["follows"])
    return replies.unfollowed(office.templates, done["names"], left=len(done["follows"]))


async def latest(office: Office, asked: Asked) -> Payload:
    """Show the newest articles: of a topic, else of the topics followed, else of all."""
    followed = await office.desk(wishes.followed, asked)
    if asked.words:
        return await _latest_on(office, asked, followed)
    found = (
        await office.desk(wishes.latest, followed, replies.LISTED)
        if followed
        else await office.desk(articles.latest, None, replies.LISTED)
    )
    if not found:
        return replies.nothing_yet(office.templates, follows=bool(followed))
    return replies.latest(office.templates, found, follows=bool(followed), tz=office.tz)


async def look_for(office: Office, asked: Asked) -> Payload:
    """Show the articles that hold the words."""
    found = await office.desk(search.search, asked.words, replies.LISTED)
    if not found:
        return replies.nothing_found(office.templates, asked.words)
    return replies.search_results(office.templates, asked.words, found, tz=office.tz)


async def stop(office: Office, asked: Asked) -> Payload:
    """Send the chat nothing more until /start."""
    done = await office.once(asked, lambda db: wishes.stop(db, asked))
    if "names" not in done:
        return replies.stopped(office.templates, done["follows"])
    if done["names"]:
        return replies.unfollowed(office.templates, done["names"], left=0)
    return replies.not_following(office.templates)


async def _welcome(office: Office, asked: Asked, follows: list[str]) -> Payload:
    offered = [] if follows else await office.desk(wishes.offered, office.taxonomy, asked)
    return replies.welcome(office.templates, follows=follows, suggestions=[name for name, _ in offered[:SUGGESTIONS]])


async def _latest_on(office: Office, asked: Asked, followed: list[str]) -> Payload:
    known = await office.desk(wishes.known, office.taxonomy, asked)
    found = office.taxonomy.find(asked.words, known)
    if not found.topics:
        return replies.unknown_topic(office.templates, asked.words, found.nearest)
    name = found.topics[0] if len(found.topics) == 1 else ""
    shown = await office.desk(wishes.latest, list(found.topics), replies.LISTED)
    follows_it = words.key(found.topics[0]) in {words.key(one) for one in followed}
    if not shown:
        return replies.nothing_yet(office.templates, found.topics[0], follows=follows_it)
    return replies.latest(office.templates, shown, name, followed=follows_it, follows=bool(followed), tz=office.tz)


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
