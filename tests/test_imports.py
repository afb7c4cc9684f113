"""The two rules of the house: imports point one way, and every heavy library has one home."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ["rag.types", "rag.settings", "rag.corpus", "rag.index", "rag.search", "rag.answer", "rag.chain"]
HOMES = {
    "gradio": {"ui/app.py"},
    "faiss": {"rag/index/dense.py", "eval/baseline.py"},
    "tantivy": {"rag/index/lexical.py"},
    "openai": {"rag/answer/model.py"},
    "mcp": {"ui/mcp.py"},
    "jieba": {"rag/corpus/mentions.py"},
    "sqlite3": {"rag/index/tables.py", "rag/index/build.py", "ui/feedback.py", "eval/inbox.py"},
}


def imported(path: Path) -> set[str]:
    """Full names of modules that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def room(module: str) -> int | None:
    """Position of a module's room in the order, None outside the ordered rooms."""
    for position, name in enumerate(ORDER):
        if module == name or module.startswith(name + "."):
            return position
    return None


def files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_imports_point_one_way() -> None:
    wrong = []
    for path in files("rag"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        here = room(module)
        for name in imported(path):
            there = room(name)
            if here is not None and there is not None and there > here:
                wrong.append(f"{module} imports {name}")
    assert not wrong


def test_the_page_and_the_eval_never_meet() -> None:
    assert not [p for p in files("ui") if any(n.split(".")[0] == "eval" for n in imported(p))]
    assert not [p for p in files("eval") if any(n.split(".")[0] == "ui" for n in imported(p))]
    # The command line opens the page on request; nothing else of the library knows it.
    outside = [p for p in files("rag") if any(n.split(".")[0] in ("ui", "eval") for n in imported(p))]
    assert [p.name for p in outside] == ["cli.py"]


@pytest.mark.parametrize("library", sorted(HOMES))
def test_one_home_per_library(library: str) -> None:
    homes = {
        path.relative_to(ROOT).as_posix()
        for path in files("rag", "ui", "eval")
        if any(name.split(".")[0] == library for name in imported(path))
    }
    assert homes <= HOMES[library]


def test_importing_rag_is_cheap_and_light() -> None:
    code = (
        "import sys, time; started = time.perf_counter(); import rag, rag.types; "
        "print(time.perf_counter() - started); "
        "print([m for m in ('torch', 'gradio', 'sentence_transformers', 'faiss', 'numpy') if m in sys.modules])"
    )
    seconds, heavy = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert heavy == "[]"
    assert float(seconds) < 0.15
