"""A progress bar, and one JSON line a step in ``log.jsonl``."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import TextIO

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class Log:
    """Tells how training goes, to the terminal and to a file."""

    def __init__(self, out: Path, steps: int, parts: tuple[str, ...]) -> None:
        self._path, self._steps, self._parts = out / "log.jsonl", steps, parts
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeElapsedColumn()
        )
        self._file: TextIO | None = None

    def __enter__(self) -> Log:
        self._file = self._path.open("a", encoding="utf-8")
        self._task = self._progress.add_task("训练", total=1.0, said="")
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()
        if self._file:
            self._file.close()

    def step(self, step: int, done: float, rate: float, seconds: float, norm: float, parts: list[float]) -> None:
        """One finished step: its number, share of training done, learning rate, time used, gradient norm, losses."""
        if self._file is None:
            raise ValueError("the log is not open")
        facts = {"step": step, "done": done, "rate": rate, "seconds": seconds, "norm": norm}
        facts |= dict(zip(self._parts, parts, strict=True))
        self._file.write(json.dumps({key: float(f"{value:.6g}") for key, value in facts.items()}) + "\n")
        self._file.flush()
        self._progress.update(self._task, completed=done, said=f"{step}/{self._steps} loss {parts[0]:.3f}")
