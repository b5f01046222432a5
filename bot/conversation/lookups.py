"""What replies to /latest, /search and the address of an article. Each returns its reply.

Sends nothing, and changes nothing that a chat follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import subscriptions, topic_queries
from bot.conversation.context import Context
from bot.conversation.request import Request
from bot.conversation.results import Awaited
from bot.domain import topics
from bot.domain.article import short_id
from bot.domain.delivery import Payload
from bot.domain.topics import Matches
from bot.rendering import replies, search_replies, topic_replies
from bot.store import article_lists, search, searches


async def latest(context: Context, request: Request) -> Payload:
    """Show the newest articles: of a topic, else of the topics followed, else of all."""
    followed = await context.store(topic_queries.followed, request)
    if topic_queries.is_all(request.words):
        followed = []
    elif request.words:
        return await _latest_on(context, request, followed)
    if followed:
        newest = await context.store(topic_queries.latest, followed, replies.LISTED)
    else:
        newest = await context.store(article_lists.latest, None, replies.LISTED)
    templates = context.templates_for(request)
    follows = bool(followed)
    if not newest:
        return replies.nothing_yet(templates, follows=follows)
    return replies.latest(templates, newest, follows=follows, tz=context.tz)


async def search_for(context: Context, request: Request) -> Payload:
    """Show the articles that hold the words."""
    page = await found_page(context, request, request.words)
    if page is None:
        return await _nothing_found(context, request)
    return page


async def found_page(
    context: Context, request: Request, words: str, page: int = 0
) -> Payload | None:
    """Return a page of what the words find, or None where it is empty."""
    found = await context.store(search.page, words, search_replies.FOUND, page)
    if not found.articles:
        return None
    key = ""
    if found.more or page:  # buttons turn the pages by the number of the words
        number = await context.store(searches.keep, words, request.at)
        key = short_id(number)
    return search_replies.search_results(
        context.templates_for(request),
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
    templates = context.templates_for(request)
    stored = await context.store(topic_queries.article_at, request.words)
    if stored is None:  # not shown any more, since `readers.command_for_words` found it
        return search_replies.nothing_found(templates, request.words)
    followed = await context.store(topic_queries.followed_keys, request)
    names = stored.article.topics
    others = [name for name in names if topics.key(name) not in followed]
    return search_replies.found_article(templates, stored, others, tz=context.tz)


async def _nothing_found(context: Context, request: Request) -> Payload:
    """Reply that a search found nothing; words near the name of a topic may stand for it."""
    nearest: Sequence[str] = ()
    if request.words:
        known = await context.store(topic_queries.known, context.taxonomy, request)
        nearest = context.taxonomy.find(request.words, known).nearest
    return search_replies.nothing_found(
        context.templates_for(request),
        request.words,
        nearest,
        typed=request.command is not None,
    )


async def _latest_on(
    context: Context, request: Request, followed: list[str]
) -> Payload:
    """Show the newest articles of the topics that the words name."""
    known = await context.store(topic_queries.known, context.taxonomy, request)
    matches = context.taxonomy.find(request.words, known)
    if not matches.topics:
        return await _offer(context, request, matches)
    templates = context.templates_for(request)
    names = list(matches.topics)
    first = names[0]
    followed_keys = map(topics.key, followed)
    follows_first = topics.key(first) in followed_keys
    newest = await context.store(topic_queries.latest, names, replies.LISTED)
    if not newest:
        return replies.nothing_yet(templates, first, follows=follows_first)
    return replies.latest(
        templates,
        newest,
        first if len(names) == 1 else "",
        followed=follows_first,
        follows=bool(followed),
        tz=context.tz,
    )


async def _offer(context: Context, request: Request, matches: Matches) -> Payload:
    """Reply to words that name no topic: offer to await the topic, or the nearest names."""
    offered = await context.change(
        request, Awaited, subscriptions.offer, matches.unknown
    )
    return topic_replies.unknown_topic(
        context.templates_for(request),
        request.words,
        matches.nearest,
        awaitable=offered.awaitable,
        update=request.update,
    )
