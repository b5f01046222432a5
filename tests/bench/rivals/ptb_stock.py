"""python-telegram-bot's stock transport: one message to each of many chats, remembered nowhere.

`ptb_stock.py URL TOKEN COUNT`; a process of its own that prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.request import HTTPXRequest

AT_ONCE = 40
TEXT = (
    "<b>The harbour that borrows a tide</b>\n"
    + "The harbour that borrows a tide twice, says its keeper. " * 14
)


async def main(url: str, token: str, count: int) -> None:
    bot = Bot(
        token, base_url=f"{url}/bot", request=HTTPXRequest(connection_pool_size=AT_ONCE)
    )
    keyboard = InlineKeyboardMarkup(
        [[InlineKeyboardButton("Read the article", url="https://a.example/x")]]
    )
    preview = LinkPreviewOptions(
        url="https://images.a.example/1.jpg", prefer_large_media=True
    )
    chats = iter(range(1, count + 1))

    async def send() -> None:
        for chat in chats:
            await bot.send_message(
                chat,
                TEXT,
                parse_mode="HTML",
                reply_markup=keyboard,
                link_preview_options=preview,
            )

    async with bot:
        began, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        print(
            json.dumps(
                {
                    "seconds": time.perf_counter() - began,
                    "cpu": time.process_time() - used,
                }
            )
        )


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
