"""Evidence: each number opens its own quotation, marked exactly, in view, in both forms of the document."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visitor, crowding

Visit = Callable[..., Visitor]


def mark_text(me: Visitor) -> str:
    return str(me.page.evaluate("[...document.querySelectorAll('#p-doc mark')].map(m => m.textContent).join('')"))


def quotes(me: Visitor) -> list[dict[str, str]]:
    return list(me.stored()[0]["turns"][-1]["quotes"])


def test_every_number_opens_its_own_quotation(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("多处谈到的产业工人")
    stored = quotes(me)
    assert len(stored) == 6
    for number, quote in enumerate(stored, 1):
        me.cite(number).click()
        expect(me.page.locator("#p-count")).to_have_text(f"引文 {number} / 6")
        expect(me.page.locator("#p-doc mark").first).to_be_in_viewport()
        assert mark_text(me) == quote["text"]
        expect(me.cite(number)).to_have_attribute("aria-current", "true")
        expect(me.page.locator("#p-note")).to_contain_text("与原文一致")
    assert me.last.locator(".srcs li").count() == 6


def test_the_mark_is_there_within_150_ms(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    me.page.wait_for_function(
        "performance.getEntriesByName(location.origin + '/api/place').length >= 3"
    )  # fetched ahead
    for number in (1, 2, 3):
        took = me.page.evaluate(
            """n => new Promise(done => {
              const start = performance.now(), doc = document.querySelector('#p-doc'); doc.replaceChildren();
              const seen = () => { const m = doc.querySelector('mark'); if (!m) return requestAnimationFrame(seen);
                const r = m.getBoundingClientRect(), inside = r.top > 0 && r.bottom < innerHeight;
                done(inside ? performance.now() - start : 9999); };
              document.querySelector(`.turn:last-child .cite[data-n="${n}"]`).click(); seen(); })""",
            number,
        )
        assert took < 150 * crowding()


@pytest.mark.parametrize("width", [390, 800])
def test_the_number_that_was_clicked_stays_in_sight(visit: Visit, scripted: Server, width: int) -> None:
    me = visit(scripted.url, viewport={"width": width, "height": 844})
    me.answer("慢慢说说产业工人队伍")
    me.answer("多处谈到的产业工人")
    me.cite(5).scroll_into_view_if_needed()
    before = me.cite(5).bounding_box()["y"]
    me.cite(5).click()
    expect(me.page.locator("#p-doc mark").first).to_be_in_viewport()
    box, panel = me.cite(5).bounding_box(), me.page.locator("#panel").bounding_box()
    if width < 768:
        assert box["y"] + box["height"] <= panel["y"]
    else:
        assert abs(box["y"] - before) < 3


def test_walking_through_the_quotations(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    me.cite(1).click()
    expect(me.page.locator("#p-prev")).to_be_disabled()
    me.page.locator("#p-next").click()
    expect(me.page.locator("#p-count")).to_have_text("引文 2 / 3")
    me.page.locator("#panel").press("ArrowRight")
    expect(me.page.locator("#p-count")).to_have_text("引文 3 / 3")
    expect(me.page.locator("#p-next")).to_be_disabled()
    assert mark_text(me) == quotes(me)[2]["text"]


def test_invented_numbers_are_absent_and_one_passage_may_be_cited_twice(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("编造的产业工人")
    expect(me.last.locator('[data-n="9"]')).to_have_count(0)
    assert "[9]" not in me.last.inner_text()
    me.answer("同段两次说职工群众的工作")
    one, two, _ = quotes(me)
    assert one["passage"] == two["passage"]
    for number, quote in ((1, one), (2, two)):
        me.cite(number).click()
        expect(me.page.locator("#p-count")).to_have_text(f"引文 {number} / 3")
        assert mark_text(me) == quote["text"]


def test_a_passage_cut_by_the_layout_shows_both_places(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("跨段的句子")
    me.cite(1).click()
    expect(me.page.locator("#p-note")).to_contain_text("切成 2 处")
    expect(me.page.locator("#p-doc .cut")).to_have_count(1)
    assert mark_text(me) == quotes(me)[0]["text"]
    me.page.get_by_role("button", name="原始文件").click()
    expect(me.page.locator(".rawtext")).to_contain_text("广告栏")
    assert mark_text(me) == quotes(me)[0]["text"]
    me.page.get_by_role("button", name="第 2 处").click()
    expect(me.page.locator("#p-doc mark").last).to_be_in_viewport()


def test_reference_link_and_whole_document(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    me.cite(1).click()
    me.page.get_by_role("button", name="复制文献著录").click()
    expect(me.page.locator(".toast").last).to_contain_text("著录")
    assert "[N]. 工人日报, 2023-01-0" in me.page.evaluate("navigator.clipboard.readText()")
    me.page.get_by_role("button", name="复制链接").click()
    expect(me.page.locator(".toast").last).to_contain_text("链接")
    link = me.page.evaluate("navigator.clipboard.readText()")
    other = visit(link)
    expect(other.page.locator("#p-doc [data-here]")).to_be_in_viewport()
    assert quotes(me)[0]["text"] in mark_text(other)
    me.page.get_by_role("button", name="打开全文").click()
    expect(me.page.locator("#r-text .lit")).to_be_in_viewport()
    expect(me.page.locator("#r-outline button").first).to_be_visible()


def test_citations_work_after_a_reload(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("产业工人队伍")
    stored = quotes(me)
    me.reload()
    me.page.locator("html[data-ready]").wait_for()
    expect(me.last.locator(".cite")).not_to_have_count(0)
    me.cite(2).click()
    expect(me.page.locator("#p-doc mark").first).to_be_in_viewport()
    assert mark_text(me) == stored[1]["text"]


def test_what_a_model_wrote_is_marked_sentence_by_sentence(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    me.answer("撰写一段产业工人队伍")

    def as_judged() -> None:
        body, note = me.last.locator(".body"), me.last.locator(".note")
        expect(body.get_by_role("img", name="原话：与所引原文逐字一致")).to_have_count(1)
        expect(body.get_by_role("img", name="转述：不是原话")).to_have_count(1)
        expect(me.last.locator(".foot")).to_contain_text("转述 1 句，有原文支持")
        expect(note).to_contain_text("已移除")
        expect(note.get_by_text("1998年")).to_be_hidden()
        note.locator("summary").click()
        expect(note.locator("del")).to_contain_text("这项改革始于1998年。<img")
        expect(note).to_contain_text("所引原文中没有“1998”")
        expect(body).not_to_contain_text("1998")

    as_judged()
    me.reload()
    as_judged()


def test_a_source_that_is_gone_is_said_to_be_gone(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url + "?p=nothing", excused=("404",))
    expect(me.page.locator("#p-doc")).to_contain_text("已不在文献库中")
    me.page.locator("#p-close").click()
    me.answer("产业工人队伍")
    turns = me.stored()
    turns[0]["turns"][0]["quotes"][0]["passage"] = "gone"
    me.page.evaluate("t => localStorage.setItem('wenju.talks', JSON.stringify(t))", turns)
    me.reload()
    expect(me.last.locator(".note")).to_contain_text("1 处引文的来源已不在")
    expect(me.last.locator(".srcs li")).to_have_count(2)


@pytest.mark.parametrize("status", [500, 0])
def test_a_failing_server_is_not_an_idle_panel(visit: Visit, scripted: Server, status: int) -> None:
    me = visit(scripted.url, excused=("500", "Failed to load", "ERR_FAILED"))
    me.page.route("**/api/place", lambda route: route.fulfill(status=500, body="x") if status else route.abort())
    me.answer("产业工人队伍")
    me.cite(1).click()
    expect(me.page.locator("#p-doc")).to_contain_text("加载失败")
    me.page.unroute("**/api/place")
    me.cite(2).click()
    expect(me.page.locator("#p-doc mark").first).to_be_in_viewport()
