"""The runner: one line a case, in order; a crash is one case's; a torn run goes on; another run is refused."""

from __future__ import annotations

import pytest

from eval import run as runner
from eval import system
from eval.cases import Exchange
from eval.records import read_records, to_line
from eval.run import RunInfo, latest_run, read_info, write_info
from eval.system import Overheard, question_of, taken_out
from rag.types import Answer, Hit, Passage, Status, WenjuError
from tests.eval_fakes import FIRST_CASES, answered, case, span_of, unanswerable

FIRST = "银川市推出了13条产改举措。"


class FakeEvidence:
    confidence = 0.25


class FakeReader:
    class weights:  # noqa: N801
        threshold = 0.4

    def read(self, *args):
        return FakeEvidence()


class FakeChain:
    """Answers nothing, crashes on one question."""

    def __init__(self):
        self.reader = FakeReader()

    def invoke(self, question):
        self.reader.read(question)
        if "炸" in question.text:
            raise RuntimeError("坏了")
        passage = Passage("p", "a", "a.txt", 0, FIRST, (span_of(FIRST),))
        return Answer(question.text, "", (), (Hit(passage, 0.7),), Status.NO_EVIDENCE, "没有依据")


@pytest.fixture
def world(monkeypatch, tmp_path):
    cases = [*FIRST_CASES, unanswerable("near_miss-01")]
    chain = FakeChain()
    chain.reader = Overheard(chain.reader)
    monkeypatch.setattr(runner, "load_cases", lambda split: cases)
    monkeypatch.setattr(system, "build", lambda settings, documents, progress: None)
    monkeypatch.setattr(system, "open_system", lambda settings, without: (chain, chain.reader))
    return cases, tmp_path / "run"


def test_every_case_gets_one_line_in_order(world):
    cases, folder = world
    runner.run("test", out=folder, jobs=3)
    records = list(read_records(folder / "records.jsonl"))
    assert [record.case_id for record in records] == [one.id for one in cases]
    assert {record.status for record in records} == {"no_evidence"}
    assert records[0].confidence == 0.25 and records[0].hits[0].score == 0.7
    info = read_info(folder)
    assert info.finished and info.threshold == 0.4 and info.n == len(cases)


def test_a_crash_is_one_cases_failure(world):
    cases, folder = world
    cases[1] = case("fact-77", FIRST, "13条")
    object.__setattr__(cases[1], "question", "炸")
    runner.run("test", out=folder)
    records = list(read_records(folder / "records.jsonl"))
    assert [record.status for record in records].count("error") == 1
    assert records[1].error == "RuntimeError: 坏了" and not records[1].refused
    assert read_info(folder).finished


def test_an_interrupted_run_goes_on(world):
    cases, folder = world
    runner.run("test", out=folder)
    path = folder / "records.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = to_line(answered(cases[0].id, FIRST)) + "\n"
    path.write_text(kept + lines[1] + lines[2][:30], "utf-8")
    runner.run("test", out=folder)
    records = list(read_records(path))
    assert [record.case_id for record in records] == [one.id for one in cases]
    assert records[0].status == "answered"  # not asked again


def test_a_folder_of_another_run_is_refused(world):
    _, folder = world
    runner.run("test", out=folder)
    with pytest.raises(WenjuError, match="另一次评测"):
        runner.run("test", out=folder, without=("dense",))


def test_the_same_run_gives_the_same_lines(world, tmp_path):
    _cases, _folder = world
    texts = []
    for name in ("one", "two"):
        runner.run("test", out=tmp_path / name, jobs=2)
        records = read_records(tmp_path / name / "records.jsonl")
        texts.append([(r.case_id, r.status, r.answer, r.hits, r.confidence) for r in records])
    assert texts[0] == texts[1]


def test_the_latest_finished_run(tmp_path):
    for name, started, finished in (("a", "2026-01-01", "x"), ("b", "2026-01-02", "x"), ("c", "2026-01-03", "")):
        (tmp_path / name).mkdir()
        write_info(tmp_path / name, RunInfo("test", "e", (), "seeds", "off", "d", 1, started, finished))
    assert latest_run(tmp_path).name == "b"
    with pytest.raises(WenjuError, match="没有已完成"):
        latest_run(tmp_path / "a")
    with pytest.raises(WenjuError, match="不是一次评测"):
        read_info(tmp_path)


def test_the_question_goes_in_with_its_conversation_and_not_rewritten():
    asked = question_of(case("followup-01.2", FIRST, "13条", history=(Exchange("问？", "答。"),)))
    assert asked.text.startswith("问：") and asked.history[0].answer == "答。"


def test_unknown_parts_are_refused():
    with pytest.raises(WenjuError, match="不认识"), taken_out(("nonsense",)):
        pass


def test_every_part_can_be_taken_out_and_comes_back():
    import rag.index.windows as windows

    before = windows.head
    with taken_out(system.PARTS):
        assert windows.head is not before
    assert windows.head is before
