"""Build an index: documents in, a whole new generation out, or nothing changed at all."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from rag.corpus.load import CATALOG, find_files, load_catalog, load_file, load_jsonl
from rag.corpus.reading import read_source
from rag.index.dense import DenseIndex, Vectors
from rag.index.embed import Encoder
from rag.index.lexical import LexicalIndex
from rag.index.manifest import (
    FORMAT,
    LOCK,
    UNFINISHED,
    Document,
    Manifest,
    current_generation,
    list_files,
    read_manifest,
    remove_left_over,
    sha256_of,
    switch,
    write_manifest,
)
from rag.index.tables import Tables
from rag.index.windows import embedded_texts, head
from rag.types import Reading, Source, WenjuError

Progress = Callable[[str, int, int], None]
"""Called with the stage ("read", "embed", "write"), how much is done and how much there is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file or line that could not be indexed, and why."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did."""

    sources: int
    passages: int
    vectors: int
    embedded: int
    """Texts embedded now; the other vectors came from the index before."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Intake:
    """What goes into a generation: sources still to be read, readings already made, and the files they came from."""

    readings: Iterable[Reading]
    roots: tuple[str, ...]
    documents: tuple[Document, ...]
    total: int


def _silent(stage: str, done: int, total: int) -> None:
    """No progress shown."""


def build_index(
    folder: Path, paths: Sequence[Path], encoder: Encoder, *, jsonl: bool = False, progress: Progress = _silent
) -> Report:
    """Index the files (or JSONL corpora) at ``paths`` into ``folder``, replacing what is there only when all is whole.

    A document that cannot be read is reported, never fatal; with no readable document at all a WenjuError is raised.
    """
    with _guarded(folder):
        problems: list[Problem] = []
        sources, documents = _load_jsonl(paths, problems) if jsonl else _load_files(paths, problems)
        if not sources:
            details = "；".join(f"{p.name}：{p.message}" for p in problems[:5]) or "没有找到 txt 或 md 文件"
            raise WenjuError(f"没有可以建索引的文件。{details}。(nothing to index)")
        readings = _read_all(sources, problems, progress)
        roots = tuple(str(path.absolute()) for path in paths) if not jsonl else ()
        return _write_generation(
            folder, _Intake(readings, roots, tuple(documents), len(sources)), encoder, problems, progress
        )


def add_sources(folder: Path, sources: Sequence[Source], encoder: Encoder, progress: Progress = _silent) -> Report:
    """Add (or replace, by id) ``sources`` in the index at ``folder``; only their texts are embedded."""
    return _rewrite(folder, sources, frozenset(source.id for source in sources), encoder, progress)


def remove_source(folder: Path, source_id: str, encoder: Encoder, progress: Progress = _silent) -> Report:
    """Take one source out of the index at ``folder``."""
    return _rewrite(folder, (), frozenset({source_id}), encoder, progress)


def _rewrite(
    folder: Path, new: Sequence[Source], leave_out: frozenset[str], encoder: Encoder, progress: Progress
) -> Report:
    with _guarded(folder):
        problems: list[Problem] = []
        generation = current_generation(folder)
        manifest = read_manifest(generation)
        with closing(Tables.open(generation / "library.sqlite")) as tables:
            kept = [name for name in tables.source_ids() if name not in leave_out]

            def readings() -> Iterator[Reading]:
                yield from (tables.reading(name) for name in kept)
                yield from _read_all(new, problems, progress)

            # A file that is removed from the library stays known, so that it does not come back as "new".
            documents = tuple(
                replace(document, source_id="") if document.source_id in leave_out else document
                for document in manifest.documents
            )
            intake = _Intake(readings(), manifest.roots, documents, len(kept) + len(new))
            return _write_generation(folder, intake, encoder, problems, progress)


@contextmanager
def _guarded(folder: Path) -> Iterator[None]:
    """One writer at a time; what the disk refuses is said in words."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK, timeout=0):
            remove_left_over(folder)
            yield
    except Timeout:
        raise WenjuError(f"另一个程序正在更新索引 {folder}，请稍后再试。(the index is being written)") from None
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise WenjuError(f"磁盘已满，索引没有改动：{folder}。请腾出空间后重试。(disk full)") from error
        raise WenjuError(f"写索引时出错，原索引没有改动：{error}。(could not write the index)") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise WenjuError(f"磁盘已满，索引没有改动：{folder}。请腾出空间后重试。(disk full)") from error
        if isinstance(error, PermissionError) or error.errno in (errno.EROFS, errno.EACCES):
            raise WenjuError(f"索引文件夹不可写：{folder}。请用 --index 换一个位置。(read-only)") from error
        if isinstance(error, FileExistsError | NotADirectoryError):
            raise WenjuError(f"索引位置 {folder} 不是文件夹。请用 --index 换一个位置。(not a folder)") from error
        raise WenjuError(f"写索引时出错，原索引没有改动：{error}。(could not write the index)") from error


def _load_files(paths: Sequence[Path], problems: list[Problem]) -> tuple[list[Source], list[Document]]:
    sources: list[Source] = []
    documents: list[Document] = []
    taken: set[str] = set()
    for path in find_files(paths):
        source_id = ""
        try:
            source = load_file(path, load_catalog(path.parent))
            source_id = _free_name(source.id, taken)
            sources.append(replace(source, id=source_id))
        except WenjuError as error:
            problems.append(Problem(path.name, str(error)))
        document = _document(path, source_id)
        if document is not None:
            documents.append(document)
    for catalog in sorted({path.parent / CATALOG for path in find_files(paths)}):
        document = _document(catalog, "")
        if document is not None:
            documents.append(document)
    return sources, documents


def _load_jsonl(paths: Sequence[Path], problems: list[Problem]) -> tuple[list[Source], list[Document]]:
    sources: list[Source] = []
    documents: list[Document] = []
    taken: set[str] = set()
    for path in paths:
        for item in load_jsonl(path):
            if isinstance(item, Source) and item.id not in taken:
                taken.add(item.id)
                sources.append(item)
            elif isinstance(item, Source):
                problems.append(Problem(item.id, "同一 id 出现两次，后一条未收录"))
            else:
                problems.append(Problem(path.name, str(item)))
        document = _document(path, "")
        if document is not None:
            documents.append(document)
    return sources, documents


def _document(path: Path, source_id: str) -> Document | None:
    try:
        stat = path.stat()
        return Document(source_id, str(path.absolute()), stat.st_size, stat.st_mtime_ns, sha256_of(path))
    except OSError:
        return None


def _free_name(name: str, taken: set[str]) -> str:
    """``name``, or ``name#2`` ... when two folders hold files of the same name."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}#{number}"
    taken.add(free)
    return free


def _read_all(sources: Sequence[Source], problems: list[Problem], progress: Progress) -> Iterator[Reading]:
    for done, source in enumerate(sources):
        progress("read", done, len(sources))
        try:
            reading = read_source(source)
        except WenjuError as error:
            problems.append(Problem(source.id, str(error)))
            continue
        yield reading
    progress("read", len(sources), len(sources))


def _write_generation(
    folder: Path, intake: _Intake, encoder: Encoder, problems: list[Problem], progress: Progress
) -> Report:
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S-") + os.urandom(3).hex()
    temporary = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
    try:
        tables = Tables.create(temporary / "library.sqlite")
        with closing(tables):
            count = _write_readings(tables, intake.readings)
            if not count and problems:
                raise WenjuError(
                    "没有一个文件可以读成段落：" + "；".join(f"{p.name}：{p.message}" for p in problems[:5])
                )
            embedded, vectors = _write_vectors(folder, temporary, tables, encoder, progress)
            LexicalIndex.build(temporary / "lexical", ((head(p), p.text) for p in tables.passages()))
            passages = tables.count_passages()
        progress("write", 0, 1)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(
            FORMAT, encoder.name, encoder.dim, created, intake.roots, intake.documents, list_files(temporary),
            passages, vectors,
        )  # fmt: skip
        write_manifest(temporary, manifest)
        temporary.chmod(0o755)
        temporary.rename(folder / name)
        switch(folder, folder / name)
        progress("write", 1, 1)
        return Report(count, passages, vectors, embedded, tuple(problems))
    finally:
        remove_left_over(folder)


def _write_readings(tables: Tables, readings: Iterable[Reading]) -> int:
    taken: set[str] = set()
    count = 0
    for reading in readings:
        # Two documents may hold the same paragraph; their ids must differ.
        tables.add_reading(reading, [replace(p, id=_free_name(p.id, taken)) for p in reading.passages])
        count += 1
    return count


def _write_vectors(
    folder: Path, temporary: Path, tables: Tables, encoder: Encoder, progress: Progress
) -> tuple[int, int]:
    """Embed what is new, take the rest from the index before. Returns (texts embedded, vectors written)."""
    rows: list[int] = []
    keys: list[bytes] = []
    texts: dict[bytes, str] = {}
    for row, passage in enumerate(tables.passages()):
        for text in embedded_texts(passage):
            key = hashlib.sha256(text.encode()).digest()[:16]
            rows.append(row)
            keys.append(key)
            texts[key] = text
    known = dict(_remembered(folder, encoder, texts))
    missing = [key for key in texts if key not in known]
    finished = 0

    def advance(number: int) -> None:
        nonlocal finished
        finished += number
        progress("embed", finished, len(missing))

    fresh = encoder.encode_passages([texts[key] for key in missing], progress=advance)
    known.update(zip(missing, fresh, strict=True))
    tables.add_vectors(known.items())
    matrix: Vectors = np.stack([known[key] for key in keys]) if keys else np.zeros((0, encoder.dim), np.float32)
    DenseIndex.build(matrix, rows).save(temporary / "dense.faiss")
    return len(missing), len(rows)


def _remembered(folder: Path, encoder: Encoder, keys: Iterable[bytes]) -> Iterator[tuple[bytes, Vectors]]:
    """Vectors of the index before, when it is readable and of the same model; otherwise none."""
    try:
        generation = current_generation(folder)
        if read_manifest(generation).model != encoder.name:
            return
        with closing(Tables.open(generation / "library.sqlite")) as tables:
            yield from tables.vectors(keys)
    except (WenjuError, OSError, sqlite3.Error, ValueError):
        return  # no index yet, or a damaged one: exactly what a rebuild is for
