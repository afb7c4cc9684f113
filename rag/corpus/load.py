"""A file → Source: encoding found, catalog facts attached, the text itself never altered.

UTF-8 and UTF-16 are told by their own rules; GB18030 and Big5 are both tried, and the one that reads as commoner
Chinese wins. Formats that need a reader of their own (PDF, Word, HTML) come in through ``source_from_text``, once
something has turned them into text.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from rag.corpus.fold import fold, is_traditional
from rag.types import Source, WenjuError

CATALOG = "catalog.toml"
SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})

_MAGIC = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "Word/Zip",
    b"\xd0\xcf\x11\xe0": "Word",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法"
    "学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将"
    "两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西月话合回特代内信表化老给世位次度门任常先海通教原东声提立及比员"
    "解水名真论处走义各入几口认条平系气题活更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至"
    "队形社便空决治展马科司五基书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取格望觉术领共确传师观清"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a catalog says about one file; "" where the text itself does not prove it."""

    title: str = ""
    publication: str = ""
    date: str = ""
    page: str = ""
    kind: str = ""
    script: str = ""


Catalog = Mapping[str, Facts]
"""Facts by file name."""


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The text and Markdown files among ``paths`` and, recursively, in their folders: sorted, none twice.

    A file that is named outright is taken whatever its suffix. Raises WenjuError for a path that does not exist.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found.update(_walk(path))
        elif path.exists():
            found.add(path)
        else:
            raise WenjuError(f"找不到 {path}。请检查路径。(no such file or folder)")
    return sorted(found)


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(parent) / name


def load_catalog(folder: Path) -> Catalog:
    """Facts from ``catalog.toml`` in ``folder``; empty without one. Raises WenjuError for a key it does not know."""
    path = folder / CATALOG
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WenjuError(f"目录文件 {path} 读不出来：{error}。(unreadable catalog)") from error
    known = [field.name for field in fields(Facts)]
    catalog: dict[str, Facts] = {}
    for name, table in tables.items():
        bad = sorted(set(table) - set(known)) if isinstance(table, dict) else [name]
        if bad or not all(isinstance(value, str) for value in table.values()):
            keys = "、".join(known)
            raise WenjuError(f"目录文件 {path} 的 [{name}] 有误：{'、'.join(bad)}；每项只写 {keys}，值为字符串。")
        catalog[name] = Facts(**table)
    return catalog


def load_file(path: Path, catalog: Catalog | None = None) -> Source:
    """One text file as a Source. Raises WenjuError when it is unreadable, empty, binary or in no known encoding."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WenjuError(f"无法读取 {path}：{error.strerror or error}。(cannot read)") from error
    return load_bytes(path.name, data, (catalog or {}).get(path.name, Facts()), str(path))


def load_bytes(name: str, data: bytes, facts: Facts = Facts(), path: str = "") -> Source:
    """The bytes of a text file as a Source named ``name``. Raises WenjuError like ``load_file``."""
    return source_from_text(name, decode(name, data), facts, path, hashlib.sha256(data).hexdigest())


def source_from_text(name: str, raw: str, facts: Facts = Facts(), path: str = "", sha256: str = "") -> Source:
    """A Source from text that was already decoded or extracted (PDF, Word, HTML): every offset refers to ``raw``."""
    if not raw.strip("\ufeff\u200b \t\r\n\u3000\xa0"):
        raise WenjuError(f"{name} 里没有文字。(empty)")
    return Source(
        id=name,
        path=path,
        raw=raw,
        sha256=sha256 or hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest(),
        title=facts.title,
        publication=facts.publication,
        date=facts.date,
        page=facts.page,
        kind=facts.kind,
        script=facts.script or script_of(raw),
    )


def load_jsonl(path: Path) -> Iterator[Source | WenjuError]:
    """One Source a line of ``{"id", "title", "text"}``; a bad line yields the WenjuError that says so, no more."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WenjuError(f"无法读取 {path}：{error.strerror or error}。(cannot read)") from error
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            try:
                yield _from_record(json.loads(line), str(path))
            except (ValueError, RecursionError) as error:
                yield WenjuError(f"{path.name} 第 {number} 行不是合格的 JSON：{error}。(bad line)")
            except WenjuError as error:
                yield WenjuError(f"{path.name} 第 {number} 行：{error}")


def _from_record(record: object, path: str) -> Source:
    if not isinstance(record, dict):
        raise WenjuError("不是 JSON 对象。(not an object)")
    name, title, text = (record.get(key, "") for key in ("id", "title", "text"))
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not (isinstance(name, str) and name and isinstance(title, str) and isinstance(text, str)):
        raise WenjuError("需要字符串 id、text（title 可省）。(needs id and text)")
    return source_from_text(name, text, Facts(title=title), path)


def decode(name: str, data: bytes) -> str:
    """Text of ``data``. Raises WenjuError for empty or binary data and for an encoding that is none of ours."""
    if not data:
        raise WenjuError(f"{name} 是空文件。(empty file)")
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise WenjuError(f"{name} 是 {kind} 文件，不是纯文本；请先另存为 txt 或 md。(not a text file)")
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strict(name, data, encoding)
    if b"\0" in data:
        raise WenjuError(f"{name} 是二进制文件，不是文本。(binary file)")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _decode_legacy(name, data)
    if sum(char < " " and char not in "\t\r\n\f\v\x1a" for char in text) > 0.02 * len(text):
        raise WenjuError(f"{name} 是二进制文件，不是文本。(binary file)")
    return text


def _strict(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise WenjuError(f"{name} 标明为 {encoding}，却在第 {error.start} 字节处解不开。(broken encoding)") from error


def _decode_legacy(name: str, data: bytes) -> str:
    """GB18030 or Big5, whichever reads as commoner Chinese; UTF-8 with a few broken bytes when that is what it is."""
    readings: list[tuple[float, str]] = []
    for encoding in ("gb18030", "cp950", "big5hkscs"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        readings.append((commonness(text), text))
    broken = data.decode("utf-8", "replace")
    if broken.count("\ufffd") <= max(2, len(broken) // 500):
        readings.append((commonness(broken), broken))
    best, text = max(readings, key=lambda reading: reading[0], default=(0.0, ""))
    if best < 0.2:
        raise WenjuError(f"{name} 不是 UTF-8、GB18030 或 Big5 文本；请先转成 UTF-8。(unknown encoding)")
    return text


def commonness(text: str) -> float:
    """Share of the non-ASCII characters of ``text`` that are among the 500 commonest, both scripts (prose: 0.6-0.8)."""
    sample = [char for char in fold(text[:20000]) if char > "\x7f" and char not in "，。、；：？！“”‘’（）《》—…·"]
    return sum(char in _COMMON for char in sample) / len(sample) if sample else 0.0


def script_of(text: str) -> str:
    """ "Hant" or "Hans" by the share of Traditional-only characters in the beginning of ``text``; "" without Han."""
    han = [char for char in text[:4000] if "\u3400" <= char <= "\u9fff"]
    if not han:
        return ""
    return "Hant" if sum(map(is_traditional, han)) > 0.1 * len(han) else "Hans"
