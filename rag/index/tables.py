"""The SQLite file of an index: sources, articles, passages, outline and cached vectors as rows. SQL stays in here."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from rag.types import Article, CleanText, Filters, OutlineItem, Passage, Reading, Repair, Source, Span

_SCHEMA = """
CREATE TABLE sources (
    position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, path TEXT, raw TEXT, sha256 TEXT, title TEXT,
    publication TEXT, date TEXT, page TEXT, kind TEXT, script TEXT, clean TEXT, origins BLOB, clean_repairs TEXT,
    repairs TEXT, furniture TEXT);
CREATE TABLE articles (position INTEGER PRIMARY KEY, id TEXT NOT NULL, source_id TEXT NOT NULL, data TEXT);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, source_id TEXT NOT NULL, article_id TEXT, publication TEXT,
    date TEXT, author TEXT, kind TEXT, data TEXT);
CREATE TABLE outline (position INTEGER PRIMARY KEY, article_id TEXT, source_id TEXT NOT NULL, data TEXT);
CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX articles_source ON articles (source_id);
CREATE INDEX passages_source ON passages (source_id);
CREATE INDEX passages_article ON passages (article_id);
CREATE INDEX outline_source ON outline (source_id);
"""
_SOURCE_FACTS = "id, path, raw, sha256, title, publication, date, page, kind, script"
_ARTICLE = TypeAdapter(Article)
_PASSAGE = TypeAdapter(Passage)
_OUTLINE = TypeAdapter(OutlineItem)
_REPAIRS = TypeAdapter(tuple[Repair, ...])
_SPANS = TypeAdapter(tuple[Span, ...])


class Tables:
    """Rows in, nouns out. Open for reading with ``Tables.open``, new with ``Tables.create``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def create(cls, path: Path) -> Tables:
        """A new, empty file."""
        connection = sqlite3.connect(path)
        # Nothing reads the file before it is whole and renamed, so the journal would only cost time.
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        return cls(connection)

    @classmethod
    def open(cls, path: Path) -> Tables:
        """An existing file, read-only and shared between threads (it never changes once it is in place)."""
        uri = path.resolve().as_uri() + "?mode=ro&immutable=1"
        return cls(sqlite3.connect(uri, uri=True, check_same_thread=False))

    def close(self) -> None:
        """Write what is pending and close."""
        self._db.commit()
        self._db.close()

    # --- writing -----------------------------------------------------------------------------------------------------

    def add_reading(self, reading: Reading, passages: Iterable[Passage]) -> None:
        """Everything understood of one source; ``passages`` are its passages under their final ids."""
        source, clean = reading.clean.source, reading.clean
        facts = [getattr(source, name) for name in _SOURCE_FACTS.split(", ")]
        self._db.execute(
            f"INSERT INTO sources ({_SOURCE_FACTS}, clean, origins, clean_repairs, repairs, furniture)"
            f" VALUES ({', '.join('?' * 15)})",
            [
                *facts,
                clean.text,
                array("i", clean.origins).tobytes(),
                _REPAIRS.dump_json(clean.repairs),
                _REPAIRS.dump_json(reading.repairs),
                _SPANS.dump_json(reading.furniture),
            ],
        )
        self._db.executemany(
            "INSERT INTO articles (id, source_id, data) VALUES (?, ?, ?)",
            [(a.id, source.id, _ARTICLE.dump_json(a)) for a in reading.articles],
        )
        self._db.executemany(
            "INSERT INTO outline (article_id, source_id, data) VALUES (?, ?, ?)",
            [(o.article_id, source.id, _OUTLINE.dump_json(o)) for o in reading.outline],
        )
        row = self.count_passages()
        self._db.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (row + i, p.id, source.id, p.article_id, p.publication, p.date, p.author, p.kind, _PASSAGE.dump_json(p))
                for i, p in enumerate(passages)
            ],
        )

    def add_vectors(self, vectors: Iterable[tuple[bytes, NDArray[np.float32]]]) -> None:
        """Remember embedded texts by key, so that a rebuild embeds only what changed."""
        self._db.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", [(k, v.tobytes()) for k, v in vectors])

    # --- reading -----------------------------------------------------------------------------------------------------

    def count_passages(self) -> int:
        """How many passages there are."""
        return int(self._db.execute("SELECT COUNT(*) FROM passages").fetchone()[0])

    def sources(self) -> list[Source]:
        """All sources in the order they were added."""
        return [Source(*row) for row in self._db.execute(f"SELECT {_SOURCE_FACTS} FROM sources ORDER BY position")]

    def source_ids(self) -> list[str]:
        """Names of all sources in the order they were added."""
        return [row[0] for row in self._db.execute("SELECT id FROM sources ORDER BY position")]

    def clean(self, source_id: str) -> CleanText:
        """The clean text of one source. Raises KeyError when there is none of that name."""
        row = self._db.execute(
            f"SELECT {_SOURCE_FACTS}, clean, origins, clean_repairs FROM sources WHERE id = ?", [source_id]
        ).fetchone()
        if row is None:
            raise KeyError(source_id)
        origins = array("i")
        origins.frombytes(row[-2])
        return CleanText(Source(*row[:-3]), row[-3], tuple(origins), _REPAIRS.validate_json(row[-1]))

    def reading(self, source_id: str) -> Reading:
        """Everything understood of one source. Raises KeyError when there is none of that name."""
        clean = self.clean(source_id)
        repairs, furniture = self._db.execute(
            "SELECT repairs, furniture FROM sources WHERE id = ?", [source_id]
        ).fetchone()
        return Reading(
            clean,
            tuple(self.articles(source_id)),
            tuple(self.passages(source_id)),
            tuple(self.outline(source_id)),
            _REPAIRS.validate_json(repairs),
            _SPANS.validate_json(furniture),
        )

    def articles(self, source_id: str) -> list[Article]:
        """The articles of one source in reading order."""
        rows = self._db.execute("SELECT data FROM articles WHERE source_id = ? ORDER BY position", [source_id])
        return [_ARTICLE.validate_json(data) for (data,) in rows]

    def outline(self, source_id: str) -> list[OutlineItem]:
        """The outline of one source in reading order."""
        rows = self._db.execute("SELECT data FROM outline WHERE source_id = ? ORDER BY position", [source_id])
        return [_OUTLINE.validate_json(data) for (data,) in rows]

    def passages(self, source_id: str | None = None) -> Iterator[Passage]:
        """Passages of one source, or of all, in row order."""
        where, values = ("WHERE source_id = ?", [source_id]) if source_id is not None else ("", [])
        for (data,) in self._db.execute(f"SELECT data FROM passages {where} ORDER BY row", values):
            yield _PASSAGE.validate_json(data)

    def passages_at(self, rows: Iterable[int]) -> dict[int, Passage]:
        """Passages by row number."""
        wanted = list(rows)
        marks = ", ".join("?" * len(wanted))
        found = self._db.execute(f"SELECT row, data FROM passages WHERE row IN ({marks})", wanted)
        return {row: _PASSAGE.validate_json(data) for row, data in found}

    def passage(self, passage_id: str) -> Passage:
        """One passage. Raises KeyError when there is none of that id."""
        found = self._db.execute("SELECT data FROM passages WHERE id = ?", [passage_id]).fetchone()
        if found is None:
            raise KeyError(passage_id)
        return _PASSAGE.validate_json(found[0])

    def row_of(self, passage_id: str) -> int:
        """Row number of one passage. Raises KeyError when there is none of that id."""
        found = self._db.execute("SELECT row FROM passages WHERE id = ?", [passage_id]).fetchone()
        if found is None:
            raise KeyError(passage_id)
        return int(found[0])

    def rows_of_kind(self, kinds: Iterable[str], article_id: str | None = None) -> list[int]:
        """Rows of the passages of these kinds, of one article or of all."""
        wanted = list(kinds)
        where = f"kind IN ({', '.join('?' * len(wanted))})"
        if article_id is not None:
            where, wanted = f"{where} AND article_id = ?", [*wanted, article_id]
        return [row for (row,) in self._db.execute(f"SELECT row FROM passages WHERE {where} ORDER BY row", wanted)]

    def rows_matching(self, filters: Filters) -> list[int]:
        """Rows of the passages that ``filters`` allow."""
        clauses: list[str] = []
        values: list[str] = []
        for column, allowed in (("source_id", filters.sources), ("publication", filters.publications)):
            if allowed:
                clauses.append(f"{column} IN ({', '.join('?' * len(allowed))})")
                values.extend(sorted(allowed))
        if filters.authors:
            clauses.append("(" + " OR ".join("('、' || author || '、') LIKE ?" for _ in filters.authors) + ")")
            values.extend(f"%、{name}、%" for name in sorted(filters.authors))
        if filters.since:
            clauses.append("date >= ?")
            values.append(filters.since)
        if filters.until:
            # A prefix such as 2024 must include all of 2024.
            clauses.append("date <> '' AND date <= ?")
            values.append(filters.until + "\uffff")
        where = " AND ".join(clauses) or "1"
        return [row for (row,) in self._db.execute(f"SELECT row FROM passages WHERE {where} ORDER BY row", values)]

    def vectors(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
        """Remembered vectors of those ``keys`` that are known."""
        for key in keys:
            found = self._db.execute("SELECT vector FROM vectors WHERE key = ?", [key]).fetchone()
            if found is not None:
                yield key, np.frombuffer(found[0], dtype=np.float32)

    def authors(self) -> list[str]:
        """All different author lines."""
        return [
            row[0] for row in self._db.execute("SELECT DISTINCT author FROM passages WHERE author <> '' ORDER BY 1")
        ]
