"""Plain words that stand for a command: `stop`, `follow AI`. Pure; knows neither topics nor articles.

What else people may mean, a topic's name or an article's address, is found out in `readers.understand`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import commands
from bot.conversation.request import Request

#: Commands whose name people write before what they mean: `follow AI`, `search moon`.
_WITH_WORDS = frozenset(("topic", "untopic", "search"))
#: Words between a command's name and what is meant.
_BETWEEN = frozenset(("to", "from", "for"))
_PHRASES = {"help me": "help", "stop all": "stop", "stop it": "stop"}
_PUNCTUATION = " \t\n.!?…"


def understood(request: Request) -> Request:
    """Return a message without a command as the command its words stand for, else as it is."""
    if request.command or request.sort is not request.sort.TEXT:
        return request
    text = request.words.strip(_PUNCTUATION)
    alone = commands.find(_PHRASES.get(text.casefold(), text.casefold()), is_editor=False)
    if alone:
        return replace(request, command=alone.name, words="")
    verb, _, rest = text.partition(" ")
    command = commands.find(verb.casefold(), is_editor=False)
    if command and command.name in _WITH_WORDS:
        return replace(request, command=command.name, words=_object(rest))
    return request


def after(verb: str, words: str) -> str:
    """Return what follows `verb` in the words, or an empty string where they don't begin with it."""
    first, _, rest = words.strip(_PUNCTUATION).partition(" ")
    return rest.strip() if first.casefold() == verb else ""


def _object(rest: str) -> str:
    first, _, more = rest.strip().partition(" ")
    return more.strip() if more and first.casefold() in _BETWEEN else rest.strip()
