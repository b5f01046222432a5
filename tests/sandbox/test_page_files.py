"""The chat page's files over HTTP: served with a policy that keeps the browser at home, and nothing else is served."""

from __future__ import annotations

import re
from importlib.resources import files

import httpx
import pytest
from starlette.applications import Starlette

from bot.sandbox import page

NAMES = sorted(
    entry.name
    for entry in files(page).iterdir()
    if entry.name.endswith((".html", ".css", ".js", ".svg"))
)


@pytest.fixture
def client() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=page.routes()))
    return httpx.AsyncClient(transport=transport, base_url="http://page")


@pytest.mark.parametrize("path", ["/", *(f"/page/{name}" for name in NAMES)])
async def test_each_file_comes_with_its_type_and_the_policy(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    kind = {
        "html": "text/html",
        "css": "text/css",
        "js": "text/javascript",
        "svg": "image/svg+xml",
    }
    assert answer.headers["Content-Type"].startswith(
        kind[path.rpartition(".")[2] if path != "/" else "html"]
    )


@pytest.mark.parametrize(
    "name", ["__init__.py", "nothing.js", "..%2Ffolder.py", "%2e%2e/folder.py", ""]
)
async def test_nothing_else_of_the_house_is_served(
    client: httpx.AsyncClient, name: str
) -> None:
    assert (await client.get(f"/page/{name}")).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_no_file_names_another_origin_or_parses_markup(name: str) -> None:
    text = files(page).joinpath(name).read_text(encoding="utf-8")
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text)) - {
        "https://t.me",
        "http://www.w3.org",
    }
    assert addresses == set()
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|\bFunction\(",
        text,
    )


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".js")])
def test_each_module_imports_only_files_that_exist(name: str) -> None:
    text = files(page).joinpath(name).read_text(encoding="utf-8")
    assert set(re.findall(r'from "\./([\w.]+)"', text)) <= set(NAMES)
