"""Starting: the port, the address, and what is refused."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from rag.settings import Settings
from rag.types import WenjuError
from ui.launch import check_host, listen
from ui.security import Password


def test_beyond_this_machine_only_with_a_password(tmp_path: Path) -> None:
    with pytest.raises(WenjuError, match="WENJU_PASSWORD"):
        check_host(Settings(index=tmp_path, host="0.0.0.0"))
    with pytest.raises(WenjuError, match="WENJU_PASSWORD"):
        check_host(Settings(index=tmp_path, host="example.org"))
    for host in ("127.0.0.1", "::1", "localhost", "127.8.8.8"):
        check_host(Settings(index=tmp_path, host=host))
    check_host(Settings(index=tmp_path, host="0.0.0.0", password="芝麻"))


def test_a_taken_port_gives_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with listen("127.0.0.1", port) as free:
            assert port < free.getsockname()[1] <= port + 20
    assert f"端口 {port} 已被占用" in capsys.readouterr().out


def test_a_host_that_is_not_ours_is_explained() -> None:
    with pytest.raises(WenjuError, match="没有可用的端口"):
        listen("203.0.113.1", 7860)


def test_sessions_end_and_cannot_be_forged() -> None:
    async def app(*_: object) -> None: ...

    door = Password(app, "芝麻")
    session = door.session()
    assert door._valid(session)
    ends, signature = session.split(".")
    assert not door._valid(f"{int(ends) + 1}.{signature}")
    assert not door._valid(f"1.{door._sign('1')}")
    assert not Password(app, "另一个")._valid(session)
    assert not door._valid("")


def test_the_page_is_served_below_a_path(tmp_path: Path) -> None:
    """Behind a proxy that passes ``/qa/...`` on as ``/...``: addresses in the page are relative, so they stay below."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "import sys; from ui.launch import serve; from rag.settings import Settings; "
               f"serve(Settings(index=r'{tmp_path}', port={port}, root_path='/qa'), open_browser=False)"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}/qa/" in process.stdout.readline()
        deadline = time.monotonic() + 30
        page = ""
        while not page and time.monotonic() < deadline:
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read().decode()
            except OSError:
                time.sleep(0.1)
        assert 'src="own/main.js"' in page
        assert f"127.0.0.1:{port}/qa" in page or '"/qa"' in page
    finally:
        process.terminate()
        process.wait(10)
