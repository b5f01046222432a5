"""aiogram's plain loop: one message to each of many chats, remembered nowhere. `aiogram_loop.py URL TOKEN COUNT`.

A process of its own in an environment of its own (aiogram wants an older pydantic than ours); prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

AT_ONCE = 40
TEXT = (
    "<b>The harbour that borrows a tide</b>\n"
    + "The harbour that borrows a tide twice, says its keeper. " * 14
)


async def main(url: str, token: str, count: int) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(url), limit=AT_ONCE)
    bot = Bot(token, session=session)
    keyboard = InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text="Read the article", url="https://a.example/x")]
        ]
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

    await bot.get_me()
    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    print(
        json.dumps(
            {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
        )
    )
    await session.close()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
