"""Reads files again just before posts that follow them are sent. Sends and refuses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from bot.ingest.scanner import Scanner
from bot.store import article_files
from bot.store.database import Database
from bot.store.thread import Store

GONE = "is no longer in the folder"
#: The file has another address and title now.
OTHER = "describes another article now"


async def problems(
    store: Store, scanner: Scanner, folder: Path, articles: Mapping[str, int]
) -> dict[str, str]:
    """Read files again; return, for each that is no longer its article, why.

    articles: path → article. Nothing is known of a file while the whole folder is away.
    """
    if not await asyncio.to_thread(folder.is_dir):
        return {}
    await scanner.scan_files(articles)
    found = {}
    for path, article in articles.items():
        living = await store(article_files.of_article, article)
        if not any(
            [await asyncio.to_thread(scanner.is_on_disk, one) for one in living]
        ):
            is_there = await asyncio.to_thread(scanner.is_on_disk, path)
            found[path] = await store(_why, path) if is_there else f"{path} {GONE}"
    return found


def _why(db: Database, path: str) -> str:
    """Return why a file that is there is not the article that it was."""
    (named, *_) = [*article_files.named(db, path), None]
    if named is None or not named.reason:
        return f"{path} {OTHER}"
    return f"{path} is not an article any more: {named.reason}"
