"""Asking: by key and by button, while it streams, when it fails, when there is no answer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visitor, crowding

Visit = Callable[..., Visitor]


@pytest.mark.parametrize("locale", ["zh-CN", "en-US", "zh", "zh-TW"])
def test_the_page_is_there_within_five_seconds(visit: Visit, scripted: Server, locale: str) -> None:
    started = time.monotonic()
    page = visit(scripted.url, locale=locale).page
    assert page.locator("#ask").is_enabled()
    assert time.monotonic() - started < 5 * crowding()
    assert page.locator("html").get_attribute("lang") == ("zh-TW" if locale == "zh-TW" else "zh-CN")
    assert "问据" in page.title() or "問據" in page.title()
    placeholder = page.locator("#ask").get_attribute("placeholder") or ""
    assert ("提一個問題" if locale == "zh-TW" else "提一个问题") in placeholder
    expect(page.locator("#try .chip").first).to_be_visible()
    expect(page.locator("#stock")).to_contain_text("7 篇文献" if locale != "zh-TW" else "7 篇文獻")


def test_asking_by_enter_streams_and_ends_with_the_whole_text(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.page.evaluate(
        "() => { window.__seen = []; window.addEventListener('wenju:frame', e => window.__seen.push("
        "[e.detail.state, e.detail.record?.text || ''])) }"
    )
    started = time.monotonic()
    me.ask("等我慢慢说产业工人队伍")
    expect(me.last.locator(".q p")).to_have_text("等我慢慢说产业工人队伍")
    assert time.monotonic() - started < crowding()
    expect(me.last.locator(".status")).not_to_be_empty()
    expect(me.page.locator("#stop")).to_be_visible()
    scripted.go_on("等我慢慢说产业工人队伍")
    expect(me.last).to_have_attribute("data-state", "done", timeout=60_000)
    seen = me.page.evaluate("window.__seen")
    texts = [text for _, text in seen if text]
    assert len(set(texts)) >= 3
    shown = me.last.locator(".body").inner_text().replace("\n", "")
    final = texts[-1].replace("\n", "").replace("[", "").replace("]", "")
    assert "".join(shown.split()) == "".join(final.split())
    expect(me.page.locator("#send")).to_be_visible()
    expect(me.last.locator(".foot")).to_contain_text("已核对 10 处引文")


def test_asking_by_button_and_by_example(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.page.locator("#try .chip").first.click()
    expect(me.last).to_have_attribute("data-state", "done")
    expect(me.page.locator("#empty")).to_be_hidden()
    me.page.locator("#ask").fill("工人")
    me.page.locator("#send").dblclick()  # a double click is one question
    expect(me.page.locator(".turn")).to_have_count(2)
    expect(me.last).to_have_attribute("data-state", "done")
    expect(me.page.locator(".turn")).to_have_count(2)
    me.last.locator(".follow .chip").first.click()
    expect(me.page.locator(".turn")).to_have_count(3)
    expect(me.last).to_have_attribute("data-state", "done")


def test_a_second_enter_keeps_the_draft(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.ask("等我写第二个")
    expect(me.page.locator("#stop")).to_be_visible()
    assert me.page.locator("#ask").is_enabled()
    me.ask("第二个问题")
    expect(me.page.locator("#ask")).to_have_value("第二个问题")
    expect(me.page.locator(".turn")).to_have_count(1)
    scripted.go_on("等我写第二个")
    expect(me.last).to_have_attribute("data-state", "done", timeout=60_000)
    expect(me.page.locator("#ask")).to_have_value("第二个问题")
    me.page.locator("#ask").press("Enter")
    expect(me.page.locator(".turn")).to_have_count(2)
    expect(me.last).to_have_attribute("data-state", "done")


def test_stop_keeps_the_part_and_the_next_question_works(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.ask("等我叫停产业工人")
    expect(me.last.locator(".body p")).not_to_have_count(0)
    me.page.locator("#stop").click()
    expect(me.last).to_have_attribute("data-state", "stopped")
    expect(me.last.locator(".status")).to_contain_text("已停止")
    kept = me.last.locator(".body").inner_text()
    assert len(kept) > 0
    assert me.last.locator(".body p").count() < 10
    me.answer("工人")
    assert me.page.locator(".turn").first.locator(".body").inner_text() == kept
    assert [t["state"] for t in me.stored()[0]["turns"]] == ["stopped", "done"]


def test_a_failure_is_a_card_with_retry_and_earlier_turns_stay(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("工人")
    me.ask("坏了的产业工人")
    expect(me.last).to_have_attribute("data-state", "error")
    fault = me.last.locator(".fault")
    expect(fault).to_contain_text("可以重试")
    expect(me.last.locator(".src")).to_have_count(0)  # nothing stays of what was growing
    text = me.page.locator("body").inner_text()
    assert "passwd" not in text
    assert "Traceback" not in text
    assert "Error" not in text
    first = me.page.locator(".turn").first.locator(".cite").first
    first.scroll_into_view_if_needed()
    assert first.evaluate(
        "e => { const r = e.getBoundingClientRect();"
        " return document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2) === e }"
    )
    assert me.page.locator("#ask").is_enabled()
    fault.get_by_role("button", name="重试").click()
    expect(me.last).to_have_attribute("data-state", "error")
    expect(me.page.locator(".turn")).to_have_count(2)
    me.answer("工人")


def test_a_refusal_has_no_citations_but_the_nearest_passages(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("这里没有答案的产业工人")
    expect(me.last.locator(".refusal")).to_contain_text("现有文献中没有找到答案")
    expect(me.last.locator(".refusal")).to_contain_text("全部文献")
    expect(me.last.locator(".cite")).to_have_count(0)
    expect(me.last.locator(".near")).to_have_count(3)
    me.last.locator(".near").first.click()
    expect(me.page.locator("#p-doc [data-here]")).to_be_in_viewport()


def test_feedback_is_stored_once(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("谁来评一评产业工人")
    me.last.get_by_role("button", name="有帮助").click()
    expect(me.last.get_by_role("button", name="有帮助")).to_have_attribute("aria-pressed", "true")
    me.last.get_by_role("button", name="有问题").click()
    dialog = me.page.locator("#d-feedback")
    dialog.get_by_label("引用有误").check()
    dialog.get_by_role("textbox").fill("第一条不对")
    dialog.get_by_role("button", name="提交").click()
    expect(me.last.get_by_role("button", name="有问题")).to_have_attribute("aria-pressed", "true")
    rows = sqlite3.connect(scripted.folder / "feedback.sqlite").execute(
        "SELECT question, verdict, reasons FROM feedback"
    )
    assert [row[1:] for row in rows if row[0].startswith("谁来")] == [("down", '["citation"]')]


def test_input_methods_newlines_and_long_or_rare_text(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    box = me.page.locator("#ask")
    box.focus()
    cdp = me.page.context.new_cdp_session(me.page)
    cdp.send("Input.imeSetComposition", {"text": "gong", "selectionStart": 4, "selectionEnd": 4})
    cdp.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Enter", "code": "Enter"}
    )
    cdp.send("Input.insertText", {"text": "工会"})
    expect(box).to_have_value("工会")
    assert me.page.locator(".turn").count() == 0
    box.press("Shift+Enter")
    box.press_sequentially("𠮷野家")
    expect(box).to_have_value("工会\n𠮷野家")
    box.fill("长" * 5000)
    box.press("Enter")
    expect(me.page.locator(".toast")).to_contain_text("问题太长")
    assert me.page.locator(".turn").count() == 0
    box.fill("  ")
    box.press("Enter")
    assert me.page.locator(".turn").count() == 0
    me.answer("长" * 1990)


def test_copy_is_plain_text_with_numbers_and_sources(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人列表")
    me.last.get_by_role("button", name="复制").click()
    expect(me.page.locator(".toast")).to_contain_text("已复制")
    text = me.page.evaluate("navigator.clipboard.readText()")
    assert "[1]" in text
    assert "\n依据\n[1] 《" in text
    assert "工人日报 · 2023-01-0" in text
    assert "<" not in text


def test_questions_wait_while_the_models_load(visit: Visit, serve: Callable[..., Server]) -> None:
    server = serve(load="1")
    me = visit(server.url)
    me.ask("工人")
    expect(me.last.locator(".status")).to_contain_text("正在加载模型")
    server.go_on("load")
    expect(me.last).to_have_attribute("data-state", "done", timeout=60_000)


def test_a_full_line_is_told_and_moves_up(visit: Visit, serve: Callable[..., Server]) -> None:
    server = serve(width="1", line="1")
    one, two, three = (visit(server.url) for _ in range(3))
    one.ask("等我说产业工人")
    expect(one.last.locator(".body p").first).to_be_visible()
    two.ask("工人")
    expect(two.last.locator(".status")).to_contain_text("正在排队，前面还有 1 个问题")
    three.ask("工人")
    expect(three.last.locator(".fault")).to_contain_text("提问的人太多")
    one.page.locator("#stop").click()
    expect(two.last).to_have_attribute("data-state", "done")


def test_a_timeout_is_told_in_chinese(visit: Visit, serve: Callable[..., Server]) -> None:
    me = visit(serve(patience="0.5").url)
    me.ask("很久才说产业工人")
    expect(me.last.locator(".fault")).to_contain_text("等了太久")
