"""What `paperboy preview` shows: a file's post as it would go to the Bot API, or why none would. Sends nothing."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from bot import settings
from bot.domain.arrival import Waits
from bot.domain.delivery import Payload
from bot.domain.record import facts
from bot.errors import ArticleError, UsageError
from bot.feed import document
from bot.planning.rules import Rules
from bot.rendering import posts
from bot.rendering.templates import Templates
from bot.settings import Buttons, Settings

#: The bot's name where there is no bot (docs/architecture.md, Contract).
NOBODY = "your_bot"
_STATES = {Waits.DRAFT: "draft", Waits.FUTURE: "waits", Waits.EXPIRED: "expired"}


def settings_or_defaults(config: Path | None = None) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings in use and no problem; or, since a preview needs none, the defaults and what is wrong."""
    try:
        return settings.load(config, with_token=False), ()
    except UsageError as error:
        return Settings.model_construct(), error.problems


def previewed(file: Path, templates: Templates, chosen: Settings, at: datetime) -> Payload:
    """Return what would be sent for one file to the first channel, or why nothing would.

    The keys are part of the contract (docs/architecture.md, Contract).

    "state" is there where it would not be sent at `at`: "draft", "waits" or "expired".
    """
    place = file.absolute()
    if not os.path.lexists(place):
        return {"file": str(file), "error": "there is no such file"}
    try:
        article = document.read(place.parent, place.name, max_bytes=chosen.feed.max_file_bytes)
    except ArticleError as error:
        return {"file": str(file), "error": error.reason}
    if article.removed:
        return {"file": str(file), "error": "says removed: true: nothing is sent, and what was sent is taken back"}
    buttons = chosen.channels[0].buttons if chosen.channels else Buttons.KEYBOARD
    picture = chosen.delivery.picture
    payload = posts.post(templates, article, bot=NOBODY, taxonomy=templates.taxonomy, picture=picture, buttons=buttons)
    waits = Rules.of(chosen, templates.taxonomy, ()).waits(facts(article), at)
    state = {"state": _STATES[waits]} if waits in _STATES else {}
    return {"file": str(file), **state, **payload}
