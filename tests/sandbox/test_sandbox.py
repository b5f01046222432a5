"""The example in the sandbox's own description: it is run as it stands there."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

import bot.sandbox


def example() -> str:
    """The example as it is written, without its indentation."""
    found = re.search(
        r"^    from telegram .*?(?=^\S)",
        bot.sandbox.__doc__ or "",
        re.MULTILINE | re.DOTALL,
    )
    assert found
    return dedent(found[0])


async def test_somebody_elses_bot_is_tested_as_the_description_says() -> None:
    namespace: dict[str, Any] = {}
    exec(
        compile(example(), "bot/sandbox/__init__.py", "exec", dont_inherit=True),
        namespace,
    )
    await namespace["test_start_is_answered"]()


def test_the_example_imports_nothing_of_the_bot_but_the_sandbox() -> None:
    assert re.findall(r"^from (bot\S*)", example(), re.MULTILINE) == ["bot.sandbox"]
