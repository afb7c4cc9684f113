"""English questions take along the Chinese words that the documents may use."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.chain import QAChain, open_chain
from rag.search.english import chinese_words, heard_names, unknown_names, with_chinese
from rag.settings import Settings
from rag.types import Status


@pytest.fixture(scope="module")
def chain(seed_settings: Settings) -> QAChain:
    return open_chain(seed_settings)


def everywhere(word: str) -> int:
    return 1


def nowhere(word: str) -> int:
    return 0


def test_phrases_are_looked_up_longest_first_and_what_occurs_is_preferred() -> None:
    occurring = {"工会": 5, "招聘会": 2, "联盟": 1}
    assert chinese_words("the trade union's job fair", lambda w: occurring.get(w, 0)) == ["工会", "招聘会"]
    # What occurs nowhere is still asked about.
    assert chinese_words("the weather", nowhere) != []


def test_names_are_heard_in_the_text() -> None:
    texts = ["(李欣娜摄)", "“枫桥经验”发源地诸暨市枫桥镇", "徐留平", "得十三"]
    assert heard_names("What did Li Xinna see in Fengqiao?", texts) == ["李欣娜", "枫桥"]
    assert heard_names("what did li xinna see in fengqiao?", texts) == []  # no name without a capital letter
    assert heard_names("What did Mr Liuping say?", texts) == ["留平"]


def test_a_name_is_unknown_when_nothing_in_the_text_sounds_like_it() -> None:
    text = "李欣娜在青岛,上海APP"
    assert unknown_names("How did Li Xinna get to Paris and Qingdao by App?", text, nowhere) == ["Paris"]
    assert unknown_names("How is the weather?", text, nowhere) == []


def test_cities_are_known_by_their_pinyin_and_kept_when_missing() -> None:
    assert chinese_words("in Qingdao", lambda w: 1 if w == "青岛" else 0)[0] == "青岛"
    assert chinese_words("in Shanghai", nowhere)[0] == "上海"


def test_chinese_questions_stay_as_they_are(chain: QAChain) -> None:
    for question in ("APP是什么？", "银川市推出了多少条产改举措？"):
        assert with_chinese(question, chain.library) == question


def test_a_pasted_page_takes_no_longer_than_a_question() -> None:
    page = "the unions of the province " * 400
    assert chinese_words(page, nowhere) == chinese_words(page[:300], nowhere)


@settings(max_examples=25, deadline=None)
@given(st.text(st.sampled_from("abcdeXYZ '.-()[]|*+?\\^$ 0129"), max_size=60))
def test_no_question_breaks_the_lookup(question: str) -> None:
    assert all(isinstance(word, str) for word in chinese_words(question, everywhere))
    assert unknown_names(question, question, everywhere) == []  # what stands in the text is known


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How many measures did Yinchuan introduce for industrial workers?", "13条"),
        ("How many employees signed up for the livestream contest of the Qingdao publishing group?", "167名"),
        ("What are the eight plans of the entrepreneurship campaign?", "“灵活就业支持”计划"),
        ("What are the six platforms in Yinchuan?", "新型学徒"),
        ("What is the Fengqiao experience?", "枫桥经验"),
        ("How many people should receive entrepreneurship training each year?", "200万人次"),
    ],
)
def test_english_questions_are_answered_from_the_chinese_text(chain: QAChain, question: str, wanted: str) -> None:
    answer = chain.invoke(question)
    assert answer.status is Status.ANSWERED and wanted in answer.text
    assert answer.text.startswith("The documents say:")


@pytest.mark.parametrize("question", ["What is the weather in Paris?", "How many measures did Shanghai introduce?"])
def test_english_questions_beyond_the_documents_are_refused(chain: QAChain, question: str) -> None:
    assert chain.invoke(question).status is Status.NO_EVIDENCE
