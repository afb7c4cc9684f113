"""Files that readers bring: text comes out, or a sentence that says why not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfWriter

from rag.types import Source, WenjuError
from tests.browser.scripted import ScriptedChain, ScriptedLibrary, source_of
from tests.browser.server import ScriptedShelver
from ui.editing import Editor
from ui.engine import Engine
from ui.upload import check_file, html_text, readable, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/讲话 稿.txt", "讲话 稿.txt"),
        ("C:\\x\\a<b>.md", "a_b_.md"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("x" * 300 + ".docx", "x" * 80 + ".docx"),
        ("..", ""),
    ],
)
def test_names_lose_their_teeth(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("name", "size", "told"),
    [("a.exe", 5, "不支持"), ("a", 5, "没有扩展名"), ("a.pdf", 3 << 20, "最多 2 MB"), ("a.txt", 0, "空")],
)
def test_refusals_say_why(name: str, size: int, told: str) -> None:
    with pytest.raises(WenjuError, match=told):
        check_file(name, size, 2)


def test_html_keeps_what_is_visible() -> None:
    page = "<head><title>x</title></head><h1>题</h1><script>alert(1)</script><p>一<b>二</b>\n三&lt;</p><ul><li>四</ul>"
    assert html_text(page) == "题\n一二 三<\n四"


def test_word_files_are_read_in_order(tmp_path: Path) -> None:
    document = Document()
    document.add_heading("标题", 1)
    document.add_paragraph("第一段。")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "甲", "乙"
    document.add_paragraph("末段。")
    document.save(str(tmp_path / "a.docx"))
    assert readable(tmp_path / "a.docx") == "# 标题\n\n第一段。\n\n甲　乙\n\n末段。"


def test_broken_scanned_and_hostile_files_are_explained(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(tmp_path / "scan.pdf")
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 nonsense")
    (tmp_path / "bad.docx").write_bytes(b"PK nonsense")
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (201 << 20))
    for name, told in (("scan.pdf", "扫描"), ("bad.pdf", "损坏"), ("bad.docx", "损坏"), ("bomb.docx", "过大")):
        with pytest.raises(WenjuError, match=told):
            readable(tmp_path / name)


def editor(tmp_path: Path, *sources: Source) -> Editor:
    engine = Engine(lambda: ScriptedChain(ScriptedLibrary(list(sources))))
    engine.start()
    engine.wait(5)
    return Editor(engine, ScriptedShelver(engine), tmp_path / "uploads", most_mb=1, most_documents=2)


def ids(desk: Editor) -> list[str]:
    return [s.id for s in desk.engine.chain.library.sources()]


def test_a_second_file_of_the_same_name_does_not_replace_the_first(tmp_path: Path) -> None:
    desk = editor(tmp_path, source_of("a.txt", "旧的。"))
    (tmp_path / "a.txt").write_text("新的。", "utf-8")
    assert desk.add(desk.read(tmp_path / "a.txt")).id == "a.txt (2)"
    assert ids(desk) == ["a.txt", "a.txt (2)"]


def test_twins_and_a_full_shelf_are_refused_and_leave_no_file(tmp_path: Path) -> None:
    desk = editor(tmp_path, source_of("a.txt", "旧的。"))
    (tmp_path / "b.txt").write_text("旧的。", "utf-8")
    with pytest.raises(WenjuError, match="完全相同"):
        desk.add(desk.read(tmp_path / "b.txt"))
    assert not list((tmp_path / "uploads").iterdir())
    for name in ("c.txt", "d.txt"):
        (tmp_path / name).write_text(name, "utf-8")
    desk.add(desk.read(tmp_path / "c.txt"))
    with pytest.raises(WenjuError, match="最多"):
        desk.add(desk.read(tmp_path / "d.txt"))


def test_what_was_removed_can_be_put_back(tmp_path: Path) -> None:
    desk = editor(tmp_path, source_of("a.txt", "旧的。"))
    desk.remove("a.txt")
    assert ids(desk) == []
    desk.restore("a.txt")
    assert ids(desk) == ["a.txt"]
    with pytest.raises(KeyError):
        desk.restore("a.txt")
