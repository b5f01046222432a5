"""What replies to /latest, /search and the address of an article. Each returns its reply.

Sends nothing, and changes nothing that a chat follows.
"""

from __future__ import annotations

from bot.conversation import subscriptions, topic_queries
from bot.conversation.context import Context
from bot.conversation.request import Request
from bot.domain import topics as topics_
from bot.domain.article import short_id
from bot.domain.delivery import Payload
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
    if not newest:
        return replies.nothing_yet(context.words(request), follows=bool(followed))
    return replies.latest(
        context.words(request), newest, follows=bool(followed), tz=context.tz
    )


async def search_for(context: Context, request: Request) -> Payload:
    """Show the articles that hold the words."""
    page = await found_page(context, request, request.words)
    return page or await _nothing_found(context, request)


async def found_page(
    context: Context, request: Request, words: str, page: int = 0
) -> Payload | None:
    """Return a page of what the words find, or None where it is empty."""
    found = await context.store(search.page, words, search_replies.FOUND, page)
    if not found.articles:
        return None
    key = ""
    if found.more or page:  # buttons turn the pages by the number of the words
        key = short_id(await context.store(searches.keep, words, request.at))
    return search_replies.search_results(
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
    stored = await context.store(topic_queries.article_at, request.words)
    if stored is None:  # not shown any more, since `understand` found it
        return search_replies.nothing_found(context.words(request), request.words)
    followed = set(
        map(topics_.key, await context.store(topic_queries.followed, request))
    )
    others = [
        name for name in stored.article.topics if topics_.key(name) not in followed
    ]
    return search_replies.found_article(
        context.words(request), stored, others, tz=context.tz
    )


async def _nothing_found(context: Context, request: Request) -> Payload:
    """Reply that a search found nothing; a topic of a similar name may be meant."""
    known = await context.store(topic_queries.known, context.taxonomy, request)
    nearest = (
        context.taxonomy.find(request.words, known).nearest if request.words else ()
    )
    typed = request.command is not None
    return search_replies.nothing_found(
        context.words(request), request.words, nearest, typed=typed
    )


async def _latest_on(
    context: Context, request: Request, followed: list[str]
) -> Payload:
    """Show the newest articles of the topics that the words name."""
    words = context.words(request)
    known = await context.store(topic_queries.known, context.taxonomy, request)
    found = context.taxonomy.find(request.words, known)
    if not found.topics:
        done = await context.once(
            request, lambda db: subscriptions.offer(db, request, found.unknown)
        )
        awaitable, update = done["awaitable"], request.update
        return topic_replies.unknown_topic(
            words, request.words, found.nearest, awaitable=awaitable, update=update
        )
    first = found.topics[0]
    follows_first = topics_.key(first) in set(map(topics_.key, followed))
    newest = await context.store(
        topic_queries.latest, list(found.topics), replies.LISTED
    )
    if not newest:
        return replies.nothing_yet(words, first, follows=follows_first)
    name = first if len(found.topics) == 1 else ""
    return replies.latest(
        words,
        newest,
        name,
        followed=follows_first,
        follows=bool(followed),
        tz=context.tz,
    )
