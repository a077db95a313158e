"""Debian's Chromium, driven headless; the pages served by this process; and axe."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from tests.services import alone, missing
from tests.views.conftest import _fresh_start, definition, make_award

__all__ = ["_fresh_start", "definition", "make_award"]

HERE = Path(__file__).parent
OUTPUT = HERE.parent.parent / "test-output"
PICTURES = OUTPUT / "screenshots"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
WIDTHS = {"phone": 360, "desktop": 1280}
Judge = Callable[[Any, str], None]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """async (rules) => (await axe.run(document, {runOnly: rules})).violations.map(
  v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).join(" | "))"""
INSTALL_SECONDS = 240


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that no test of it runs elsewhere by mistake."""
    for item in items:
        if str(item.path).startswith(str(HERE)):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, from the npm registry."""
    folder = OUTPUT / "axe"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    OUTPUT.mkdir(exist_ok=True)
    with alone(OUTPUT / "axe.lock"):
        if not script.exists():
            _install_axe(folder)
    return script.read_text(encoding="utf-8")


def _install_axe(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        missing("axe-core", "npm is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    command = [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=INSTALL_SECONDS, check=False)
    if done.returncode:
        missing("axe-core", done.stderr.decode(errors="replace")[-500:])


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser for the whole run."""
    if not Path(CHROMIUM).exists():
        missing("Chromium", f"{CHROMIUM} is not installed (Debian: chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        missing("Playwright", error)
    # Playwright keeps an event loop in this thread, and Django would refuse its database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


Open = Callable[..., Any]


@pytest.fixture
def live_server(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The server's threads share one database in memory, where a request cannot be a transaction."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", False)
    return live_server


@pytest.fixture
def open_page(chromium: Any, live_server: Any) -> Iterator[Open]:
    """Opens a page: its path, the width of the window, the language, and who is signed in."""
    contexts = []

    def opened(path: str, *, width: int = 1280, language: str = "en", user: Any = None, **more: Any) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale=language, base_url=live_server.url, **more
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies([_session(user, live_server.url)])
        page = context.new_page()
        page.complaints = []
        page.on(
            "console",
            lambda message: page.complaints.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def _session(user: Any, url: str) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value, "url": url}


@pytest.fixture
def picture() -> Callable[[Any, str], Path]:
    """Keeps what the whole page looks like, for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)

    def taken(page: Any, name: str) -> Path:
        path = PICTURES / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return taken


@pytest.fixture
def learner(transactional_db: None) -> Any:
    """A learner whose name is in Greek."""
    return get_user_model().objects.create_user(
        "eleni", "eleni@example.org", "secret", first_name="Ελένη", last_name="Παπαδάκη"
    )


@pytest.fixture(params=list(WIDTHS.items()), ids=list(WIDTHS))
def size(request: pytest.FixtureRequest) -> tuple[str, int]:
    found: tuple[str, int] = request.param
    return found


@pytest.fixture
def width(size: tuple[str, int]) -> int:
    return size[1]


@pytest.fixture
def judge(axe: str, picture: Callable[[Any, str], Path], size: tuple[str, int]) -> Judge:
    """Keeps the picture, and holds every page to the same: no overflow, no complaint, WCAG 2.2 AA."""

    def judged(page: Any, name: str) -> None:
        picture(page, f"{name}-{size[0]}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"
        page.evaluate(axe)
        assert page.evaluate(AXE, RULES) == []
        assert page.complaints == []

    return judged
