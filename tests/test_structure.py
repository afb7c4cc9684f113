"""The reader meets the bars of the structure benchmark on the seeds, and the report says what was measured."""

from __future__ import annotations

import json

import pytest

from eval.structure import main, run
from rag.types import WenjuError


def test_the_seeds_are_read_as_a_careful_person_reads_them(tmp_path):
    report = run(tmp_path / "structure.json")
    missed = [f"{bar.name} {bar.value:.3f} < {bar.least}" for bar in report.bars if not bar.met]
    assert not missed, missed + list(report.total.faults)
    assert json.loads((tmp_path / "structure.json").read_text(encoding="utf-8"))["passed"] is True
    assert len(report.scores) == 5


def test_the_exit_status_and_the_table_say_the_same(capsys):
    assert main(["--no-faults"]) == (0 if run().passed else 1)
    shown = capsys.readouterr().out
    assert "list items F1" in shown and "article boundaries F1" in shown


def test_a_folder_without_truth_is_said(tmp_path):
    with pytest.raises(WenjuError, match="holds no truth"):
        run(truth_folder=tmp_path)
