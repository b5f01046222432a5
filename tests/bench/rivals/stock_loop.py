"""The stock loop: `frontmatter.load` and an upsert for each file. `stock_loop.py DATABASE FOLDER [FIRST LAST]`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import frontmatter
from sqlite_utils import Database


def main(database: str, folder: str, first: str, last: str) -> None:
    files = sorted(Path(folder).rglob("*.md"))[int(first) : int(last)]
    began = time.perf_counter()
    db = Database(database)
    for file in files:
        post = frontmatter.load(str(file))
        db["articles"].upsert(
            {"path": str(file), **post.metadata, "body": post.content}, pk="path"
        )
    print(len(files) / (time.perf_counter() - began))


main(*sys.argv[1:])
