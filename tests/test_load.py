"""Files as they come: encodings, folders, catalogs, JSONL; and every way in which they can be unusable."""

import json
from pathlib import Path

import pytest

from rag.corpus.load import Facts, decode, find_files, load_catalog, load_file, load_jsonl, script_of
from rag.types import Source, WenjuError

SIMPLE = "工会是党联系职工群众的桥梁和纽带，要竭诚服务职工群众，维护职工合法权益。"
TRADITIONAL = "工會是黨聯繫職工群眾的橋樑和紐帶，要竭誠服務職工群眾，維護職工合法權益。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("text", [SIMPLE, TRADITIONAL])
def test_encodings_are_found(encoding: str, text: str) -> None:
    assert decode("x.txt", text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["cp950", "big5hkscs"])
def test_big5_is_told_from_gb18030_by_commoner_characters(encoding: str) -> None:
    assert decode("x.txt", TRADITIONAL.encode(encoding)) == TRADITIONAL


def test_one_broken_byte_does_not_make_a_utf8_file_unreadable() -> None:
    data = (SIMPLE * 40).encode()
    assert decode("x.txt", data[:-1]) == (SIMPLE * 40)[:-1] + "\ufffd"


@pytest.mark.parametrize(
    ("data", "word"),
    [(b"", "空文件"), (b"\x00\x01\x02" * 50, "二进制"), (b"%PDF-1.7 ...", "PDF"), (b"PK\x03\x04rest", "Word"),
     (b"\x89PNG\r\n", "PNG"), (bytes(range(1, 32)) * 20, "二进制"), ("  \n\u3000\n".encode(), "没有文字")],
)  # fmt: skip
def test_unusable_files_are_refused_in_words(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "坏文件.txt"
    path.write_bytes(data)
    with pytest.raises(WenjuError, match=word) as error:
        load_file(path)
    assert "坏文件.txt" in str(error.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WenjuError, match="无法读取"):
        load_file(tmp_path / "没有.txt")
    with pytest.raises(WenjuError, match="无法读取"):
        load_file(tmp_path)
    with pytest.raises(WenjuError, match="找不到"):
        find_files([tmp_path / "没有"])


def test_find_files_walks_sorts_and_leaves_hidden_and_other_files_alone(tmp_path: Path) -> None:
    for name in ("乙/二.md", "甲/一.txt", "甲/图.png", ".隐藏/三.txt", "甲/.四.txt", "五.TXT"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("文", encoding="utf-8")
    found = [str(path.relative_to(tmp_path)) for path in find_files([tmp_path, tmp_path / "甲"])]
    assert found == sorted(found)
    assert set(found) == {"五.TXT", "甲/一.txt", "乙/二.md"}
    assert find_files([tmp_path / "甲/图.png"]) == [tmp_path / "甲/图.png"]  # named outright


def test_the_text_is_never_altered_and_the_facts_come_from_the_catalog(tmp_path: Path) -> None:
    raw = "\r\n 标题\r\n\t正文。\x00"[:-1]
    (tmp_path / "文件 甲.txt").write_bytes(raw.encode())
    (tmp_path / "catalog.toml").write_text('["文件 甲.txt"]\ntitle = "题"\ndate = "2024-01-02"\n', encoding="utf-8")
    source = load_file(tmp_path / "文件 甲.txt", load_catalog(tmp_path))
    assert (source.raw, source.id, source.title, source.date) == (raw, "文件 甲.txt", "题", "2024-01-02")
    assert source.script == "Hans"


@pytest.mark.parametrize("text", ['[a]\nautor = "x"', '["a"]\ntitle = 3', "title = 'x'", "[a"])
def test_a_bad_catalog_says_which_key(tmp_path: Path, text: str) -> None:
    (tmp_path / "catalog.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WenjuError, match=r"catalog\.toml"):
        load_catalog(tmp_path)


def test_no_catalog_is_an_empty_one(tmp_path: Path) -> None:
    assert load_catalog(tmp_path) == {}


def test_the_catalog_of_the_seeds_says_only_what_the_files_prove() -> None:
    catalog = load_catalog(Path(__file__).parents[1] / "seeds")
    assert len(catalog) == 5
    fifth = catalog["004_8890102b111eacc8.txt"]
    assert (fifth.publication, fifth.date, fifth.script) == ("工人日报", "2024-11-09", "Hant")
    assert all(not facts.date for name, facts in catalog.items() if not name.startswith("004"))


def test_jsonl_goes_on_after_a_bad_line(tmp_path: Path) -> None:
    good = {"id": "一", "title": "题", "text": "正文。"}
    lines = [
        json.dumps(good),
        "{",
        "[1]",
        '{"id": "二"}',
        '{"id": 3, "text": "数字编号。"}',
        '{"id": "四", "text": 5}',
        "",
    ]
    path = tmp_path / "语料.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = list(load_jsonl(path))
    assert [item.id for item in found if isinstance(item, Source)] == ["一", "3"]
    errors = [str(item) for item in found if isinstance(item, WenjuError)]
    assert len(errors) == 4
    assert all(f"第 {number} 行" in error for number, error in zip((2, 3, 4, 6), errors, strict=True))


def test_script_of() -> None:
    assert [script_of(text) for text in (SIMPLE, TRADITIONAL, "only Latin")] == ["Hans", "Hant", ""]
    assert Facts().script == ""
