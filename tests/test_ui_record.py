"""What the browser keeps is checked when it comes back: nothing stored can change what a document says."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document
from lxml import etree
from pydantic import ValidationError

from rag.types import Answer, Question, Status, Verdict
from tests.browser.scripted import ScriptedChain, ScriptedLibrary, shelf
from ui.export import exchanges, markdown
from ui.feedback import Feedback, FeedbackBook
from ui.record import Record, Scope, record_of, restore, turns
from ui.word import word_file


@pytest.fixture(scope="module")
def chain() -> ScriptedChain:
    return ScriptedChain(shelf())


def ask(chain: ScriptedChain, question: str) -> Answer:
    *_, last = chain.stream(Question(question))
    return last


def test_a_turn_comes_back_as_it_was(chain: ScriptedChain) -> None:
    answer = ask(chain, "产业工人队伍建设改革")
    record = Record.model_validate_json(record_of("t1", answer).model_dump_json())
    restored, lost = restore(record, chain.library)
    assert lost == 0
    assert restored.text == answer.text
    assert [q.text for q in restored.quotes] == [q.text for q in answer.quotes]
    assert restored.quotes[0].passage == answer.quotes[0].passage


def test_verdicts_come_back_with_their_sentences(chain: ScriptedChain) -> None:
    answer = ask(chain, "撰写一段产业工人队伍")
    record = Record.model_validate_json(record_of("t1", answer).model_dump_json())
    assert restore(record, chain.library)[0].sentences == answer.sentences
    record.quotes[0] = record.quotes[0].model_copy(update={"text": "伪造的话"})
    restored, _ = restore(record, chain.library)
    assert [(s.text, s.verdict) for s in restored.sentences] == [
        ("各地都把这件事摆上了日程。[1]", Verdict.SUPPORTED),
        (answer.sentences[2].text, Verdict.REMOVED),
    ]


def test_a_forged_quotation_goes_with_its_sentence(chain: ScriptedChain) -> None:
    record = record_of("t1", ask(chain, "产业工人队伍建设改革"))
    first, second, third = record.quotes
    record.quotes[0] = first.model_copy(update={"text": "伪造的话"})
    restored, lost = restore(record, chain.library)
    assert lost == 1
    assert [q.text for q in restored.quotes] == [second.text, third.text]
    assert first.text not in restored.text
    assert restored.text.endswith("[2]")
    assert "[3]" not in restored.text


def test_a_removed_document_takes_its_quotations_along(chain: ScriptedChain) -> None:
    record = record_of("t1", ask(chain, "产业工人队伍建设改革"))
    restored, lost = restore(record, ScriptedLibrary([]))
    assert lost == 3
    assert restored.quotes == ()
    assert restored.text == ""


def test_only_finished_turns_are_history(chain: ScriptedChain) -> None:
    done = record_of("t1", ask(chain, "改革"))
    cut = record_of("t2", ask(chain, "改革"), state="cut")
    assert [t.question for t in turns([done, cut], chain.library)] == ["改革"]


@pytest.mark.parametrize(
    "bad", [{"id": "../x"}, {"id": "a", "question": "x" * 30_000}, {"id": "a", "question": "q", "state": "<b>"}]
)
def test_impossible_turns_are_refused(bad: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Record.model_validate({"question": "q"} | bad)


def test_scope_in_words() -> None:
    assert Scope().words() == ""
    assert Scope(sources=["a", "b", "c", "d"], since="2023").words() == "a、b、c 等 4 项，2023 至 …"


def test_markdown_has_numbered_footnotes_and_no_markup_of_others(chain: ScriptedChain) -> None:
    records = [
        record_of("t1", ask(chain, "产业工人")),
        record_of("t2", ask(chain, "敌意 编造 段落")),
        record_of("t3", ask(chain, "没有")),
    ]
    text = markdown("标题 <b>", exchanges(records, chain.library), datetime(2026, 1, 2))
    assert "[^1]" in text
    assert "[^4]:" in text
    assert "[^5]" not in text
    assert not re.search(r"(?<!\\)<script", text)
    assert not re.search(r"(?<!\\)\[[^\]^]*\]\(", text)
    assert "现有文献中没有找到答案" in text
    quoted = records[0].quotes[0].text
    assert quoted.replace("*", r"\*") in text.split("[^1]:")[1]


def test_word_has_real_footnotes(chain: ScriptedChain) -> None:
    records = [record_of("t1", ask(chain, "产业工人")), record_of("t2", ask(chain, "敌意\x00段落"))]
    data = word_file("标题\x0b", exchanges(records, chain.library), datetime(2026, 1, 2))
    with ZipFile(BytesIO(data)) as archive:
        names = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
        notes = etree.fromstring(archive.read("word/footnotes.xml"))
        body = etree.fromstring(archive.read("word/document.xml"))
        kinds = archive.read("[Content_Types].xml").decode()
    ids = notes.xpath("//w:footnote/@w:id", namespaces=names)
    used = body.xpath("//w:footnoteReference/@w:id", namespaces=names)
    assert ids[:2] == ["-1", "0"]
    assert used == ids[2:] == ["1", "2", "3", "4"]
    assert "footnotes+xml" in kinds
    words = "".join(notes.xpath("//w:footnote[@w:id='1']//text()", namespaces=names))
    assert records[0].quotes[0].text in words
    assert "工人日报" in words
    assert Document(BytesIO(data)).paragraphs[0].text == "标题"


def test_feedback_is_stored_once_a_turn(tmp_path: Path, chain: ScriptedChain) -> None:
    book = FeedbackBook(tmp_path / "x" / "feedback.sqlite")
    turn = record_of("t1", ask(chain, "产业工人"))
    book.write(Feedback(turn=turn, verdict="up"))
    book.write(Feedback(turn=turn, verdict="down", reasons=["citation", "nonsense"], remark="  错 "))
    with closing(sqlite3.connect(book.path)) as db:
        rows = db.execute("SELECT question, verdict, reasons, remark, status, citations FROM feedback").fetchall()
    assert [row[:5] for row in rows] == [("产业工人", "down", '["citation"]', "错", "new")]
    assert '"passage_id"' in rows[0][5]


def test_an_export_says_what_a_model_wrote(chain: ScriptedChain) -> None:
    found = exchanges([record_of("t", ask(chain, "撰写一段产业工人队伍"))], chain.library)
    assert "由模型 scripted:8b 撰写：原话 1 句，转述 1 句，所引原文支持；另有 1 句" in found[0].lines[-1]


def test_a_refusal_is_exported_as_one(chain: ScriptedChain) -> None:
    answer = ask(chain, "没有")
    assert answer.status is Status.NO_EVIDENCE
    found = exchanges([record_of("t", answer)], chain.library)
    assert found[0].footnotes == ()
