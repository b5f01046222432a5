"""A Telegram of one's own: the Bot API over HTTP on loopback, people who use it, and a chat page.

Serves `paperboy demo` and the tests. Knows nothing of the bot that talks to it, calls nothing
beyond this machine, and keeps nothing when it ends.

Any bot that lets its API address be set can be tested with it. With python-telegram-bot:

    from telegram import Update
    from telegram.ext import Application, CommandHandler

    from bot.sandbox import Sandbox


    async def hello(update: Update, context: object) -> None:
        await update.message.reply_text(f"Hello, {update.effective_user.first_name}!")


    async def test_start_is_answered() -> None:
        async with Sandbox(name="Greeter", username="greeter_bot") as telegram:
            address = f"{telegram.base_url}/bot"
            bot = Application.builder().token(telegram.token).base_url(address).build()
            bot.add_handler(CommandHandler("start", hello))
            async with bot:
                await bot.updater.start_polling()
                await bot.start()
                ann = telegram.world.add_person("Ann")
                await telegram.say(ann, "/start")
                replies = await telegram.wait_for(lambda: telegram.messages(ann)[1:])
                await bot.updater.stop()
                await bot.stop()
        assert replies[0].text == "Hello, Ann!"

A bot in another language is tested with `python -m bot.sandbox`, which prints its address and a
token as JSON; people are then moved by POST to /sim/send, /sim/tap and so on (`controls`).

    server             Sandbox: all of it as one object
    population, world  people, chats, messages; records, objects: as values and as JSON
    people, taps       what people do; controls: the same over HTTP, /sim/
    api, methods/      the Bot API, over wire; fields: what a call carries
    access, refusals   who may write where, and Telegram's error answers
    judge              how a text is read: by tdlib, or by markup, detect and normal
    keyboards, links, pictures   what Telegram accepts
    updates, webhook   how updates reach the bot
    faults, limits     errors on demand; journal: every call and its answer
    events             who waits for a change; view, snapshot: what the page is sent
    page/, folder      the chat page and its folder of files; titles: their title lines
"""

from __future__ import annotations

from bot.sandbox import faults
from bot.sandbox.journal import Call
from bot.sandbox.limits import Limits
from bot.sandbox.records import Chat, Message, Person
from bot.sandbox.refusals import SandboxError
from bot.sandbox.server import Sandbox
from bot.sandbox.taps import Answer, Tap

__all__ = [
    "Answer",
    "Call",
    "Chat",
    "Limits",
    "Message",
    "Person",
    "Sandbox",
    "SandboxError",
    "Tap",
    "faults",
]
