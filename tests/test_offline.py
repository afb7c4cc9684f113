"""Complete with no network: build and ask in a process whose sockets are blocked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_BLOCKED = """
import socket, sys

def refuse(*args, **kwargs):
    raise AssertionError(f"a connection was attempted: {args}")

# A subclass would still let C code through; an audit hook sees every connect and name look-up of the process.
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        refuse(event, args)

sys.addaudithook(watch)
from rag.cli import main
sys.argv = ["wenju", *sys.argv[1:]]
main()
"""


def wenju(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", _BLOCKED, *arguments], capture_output=True, text=True)


def test_build_and_ask_without_sockets(tmp_path: Path, documents: Path) -> None:
    index = str(tmp_path / "index")
    built = wenju("build", str(documents), "--index", index)
    assert built.returncode == 0, built.stderr
    asked = wenju("ask", "渡船有几艘？", "--index", index)
    assert asked.returncode == 0, asked.stderr
    assert "渡船共有七艘" in asked.stdout


def test_asking_imports_neither_torch_nor_gradio(tmp_path: Path, documents: Path) -> None:
    index = str(tmp_path / "index")
    assert wenju("build", str(documents), "--index", index).returncode == 0
    code = (
        "import sys; from rag.cli import app; app(sys.argv[1:], standalone_mode=False);"
        "print([m for m in ('torch', 'gradio', 'sentence_transformers', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "ask", "渡船有几艘？", "--index", index],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"
