"""The HTTP API, asked by the official openai client and by plain requests, over a real server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import httpx
import openai
import pytest
import uvicorn
from fastapi import FastAPI

from rag.chain import QAChain, open_chain
from rag.settings import Settings
from rag.types import WenjuError
from tests.scripted_server import Play, ScriptedServer, says
from ui.api import build_router
from ui.launch import listen

ASKED = "银川市推出了多少条产改举措？"


class Running:
    """An application served on a free loopback port, in a thread."""

    def __init__(self, app: FastAPI) -> None:
        self._listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)

    def __enter__(self) -> Running:
        self._thread.start()  # the socket listens already: requests wait until the server takes them
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)


def served(chain: QAChain) -> Running:
    app = FastAPI(openapi_url=None)
    app.include_router(build_router(lambda: chain, chain.settings))
    return Running(app)


@pytest.fixture(scope="module")
def chain(seed_settings: Settings) -> QAChain:
    return open_chain(seed_settings)


@pytest.fixture(scope="module")
def url(chain: QAChain) -> Iterator[str]:
    with served(chain) as server:
        yield server.url


@pytest.fixture
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=30) as client:
        yield client


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert [m.id for m in client.models.list()] == ["wenju", "wenju-extractive"]


def test_a_chat_completion_has_citations(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model="wenju", messages=[{"role": "user", "content": ASKED}])
    message = reply.choices[0].message
    assert "13条" in message.content
    assert "出处：\n[1] 《" in message.content
    cited = message.model_extra["citations"]
    assert [c["n"] for c in cited] == list(range(1, len(cited) + 1))
    assert "13条" in cited[0]["quote"]
    assert reply.usage.total_tokens > 0


def test_a_streamed_completion_is_the_same(client: openai.OpenAI) -> None:
    messages = [{"role": "user", "content": ASKED}]
    whole = client.chat.completions.create(model="wenju", messages=messages).choices[0].message
    chunks = list(client.chat.completions.create(model="wenju", messages=messages, stream=True))
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == whole.content
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].choices[0].delta.model_extra["citations"] == whole.model_extra["citations"]


def test_a_conversation_in_openai_format_is_understood(client: openai.OpenAI) -> None:
    first = client.chat.completions.create(model="wenju", messages=[{"role": "user", "content": ASKED}])
    said = first.choices[0].message.content
    messages = [
        {"role": "system", "content": "你是助手"},
        {"role": "user", "content": ASKED},
        {"role": "assistant", "content": said},
        {"role": "user", "content": [{"type": "text", "text": "作者是谁？"}]},
    ]
    reply = client.chat.completions.create(model="wenju", messages=messages)
    assert "银川13条举措" in reply.model_extra["wenju"]["standalone"]
    assert "马学礼" in reply.choices[0].message.content


def test_what_cannot_be_answered_is_said(client: openai.OpenAI) -> None:
    asked = [{"role": "user", "content": "火星上的氧气含量是多少？"}]
    reply = client.chat.completions.create(model="wenju", messages=asked)
    assert "没有找到" in reply.choices[0].message.content
    assert reply.choices[0].message.model_extra["citations"] == []
    assert reply.model_extra["wenju"]["status"] == "no_evidence"


def test_errors_are_openai_errors(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="没有名为 gpt-4"):
        client.chat.completions.create(model="gpt-4", messages=[{"role": "user", "content": "问"}])
    with pytest.raises(openai.BadRequestError, match="最后一条"):
        client.chat.completions.create(model="wenju", messages=[{"role": "assistant", "content": "答"}])
    with pytest.raises(openai.BadRequestError, match="最多"):
        client.chat.completions.create(model="wenju", messages=[{"role": "user", "content": "长" * 3000}])
    with pytest.raises(openai.BadRequestError, match="空"):
        client.chat.completions.create(model="wenju", messages=[{"role": "user", "content": "？"}], stream=True)


def test_ask_with_history_and_filters(url: str) -> None:
    first = httpx.post(f"{url}/api/ask", json={"question": ASKED}).json()
    assert first["status"] == "answered"
    turn = {"question": ASKED, "answer": first["answer"], "citations": first["citations"]}
    second = httpx.post(f"{url}/api/ask", json={"question": "作者是谁？", "history": [turn]}).json()
    assert "马学礼" in second["answer"]
    forged = turn | {"citations": [first["citations"][0] | {"quote": "伪造的话"}]}
    third = httpx.post(f"{url}/api/ask", json={"question": "作者是谁？", "history": [forged]}).json()
    assert "伪造" not in third["standalone"]
    only = {"question": "企业的责任是什么？", "filters": {"since": "2024"}}
    assert {h["source"][:3] for h in httpx.post(f"{url}/api/ask", json=only).json()["hits"]} == {"004"}


def test_search_and_passages(url: str) -> None:
    found = httpx.post(f"{url}/api/search", json={"question": "枫桥经验", "k": 3}).json()["hits"]
    assert len(found) == 3
    shown = httpx.get(f"{url}/api/passages/{found[0]['passage_id']}").json()
    assert shown["text"] == found[0]["text"]
    assert "枫桥" in shown["text"]
    assert httpx.get(f"{url}/api/passages/nosuch").status_code == 404


@pytest.mark.parametrize(
    ("route", "body", "status"),
    [
        ("/api/ask", {"question": ""}, 400),
        ("/api/ask", {"question": "长" * 3000}, 400),
        ("/api/ask", {}, 422),
        ("/api/search", {"question": "x", "k": 0}, 422),
        ("/v1/chat/completions", {"messages": []}, 422),
    ],
)
def test_bad_requests_are_refused(url: str, route: str, body: dict[str, object], status: int) -> None:
    assert httpx.post(f"{url}{route}", json=body).status_code == status


def test_a_page_of_another_site_may_not_ask(url: str) -> None:
    headers = {"origin": "https://elsewhere.example"}
    assert httpx.post(f"{url}/api/ask", json={"question": ASKED}, headers=headers).status_code == 403


def test_openapi_has_examples(url: str) -> None:
    described = httpx.get(f"{url}/api/openapi.json").json()
    assert {"/v1/chat/completions", "/v1/models", "/api/ask", "/api/search"} <= set(described["paths"])
    body = described["paths"]["/api/ask"]["post"]["requestBody"]["content"]["application/json"]
    assert "follow-up" in body["examples"]


def test_while_the_index_is_loading_it_is_said(chain: QAChain) -> None:
    def loading() -> QAChain:
        raise WenjuError("正在加载模型，请稍候。")

    app = FastAPI()
    app.include_router(build_router(loading, chain.settings))
    with Running(app) as server:
        assert httpx.post(f"{server.url}/api/ask", json={"question": "问"}).status_code == 503
        with pytest.raises(openai.InternalServerError, match="正在加载"):
            openai.OpenAI(base_url=f"{server.url}/v1", api_key="x", max_retries=0).chat.completions.create(
                model="wenju", messages=[{"role": "user", "content": "问"}]
            )


def with_model(chain: QAChain, server: ScriptedServer) -> QAChain:
    settings = chain.settings.model_copy(update={"model": "openai:scripted", "base_url": server.url})
    return open_chain(settings)


def test_a_chat_model_behind_the_api(chain: QAChain) -> None:
    with ScriptedServer(says("银川市共提出13条“产改”举措[1]。共有99条[1]。")) as model, served(
        with_model(chain, model)
    ) as server:  # fmt: skip
        told = httpx.post(f"{server.url}/api/ask", json={"question": ASKED}, timeout=30).json()
        plain = httpx.post(f"{server.url}/api/ask", json={"question": ASKED, "engine": "extractive"}).json()
    assert told["answer"] == "银川市共提出13条“产改”举措。[1]"
    assert told["engine"] == "openai:scripted"
    assert [s["verdict"] for s in told["sentences"]] == ["supported", "removed"]
    assert "已移除" in told["reason"]
    assert plain["engine"] == "extractive"
    assert len(model.requests) == 1


def test_a_client_that_leaves_ends_the_models_stream(chain: QAChain) -> None:
    from itertools import chain as joined
    from itertools import repeat

    talk = Play(joined(["银川市共提出13条“产改”举措[1]。"], repeat("还有")))
    with ScriptedServer(talk) as model, served(with_model(chain, model)) as server:
        client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="x", timeout=30)
        stream = client.chat.completions.create(
            model="wenju", messages=[{"role": "user", "content": ASKED}], stream=True
        )
        for chunk in stream:
            if "13条" in (chunk.choices[0].delta.content or ""):
                break
        stream.close()
        assert model.hung_up.wait(10)


def test_the_chain_is_the_one_that_was_asked(chain: QAChain) -> None:
    assert chain.extractive().writer is None
    assert replace(chain.invoke(ASKED), timings=chain.invoke(ASKED).timings).engine == "extractive"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("ask", {"question": "工会要做什么？", "k": -5}),
        ("search", {"question": "工会", "filters": {"source": ["x"]}}),
        ("ask", {"question": "工会", "history": [{"question": "a", "role": "user"}]}),
    ],
)
def test_a_key_that_nobody_knows_is_refused(url: str, path: str, body: dict[str, object]) -> None:
    assert httpx.post(f"{url}/api/{path}", json=body, timeout=30).status_code == 422
