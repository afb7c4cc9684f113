"""Every case owes every figure that applies; a crash gets the worst of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval import scores
from eval.cases import Gold
from eval.originals import Originals
from eval.records import Variant, from_line, read_records, to_line
from eval.scores import score_all
from eval.variants import chosen, variants
from rag.types import WenjuError
from tests.eval_fakes import SOURCE, answered, case, cited, clean, crashed, found, refused, unanswerable

ORIGINALS = Originals({SOURCE: clean()})
FIRST = "银川市推出了13条产改举措。"
SECOND = "徐留平强调企业要承担责任。"


def scored(one, record):
    return score_all([one], {one.id: record}, ORIGINALS)[one.id]


def test_a_right_answer():
    values = scored(case("fact-01", FIRST, "13条"), answered("fact-01", FIRST))
    for name in ("passed", "recall@1", "mrr@10", "ndcg@10", "citation_precision", "citation_recall", "completeness",
                 "char_f1", "rouge_l", "fidelity"):  # fmt: skip
        assert values[name] == 1.0, name
    assert values["false_refusal"] == 0.0
    assert "refusal_recall" not in values and "refusal_precision" not in values


def test_a_wrong_answer_is_measured_on_each_count():
    record = replace(answered("fact-01", SECOND), hits=(found(SECOND), found(FIRST)))
    values = scored(case("fact-01", FIRST, "13条"), record)
    assert values["recall@1"] == 0.0 and values["recall@5"] == 1.0 and values["mrr@10"] == 0.5
    assert (
        values["citation_precision"] == values["citation_recall"] == values["completeness"] == values["passed"] == 0.0
    )
    assert values["fidelity"] == 1.0


def test_a_refused_answerable_question_still_owes_everything():
    record = replace(refused("fact-01"), hits=(found(FIRST),))
    values = scored(case("fact-01", FIRST, "13条"), record)
    assert values["recall@1"] == 1.0
    assert values["false_refusal"] == 1.0 and values["refusal_precision"] == 0.0
    assert values["citation_precision"] == values["completeness"] == values["char_f1"] == values["passed"] == 0.0


@pytest.mark.parametrize("record", [crashed("fact-01"), None])
def test_a_crash_and_a_missing_record_get_the_worst_of_each(record):
    values = score_all([case("fact-01", FIRST, "13条")], {"fact-01": record} if record else {}, ORIGINALS)["fact-01"]
    assert values.pop("false_refusal") == 1.0
    assert set(values.values()) == {0.0}
    assert {"passed", "recall@10", "mrr@10", "completeness", "char_f1"} <= values.keys()


def test_unanswerable():
    assert scored(unanswerable("near_miss-01"), refused("near_miss-01")) == {
        "passed": 1.0, "refusal_recall": 1.0, "refusal_precision": 1.0,
    }  # fmt: skip
    wrong = scored(unanswerable("near_miss-01"), answered("near_miss-01", FIRST))
    assert wrong["refusal_recall"] == wrong["passed"] == 0.0
    # a crash is no refusal
    assert scored(unanswerable("near_miss-01"), crashed("near_miss-01"))["refusal_recall"] == 0.0


def test_other_sets_of_evidence_are_as_good():
    one = replace(case("fact-01", FIRST, "责任"), alternatives=((Gold(SOURCE, SECOND),),))
    values = scored(one, answered("fact-01", SECOND))
    assert values["recall@1"] == values["citation_recall"] == values["mrr@10"] == 1.0


def test_an_altered_quote_is_found_out():
    record = replace(answered("fact-01", FIRST), cited=(replace(cited(FIRST), text="银川市推出了31条产改举措。"),))
    assert scored(case("fact-01", FIRST, "13条"), record)["fidelity"] == 0.0
    elsewhere = replace(answered("fact-01", FIRST), cited=(replace(cited(FIRST), source="none.txt"),))
    assert scored(case("fact-01", FIRST, "13条"), elsewhere)["fidelity"] == 0.0


def test_characters_that_reading_drops_are_nobodys_evidence():
    text = clean()
    kept = [i for i in text.origins if not 2 <= i < 8]
    thinned = replace(text, text="".join(text.text[i] for i in kept), origins=tuple(kept))
    target = Originals({SOURCE: thinned}).target(Gold(SOURCE, FIRST))
    assert len(target[0]) == len(FIRST) - 6


def test_gold_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match="gold quote not found"):
        ORIGINALS.target(Gold(SOURCE, "没有这句"))


def consistent_case():
    return next(c for c in (case(f"fact-{n:02d}", FIRST, "13条") for n in range(99)) if chosen(c))


def test_consistency_compares_the_evidence():
    one = consistent_case()
    same = Variant("script", "問", "answered", (cited(FIRST),))
    other = Variant("marks", "问", "answered", (cited(SECOND),))
    assert scored(one, replace(answered(one.id, FIRST), variants=(same,)))["consistency"] == 1.0
    assert scored(one, replace(answered(one.id, FIRST), variants=(same, other)))["consistency"] == 0.5
    gone = Variant("marks", "问", "no_evidence", ())
    assert scored(one, replace(answered(one.id, FIRST), variants=(gone,)))["consistency"] == 0.0
    assert scored(one, crashed(one.id))["consistency"] == 0.0


def test_variants():
    assert variants("谁来负责？") == {"script": "誰來負責？", "marks": "谁来负责"}
    assert variants("誰來負責")["script"] == "谁来负责"
    assert variants("誰來負責")["marks"] == "誰來負責？"


def test_records_survive_json(tmp_path):
    record = replace(answered("fact-01", FIRST), variants=(Variant("script", "問", "answered", (cited(FIRST),)),))
    assert from_line(to_line(record)) == record
    path = tmp_path / "records.jsonl"
    path.write_text(to_line(record) + "\n" + to_line(refused("b"))[:40], encoding="utf-8")
    assert list(read_records(path)) == [record]
    path.write_text("{}\n" + to_line(record) + "\n", encoding="utf-8")
    with pytest.raises(WenjuError, match="第 1 行"):
        list(read_records(path))


def test_every_metric_has_a_label():
    values = scored(case("fact-01", FIRST, "13条"), answered("fact-01", FIRST))
    assert values.keys() <= scores.BY_NAME.keys()
