"""The documents page: read, filter the chat, add files of every kind, remove and put back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docx import Document
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visitor

Visit = Callable[..., Visitor]


def test_reading_and_asking_one_document_only(visit: Visit, scripted: Server) -> None:
    me = visit(scripted.url)
    page = me.page
    page.get_by_role("button", name="文献", exact=True).click()
    expect(page.locator(".doc")).to_have_count(7)
    page.locator("#dfind").fill("马璐")
    expect(page.locator(".doc")).to_have_count(1)
    page.locator(".dtitle").click()
    expect(page.locator("#r-title")).to_be_focused()
    page.locator("#r-outline button").last.click()
    expect(page.locator("#r-text .lit")).to_be_in_viewport()
    page.get_by_role("button", name="返回文献列表").click()
    page.locator("#dfind").fill("动员讲话")
    page.locator(".doc").get_by_role("button", name="只问这份").click()
    expect(page.locator("#scope")).to_contain_text("动员讲话")
    me.answer("工会")
    assert {q["source"] for q in me.stored()[0]["turns"][0]["quotes"]} == {"002_4310a0096f66f682.txt"}
    me.reload()
    expect(page.locator("#scope")).to_contain_text("动员讲话")
    page.locator("#scope").click()
    page.get_by_role("button", name="不限范围").click()
    expect(page.locator("#scope")).to_contain_text("全部文献")


def test_adding_removing_and_putting_back(visit: Visit, serve: Callable[..., Server], tmp_path: Path) -> None:
    word = Document()
    word.add_paragraph("渡口管理办法")
    word.add_paragraph("渡船共有七艘，每天开放十二小时。")
    word.save(str(tmp_path / "渡口.docx"))
    (tmp_path / "<b>坏.txt").write_text("坏文件", "utf-8")
    (tmp_path / "空.md").write_text("", "utf-8")
    (tmp_path / "大.txt").write_text("大" * 700_000, "utf-8")
    (tmp_path / "网页.html").write_text("<p>茶园记</p><script>window.__xss=1</script><p>采茶三千斤。</p>", "utf-8")
    server = serve()
    me = visit(server.url)
    page = me.page
    page.get_by_role("button", name="文献", exact=True).click()
    expect(page.locator(".doc")).to_have_count(7)
    sent: list[int] = []
    page.on("request", lambda r: r.url.endswith("api/documents") and sent.append(len(r.post_data_buffer or b"")))
    page.locator("#files").set_input_files(sorted(tmp_path.iterdir()))
    steps = page.locator("#ups li")
    expect(steps).to_have_count(5)
    told = {"渡口.docx": "已加入", "网页.html": "已加入", "坏.txt": "读不出来", "空.md": "空的", "大.txt": "最多 1 MB"}
    for name, words in told.items():
        expect(steps.filter(has_text=name)).to_contain_text(words, timeout=60_000)
    expect(page.locator(".doc")).to_have_count(9)
    assert max(sent) < 1 << 20  # what is too large is not even sent
    page.locator("#files").set_input_files({"name": "a.exe", "mimeType": "x", "buffer": b"MZ"})
    expect(steps.last).to_contain_text("不支持这种文件")
    page.get_by_role("button", name="对话", exact=True).click()
    me.answer("渡船共有几艘")
    me.cite(1).click()
    expect(page.locator("#p-doc mark").first).to_be_in_viewport()
    expect(page.locator("#p-doc [data-here]")).to_contain_text("渡船共有七艘")
    page.locator("#p-close").click()
    page.get_by_role("button", name="文献", exact=True).click()
    page.locator(".doc", has_text="渡口管理办法").get_by_role("button", name="移除").click()
    expect(page.locator(".doc")).to_have_count(8)
    page.locator(".toast").get_by_role("button", name="撤销").click()
    expect(page.locator(".doc")).to_have_count(9)
    assert page.evaluate("window.__xss") is None
