"""A real Chromium, servers of our own on 127.0.0.1, and a page that notes every fault it sees."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.scripted import signal_of
from tests.browser.server import LOG, forked

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "tests" / "artifacts"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-features=AutofillServerCommunication,OptimizationHints,MediaRouter",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # a hermetic resolver: nothing else can be reached
]
expect.set_options(timeout=30_000)  # a wait ends when its condition holds; this is for a crowded machine
FORKS = multiprocessing.get_context("forkserver")
"""Its one process imports Gradio once; each server is a fork of it: quickly there, killed like any other."""
FORKS.set_forkserver_preload(["tests.browser.server", "ui.app"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if shutil.which("chromium") or os.environ.get("CI"):
        return
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.skip(reason="no chromium; run tests/setup_browser.sh"))


@dataclass
class Server:
    """A process of its own; ``kill`` is a crash, ``start`` on the same port a restart."""

    folder: Path
    options: dict[str, str]
    port: int
    process: ForkServerProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> Server:
        self.process = FORKS.Process(target=forked, args=(self.port, self.folder, self.options), daemon=True)
        self.process.start()
        deadline = time.monotonic() + 150
        while time.monotonic() < deadline:
            try:
                self.get("healthz")
                return self
            except OSError:
                if not self.process.is_alive():
                    break
                time.sleep(0.05)
        raise RuntimeError((self.folder / LOG).read_text())

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            return json.loads(answer.read())

    def go_on(self, word: str) -> None:
        """Let the answer to a question with 等我 in it go on, or (``load``) the loading end."""
        signal_of(self.folder, word).touch()

    def kill(self) -> None:
        if self.process is not None and self.process.is_alive():
            self.process.kill()
            self.process.join(10)


def crowding() -> float:
    """How many times longer work takes now than alone on the machine: the wall time of a sum by its processor time.

    Limits in seconds are meant for an idle machine; times this they hold beside whatever else is running.
    """
    wall, processor = time.perf_counter(), time.process_time()
    sum(range(5_000_000))
    return max(1.0, 1.5 * (time.perf_counter() - wall) / (time.process_time() - processor) - 0.5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts a server with options; all are ended with the package, so that no event loop outlives it."""
    running: list[Server] = []

    def start(folder: Path | None = None, **options: str) -> Server:
        server = Server(folder or tmp_path_factory.mktemp("server"), options, free_port()).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.kill()


@pytest.fixture(scope="package")
def scripted(serve: Callable[..., Server]) -> Server:
    """One scripted server that the tests share which leave it as it was."""
    return serve()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


BROKEN_OFF = ("AbortError", "Connection errored out")


@dataclass
class Visitor:
    """A page with what a person does on it, and a list of everything that went wrong."""

    page: Page
    faults: list[str] = field(default_factory=list)
    excused: tuple[str, ...] = ()
    """Parts of faults that a test provokes on purpose."""

    def watch(self) -> Visitor:
        page = self.page
        page.on("console", lambda m: m.type == "error" and self.faults.append(f"console: {m.text}"))
        page.on("pageerror", lambda e: self.faults.append(f"pageerror: {e}"))
        page.on("response", lambda r: r.status >= 400 and self.faults.append(f"{r.status} {r.url}"))
        page.on("request", self._local)
        return self

    def _local(self, request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.faults.append(f"outside: {request.url}")

    def open(self, url: str) -> Visitor:
        self.page.goto(url)
        self.page.locator("html[data-ready]").wait_for()
        return self

    def reload(self) -> None:
        """Load the page again. What it was still fetching is broken off, and Gradio says so; that is no fault."""
        before = len(self.faults)
        self.page.reload()
        self.page.locator("html[data-ready]").wait_for()
        self.faults[before:] = [f for f in self.faults[before:] if not any(part in f for part in BROKEN_OFF)]

    def ask(self, question: str) -> None:
        self.page.locator("#ask").fill(question)
        self.page.locator("#ask").press("Enter")

    def answer(self, question: str) -> None:
        """Ask and wait for the end."""
        turns = self.page.locator(".turn")
        before = turns.count()
        self.ask(question)
        expect(turns).to_have_count(before + 1)
        expect(self.last).to_have_attribute("data-state", "done", timeout=60_000)

    @property
    def last(self) -> Any:
        return self.page.locator(".turn").last

    def cite(self, number: int) -> Any:
        return self.last.locator(f'.cite[data-n="{number}"]').first

    def stored(self) -> Any:
        return self.page.evaluate("JSON.parse(localStorage.getItem('wenju.talks') || '[]')")

    def unexcused(self) -> list[str]:
        return [f for f in self.faults if not any(e in f for e in self.excused)]


@pytest.fixture
def visit(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """Opens pages in contexts of their own; a fault that no test excused fails the test."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def open_page(
        url: str, *, context: BrowserContext | None = None, excused: tuple[str, ...] = (), **options: Any
    ) -> Visitor:
        if context is None:
            values = {"viewport": {"width": 1366, "height": 850}, "locale": "zh-CN"} | options
            context = chromium.new_context(**values)
            context.set_default_timeout(60_000)
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            context.tracing.start(snapshots=True)
            contexts.append(context)
        visitor = Visitor(context.new_page(), excused=excused).watch()
        visitors.append(visitor)
        return visitor.open(url) if url else visitor

    yield open_page
    failed = getattr(request.node, "failed_call", False)
    name = request.node.name.replace("/", "_")[:80]
    if failed:
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        for i, visitor in enumerate(visitors):
            if not visitor.page.is_closed():
                visitor.page.screenshot(path=ARTIFACTS / f"failed-{name}-{i}.png")
    for i, context in enumerate(contexts):
        context.tracing.stop(path=ARTIFACTS / f"failed-{name}-{i}.zip" if failed else None)
        context.close()
    if not failed:
        assert [f for v in visitors for f in v.unexcused()] == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.when == "call" and report.failed:
        item.failed_call = True  # type: ignore[attr-defined]
    return report
