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
token as JSON; what people do is asked for by POST to /sim/send, /sim/tap and so on (`controls`):

    python -m bot.sandbox --person 42:Ann --channel @news
    curl -d '{"as": 42, "text": "/start"}' http://127.0.0.1:PORT/sim/send

    server         Sandbox: all of it as one object
    world          what is said, and the updates that follow
    population     people, chats, names
    records        people, chats and messages as values
    objects        the same as JSON of the Bot API
    people         what people do
    taps           taps on buttons, and their answers
    controls       what people do, by HTTP: /sim/
    api            /bot<token>/<method>
    wire           HTTP on loopback
    methods        the methods of the Bot API
    fields         what a call carries
    access         who may write where
    refusals       Telegram's error answers
    judge          how a text is read
    tdlib          by TDLib, where it is installed
    markup         by a strict subset of Telegram's HTML elsewhere
    detect         tags, commands and addresses found in a text
    entity_order   entities in the order and pieces that Telegram keeps
    keyboards      which keyboards Telegram accepts
    links          which addresses become links
    pictures       which photos Telegram takes
    updates        updates by polling
    webhook        updates by POST
    faults         errors on demand
    limits         Telegram's rate limits, where they are set
    journal        every call and its answer
    events         who waits for a change
    view           records as the page sees them
    snapshot       the whole state that a page begins with
    page           the chat page
    folder         the demo's folder of files
    titles         title lines of those files
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
