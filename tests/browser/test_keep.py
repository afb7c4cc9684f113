"""What is kept over reloads, restarts and crashes: conversations, drafts, language, theme."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visitor, crowding

Visit = Callable[..., Visitor]
GONE = ("Failed to load resource", "Connection errored out", "ERR_", "EventSource", "fetch", "Error")


def test_a_reload_restores_the_conversation_and_the_draft(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    text = me.last.locator(".body").inner_text()
    me.page.locator("#ask").fill("写到一半")
    me.reload()
    expect(me.last.locator(".body")).to_have_text(text, use_inner_text=True)
    expect(me.page.locator("#ask")).to_have_value("写到一半")
    expect(me.last.locator(".acts")).to_be_visible()
    me.page.locator("#ask").fill("那怎么办")
    me.page.locator("#ask").press("Enter")
    expect(me.last.locator(".status")).to_contain_text("按“产业工人队伍：那怎么办”检索")


def test_new_rename_search_delete_and_undo(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    me.page.get_by_role("button", name="新对话").click()
    expect(me.page.locator("#empty")).to_be_visible()
    expect(me.page.locator(".turn")).to_have_count(0)
    me.answer("职工群众")
    me.cite(1).click()
    rows = me.page.locator("#talks > li")
    expect(rows).to_have_count(2)
    rows.nth(1).locator("summary").click()
    rows.nth(1).get_by_role("button", name="重命名").click()
    me.page.locator("#d-name input").fill("第一次<b>")
    me.page.locator("#d-name").get_by_role("button", name="保存").click()
    expect(rows.nth(1).locator(".talk").or_(rows.nth(0).locator(".talk")).filter(has_text="第一次<b>")).to_have_count(1)
    me.page.locator("#find").fill("第一次")
    expect(rows).to_have_count(1)
    me.page.locator("#find").fill("")
    current = me.page.locator("#talks > li", has=me.page.locator("[aria-current]"))
    current.locator("summary").click()
    current.get_by_role("button", name="删除").click()
    expect(me.page.locator("#panel")).to_be_hidden()
    expect(me.page.locator(".turn")).to_have_count(0)
    assert len(me.stored()) == 1
    me.page.locator(".toast").get_by_role("button", name="撤销").click()
    expect(rows).to_have_count(2)


@pytest.mark.parametrize(("kind", "name"), [("docx", "导出为 Word"), ("md", "导出为 Markdown")])
def test_export(visit: Visit, scripted: Server, kind: str, name: str) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    me.page.locator("#talks summary").first.click()
    with me.page.expect_download() as waiting:
        me.page.get_by_role("button", name=name).click()
    assert waiting.value.suggested_filename == f"产业工人队伍.{kind}"
    data = waiting.value.path().read_bytes()
    assert data.startswith(b"PK") if kind == "docx" else "[^1]: " in data.decode()


def test_two_tabs_share_the_list_but_not_the_conversation(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    other = visit(scripted.url, context=me.page.context)
    expect(other.page.locator(".turn")).to_have_count(0)
    expect(other.page.locator("#talks > li")).to_have_count(1)
    other.answer("职工群众")
    expect(me.page.locator("#talks > li")).to_have_count(2)
    me.answer("工会")
    assert sorted(len(t["turns"]) for t in me.stored()) == [1, 2]


def test_eight_visitors_at_once_keep_apart(visit: Visit, scripted: Server) -> None:
    people = [visit("") for _ in range(8)]
    for one in people:
        one.page.goto(scripted.url, wait_until="commit")
    for one in people:
        one.page.locator("html[data-ready]").wait_for()
    for i, one in enumerate(people):
        one.ask(f"第{i}个人问产业工人")
    for i, one in enumerate(people):
        expect(one.last).to_have_attribute("data-state", "done", timeout=60_000)
        assert [t["question"] for t in one.stored()[0]["turns"]] == [f"第{i}个人问产业工人"]


def test_a_full_storage_is_told_and_the_answer_stays(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.page.evaluate("() => { try { for (let i = 0; ; i++) localStorage.setItem('x' + i, 'x'.repeat(5e5)) } catch {} }")
    me.page.evaluate("() => { try { for (let i = 0; ; i++) localStorage.setItem('y' + i, 'y'.repeat(500)) } catch {} }")
    me.answer("产业工人队伍")
    expect(me.page.locator(".toast").first).to_contain_text("存储已满")
    expect(me.last.locator(".cite").first).to_be_visible()


def test_only_our_own_keys_are_stored(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    keys = me.page.evaluate("Object.keys(localStorage)")
    assert set(keys) <= {"wenju.talks", "wenju.lang", "wenju.theme"}
    assert set(me.page.evaluate("Object.keys(sessionStorage)")) <= {"wenju.talk", "wenju.draft"}


def test_languages_change_in_place_and_are_kept(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    me.cite(1).click()
    chinese = set(me.page.evaluate("[...document.querySelectorAll('[data-t]')].map(e => e.dataset.t)"))
    me.page.locator("#lang").select_option("en")
    expect(me.page.locator("html")).to_have_attribute("lang", "en")
    expect(me.last.locator(".foot")).to_contain_text("3 quotations verified")
    expect(me.page.locator("#p-count")).to_have_text("Quotation 1 of 3")
    expect(me.page.locator("#p-doc mark").first).to_be_visible()
    left = me.page.evaluate(
        "[...document.querySelectorAll('[data-t]')].filter(e => /[\\u4e00-\\u9fff]/.test(e.textContent))"
        ".map(e => e.dataset.t + ': ' + e.textContent)"
    )
    assert [x for x in left if not x.startswith(("docs.drop", "chat.deleted"))] == []
    names = me.page.evaluate(
        "[...document.querySelectorAll('[data-t-aria-label], [data-t-title], [data-t-placeholder]')]"
        ".flatMap(e => [e.getAttribute('aria-label'), e.title, e.placeholder]).filter(Boolean)"
    )
    own = [n for n in names if any("\u4e00" <= c <= "\u9fff" for c in n)]
    assert [n for n in own if not n.startswith("Quotation")] == []
    assert chinese
    me.answer("跨段的句子")
    expect(me.last.locator(".foot")).to_contain_text("1 quotation verified")
    me.reload()
    expect(me.page.locator("#ask")).to_have_attribute("placeholder", "Ask a question about the documents…")
    expect(me.last.locator(".foot")).to_contain_text("verified")
    me.page.locator("#lang").select_option("zh-TW")
    expect(me.last.locator(".foot")).to_contain_text("已核對 1 處引文")


def test_the_theme_is_kept(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url, color_scheme="light")
    before = me.page.evaluate("getComputedStyle(document.body).backgroundColor")
    me.page.get_by_role("button", name="切换深浅色").click()
    after = me.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    me.reload()
    expect(me.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert me.page.evaluate("getComputedStyle(document.body).backgroundColor") == after


def test_a_crash_while_idle_is_told_and_mended(visit: Visit, serve: Callable[..., Server]) -> None:
    server = serve()
    me = visit(server.url, excused=GONE)
    me.answer("产业工人队伍")
    server.kill()
    me.page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(me.page.locator("#banner")).to_be_visible()
    me.ask("还没送出的问题")
    expect(me.page.locator("#ask")).to_have_value("还没送出的问题")
    server.start()
    expect(me.page.locator("#banner")).to_be_hidden(timeout=15_000)
    me.page.locator("html[data-ready]").wait_for()
    expect(me.page.locator("#ask")).to_have_value("还没送出的问题")
    expect(me.page.locator(".turn")).to_have_count(1)
    me.page.locator("#ask").press("Enter")
    expect(me.page.locator(".turn")).to_have_count(2)
    expect(me.last).to_have_attribute("data-state", "done", timeout=60_000)


def test_a_crash_while_streaming_recovers_with_the_conversation(visit: Visit, serve: Callable[..., Server]) -> None:
    server = serve()
    me = visit(server.url, excused=GONE)
    me.answer("产业工人队伍")
    me.ask("等我说职工群众")
    expect(me.last.locator(".body p").nth(1)).to_be_visible()
    server.kill()
    expect(me.page.locator("#banner")).to_be_visible(timeout=15_000)
    expect(me.last.locator(".note")).to_contain_text("连接中断")
    server.start()
    expect(me.page.locator("#banner")).to_be_hidden(timeout=20_000)
    me.page.locator("html[data-ready]").wait_for()
    expect(me.page.locator(".turn")).to_have_count(2)
    expect(me.last.locator(".note")).to_contain_text("没有完成")
    expect(me.last.locator(".body p").first).to_be_visible()
    server.go_on("等我说职工群众")
    me.last.get_by_role("button", name="重试").click()
    expect(me.last).to_have_attribute("data-state", "done", timeout=60_000)
    expect(me.page.locator(".turn")).to_have_count(2)


def test_the_earlier_turns_of_a_long_conversation_can_be_shown(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    talk = me.stored()[0]
    talk["turns"] = [{**talk["turns"][0], "id": f"turn{i}", "question": f"第{i}问"} for i in range(50)]
    me.page.evaluate("t => localStorage.setItem('wenju.talks', JSON.stringify([t]))", talk)
    me.reload()
    turns, earlier = me.page.locator(".turn"), me.page.get_by_role("button", name="显示更早的 20 轮")
    expect(turns).to_have_count(30)
    expect(turns.last.locator(".body p").first).to_be_visible()
    me.page.locator("#scroll").evaluate("e => { e.scrollTop = 0 }")
    earlier.click()
    expect(turns).to_have_count(50)
    expect(earlier).to_be_hidden()
    expect(turns.first.locator(".body p").first).to_be_attached()
    expect(turns.nth(20).locator(".q")).to_be_in_viewport()  # what was being read stays in sight


def streaming_time(me: Visitor) -> float:
    """The best of several: what else runs on the machine can only make it longer."""
    times = []
    for _ in range(4):
        started = time.monotonic()
        me.answer("产业工人队伍")
        times.append(time.monotonic() - started)
    return min(times)


def test_fifty_turns_stream_as_fast_as_one_and_nothing_moves_under_the_reader(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    alone = streaming_time(me)
    talk = me.stored()[0]
    turn = talk["turns"][0]
    talk["turns"] = [{**turn, "id": f"turn{i}"} for i in range(50)]
    me.page.evaluate("t => localStorage.setItem('wenju.talks', JSON.stringify([t]))", talk)
    me.reload()
    expect(me.page.locator(".turn").last.locator(".body p").first).to_be_visible()
    assert streaming_time(me) < 2 * alone + 0.1 * crowding()
    me.ask("等我读着产业工人")
    expect(me.last.locator(".body p").first).to_be_visible()
    me.page.locator("#scroll").evaluate("e => { e.scrollTop = 300 }")
    scripted.go_on("等我读着产业工人")
    expect(me.last).to_have_attribute("data-state", "done", timeout=60_000)
    assert me.page.locator("#scroll").evaluate("e => e.scrollTop") == 300
    expect(me.page.locator("#bottom")).to_be_visible()
