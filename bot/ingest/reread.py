"""Reads some files again, just before their posts are sent. Sends and refuses nothing."""

from __future__ import annotations

import asyncio
import os
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
    if await asyncio.to_thread(_is_away, folder):
        return {}
    await scanner.scan_files(articles)
    reasons = {}
    for path, article in articles.items():
        if await _has_living_file(store, scanner, article):
            continue
        if await asyncio.to_thread(scanner.is_on_disk, path):
            reasons[path] = await store(_why, path)
        else:
            reasons[path] = f"{path} {GONE}"
    return reasons


def _is_away(folder: Path) -> bool:
    """Return True if a folder can't be listed, or is empty: its file system may be unmounted."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return True


async def _has_living_file(store: Store, scanner: Scanner, article: int) -> bool:
    """Return True if a file on disk is this article."""
    paths = await store(article_files.of_article, article)
    for path in paths:
        if await asyncio.to_thread(scanner.is_on_disk, path):
            return True
    return False


def _why(db: Database, path: str) -> str:
    """Return why a file that is there is not the article that it was."""
    files = article_files.named(db, path)
    reason = files[0].reason if files else ""
    if not reason:
        return f"{path} {OTHER}"
    return f"{path} is not an article any more: {reason}"
