"""Nothing leaves the machine, nothing foreign runs, and the password covers every route."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visitor
from tests.browser.scripted import EVIL

Visit = Callable[..., Visitor]


def clean_of_attacks(me: Visitor) -> None:
    assert me.page.evaluate("window.__xss") is None
    inside = "#log, #panel, #talks, #rows, #reader, #ds-body, .toast"
    foreign = "img, iframe, script, form, style"
    assert me.page.evaluate(
        f"[...document.querySelectorAll('{inside}')].flatMap(e => [...e.querySelectorAll('{foreign}')]).length"
    ) == 0  # fmt: skip


def test_hostile_text_stays_text_everywhere(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer(f"敌意 {EVIL}")
    expect(me.last.locator(".body")).to_contain_text("<script>window.__xss=2</script>")
    me.cite(1).click()
    expect(me.page.locator("#p-title")).to_contain_text("<img src=x")
    clean_of_attacks(me)
    me.page.get_by_role("button", name="原始文件").click()
    expect(me.page.locator(".rawtext")).to_contain_text("<iframe")
    me.page.get_by_role("button", name="打开全文").click()
    expect(me.page.locator("#r-text")).to_contain_text("𠮷野家👨‍👩‍👧")
    clean_of_attacks(me)
    me.page.get_by_role("button", name="返回文献列表").click()
    expect(me.page.locator("#rows")).to_contain_text("<img src=x")
    me.page.locator("[data-view=chat]").click()
    me.page.locator("#scope").click()
    expect(me.page.locator("#ds-body")).to_contain_text("<img src=x")
    clean_of_attacks(me)


def test_hostile_storage_stays_text(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    talk = me.stored()[0]
    turn = talk["turns"][0]
    talk["title"] = EVIL
    turn |= {"question": EVIL, "text": f"{EVIL} [1] ![x](http://evil.example/a)", "reason": EVIL, "engine": EVIL[:99],
             "standalone": EVIL, "scope": EVIL}  # fmt: skip
    me.page.evaluate("t => localStorage.setItem('wenju.talks', JSON.stringify([t]))", talk)
    me.reload()
    expect(me.last.locator(".body")).to_contain_text("<script>")
    expect(me.page.locator("#talks")).to_contain_text("<img src=x")
    clean_of_attacks(me)


@pytest.mark.parametrize("broken", ["{", "[1, null, {}]", '[{"id":"a","turns":[{"id":"<","question":1}]}]', "[]"])
def test_broken_storage_does_not_stop_the_page(visit: Visit, scripted: Server, broken: str) -> None:
    me = visit(scripted.url)
    me.page.evaluate("v => localStorage.setItem('wenju.talks', v)", broken)
    me.reload()
    me.answer("产业工人队伍")


def fetch(url: str, method: str = "GET", data: bytes | None = None, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def test_headers_and_closed_doors(scripted: Server) -> None:
    with urllib.request.urlopen(scripted.url) as answer:
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    secret = "root:"
    for path in (
        "gradio_api/file=/etc/passwd",
        "gradio_api/file=../../../../etc/passwd",
        "file=/etc/passwd",
        "own/..%2f..%2fpyproject.toml",
        "own/page.py",
        "api/documents/..%2f..%2fetc%2fpasswd",
        "gradio_api/proxy=http://127.0.0.1/",
    ):
        status, body = fetch(scripted.url + path)
        assert status >= 400 or ("<!doctype html>" in body.lower() and secret not in body), path
    for path in ("openapi.json", "docs", "gradio_api/openapi.json"):
        status, body = fetch(scripted.url + path)
        assert status >= 400 or '"paths"' not in body, path


def test_limits_hold_on_every_door(scripted: Server) -> None:
    kind = {"content-type": "application/json"}
    url = scripted.url
    assert fetch(url + "api/cards", "POST", b'{"turns": [{"id": "../", "question": "x"}]}', **kind)[0] == 422
    assert fetch(url + "api/place", "POST", json.dumps({"p": "x", "spans": [[5, 2]]}).encode(), **kind)[0] == 400
    assert fetch(url + "api/feedback", "POST", b"not json", **kind)[0] == 422
    assert fetch(url + "api/export", "POST", b'{"title": "t", "kind": "exe", "turns": []}', **kind)[0] == 422
    huge = fetch(url + "api/export", "POST", b"x", **kind, **{"content-length": str(1 << 40)})
    assert huge[0] == 413
    # Gradio's own door to the question, open to whoever knows its address: the same limits hold there.
    payload = {"data": [], "event_data": {"turn": "t", "question": "x" * 5000}, "fn_index": 0, "session_hash": "s1"}
    assert fetch(url + "gradio_api/queue/join", "POST", json.dumps(payload).encode(), **kind)[0] == 200
    events = fetch(url + "gradio_api/queue/data?session_hash=s1")[1]
    assert "太长" in json.dumps(events, ensure_ascii=False) or "\\u592a\\u957f" in events


def test_the_password_covers_every_route(visit: Visit, serve: Callable[..., Server]) -> None:
    server = serve(password="芝麻开门")
    ours = ("", "api/status", "api/documents/x", "own/main.js", "v1/models", "manifest.json", "openapi.json")
    theirs = (
        "config",
        "theme.css",
        "gradio_api/info",
        "gradio_api/queue/data?session_hash=x",
        "gradio_api/openapi.json",
    )
    for path in ours + theirs:
        assert fetch(server.url + path)[0] == 401, path
    assert fetch(server.url + "api/status", Authorization="Bearer wrong")[0] == 401
    assert fetch(server.url + "healthz")[0] == 200
    me = visit("", excused=("401",))
    me.page.goto(server.url)
    expect(me.page.get_by_role("heading", name="问据")).to_be_visible()
    me.page.get_by_label("密码").fill("不对")
    me.page.get_by_role("button", name="进入").click()
    expect(me.page.get_by_role("alert")).to_contain_text("密码不对")
    me.page.get_by_label("密码").fill("芝麻开门")
    me.page.get_by_role("button", name="进入").click()
    me.page.locator("html[data-ready]").wait_for()
    me.answer("产业工人队伍")
    me.cite(1).click()
    expect(me.page.locator("#p-doc mark").first).to_be_in_viewport()
