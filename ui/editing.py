"""Adding and removing documents while the page is open. One change at a time; questions go on meanwhile."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from rag.types import Source, WenjuError
from ui.engine import Engine
from ui.upload import PLAIN, readable, safe_name

REMEMBERED = 20
"""Removed documents kept in memory for an undo."""


class Shelver(Protocol):
    """What changes the index: the rag package, or a scripted one in tests."""

    def load(self, path: Path) -> Source:
        """A text file as a source. Raises WenjuError."""

    def add(self, source: Source) -> None:
        """Index one source without re-embedding the others."""

    def remove(self, source_id: str) -> None:
        """Take one source out."""


class Editor:
    """Adds, removes and puts back documents; keeps the uploaded files in ``folder``."""

    def __init__(self, engine: Engine, shelver: Shelver, folder: Path, *, most_mb: int, most_documents: int) -> None:
        self.engine, self.shelver, self.folder = engine, shelver, folder
        self.most_mb, self.most_documents = most_mb, most_documents
        self._lock = threading.Lock()
        self._removed: OrderedDict[str, Source] = OrderedDict()

    def read(self, path: Path) -> Source:
        """The text of an uploaded file, stored in the uploads folder under a name that is free there."""
        plain = path.suffix.lower() in PLAIN
        data = path.read_bytes() if plain else readable(path).encode()
        self.folder.mkdir(parents=True, exist_ok=True)
        target = _free(self.folder / (path.name if plain else safe_name(f"{path.stem}{path.suffix}.txt")))
        target.write_bytes(data)
        try:
            return self.shelver.load(target)
        except WenjuError:
            target.unlink()
            raise

    def add(self, source: Source) -> Source:
        """Put a source on the shelf, under a free name. Raises WenjuError when it is full or already there."""
        with self._lock:
            present = list(self.engine.chain.library.sources())
            try:
                if len(present) >= self.most_documents:
                    raise WenjuError(f"文献库最多有 {self.most_documents} 份文献，请先移除一些。(library full)")
                twin = next((s for s in present if s.sha256 == source.sha256), None)
                if twin is not None:
                    raise WenjuError(f"内容与库中的“{twin.title or twin.id}”完全相同。(duplicate)")
                source = replace(source, id=_free_id(source.id, {s.id for s in present}))
                self.shelver.add(source)
            except WenjuError:
                self._discard(source)
                raise
            return source

    def remove(self, source_id: str) -> None:
        """Take a source off the shelf. Raises KeyError when it is not there."""
        with self._lock:
            source = self.engine.chain.library.clean(source_id).source
            self.shelver.remove(source_id)
            self._removed[source_id] = source
            if len(self._removed) > REMEMBERED:
                self._removed.popitem(last=False)

    def restore(self, source_id: str) -> None:
        """Put a removed source back. Raises KeyError when it is not remembered."""
        with self._lock:
            self.shelver.add(self._removed[source_id])
            del self._removed[source_id]

    def _discard(self, source: Source) -> None:
        path = Path(source.path)
        if path.parent == self.folder:
            path.unlink(missing_ok=True)


def _free(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free


def _free_id(name: str, taken: set[str]) -> str:
    """``name``, or ``name (2)``: a new file never silently replaces another document of the same name."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
