"""Summary, check against accepted figures, and the pages, over a run made of fakes."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from rich.console import Console

from eval import check, report
from eval.originals import Originals
from eval.report_html import page
from eval.run import RunInfo
from eval.scores import score_all
from eval.summary import Run, curve, figures, moves, worst
from rag.types import WenjuError
from tests.eval_fakes import SOURCE, answered, case, clean, crashed, refused, unanswerable

FIRST, SECOND = "银川市推出了13条产改举措。", "徐留平强调企业要承担责任。"
FACTS = [case(f"fact-{n:02d}", FIRST, "13条") for n in range(20)]
NONE = [unanswerable(f"near_miss-{n:02d}") for n in range(10)]


def made(records, name="now", cases=(*FACTS, *NONE), **info) -> Run:
    known = RunInfo("test", "extractive", (), "seeds", "off", "x", len(cases), "2026-01-01", "2026-01-01", 1.0, 0.5)
    table = {record.case_id: record for record in records}
    values = score_all(cases, table, Originals({SOURCE: clean()}))
    return Run(name, replace(known, **info), tuple(cases), table, values)


def good() -> list:
    return [answered(c.id, FIRST) for c in FACTS] + [refused(c.id) for c in NONE]


def test_figures_print_their_n():
    mine = figures(made(good()).values, (*FACTS, *NONE))
    assert (mine["passed"].mean, mine["passed"].n) == (1.0, 30)
    assert (mine["completeness"].n, mine["refusal_recall"].n, mine["false_refusal"].mean) == (20, 10, 0.0)


def test_the_curve_moves_from_answering_all_to_refusing_all():
    # answerable at 0.9, unanswerable at 0.1: above 0.1 nothing is wrong, above 0.9 everything answerable is refused
    points = {point.threshold: point for point in curve(made(good()))}
    assert (points[0.0].false_refusals, points[0.0].wrong_answers) == (0.0, 1.0)
    assert (points[0.5].false_refusals, points[0.5].wrong_answers) == (0.0, 0.0)
    assert (points[1.0].false_refusals, points[1.0].wrong_answers) == (1.0, 0.0)


def test_a_crash_counts_at_every_threshold():
    run = made([crashed(FACTS[0].id), *good()[1:-1], crashed(NONE[-1].id)])
    assert min(point.false_refusals for point in curve(run)) == pytest.approx(1 / 20)
    assert min(point.wrong_answers for point in curve(run)) == pytest.approx(1 / 10)


def test_moves():
    before = made([answered(FACTS[0].id, SECOND), *good()[1:]], "before")
    now = made([*good()[:1], refused(FACTS[1].id), replace(good()[2], answer=f"即 {FIRST} [1]"), *good()[3:]])
    changed = moves(now, before)
    assert (changed.fixed, changed.broken, changed.moved) == (("fact-00",), ("fact-01",), ("fact-02",))


def test_worst_are_the_crashes_first_and_never_a_right_case():
    run = made(
        [
            crashed(FACTS[5].id),
            answered(FACTS[0].id, SECOND),
            *(r for r in good() if r.case_id not in ("fact-00", "fact-05")),
        ]
    )
    assert [one.id for one in worst(run, 9)] == ["fact-05", "fact-00"]


def accepted(tmp_path, run) -> check.Accepted:
    check.accept(run, tmp_path / "baseline.json")
    return check.read(tmp_path / "baseline.json")


def test_the_same_run_passes(tmp_path):
    verdict = check.check(made(good()), accepted(tmp_path, made(good())))
    assert verdict.failures == () and verdict.notes == ()


def test_a_worse_threshold_fails_either_way(tmp_path):
    base = accepted(tmp_path, made(good()))
    stricter = [refused(c.id) for c in FACTS[:4]] + good()[4:]
    found = check.check(made(stricter), base).failures
    assert any("false_refusal" in failure for failure in found)
    assert any("completeness" in failure for failure in found)
    looser = good()[:20] + [answered(c.id, FIRST) for c in NONE[:4]] + good()[24:]
    assert any("refusal_recall" in failure for failure in check.check(made(looser), base).failures)


def test_one_case_lost_is_told_and_forgiven(tmp_path):
    verdict = check.check(made([refused(FACTS[0].id), *good()[1:]]), accepted(tmp_path, made(good())))
    assert verdict.failures == () and any("误拒率" in note for note in verdict.notes)


def test_a_crash_and_an_altered_quote_always_fail(tmp_path):
    base = accepted(tmp_path, made(good()))
    altered = replace(good()[0], cited=(replace(good()[0].cited[0], text="改过的话"),))
    found = check.check(made([altered, crashed(FACTS[1].id), *good()[2:]]), base).failures
    assert any("fact-00" in failure and "原文不符" in failure for failure in found)
    assert any("出错" in failure and "fact-01" in failure for failure in found)


def test_only_unchanged_cases_are_compared(tmp_path):
    base = accepted(tmp_path, made(good()))
    reworded = [replace(one, question="另一个问法？") for one in FACTS[:5]]
    run = made([*(refused(c.id) for c in reworded), *good()[5:]], cases=(*reworded, *FACTS[5:], *NONE))
    verdict = check.check(run, base)
    assert verdict.failures == () and "5 题是新的或改过" in verdict.notes[0]


def test_another_engine_cannot_be_compared_and_ablations_not_accepted(tmp_path):
    with pytest.raises(WenjuError, match="不能相比"):
        check.check(made(good(), engine="m"), accepted(tmp_path, made(good())))
    with pytest.raises(WenjuError, match="消融"):
        check.accept(made(good(), without=("dense",)), tmp_path / "b.json")
    with pytest.raises(WenjuError, match="出错"):
        check.accept(made([crashed("fact-00"), *good()[1:]]), tmp_path / "b.json")
    with pytest.raises(WenjuError, match="还没有基准"):
        check.read(tmp_path / "none.json")


class Balanced(HTMLParser):
    """Every opened tag is closed in order; no address of another machine and no script."""

    def __init__(self):
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "link", "img", "iframe")
        assert not any(name in ("src", "href") or name.startswith("on") for name, _ in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_escapes_everything():
    evil = "<script>alert(1)</script>&\"'"
    run = made([replace(answered(FACTS[0].id, SECOND), answer=evil, standalone=evil), *good()[1:-1],
                replace(crashed(NONE[-1].id), error=evil)], name=evil)  # fmt: skip
    before = made(good(), name=evil)
    html = page(run, before)
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert "现在的门槛 0.500" in html and "http" not in html


def test_json_and_markdown_and_table():
    run, before = made(good()), made(good()[:-1], "before")
    fields = json.loads(json.dumps(report.as_json(run, before)))
    assert fields["overall"]["passed"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "n": 30}
    assert fields["by_document"][SOURCE]["completeness"]["n"] == 20
    assert fields["against"]["fixed"] == ["near_miss-09"]
    assert "| 答对率 | 1.000 |" in report.as_markdown(run, before)
    console = Console(record=True, width=200)
    report.print_report(run, before, console)
    assert "按题型" in console.export_text()


def test_files_are_written(tmp_path):
    paths = report.write_report(made(good()), tmp_path)
    assert sorted(path.name for path in paths) == ["report.html", "report.json", "report.md"]
