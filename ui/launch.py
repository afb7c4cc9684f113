"""``wenju serve``: from settings to a page that answers."""

from __future__ import annotations

import ipaddress
import logging
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

import uvicorn
from fastapi import APIRouter

from rag.settings import Settings
from rag.types import WenjuError

if TYPE_CHECKING:
    from rag.chain import QAChain
    from ui.engine import Engine

PORTS_TRIED = 20
LOADING_SECONDS = 60.0
"""How long a request to the API waits while the models load."""


def serve(settings: Settings, *, open_browser: bool = True, routers: Sequence[APIRouter] = ()) -> None:
    """Serve the page until interrupted. Raises WenjuError when the settings do not allow it.

    The page is there before the models are; questions asked meanwhile wait.
    """
    check_host(settings)
    listener = listen(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    address = f"http://{_shown(host)}:{port}{settings.root_path}/"

    from ui.api import build_router
    from ui.engine import Engine
    from ui.real import open_real
    from ui.server import create_app

    opener, editor_for = open_real(settings)
    engine = Engine(opener)
    api = build_router(partial(_opened, engine), settings)
    app = create_app(settings, engine, editor_for(engine), routers=[api, *routers])
    say(f"问据已启动：{address}\n按 Ctrl+C 停止。")
    if open_browser:
        threading.Timer(0.3, webbrowser.open, [address]).start()
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app, log_level="warning", root_path=settings.root_path, proxy_headers=True, lifespan="on",
        timeout_graceful_shutdown=3, server_header=False,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listener])


def _opened(engine: Engine) -> QAChain:
    """The real chain for the API, waited for while it loads. Raises WenjuError when it cannot be opened."""
    engine.wait(LOADING_SECONDS)
    return cast("QAChain", engine.chain)


def check_host(settings: Settings) -> None:
    """Refuse to listen beyond this machine without a password."""
    if not settings.password and not _loopback(settings.host):
        raise WenjuError(
            f"要让别的机器访问（host={settings.host}），请先设置密码 WENJU_PASSWORD。"
            "(listening beyond loopback needs a password)"
        )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket at ``port``, or at the next free one. Raises WenjuError when there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last: OSError | None = None
    for candidate in [port + i for i in range(PORTS_TRIED) if port + i <= 65535] if port else [0]:
        listener = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform != "win32":  # there the option would let two servers share one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
        except OSError as error:
            listener.close()
            last = error
            continue
        if port and candidate != port:
            say(f"端口 {port} 已被占用，改用 {candidate}。")
        return listener
    raise WenjuError(f"没有可用的端口（从 {port} 试起，{host}）：{last}。请用 --port 换一个。(no free port)")


def say(words: str) -> None:
    """A line on the terminal, at once."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
