"""A file's post as it would go to the Bot API, for `paperboy preview`. Sends nothing."""

from __future__ import annotations

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bot import settings
from bot.domain.arrival import Waits
from bot.domain.article import Article
from bot.domain.delivery import Payload
from bot.domain.record import facts
from bot.errors import ArticleError, UsageError
from bot.feed import document
from bot.planning.rules import Rules
from bot.rendering import posts
from bot.rendering.templates import Templates
from bot.settings import Buttons, Settings

#: Stands for the bot's name, which is not known without a token (docs/architecture.md, Contract).
NOBODY = "your_bot"


class PreviewState(StrEnum):
    """Why a previewed post would not be sent now."""

    #: The file says that it is a draft.
    DRAFT = "draft"
    #: Its date is still to come.
    WAITS = "waits"
    #: It is older than `feed.max_age_days`, or its own date of expiry is over.
    EXPIRED = "expired"


_STATES = {
    Waits.DRAFT: PreviewState.DRAFT,
    Waits.FUTURE: PreviewState.WAITS,
    Waits.EXPIRED: PreviewState.EXPIRED,
}


def settings_or_defaults(
    config: Path | None = None,
) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings in use; if they are invalid, the defaults and the problems."""
    try:
        return settings.load(config, with_token=False), ()
    except UsageError as error:
        return Settings.model_construct(), error.problems


def previewed(
    file: Path, templates: Templates, chosen: Settings, at: datetime
) -> Payload:
    """Return what would be sent for one file to the first channel, or why nothing would.

    The keys are part of the contract (docs/architecture.md, Contract). "state" is a PreviewState;
    it is missing if the post would be sent at `at`.
    """
    try:
        article = _article(file.absolute(), chosen)
    except ArticleError as error:
        return {"file": str(file), "error": error.reason}
    state = _state(article, templates, chosen, at)
    payload = posts.post(
        templates,
        article,
        bot=NOBODY,
        taxonomy=templates.taxonomy,
        picture=chosen.delivery.picture,
        buttons=chosen.channels[0].buttons if chosen.channels else Buttons.KEYBOARD,
    )
    return {"file": str(file), **state, **payload}


def _article(path: Path, chosen: Settings) -> Article:
    """Return the article of one file. Raises ArticleError if nothing would be sent for it."""
    if not os.path.lexists(path):
        raise ArticleError(path.name, "there is no such file")
    article = document.read(
        path.parent, path.name, max_bytes=chosen.feed.max_file_bytes
    )
    if article.removed:
        raise ArticleError(
            path.name,
            "says removed: true: nothing is sent, and what was sent is taken back",
        )
    return article


def _state(
    article: Article, templates: Templates, chosen: Settings, at: datetime
) -> dict[str, PreviewState]:
    rules = Rules.of(chosen, templates.taxonomy, ())
    waits = rules.waits(facts(article), at)
    if waits not in _STATES:
        return {}
    return {"state": _STATES[waits]}
