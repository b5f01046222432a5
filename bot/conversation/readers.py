"""What replies to /start /help /topic /topics /untopic /stop. Sends nothing itself.

What changes something is done once for its update (`subscriptions`), and the reply is made of the
result that was recorded then: an update that arrives twice gets two replies and has one effect.
The commands that show articles are in `lookups`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.conversation import (
    chat_standing,
    commands,
    lookups,
    menus,
    plain_words,
    sending,
    subscriptions,
    topic_queries,
)
from bot.conversation.commands import Command
from bot.conversation.context import Context
from bot.conversation.permission import Permission, permission
from bot.conversation.request import Request
from bot.conversation.results import (
    Followed,
    FollowOutcome,
    Missed,
    Started,
    Stopped,
    Unfollowed,
)
from bot.conversation.sending import Reply
from bot.domain.delivery import Payload
from bot.rendering import replies, topic_replies
from bot.store import articles

#: Topics a newcomer is shown to tap.
SUGGESTIONS = 6
#: What a word means before names of topics.
_BEFORE_TOPICS = {"latest": commands.LATEST, "stop": commands.UNTOPIC}
Handler = Callable[[Context, Request], Awaitable[Payload | Reply]]


async def start(context: Context, request: Request) -> Payload | Reply:
    """Greet; follow the topic of a link; resume for who had stopped.

    In a group only its admins change anything.
    """
    match await permission(context, request):
        case Permission.HIDDEN:
            return replies.group_hides_members(context.templates_for(request))
        case Permission.DENIED:
            return await welcome(context, request)
        case Permission.GRANTED:
            pass
    if request.user is not None and context.is_editor(request):
        await _reach_editor(context, request.user)
    started = await context.change(request, Started, subscriptions.start)
    return await _started(context, request, started)


async def _started(
    context: Context, request: Request, started: Started
) -> Payload | Reply:
    """Return the reply to /start from who may change what the chat gets."""
    templates = context.templates_for(request)
    if started.outcome is FollowOutcome.FULL:
        return topic_replies.follows_full(templates, context.max_follows)
    if started.topic:
        return replies.welcome_following(
            templates,
            started.topic,
            already=started.outcome is FollowOutcome.ALREADY,
            back=started.back,
        )
    if started.back or started.missed.count:
        follows = list(started.follows)
        return await _welcome_back(context, request, follows, started.missed)
    return await welcome(context, request)


async def _reach_editor(context: Context, editor: int) -> None:
    """Record that an editor can be written to, and set their menu.

    Before the editor had a chat with the bot, neither was possible.
    """
    context.editor_started(editor)
    scope, menu = menus.of_editor(editor)
    await context.messenger.set_commands(menu, scope)


async def report_missed(context: Context, request: Request) -> bool:
    """Tell a reader who is back, in one message, what they missed; return False if nothing.

    It is read again once the replies before it are sent: one of them may have told the reader.
    """

    async def report() -> Reply | None:
        missed = await context.store(chat_standing.missed_by, request)
        if not missed.count:
            return None
        follows = await context.store(topic_queries.followed, request)
        return await _welcome_back(context, request, follows, missed)

    missed = await context.store(chat_standing.missed_by, request)
    if missed.count:
        sending.follow_up(context, request, report)
        return True
    return False


async def command_for_words(
    context: Context, request: Request
) -> tuple[Command, Request]:
    """Return the command that plain words stand for.

    Topics by name, an article by its address, else a search.
    """
    taxonomy = context.taxonomy
    known = await context.store(topic_queries.known, taxonomy, request)
    if taxonomy.named(request.words, known):
        return commands.TOPIC, request
    for verb, command in _BEFORE_TOPICS.items():
        rest = plain_words.after(verb, request.words)
        if topic_queries.is_all(rest) or taxonomy.named(rest, known):
            return command, replace(request, words=rest)
    if await context.store(topic_queries.article_at, request.words):
        return commands.ARTICLE, request
    return commands.SEARCH, request


async def show_help(context: Context, request: Request) -> Payload:
    """List the commands there are for who asks."""
    is_editor = context.is_editor(request)
    described = commands.described(is_editor=is_editor)
    for_editors = commands.for_editors() if is_editor else []
    templates = context.templates_for(request)
    return replies.commands_help(templates, described, for_editors=for_editors)


async def topic(context: Context, request: Request) -> Payload:
    """Follow what the words name; alone, show all topics to tap."""
    if not request.words:
        return await keyboard(context, request)
    done = await context.change(request, Followed, subscriptions.follow)
    return following(context, request, done)


def following(context: Context, request: Request, done: Followed) -> Payload:
    """Return the reply about topics to follow.

    Its buttons refer to the topics that can be awaited by the number of the update.
    """
    templates = context.templates_for(request)
    update = request.update
    if done.added or done.already:
        return topic_replies.following(
            templates,
            done.added,
            done.already,
            total=done.total,
            unknown=done.unknown,
            nearest=done.nearest,
            awaitable=done.awaitable,
            full=done.full,
            limit=context.max_follows,
            update=update,
            back=done.back,
        )
    if done.full:
        return topic_replies.follows_full(templates, context.max_follows)
    if not done.unknown:  # all, where there is none
        return topic_replies.topic_keyboard(templates, [], [])
    return topic_replies.unknown_topic(
        templates, request.words, done.nearest, awaitable=done.awaitable, update=update
    )


async def keyboard(context: Context, request: Request, page: int = 0) -> Payload:
    """Return a page of all topics to tap on and off."""
    templates = context.templates_for(request)
    names = await _offered_names(context, request)
    followed = await context.store(topic_queries.followed, request)
    return topic_replies.topic_keyboard(templates, names, followed, page)


async def _offered_names(context: Context, request: Request) -> list[str]:
    """Return the names of the topics the chat may choose, most articles first."""
    taxonomy = context.taxonomy
    offered = await context.store(topic_queries.offered, taxonomy, request)
    return [name for name, _ in offered]


async def topics(context: Context, request: Request) -> Payload:
    """List what the chat follows and what there is."""
    taxonomy = context.taxonomy
    counts = await context.store(topic_queries.offered, taxonomy, request)
    followed = await context.store(topic_queries.followed, request)
    stopped = await context.store(topic_queries.stopped, request)
    templates = context.templates_for(request)
    return topic_replies.topic_list(templates, followed, counts, stopped=stopped)


async def untopic(context: Context, request: Request) -> Payload:
    """Stop following what the words name; alone, show what is followed to tap off."""
    templates = context.templates_for(request)
    if not request.words:
        followed = await context.store(topic_queries.followed, request)
        return topic_replies.not_following(templates, "", followed)
    done = await context.change(request, Unfollowed, subscriptions.unfollow)
    if not done.names:
        return topic_replies.not_following(templates, request.words, done.follows)
    return topic_replies.unfollowed(
        templates, done.names, left=len(done.follows), update=request.update
    )


async def stop(context: Context, request: Request) -> Payload:
    """Send the chat nothing more until /start."""
    done = await context.change(request, Stopped, subscriptions.stop)
    templates = context.templates_for(request)
    if done.names is None:
        return replies.stopped(templates, done.follows)
    if not done.names:
        return topic_replies.not_following(templates)
    return topic_replies.unfollowed(
        templates, done.names, left=0, update=request.update
    )


async def _welcome_back(
    context: Context, request: Request, follows: list[str], missed: Missed
) -> Reply:
    """Tell what was missed; that the reader was told is recorded once the message is sent."""
    newest = await context.store(articles.several, missed.newest)
    templates = context.templates_for(request)
    payload = replies.resumed(
        templates,
        follows,
        newest,
        missed.count,
        tz=context.tz,
    )
    return Reply(payload, lambda db: chat_standing.told_missed(db, request))


async def welcome(context: Context, request: Request) -> Payload:
    """Greet, with topics to tap for who follows none."""
    templates = context.templates_for(request)
    follows = await context.store(topic_queries.followed, request)
    if follows:
        return replies.welcome(templates, follows=follows)
    names = await _offered_names(context, request)
    return replies.welcome(templates, suggestions=names[:SUGGESTIONS])


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
