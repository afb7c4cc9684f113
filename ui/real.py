"""The real chain and the real index behind the page; everything else of the page knows only protocols."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rag.settings import Settings
from rag.types import Source, WenjuError
from ui.editing import Editor
from ui.engine import Engine
from ui.library import Chain


def open_real(settings: Settings) -> tuple[Callable[[], Chain], Callable[[Engine], Editor]]:
    """What opens the chain, and what makes the editor of an engine. Heavy imports happen when they are called."""

    def opener() -> Chain:
        return _open(settings)

    def editor_for(engine: Engine) -> Editor:
        folder = settings.index.parent / "uploads"
        shelver = IndexShelver(settings, engine)
        return Editor(engine, shelver, folder, most_mb=settings.max_upload_mb, most_documents=settings.max_documents)

    return opener, editor_for


class IndexShelver:
    """Changes the index on disk and gives the engine the new one; questions under way finish with the old."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings, self.engine = settings, engine

    def load(self, path: Path) -> Source:
        """A stored file as a source."""
        from rag.corpus.load import load_catalog, load_file

        return load_file(path, load_catalog(path.parent))

    def add(self, source: Source) -> None:
        """Index one source; the vectors of the others are taken over."""
        from rag.index.build import add_sources
        from rag.index.embed import open_encoder

        report = add_sources(self.settings.index, [source], open_encoder(self.settings))
        if report.problems:
            raise WenjuError(report.problems[0].message)
        self._reopen()

    def remove(self, source_id: str) -> None:
        """Take one source out of the index."""
        from rag.index.build import remove_source
        from rag.index.embed import open_encoder

        remove_source(self.settings.index, source_id, open_encoder(self.settings))
        self._reopen()

    def _reopen(self) -> None:
        self.engine.replace(_open(self.settings))


def _open(settings: Settings) -> Chain:
    from rag.chain import open_chain
    from ui.remembering import RememberingChain

    return RememberingChain(open_chain(_serving(settings)))


def _serving(settings: Settings) -> Settings:
    """One thread for each question: several are answered at a time, and threads that wait for each other spin.

    Measured with 20 readers at once on two cores: about a third less processor time for each question. The embedded
    reader model, too, is no slower for one question alone (p50 0.18 s against 0.21 s). A CrossEncoder is worth both
    cores; so is the embedding of an added document, which does not come through here.
    """
    return settings.model_copy(update={"threads": 1}) if settings.reader in ("off", "embedded") else settings
