"""For every reader: by keyboard alone, by ear, on every width, in light and dark."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ARTIFACTS, Server, Visitor

Visit = Callable[..., Visitor]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALLOWED: dict[str, str] = {}
"""axe rules that may be broken, and why. None is."""


def axe_source() -> str:
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.submodule_search_locations
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")


def violations(me: Visitor) -> list[str]:
    if not me.page.evaluate("typeof axe === 'object'"):
        me.page.evaluate(axe_source())
    found = me.page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
        ".then(r => r.passes.length > 9 ? r.violations : [{id: 'axe saw nothing', nodes: [{target: 'page'}]}])",
        RULES,
    )
    return [
        f"{v['id']}: {n['target']} {n.get('failureSummary', '')[:300]}"
        for v in found
        if v["id"] not in ALLOWED
        for n in v["nodes"]
    ]


def look(me: Visitor, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    me.page.screenshot(path=ARTIFACTS / f"{name}.png")


@pytest.mark.parametrize("width", [390, 1366])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_passes_axe_and_is_pictured(visit: Visit, scripted: Server, theme: str, width: int) -> None:
    size = {"width": width, "height": 844 if width < 768 else 850}
    me = visit(scripted.url, color_scheme=theme, viewport=size)
    page = me.page
    expect(page.locator("#try .chip").first).to_be_visible()
    broken: dict[str, list[str]] = {}

    def state(name: str) -> None:
        look(me, f"{name}-{width}-{theme}")
        if found := violations(me):
            broken[name] = found

    state("empty")
    me.ask("等我看看产业工人队伍")
    expect(me.last.locator(".body p").first).to_be_visible()
    state("streaming")
    page.locator("#stop").click()
    state("stopped")
    me.answer("产业工人队伍建设改革")
    expect(me.last.locator(".follow .chip").first).to_be_visible()
    state("answered")
    me.cite(1).click()
    expect(page.locator("#p-doc mark").first).to_be_in_viewport()
    state("source")
    page.locator("[data-mode=raw]").click()
    state("source-raw")
    page.locator("#p-close").click()
    me.answer("撰写一段产业工人队伍")
    me.last.locator("summary").click()
    state("written")
    me.answer("这里没有答案的产业工人")
    state("refused")
    me.ask("坏了的产业工人")
    expect(me.last.locator(".fault")).to_be_visible()
    state("failed")
    me.page.locator(".turn").nth(1).get_by_role("button", name="有问题").click()
    state("feedback")
    page.keyboard.press("Escape")
    page.locator("#scope").click()
    state("scope")
    page.keyboard.press("Escape")
    page.locator("[data-view=docs]").click()
    expect(page.locator(".doc").first).to_be_visible()
    state("documents")
    page.locator(".dtitle").first.click()
    expect(page.locator("#r-text p").first).to_be_visible()
    state("reading")
    if width < 768:
        page.locator("#menu").click()
        expect(page.locator("#new")).to_be_visible()
        state("conversations")
    assert broken == {}, json.dumps(broken, ensure_ascii=False, indent=1)


OVERFLOWING = """() => [...document.querySelectorAll('header, #main, #main *, #panel, #panel *, dialog[open]')]
  .filter(e => e.checkVisibility() && !e.closest('.sr, .pfoot') && e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.tagName + '.' + e.className + '#' + e.id).slice(0, 5)"""
STOPS_FIRST = """() => { const bad = [];
  const walker = document.createTreeWalker(document.querySelector('.turn .body'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) for (let i = 0; i < node.length; i++) {
    if (!'，。；：、）」”！？,.;'.includes(node.data[i])) continue;
    const range = document.createRange(); range.setStart(node, i); range.setEnd(node, i + 1);
    const box = range.getBoundingClientRect(), block = node.parentElement.closest('p, li').getBoundingClientRect();
    if (box.width && box.left - block.left < 2) bad.push(node.data.slice(i, i + 8)); }
  return bad; }"""
SMALL = """() => [...document.querySelectorAll('button, summary, select, .src')]
  .filter(e => e.checkVisibility({checkVisibilityCSS: true}))
  .map(e => [e.id || e.className || e.textContent, e.getBoundingClientRect()])
  .filter(([, r]) => r.height < 24 || r.width < 24).map(([n, r]) => `${n} ${r.width}x${r.height}`)"""
WIDTHS = (320, 355, 390, 431, 520, 683, 768, 1024, 1366, 1920)


def fits(me: Visitor, where: str) -> None:
    """Nothing wider than the window, no target too small, at each width."""
    for width in WIDTHS:
        me.page.set_viewport_size({"width": width, "height": 700})
        assert me.page.evaluate(OVERFLOWING) == [], (where, width)
        assert me.page.evaluate("document.documentElement.scrollWidth") <= width, (where, width)
        assert me.page.evaluate(SMALL) == [], (where, width)


def test_no_width_scrolls_sideways(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    page = me.page
    expect(page.locator("#try .chip").first).to_be_visible()
    fits(me, "empty")
    me.answer("慢慢说说产业工人队伍")
    fits(me, "answered")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate(STOPS_FIRST) == [], width
        expect(page.locator("#ask")).to_be_in_viewport(ratio=1)
    me.cite(1).click()
    expect(page.locator("#p-doc mark").first).to_be_in_viewport()
    fits(me, "panel")
    page.set_viewport_size({"width": 390, "height": 700})
    assert page.locator("#panel").bounding_box()["height"] <= 0.6 * 700 + 1
    page.locator("#p-close").click()
    page.locator("[data-view=docs]").click()
    expect(page.locator(".doc").first).to_be_visible()
    fits(me, "documents")
    page.locator(".dtitle").first.click()
    expect(page.locator("#r-text p").first).to_be_visible()
    fits(me, "reading")


def test_two_hundred_percent(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url, viewport={"width": 683, "height": 384}, device_scale_factor=2)
    me.answer("产业工人队伍")
    assert me.page.evaluate("document.documentElement.scrollWidth") <= 683
    expect(me.page.locator("#ask")).to_be_in_viewport(ratio=1)


def test_by_keyboard_alone(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    page = me.page
    expect(page.locator("#try .chip").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#ask")).to_be_focused()
    page.keyboard.type("产业工人队伍")
    page.keyboard.press("Enter")
    expect(me.last).to_have_attribute("data-state", "done")
    me.last.locator(".cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    page.keyboard.press("Tab")  # the first enabled control of the panel
    assert page.evaluate("document.activeElement.closest('#panel') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(me.last.locator(".cite").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#ask")).to_be_focused()
    page.locator("#brand").focus()
    page.keyboard.press("Control+k")
    expect(page.locator("#ask")).to_be_focused()


def test_focus_never_enters_what_is_hidden(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url, viewport={"width": 390, "height": 844})
    me.answer("产业工人队伍")
    seen = []
    for _ in range(60):
        me.page.keyboard.press("Tab")
        seen.append(
            me.page.evaluate(
                "() => { const e = document.activeElement; if (e === document.body) return 'body';"
                " const seen = e.checkVisibility({checkVisibilityCSS: true, checkOpacity: true});"
                " return seen && !e.closest('#side, #panel') ? e.id || e.className : 'HIDDEN ' + e.outerHTML }"
            )
        )
    assert [s for s in seen if s.startswith("HIDDEN")] == []
    assert "ask" in seen
