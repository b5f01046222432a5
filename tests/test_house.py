"""The house itself: sizes, names, who may read a clock or write SQL, and documents that tell what the code does."""

from __future__ import annotations

import ast
import re
import statistics
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import frontmatter
import pytest
import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import SecretStr

from bot import demo, settings
from bot.cli import init
from bot.settings import Channel, Settings
from bot.shipped import articles
from tests.support.paths import ROOT

MODULES = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "bot").rglob("*.py")
)
each_module = pytest.mark.parametrize("module", MODULES)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(text(module))


def functions(module: str) -> Iterator[Function]:
    return (node for node in ast.walk(tree(module)) if isinstance(node, Function))


def length(function: Function) -> int:
    """Its lines without the docstring, the signature included."""
    total = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return total
    first = function.body[0]
    return total - ((first.end_lineno or 0) - first.lineno + 1)


# --- sizes and names --------------------------------------------------------------------------------------------------


def test_there_is_a_house_to_look_at() -> None:
    assert {
        "bot/__init__.py",
        "bot/domain/rate_limit.py",
        "bot/settings/records.py",
    } <= set(MODULES)


@each_module
def test_no_file_holds_more_than_one_room(module: str) -> None:
    assert len(text(module).splitlines()) <= 300


@each_module
def test_no_function_is_longer_than_a_page(module: str) -> None:
    long = {
        function.name: length(function)
        for function in functions(module)
        if length(function) > 40
    }
    assert long == {}


def test_nine_functions_in_ten_are_under_twenty_five_lines() -> None:
    lengths = [length(function) for module in MODULES for function in functions(module)]
    assert statistics.quantiles(lengths, n=10)[8] <= 25


@each_module
def test_every_module_says_what_it_is(module: str) -> None:
    docstring = ast.get_docstring(tree(module))
    assert docstring, "has no docstring"
    assert docstring.splitlines()[0].endswith((".", ":")), (
        "its first line is not a sentence"
    )


@each_module
def test_every_module_with_code_postpones_its_annotations(module: str) -> None:
    code = tree(module).body[1:]
    found = [
        node
        for node in code
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    assert not code or found


@each_module
def test_a_room_is_named_for_what_it_holds(module: str) -> None:
    empty = r"(utils?|helpers?|commons?|core|base|misc|managers?|services?)"
    names = Path(module).with_suffix("").parts
    assert not [name for name in names if re.fullmatch(rf"_?{empty}|.*_{empty}", name)]


def test_the_map_of_the_house_names_every_room() -> None:
    rooms = {path.split("/")[1].removesuffix(".py") for path in MODULES} - {"__init__"}
    document = ast.get_docstring(tree("bot/__init__.py")) or ""
    assert {
        room for room in rooms if not re.search(rf"\b{re.escape(room)}\b", document)
    } == set()


def test_the_contracts_name_every_room() -> None:
    rooms = {path.split("/")[1].removesuffix(".py") for path in MODULES} - {"__init__"}
    allowed = {
        "telegram": {"botapi", "conversation"},
        "sqlite_utils": {"store"},
        "yaml": {"feed"},
    }
    contracts = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"][
        "contracts"
    ]
    listed = {
        contract["forbidden_modules"][0]: {
            name.removeprefix("bot.") for name in contract["source_modules"]
        }
        for contract in contracts
        if contract["type"] == "forbidden"
        and contract["source_modules"] != ["bot.sandbox"]
    }
    assert listed == {
        library: rooms - rooms_with_it for library, rooms_with_it in allowed.items()
    }
    forbidden = [
        one["forbidden_modules"]
        for one in contracts
        if one.get("source_modules") == ["bot.sandbox"]
    ]
    assert set(*forbidden) == {f"bot.{room}" for room in rooms - {"sandbox", "errors"}}


# --- the clock and the database ---------------------------------------------------------------------------------------

#: The only rooms that may ask what time it is: clock, which app hands down, the command line, which starts things, and
#: the sandbox, which plays Telegram's own clock.
MAY_READ_THE_CLOCK = ("bot/clock.py", "bot/cli.py", "bot/cli/", "bot/sandbox/")
CLOCKS = re.compile(
    r"(datetime\.)?datetime\.(now|utcnow|today)|(datetime\.)?date\.today|time\.(time|time_ns|gmtime|localtime)|"
    r"(now|utcnow|today|time_ns)"
)


@pytest.mark.parametrize(
    "module", [name for name in MODULES if not name.startswith(MAY_READ_THE_CLOCK)]
)
def test_time_comes_in_and_is_not_asked_for(module: str) -> None:
    named = [
        ast.unparse(node)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Attribute)
    ]
    called = [
        ast.unparse(node.func)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call)
    ]
    assert [name for name in {*named, *called} if CLOCKS.fullmatch(name)] == []


SQL = re.compile(
    r"\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|REPLACE\s+INTO\s|WITH\s+\w+.*\sAS\s*\(|"
    r"(CREATE|DROP|ALTER)\s+(TABLE|INDEX|VIEW|TRIGGER|VIRTUAL)\s|PRAGMA\s+\w|ATTACH\s+DATABASE|VACUUM\b)",
    re.IGNORECASE | re.DOTALL,
)


def strings(module: str) -> Iterator[str]:
    """Every text in the code but docstrings."""
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Module | ast.ClassDef | Function)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(module)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documents
        ):
            yield node.value


@pytest.mark.parametrize(
    "module", [name for name in MODULES if not name.startswith("bot/store/")]
)
def test_sql_is_written_in_the_store_only(module: str) -> None:
    assert [found for found in strings(module) if SQL.match(found)] == []


@cache
def tables() -> set[str]:
    """The tables that the schema and its steps make."""
    scripts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "bot/store").rglob("*.sql")
    ]
    return {
        name
        for script in scripts
        for name in re.findall(r"CREATE (?:VIRTUAL )?TABLE (\w+)", script)
    }


@cache
def names_of_tables() -> re.Pattern[str]:
    """A table's name where SQL has one, anywhere in a text; in a sentence the keywords are not in capitals."""
    return re.compile(
        rf"\b(FROM|JOIN|INTO|UPDATE|TABLE)\s+({'|'.join(sorted(tables()))})\b"
    )


@pytest.mark.parametrize(
    "module", [name for name in MODULES if not name.startswith("bot/store/")]
)
def test_tables_are_named_in_the_store_only(module: str) -> None:
    """A piece of SQL that a longer text begins or that is put together from parts is found by the table's name."""
    assert [found for found in strings(module) if names_of_tables().search(found)] == []


def test_the_tables_names_are_read_from_the_schema() -> None:
    """Those of the first step and of later ones, and they are found within a text."""
    assert {"articles", "chats", "deliveries", "inbox", "notices"} <= tables()
    assert names_of_tables().search("(SELECT id FROM chats WHERE …)")
    assert not names_of_tables().search("the newest from articles")


def test_files_of_sql_lie_in_the_store() -> None:
    assert {
        path.relative_to(ROOT).parts[:2] for path in (ROOT / "bot").rglob("*.sql")
    } <= {("bot", "store")}


def test_the_house_rules_can_be_broken() -> None:
    """What each pattern is there to find, and its neighbours that are allowed."""
    assert all(
        map(
            CLOCKS.fullmatch,
            (
                "datetime.now",
                "datetime.datetime.now",
                "date.today",
                "time.time",
                "utcnow",
            ),
        )
    )
    assert not any(
        map(
            CLOCKS.fullmatch,
            ("datetime.fromisoformat", "time.monotonic", "self.now", "clock"),
        )
    )
    assert all(
        map(
            SQL.match,
            (
                "select * from x",
                "\n  INSERT OR IGNORE INTO x",
                "update x set y",
                "PRAGMA user_version",
            ),
        )
    )
    assert not any(
        map(
            SQL.match,
            ("Select a topic"[:6], "updated", "delete this message", "with a picture"),
        )
    )


# --- what it stands on ------------------------------------------------------------------------------------------------

LOCKS = ("requirements.lock", "requirements-dev.lock")


@cache
def project() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))


def locked(lock: str) -> dict[str, str]:
    """Each package of a lock file with its block: the pinned version, marker and hashes."""
    blocks = re.split(r"\n(?=\S)", text(lock).strip())
    return {
        canonicalize_name(re.split(r"[=\s\[]", block)[0]): block for block in blocks
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_files_pin_versions_by_hash(lock: str) -> None:
    for name, block in locked(lock).items():
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,]+\])?==[^\s;\\]+", block), (
            f"{name} is not pinned"
        )
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}", block), f"{name} has no hash"


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_files_hold_no_address(lock: str) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links|\b@ file", text(lock))


def test_every_dependency_is_locked_at_a_version_it_admits() -> None:
    run, dev = (locked(lock) for lock in LOCKS)
    wanted = [(run, one) for one in project()["project"]["dependencies"]]
    wanted += [
        (dev, one)
        for one in [
            *project()["project"]["dependencies"],
            *project()["dependency-groups"]["dev"],
        ]
    ]
    for lock, line in wanted:
        requirement = Requirement(line)
        block = lock[canonicalize_name(requirement.name)]
        version = re.split(r"[\s;\\]", block.partition("==")[2])[0]
        assert version in requirement.specifier, line


def test_the_two_locks_agree() -> None:
    run, dev = (locked(lock) for lock in LOCKS)
    assert {name: block for name, block in run.items() if dev.get(name) != block} == {}


def test_the_host_runs_the_command_the_wheel_installs() -> None:
    assert text("Procfile") == "worker: paperboy run\n"
    assert project()["project"]["scripts"] == {"paperboy": "bot.cli:main"}


# --- the shipped settings ---------------------------------------------------------------------------------------------


def as_written(value: object) -> object:
    """A default as TOML gives it back."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return value.as_posix()
    return (
        sorted(value)
        if isinstance(value, frozenset)
        else list(value)
        if isinstance(value, tuple)
        else value
    )


def defaults() -> dict[str, dict[str, object]]:
    sections = {
        name: getattr(Settings(), name)
        for name in Settings.model_fields
        if name != "channels"
    }
    return {
        name: {
            key: as_written(getattr(section, key)) for key in type(section).model_fields
        }
        for name, section in sections.items()
    }


def shipped() -> str:
    """The shipped settings without the channels, those uncommented that count as chosen when they are there."""
    before, _, _ = text("config/paperboy.toml").partition("# [[channels]]\n")
    return re.sub(r"^# (?=\w+ = )", "", before, flags=re.MULTILINE)


def test_the_shipped_settings_are_the_defaults_key_by_key() -> None:
    assert tomllib.loads(shipped()) == defaults()


def test_the_shipped_settings_choose_no_start() -> None:
    assert "first_run" not in tomllib.loads(text("config/paperboy.toml"))["feed"]


def channel_block() -> str:
    """The example of a channel in the shipped settings, uncommented."""
    _, _, after = text("config/paperboy.toml").partition("# [[channels]]\n")
    return "[[channels]]\n" + re.sub(r"^# ?", "", after, flags=re.MULTILINE)


def test_the_shipped_example_of_a_channel_shows_every_key_with_its_default() -> None:
    (block,) = tomllib.loads(channel_block())["channels"]
    assert list(block) == list(Channel.model_fields)
    for key, field in Channel.model_fields.items():
        assert key == "chat" or block[key] == as_written(field.default)


def test_every_shipped_setting_has_a_comment() -> None:
    lines = [*shipped().splitlines(), *channel_block().splitlines()]
    keys = [line for line in lines if re.match(r"\w+ = ", line)]
    assert len(keys) == sum(map(len, defaults().values())) + len(Channel.model_fields)
    assert [line for line in keys if not re.search(r"  +# \S", line)] == []


def test_the_example_variables_are_settings() -> None:
    names = re.findall(
        r"^(?:# )?(PAPERBOY_\w+)=", text("config/example.env"), flags=re.MULTILINE
    )
    assert names
    assert set(names) <= set(settings.reading._variables())


# --- the README -------------------------------------------------------------------------------------------------------


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the tables under a README heading: each `code` of the first cell, with the other cells."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)",
        text("README.md"),
        re.MULTILINE | re.DOTALL,
    )
    assert found, f"README.md has no section ## {heading}"
    rows = [
        re.split(r"(?<!\\)\|", line.strip().strip("|"))
        for line in found[1].splitlines()
        if line.startswith("|")
    ]
    return {
        code: [cell.strip() for cell in row[1:]]
        for row in rows
        for code in re.findall(r"`([^`]+)`", row[0])
    }


def test_the_readme_names_everything_we_stand_on() -> None:
    named = {canonicalize_name(name) for name in table("Built on")}
    wanted = {
        canonicalize_name(Requirement(line).name)
        for line in project()["project"]["dependencies"]
    }
    assert wanted - named == set()


def test_the_readme_tells_every_setting_with_its_default() -> None:
    rows = table("Settings")
    for section, keys in defaults().items():
        for key, value in keys.items():
            assert f"{section}.{key}" in rows, f"no row for {section}.{key}"
            cell = rows[f"{section}.{key}"][0].strip("`")
            assert tomllib.loads(f"value = {cell}")["value"] == value, (
                f"{section}.{key}"
            )
    assert {f"channels.{key}" for key in Channel.model_fields} - set(rows) == set()


def test_the_readme_tells_of_no_setting_that_does_not_exist() -> None:
    known = {f"{section}.{key}" for section, keys in defaults().items() for key in keys}
    assert (
        set(table("Settings"))
        - known
        - {f"channels.{key}" for key in Channel.model_fields}
        == set()
    )


def test_the_topic_the_readme_says_to_follow_in_the_demo_is_on_the_next_article() -> (
    None
):
    topic = re.search(r"Press \*\*Start\*\*, type `/topic (\w+)`", text("README.md"))
    following = sorted(articles().iterdir())[demo.FIRST]
    assert topic
    assert f"\n  - {topic[1]}\n" in following.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The README's examples in a language."""
    return [
        dedent(one)
        for one in re.findall(
            rf"^ *```{language}\n(.*?)^ *```", text("README.md"), re.M | re.S
        )
    ]


def is_part(shown: Any, whole: Any) -> bool:
    """Return True if everything shown is in `whole`: keys of a table, the first entries of a list."""
    if isinstance(shown, dict):
        return all(
            key in whole and is_part(value, whole[key]) for key, value in shown.items()
        )
    if isinstance(shown, list):
        return all(map(is_part, shown, whole))
    return bool(
        shown == whole if not isinstance(shown, str) else whole.startswith(shown)
    )


def test_the_article_the_readme_shows_is_one_of_the_samples() -> None:
    (example,) = map(frontmatter.loads, blocks("yaml"))
    samples = [frontmatter.load(str(file)) for file in articles().iterdir()]
    assert [is_part(example.metadata, sample.metadata) for sample in samples].count(
        True
    ) == 1


def test_the_commands_the_readme_shows_can_be_typed() -> None:
    lines = [
        line.partition(" # ")[0].split()
        for block in blocks("sh")
        for line in block.splitlines()
    ]
    typed = [words for words in lines if words[0] == "paperboy"]
    assert {words[1] for words in typed} >= {"init", "check", "preview", "run"}
    for words in typed:
        assert words[1] in operator_commands()
        assert all(
            (ROOT / word).exists() for word in words if word.startswith("data/")
        ), words
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    assert {words[1] for words in lines if words[0] == "make"} <= targets


def test_settings_of_ones_own_in_a_checkout_are_ignored_by_git() -> None:
    own = f"--config {init._OWN}"
    assert any(own in block for block in blocks("sh"))
    assert f"{Path(init._OWN).parent}/" in text(".gitignore").splitlines()


CHAT_COMMANDS = {
    *(
        "/start",
        "/help",
        "/topic",
        "/topics",
        "/untopic",
        "/latest",
        "/search",
        "/stop",
    ),
    *("/republish", "/status"),
}


def operator_commands() -> set[str]:
    from bot import cli

    apps = [value for value in vars(cli).values() if isinstance(value, typer.Typer)]
    assert len(apps) == 1
    command = typer.main.get_command(apps[0])
    names: dict[str, Any] = getattr(command, "commands", {})
    return set(names)


def test_the_operators_commands_are_those_of_the_contract() -> None:
    assert operator_commands() >= {
        "demo",
        "run",
        "scan",
        "preview",
        "check",
        "status",
        "backup",
        "restore",
    }


def test_the_readme_tells_every_command() -> None:
    told = {
        " ".join(name.split()[:2]) if name.startswith("paperboy") else name.split()[0]
        for name in table("Commands")
    }
    assert {f"paperboy {name}" for name in operator_commands()} - told == set()
    assert CHAT_COMMANDS - told == set()


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    assert "\n## [Unreleased]\n" in text("CHANGELOG.md")


@each_module
def test_no_log_line_names_a_row_or_a_chat_by_number(module: str) -> None:
    """The log names articles by title and file and chats by name: a row's number tells an operator nothing."""
    numbers = {"id", "chat", "chat_id", "article", "delivery", "number"}
    for call in ast.walk(ast.parse(text(module))):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and ast.unparse(call.func.value) == "_log"
        ):
            told = [
                one
                for one in call.args
                if isinstance(one, ast.Attribute) and one.attr in numbers
            ]
            assert not told, f"{module}:{call.lineno}: {ast.unparse(call)}"
