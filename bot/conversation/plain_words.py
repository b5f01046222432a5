"""Plain words that stand for a command: `stop`, `follow AI`. Pure; knows no topics and no articles.

Whether words name a topic or are an article's address is decided in `readers.command_for_words`.
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


def as_command(request: Request) -> Request:
    """Return a message without a command as the command its words stand for, else as it is."""
    if request.command or request.content is not Content.TEXT:
        return request
    text = request.words.strip(_PUNCTUATION)
    folded = text.casefold()
    name = _PHRASES.get(folded, folded)
    command = commands.find(name, is_editor=False)
    if command:
        return _with_command(request, command, "")
    verb, _, rest = text.partition(" ")
    command = commands.find(verb.casefold(), is_editor=False)
    if command and command.before_words:
        return _with_command(request, command, _arguments(rest))
    return request


def after(verb: str, words: str) -> str:
    """Return what follows `verb` in the words; "" if they do not begin with it."""
    text = words.strip(_PUNCTUATION)
    first, _, rest = text.partition(" ")
    if first.casefold() != verb:
        return ""
    return rest.strip()


def _with_command(request: Request, command: Command, words: str) -> Request:
    name = command.name
    typed = TypedCommand(name, f"/{name}")
    return replace(request, command=typed, words=words)


def _arguments(rest: str) -> str:
    """Return what follows a command's name, without a word such as `to` before it."""
    words = rest.strip()
    first, _, others = words.partition(" ")
    if others and first.casefold() in _BETWEEN:
        return others.strip()
    return words
