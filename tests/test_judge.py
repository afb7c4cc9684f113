"""The reader model's judgement → quotes, and the labels that it is taught by."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np

from rag.answer.judge import answering, judge
from rag.corpus.clauses import units
from rag.index.onnx import open_tokenizer
from rag.models.reader.encoding import Encoder
from rag.models.reader.parts import with_parts
from rag.models.reader.sampling import PLACES, Pair, Sampler
from rag.models.reader.written import WrittenSampler, held_out, read_written
from rag.search.followup import wordings
from rag.search.reader import Reading
from rag.search.window import windows
from rag.settings import EMBEDDED_MODEL
from rag.types import Hit, Passage, Question, Span, Turn
from tests.test_reader_training import made_sampler

TEXT = "茶园在山南。茶园有八亩地。茶农共三十人。山北没有人家。"
ENCODE = Encoder(open_tokenizer(EMBEDDED_MODEL))


def reading(text: str, chances: list[float], relevance: float = 0.9) -> Reading:
    """One token a character; every sentence has the chance given."""
    part = np.zeros(len(text), np.float32)
    for (start, end), chance in zip(units(text), chances, strict=True):
        part[start:end] = np.log(chance / (1 - chance))
    offsets = tuple((i, i + 1) for i in range(len(text)))
    flat, none = np.zeros(len(text), np.float32), np.zeros(len(text), np.int64)
    return Reading(relevance, offsets, flat, flat, (none, none), part=part)


def hit(name: str, text: str = TEXT) -> Hit:
    return Hit(Passage(name, "a", "s", 0, text, (Span(0, len(text)),)), 0.5, {})


def test_neighbours_that_answer_are_one_run_and_others_their_own() -> None:
    assert [TEXT[a:b] for a, b in answering(TEXT, reading(TEXT, [0.01, 0.8, 0.7, 0.01]))] == [
        "茶园有八亩地。茶农共三十人。"
    ]
    assert [TEXT[a:b] for a, b in answering(TEXT, reading(TEXT, [0.9, 0.01, 0.01, 0.6]))] == [
        "茶园在山南。",
        "山北没有人家。",
    ]


def test_the_likeliest_sentence_is_quoted_when_none_is_likely() -> None:
    assert [TEXT[a:b] for a, b in answering(TEXT, reading(TEXT, [0.01, 0.01, 0.03, 0.01]))] == ["茶农共三十人。"]


def test_the_surest_passage_comes_first_and_an_unsure_one_not_at_all() -> None:
    other = "渡口有七艘船。"
    readings = {
        "one": reading(TEXT, [0.9, 0.01, 0.01, 0.01], 0.6),
        "two": reading(other, [0.9], 0.95),
        "three": reading(TEXT[::-1], [0.9] * len(units(TEXT[::-1])), 0.1),
    }
    found = judge([hit("one"), hit("two", other), hit("three", TEXT[::-1])], readings, 0.5)
    assert [(one.hit.passage.id, one.chance) for one in found] == [("two", 0.95), ("one", 0.6)]


def test_one_paragraph_in_two_documents_is_quoted_once() -> None:
    readings = {name: reading(TEXT, [0.9, 0.01, 0.01, 0.01]) for name in ("one", "two")}
    assert len(judge([hit("one"), hit("two")], readings, 0.5)) == 1


def test_windows_cover_the_text_and_share_their_borders() -> None:
    text = "".join(f"这是第{i}句话，说的是别的事。" for i in range(60))
    cut = windows(text, 100, 30)
    assert cut[0][0] == 0 and cut[-1][1] == len(text)
    assert all(before[0] < after[0] < before[1] < after[1] for before, after in itertools.pairwise(cut))


def test_a_question_with_a_subject_of_its_own_is_tried_as_it_was_typed() -> None:
    history = (Turn("工会理论培训班讲话提出的八个对标是哪些？", "八个对标"),)
    assert wordings(Question("红烧肉怎么做才不腻？", history))[0] == "红烧肉怎么做才不腻？"
    assert len(wordings(Question("它们是谁提出的？", history))) == 1
    assert wordings(Question("工会要做什么？")) == ("工会要做什么？",)


def test_the_sentences_that_evidence_covers_are_marked() -> None:
    at = TEXT.index("八亩")
    encoded = with_parts(ENCODE("茶园多大？", TEXT), TEXT, [(at, at + 2)])
    assert [part.answers for part in encoded.parts] == [False, True, False, False]
    assert encoded.parts[0].start == encoded.first
    assert all(a.end <= b.start for a, b in zip(encoded.parts, encoded.parts[1:], strict=False))


def test_written_questions_become_pairs(tmp_path: Path) -> None:
    names = [f"u{i}" for i in range(40)]
    units_file, asked = tmp_path / "units.jsonl", tmp_path / "questions.jsonl"
    units_file.write_text(
        "\n".join(
            json.dumps({"unit": n, "kind": "law", "title": f"{n}办法", "text": f"{n}茶园在山南。{n}茶园有八亩地。"})
            for n in names
        ),
        "utf-8",
    )
    rows = [
        {"unit": n, "type": "fact", "question": f"{n}茶园多大？", "quotes": [f"{n}茶园有八亩地。"], "short": "八亩"}
        for n in names
    ]
    rows += [
        {"unit": n, "type": "near", "question": f"{n}茶园谁的？", "quotes": [], "short": "", "why": "没说"}
        for n in names
    ]
    rows += [{"unit": "u1", "type": "fact", "question": "引错了", "quotes": ["没有这句"], "short": ""}]
    asked.write_text("\n".join(json.dumps(row) for row in rows) + '\n{"unit": "u2", half', "utf-8")
    found, questions = read_written(units_file, [asked])
    assert len(questions) == 80 and {one.kind for one in questions} == {"fact", "near"}
    public: Sampler = made_sampler()
    sampler = WrittenSampler(found, questions, ENCODE, public, 3)
    pairs: list[Pair] = sampler.step(0)
    assert len(pairs) == PLACES
    assert pairs == WrittenSampler(found, questions, ENCODE, made_sampler(), 3).step(0)
    assert all(any(part.answers for part in pair.right.parts) for pair in pairs)
    assert not any(part.answers for pair in pairs for part in pair.wrong.parts)
    assert 0 < sum(held_out(n) for n in names) < 40
