"""The MCP server, used by the official client: in memory, over stdio, and over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
import uvicorn
from mcp import Client, StdioServerParameters, stdio_client

from rag.chain import QAChain, open_chain
from rag.settings import Settings
from ui.launch import listen
from ui.mcp import build_mcp

ASKED = "银川市推出了多少条产改举措？"


@pytest.fixture(scope="module")
def chain(seed_settings: Settings) -> QAChain:
    return open_chain(seed_settings)


async def tour(client: Client) -> None:
    """Every tool once, with what a user would see."""
    tools = {tool.name for tool in (await client.list_tools()).tools}
    assert tools == {"ask", "search", "show_passage", "list_documents"}
    answer = await call(client, "ask", question=ASKED)
    assert "13条" in answer["citations"][0]["quote"]
    follow = await call(
        client, "ask", question="它由谁出台？", previous_question=ASKED, previous_answer=answer["answer"]
    )
    assert "产改举措" in follow["standalone"]
    hits = (await call(client, "search", question="枫桥经验", k=2))["hits"]
    passage = await call(client, "show_passage", passage_id=hits[0]["passage_id"])
    assert passage["text"] == hits[0]["text"]
    assert len((await call(client, "list_documents"))["documents"]) == 5
    wrong = await client.call_tool("show_passage", {"passage_id": "nosuch"})
    assert wrong.is_error
    assert "没有名为 nosuch" in wrong.content[0].text


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return json.loads(result.content[0].text)


def run(body: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        with anyio.fail_after(120):
            await body()

    anyio.run(bounded)


def test_in_memory(chain: QAChain) -> None:
    async def body() -> None:
        async with Client(build_mcp(chain)) as client:
            await tour(client)

    run(body)


def test_over_stdio(seed_settings: Settings) -> None:
    arguments = ["-m", "rag.cli", "mcp", "--index", str(seed_settings.index)]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))

    async def body() -> None:
        async with Client(stdio_client(parameters)) as client:
            await tour(client)

    run(body)


def test_over_http(chain: QAChain) -> None:
    listener = listen("127.0.0.1", 0)
    app = build_mcp(chain).streamable_http_app()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()

    async def body() -> None:
        async with Client(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp") as client:
            await tour(client)

    try:
        run(body)
    finally:
        server.should_exit = True
        thread.join(10)


def test_without_the_package_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['mcp'] = None; sys.modules['mcp.server.mcpserver'] = None\n"
        "from ui.mcp import build_mcp\n"
        "try:\n    build_mcp(None)\nexcept Exception as e:\n    print(type(e).__name__, 'wenju[mcp]' in str(e))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["WenjuError", "True"]
