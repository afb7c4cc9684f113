"""A server of its own for one test: ``python -m tests.browser.server PORT FOLDER [name=value ...]``.

Options: load=1 (the chain is there only when the test says so), password, width, line, patience, real=1 (the real
chain and index).
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import uvicorn

from rag.settings import Settings
from rag.types import Source, WenjuError
from tests.browser.scripted import ScriptedChain, ScriptedLibrary, shelf, signal_of, source_of
from ui.editing import Editor
from ui.engine import Engine
from ui.real import open_real
from ui.server import Limits, create_app

LOG = "server.log"


class ScriptedShelver:
    """Keeps documents in memory."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def load(self, path: Path) -> Source:
        text = path.read_text(encoding="utf-8")
        if "坏文件" in text:
            raise WenjuError("这个文件读不出来。(scripted)")
        return replace(source_of(path.name, text), path=str(path))

    def add(self, source: Source) -> None:
        self.engine.replace(ScriptedChain(ScriptedLibrary([*self.engine.chain.library.sources(), source])))

    def remove(self, source_id: str) -> None:
        kept = [s for s in self.engine.chain.library.sources() if s.id != source_id]
        self.engine.replace(ScriptedChain(ScriptedLibrary(kept)))


def _scripted(folder: Path, *, wait: bool) -> ScriptedChain:
    while wait and not signal_of(folder, "load").exists():
        time.sleep(0.05)
    return ScriptedChain(shelf(), signals=folder)


def main(port: int, folder: Path, options: dict[str, str]) -> None:
    settings = Settings(index=folder / "index", port=port, password=options.get("password", ""), max_upload_mb=1)
    limits = Limits(int(options.get("width", 8)), int(options.get("line", 64)), float(options.get("patience", 60)))
    if options.get("real"):
        opener, editor_for = open_real(settings)
        engine = Engine(opener)
        editor = editor_for(engine)
    else:
        engine = Engine(lambda: _scripted(folder, wait="load" in options))
        editor = Editor(engine, ScriptedShelver(engine), folder / "uploads", most_mb=1, most_documents=50)
    app = create_app(settings, engine, editor, limits=limits)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1)


def forked(port: int, folder: Path, options: dict[str, str]) -> None:
    """The same in a process that was forked: what it says goes to a file of its own."""
    log = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    main(port, folder, options)


if __name__ == "__main__":
    pairs = dict(arg.split("=", 1) for arg in sys.argv[3:])
    main(int(sys.argv[1]), Path(sys.argv[2]), pairs)
