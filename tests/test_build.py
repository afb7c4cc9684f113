"""Building, opening, changing an index: whole or not at all, and nothing stale is ever served."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from filelock import FileLock

from rag.corpus.load import load_file
from rag.index import build as building
from rag.index.build import add_sources, build_index, remove_source
from rag.index.library import Library, open_library
from rag.index.manifest import current_generation
from rag.types import Filters, WenjuError
from tests.conftest import TinyEncoder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "索引"


def test_everything_can_be_read_back(folder: Path, documents: Path, tiny: TinyEncoder) -> None:
    report = build_index(folder, [documents], tiny)
    library = open_library(folder, tiny)
    assert report.sources == 3 and not report.problems
    assert sorted(source.id for source in library.sources()) == ["丙.md", "乙.txt", "甲.txt"]
    passages = list(library.passages("甲.txt"))
    assert any("渡船共有七艘" in passage.text for passage in passages)
    assert library.passage(passages[0].id) == passages[0]
    reading = library.reading("甲.txt")
    assert reading.passages == tuple(passages) and reading.clean == library.clean("甲.txt")


def test_a_rebuild_embeds_only_what_changed(folder: Path, documents: Path, tiny: TinyEncoder) -> None:
    build_index(folder, [documents], tiny)
    tiny.embedded.clear()
    assert build_index(folder, [documents], tiny).embedded == 0
    (documents / "乙.txt").write_text("茶园记\n\n今年采茶四千斤。", "utf-8")
    build_index(folder, [documents], tiny)
    assert tiny.embedded and all("渡" not in text and "藏书" not in text for text in tiny.embedded)


def test_passage_ids_survive_a_rebuild(folder: Path, documents: Path, tiny: TinyEncoder) -> None:
    build_index(folder, [documents], tiny)
    before = {p.text: p.id for p in open_library(folder, tiny).passages("甲.txt")}
    (documents / "乙.txt").write_text("茶园记\n\n今年采茶四千斤。", "utf-8")
    build_index(folder, [documents], tiny)
    assert {p.text: p.id for p in open_library(folder, tiny).passages("甲.txt")} == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: (d / "甲.txt").write_text("渡口通知\n\n改了。", "utf-8"), "甲.txt 已修改"),
        (lambda d: (d / "甲.txt").unlink(), "甲.txt 已删除"),
        (lambda d: (d / "丁.txt").write_text("新来的文件。", "utf-8"), "丁.txt 是新增的"),
    ],
)
def test_older_than_its_documents_is_refused(
    folder: Path, documents: Path, tiny: TinyEncoder, change: object, message: str
) -> None:
    build_index(folder, [documents], tiny)
    change(documents)  # type: ignore[operator]
    with pytest.raises(WenjuError, match=message):
        open_library(folder, tiny)
    assert len(open_library(folder, tiny, allow_stale=True)) > 0


def test_touching_a_file_without_changing_it_is_fine(folder: Path, documents: Path, tiny: TinyEncoder) -> None:
    build_index(folder, [documents], tiny)
    os.utime(documents / "甲.txt", (1, 1))
    open_library(folder, tiny)


def test_another_model_is_refused(folder: Path, documents: Path, tiny: TinyEncoder) -> None:
    build_index(folder, [documents], tiny)
    tiny.name = "tiny-2"
    with pytest.raises(WenjuError, match=r"另一个模型.*wenju build"):
        open_library(folder, tiny)


@pytest.mark.parametrize("victim", ["library.sqlite", "dense.faiss", "dense.faiss.rows.npy", "manifest.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_damage_is_refused_and_a_rebuild_repairs_it(
    folder: Path, documents: Path, tiny: TinyEncoder, victim: str, damage: str
) -> None:
    build_index(folder, [documents], tiny)
    path = current_generation(folder) / victim
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes(bytes(data if damage == "flip" else data[: len(data) // 2]))
    with pytest.raises(WenjuError, match=r"wenju build"):
        open_library(folder, tiny)
    build_index(folder, [documents], tiny)
    open_library(folder, tiny)


def test_no_index_says_what_to_do(folder: Path, tiny: TinyEncoder) -> None:
    with pytest.raises(WenjuError, match=r"还没有索引.*wenju build"):
        open_library(folder, tiny)


def failing(error: BaseException) -> object:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "raised", "message"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), WenjuError, "磁盘已满"),
        (OSError(errno.EROFS, "Read-only file system"), WenjuError, "不可写"),
        (KeyboardInterrupt("stop"), KeyboardInterrupt, "stop"),
    ],
)
def test_a_build_that_fails_leaves_the_old_index_and_no_litter(
    folder: Path,
    documents: Path,
    tiny: TinyEncoder,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    raised: type[BaseException],
    message: str,
) -> None:
    build_index(folder, [documents], tiny)
    before = sorted(path.name for path in folder.iterdir())
    (documents / "乙.txt").write_text("茶园记\n\n今年采茶四千斤。", "utf-8")
    monkeypatch.setattr(building, "write_manifest", failing(error))
    with pytest.raises(raised, match=message):
        build_index(folder, [documents], tiny)
    assert sorted(path.name for path in folder.iterdir()) == before
    assert any("三千斤" in p.text for p in open_library(folder, tiny, allow_stale=True).passages())


def test_sqlite_reports_a_full_disk_in_words(
    folder: Path, documents: Path, tiny: TinyEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_write_readings", failing(sqlite3.OperationalError("database or disk is full")))
    with pytest.raises(WenjuError, match="磁盘已满"):
        build_index(folder, [documents], tiny)
    assert not list(folder.glob(".building-*"))


def test_a_file_where_the_folder_should_be(folder: Path, documents: Path, tiny: TinyEncoder) -> None:
    folder.write_text("not a folder")
    with pytest.raises(WenjuError, match="不是文件夹"):
        build_index(folder, [documents], tiny)
    assert folder.read_text() == "not a folder"


def test_bad_files_are_reported_and_do_not_stop_the_rest(folder: Path, documents: Path, tiny: TinyEncoder) -> None:
    (documents / "空.txt").write_bytes(b"")
    (documents / "图.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    (documents / "国标.txt").write_bytes("码头有三盏灯，灯是红色的。".encode("gb18030"))
    report = build_index(folder, [documents], tiny)
    assert sorted(problem.name for problem in report.problems) == ["图.txt", "空.txt"]
    assert any("码头有三盏灯" in p.text for p in open_library(folder, tiny).passages("国标.txt"))


def test_nothing_readable_is_an_error(folder: Path, tmp_path: Path, tiny: TinyEncoder) -> None:
    (tmp_path / "空").mkdir()
    with pytest.raises(WenjuError, match="没有可以建索引的文件"):
        build_index(folder, [tmp_path / "空"], tiny)
    assert not list(folder.glob("[!.]*"))


def test_jsonl_corpus(folder: Path, tmp_path: Path, tiny: TinyEncoder) -> None:
    corpus = tmp_path / "corpus.jsonl"
    lines = [{"id": "a", "title": "桥", "text": "桥长三百米。"}, {"id": "b", "title": "", "text": "塔高九十米。"}]
    corpus.write_text("\n".join(json.dumps(line) for line in lines) + "\nnot json\n", "utf-8")
    report = build_index(folder, [corpus], tiny, jsonl=True)
    assert report.sources == 2 and len(report.problems) == 1
    library = open_library(folder, tiny)
    assert [source.id for source in library.sources()] == ["a", "b"]
    assert next(library.passages("b")).text == "塔高九十米。"


def test_add_replace_and_remove_one_source(folder: Path, documents: Path, tmp_path: Path, tiny: TinyEncoder) -> None:
    build_index(folder, [documents], tiny)
    tiny.embedded.clear()
    upload = tmp_path / "丁.txt"
    upload.write_text("码头有三盏灯。", "utf-8")
    add_sources(folder, [load_file(upload, {})], tiny)
    assert all("渡" not in text for text in tiny.embedded)
    assert {source.id for source in open_library(folder, tiny).sources()} == {"甲.txt", "乙.txt", "丙.md", "丁.txt"}
    upload.write_text("码头有五盏灯。", "utf-8")
    add_sources(folder, [load_file(upload, {})], tiny)
    texts = [p.text for p in open_library(folder, tiny).passages("丁.txt")]
    assert any("五盏" in text for text in texts) and not any("三盏" in text for text in texts)
    remove_source(folder, "丁.txt", tiny)
    remove_source(folder, "甲.txt", tiny)
    library = open_library(folder, tiny)
    assert {source.id for source in library.sources()} == {"乙.txt", "丙.md"}
    assert not library.lexical.search("渡口", 5)


def test_filters(folder: Path, documents: Path, tiny: TinyEncoder) -> None:
    (documents / "catalog.toml").write_text(
        '["甲.txt"]\npublication = "河报"\ndate = "2024-05-01"\n["乙.txt"]\npublication = "山报"\ndate = "2023"\n',
        "utf-8",
    )
    build_index(folder, [documents], tiny)
    library = open_library(folder, tiny)
    assert library.rows_matching(Filters()) is None
    assert _sources(library, Filters(publications=frozenset({"河报"}))) == {"甲.txt"}
    assert _sources(library, Filters(since="2024")) == {"甲.txt"}
    assert _sources(library, Filters(until="2023")) == {"乙.txt"}
    assert _sources(library, Filters(until="2024")) == {"甲.txt", "乙.txt"}
    assert _sources(library, Filters(sources=frozenset({"丙.md", "甲.txt"}), since="2024")) == {"甲.txt"}
    assert _sources(library, Filters(authors=frozenset({"无名"}))) == set()


def test_a_second_builder_is_told_to_wait(folder: Path, documents: Path, tiny: TinyEncoder) -> None:
    build_index(folder, [documents], tiny)

    class Nested(TinyEncoder):
        def encode_passages(self, texts, progress=None):  # type: ignore[no-untyped-def]
            with pytest.raises(WenjuError, match="另一个程序正在更新"):
                build_index(folder, [documents], tiny)
            return super().encode_passages(texts, progress)

    build_index(folder, [documents], Nested())
    shutil.rmtree(folder)


def _sources(library: Library, filters: Filters) -> set[str]:
    rows = library.rows_matching(filters)
    assert rows is not None
    return {passage.source_id for passage in library.passages_at(rows).values()}


def test_what_killed_builds_left_goes_at_the_next_start(tmp_path: Path, documents: Path, tiny: TinyEncoder) -> None:
    folder = tmp_path / "index"
    build_index(folder, [documents], tiny)
    for number in range(3):
        (folder / f".building-dead{number}").mkdir()
    with FileLock(folder / ".lock"):  # somebody is building: nothing of it is touched
        open_library(folder, tiny)
        assert len(list(folder.glob(".building-*"))) == 3
    open_library(folder, tiny)
    assert not list(folder.glob(".building-*"))
    (folder / ".building-dead").mkdir()
    build_index(folder, [documents], tiny)
    assert not list(folder.glob(".building-*"))
