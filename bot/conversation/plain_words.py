"""Plain words that stand for a command: `stop`, `follow AI`. Pure; knows no topics and no articles.

Whether words name a topic or are an article's address is decided in `readers.understand`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import commands
from bot.conversation.commands import Command
from bot.conversation.request import Content, Request, TypedCommand

#: Words between a command's name and its arguments.
_BETWEEN = frozenset(("to", "from", "for"))
_PHRASES = {"help me": "help", "stop all": "stop", "stop it": "stop"}
_PUNCTUATION = " \t\n.!?…"


def understood(request: Request) -> Request:
    """Return a message without a command as the command its words stand for, else as it is."""
    if request.command or request.content is not Content.TEXT:
        return request
    text = request.words.strip(_PUNCTUATION)
    folded = text.casefold()
    if alone := commands.find(_PHRASES.get(folded, folded), is_editor=False):
        return _with_command(request, alone, "")
    verb, _, rest = text.partition(" ")
    command = commands.find(verb.casefold(), is_editor=False)
    if command and command.before_words:
        return _with_command(request, command, _arguments(rest))
    return request


def after(verb: str, words: str) -> str:
    """Return what follows `verb` in the words; "" if they do not begin with it."""
    first, _, rest = words.strip(_PUNCTUATION).partition(" ")
    return rest.strip() if first.casefold() == verb else ""


def _with_command(request: Request, command: Command, words: str) -> Request:
    return replace(
        request, command=TypedCommand(command.name, f"/{command.name}"), words=words
    )


def _arguments(rest: str) -> str:
    first, _, more = rest.strip().partition(" ")
    return more.strip() if more and first.casefold() in _BETWEEN else rest.strip()
