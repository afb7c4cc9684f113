"""Only names that the server was started for are answered: a page cannot point its own name at this machine."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from rag.settings import load_settings
from tests.test_api import Running
from ui.security import KnownHosts


def served(host: str = "127.0.0.1", others: tuple[str, ...] = ()) -> Running:
    app = FastAPI(openapi_url=None)

    @app.get("/library")
    def library() -> dict[str, str]:
        return {"documents": "all of them"}

    return Running(KnownHosts(app, host, others))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as server:
        yield server.url


def ask(url: str, host: str) -> httpx.Response:
    return httpx.get(f"{url}/library", headers={"host": host, "origin": f"http://{host}"}, timeout=10)


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "LOCALHOST.:1", "[::1]:7860", "127.0.0.1"])
def test_its_own_names_are_answered(url: str, host: str) -> None:
    assert ask(url, host).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil", "10.0.0.1", "[::2]:1"]
)
def test_a_foreign_name_learns_nothing_but_the_setting(url: str, host: str) -> None:
    answer = ask(url, host)
    assert answer.status_code == 421
    assert "WENJU_TRUSTED_HOSTS" in answer.json()["error"]
    assert "documents" not in answer.text


def test_a_proxy_is_named_and_addresses_are_taken_beyond_loopback() -> None:
    with served("0.0.0.0", ("wenju.example.org",)) as server:
        found = {
            host: ask(server.url, host).status_code for host in ("wenju.example.org", "192.0.2.7:80", "evil.example")
        }
    assert found == {"wenju.example.org": 200, "192.0.2.7:80": 200, "evil.example": 421}


def test_the_setting_is_a_plain_list_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_TRUSTED_HOSTS", "wenju.example.org, other.example")
    assert load_settings().trusted_hosts == "wenju.example.org, other.example"
