"""A local stand-in for Telegram: the Bot API over real HTTP, people who use it, and a page to watch them on.

Serves `paperboy demo` and the tests. It knows nothing of Paperboy, calls nothing beyond this machine, and forgets all
when it ends.

    async with Sandbox() as telegram:
        ann = telegram.world.add_person("Ann")
        await telegram.say(ann, "/start")
        ...                                  # a bot with api_base_url = telegram.base_url and telegram.token
        telegram.messages(ann)

    server      Sandbox: all of it as one object         population, world   who exists, what was said
    api         /bot<token>/<method>, over wire          people, taps        what people do
    methods/    the Bot API by noun                      controls, view      /sim/: the same by HTTP
    access      who may write where                      page/, folder       the chat page and its folder
    judge       what a text is (tdlib, or markup,        faults, limits      trouble on demand
                detect and normal)                       journal             every call and its answer
    keyboards, links, pictures   what Telegram accepts   refusals            Telegram's noes, word for word
    updates, webhook             how updates reach a bot
"""

from __future__ import annotations

from bot.sandbox import faults
from bot.sandbox.journal import Call
from bot.sandbox.limits import Limits
from bot.sandbox.records import Chat, Message, Person
from bot.sandbox.refusals import SandboxError
from bot.sandbox.server import Sandbox
from bot.sandbox.taps import Answer, Tap

__all__ = ["Answer", "Call", "Chat", "Limits", "Message", "Person", "Sandbox", "SandboxError", "Tap", "faults"]
