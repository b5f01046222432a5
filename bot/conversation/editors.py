"""What replies to /republish and /status. Sends nothing.

Whether a person is an editor is decided before, in `router`. Taps on the buttons of these replies
are in `callbacks`, what they post in `posting`.
"""

from __future__ import annotations

from bot.conversation import posting
from bot.conversation.context import Context
from bot.conversation.readers import Handler
from bot.conversation.request import Request
from bot.conversation.results import Posted
from bot.domain.delivery import Payload
from bot.publish import article_lookup, report
from bot.rendering import republish_replies, status_reply
from bot.store import articles, search
from bot.store.database import Database


async def status(context: Context, request: Request) -> Payload:
    """Report how things are now."""
    folder = context.folder_status()
    figures = await context.store(report.report, request.at, **folder)
    return status_reply.status(
        context.templates,
        figures,
        tz=context.editors_tz,
    )


async def republish(context: Context, request: Request) -> Payload:
    """Open the next edition of the article that the words name; ask first if they are ambiguous."""
    words = request.words
    templates = context.templates
    if not words:
        return republish_replies.republish_usage(templates)
    done = await context.change(request, Posted, _republish)
    if done.number is not None:
        return await posting.report_posted(context, request, done)
    if done.found:
        several = await context.store(articles.several, done.found)
        return republish_replies.choose(templates, words, several)
    if done.rejected:
        return republish_replies.rejected(templates, done.rejected)
    nearest = await context.store(search.nearest_titles, words)
    return republish_replies.republish_not_found(templates, words, nearest)


def _republish(db: Database, context: Context, request: Request) -> Posted:
    """Open the next edition of the article that the words name, if they name exactly one."""
    named = article_lookup.look_up(db, request.words)
    if len(named.articles) == 1:
        return posting.open_or_ask(db, context, request, named)
    numbers = [article.id for article in named.articles]
    return Posted(
        found=tuple(numbers),
        rejected=named.rejected,
    )


#: Command → what replies to it.
HANDLERS: dict[str, Handler] = {"republish": republish, "status": status}
