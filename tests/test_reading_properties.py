"""What holds for the reading of any text at all: nothing is lost, nothing is invented, nothing is shown from elsewhere.

``eval.accounting`` keeps the books of a Reading; here they are opened for the seeds, for damaged seeds and for random
text, and ``python -m eval seams`` opens them for the news.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.accounting import discrepancies
from rag.corpus.load import load_file, source_from_text
from rag.corpus.reading import read_source
from rag.types import Article, CleanText, Passage, Reading, Repair, Source, Span

SEEDS = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))


def read(raw: str) -> Reading:
    return read_source(source_from_text("text", raw))


def account(reading: Reading) -> None:
    """Fail unless the books of the reading balance."""
    assert discrepancies(reading) == []


# --- the bookkeeper -------------------------------------------------------------------------------------------------


WHOLE = Span(0, 5)


def books(raw: str = "甲乙 丙丁", text: str = "甲乙丙丁", origins=(0, 1, 3, 4), article=WHOLE, shown="甲乙丙丁",
          spans=(WHOLE,), furniture=(), repairs=()) -> Reading:  # fmt: skip
    clean = CleanText(Source("s", "s", raw, ""), text, tuple(origins))
    passage = Passage("p", "a", "s", 0, shown, tuple(spans))
    return Reading(clean, (Article("a", "s", "", spans=(article,)),), (passage,), (), tuple(repairs), tuple(furniture))


def test_balanced_books():
    assert discrepancies(books()) == []
    assert discrepancies(books(article=Span(0, 2), spans=(Span(0, 2),), shown="甲乙", furniture=[Span(3, 5)])) == []
    dropped = Repair(Span(3, 5), "", "pinyin")  # 丙丁 is taken out, and said to be
    assert discrepancies(books(text="甲乙", origins=(0, 1), article=Span(0, 2), spans=(Span(0, 2),), shown="甲乙",
                               repairs=[dropped])) == []  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"article": Span(0, 4), "spans": (Span(0, 4),), "shown": "甲乙丙"}, "1 characters are in no article"),
        ({"shown": "甲乙丙戊"}, "does not show"),
        ({"spans": (Span(3, 5), Span(0, 2))}, "does not show"),
        ({"article": Span(0, 2), "furniture": [Span(3, 5)]}, "lies outside its article"),
        ({"text": "甲乙戊丁", "shown": "甲乙戊丁"}, "changed without a repair"),
        ({"origins": (1, 0, 3, 4)}, "origins do not increase"),
        ({"shown": " ", "text": "甲 丙丁", "origins": (0, 2, 3, 4), "spans": (Span(2, 3),)}, "says nothing"),
        ({"article": Span(0, 6)}, "ends behind a text of 5"),
    ],
)
def test_books_that_do_not_balance(wrong, complaint):
    assert any(complaint in said for said in discrepancies(books(**wrong)))


# --- seeds and damaged seeds --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_seeds_are_accounted_for(path):
    account(read_source(load_file(path)))


def crlf(raw: str, rng: random.Random) -> str:
    return raw.replace("\n", "\r\n")


def lone_cr(raw: str, rng: random.Random) -> str:
    return raw.replace("\n", "\r")


def control_characters(raw: str, rng: random.Random) -> str:
    chars = list(raw)
    for _ in range(30):
        chars.insert(
            rng.randrange(len(chars)), rng.choice("\x00\x01\x0b\x0c\x1b\x7f\x85\u2028\ufeff\u200b\ufffd\U000e0001")
        )
    return "".join(chars)


def dropped_and_doubled_lines(raw: str, rng: random.Random) -> str:
    lines = [line for line in raw.split("\n") for _ in range(rng.choice([0, 1, 1, 1, 2]))]
    return "\n".join(lines) or "甲"


def shuffled_lines(raw: str, rng: random.Random) -> str:
    lines = raw.split("\n")
    rng.shuffle(lines)
    return "\n".join(lines)


def all_in_one_line(raw: str, rng: random.Random) -> str:
    return raw.replace("\n", "")


def one_character_a_line(raw: str, rng: random.Random) -> str:
    return "\n".join(raw[:1500])


def without_punctuation(raw: str, rng: random.Random) -> str:
    return "".join(char for char in raw if char.isalnum() or char.isspace())


def half_a_file(raw: str, rng: random.Random) -> str:
    start = rng.randrange(len(raw) // 2)
    return raw[start : start + len(raw) // 2]


def brackets_that_never_close(raw: str, rng: random.Random) -> str:
    chars = list(raw)
    for _ in range(60):
        chars.insert(rng.randrange(len(chars)), rng.choice("（([〔【《“‘「『"))
    return "".join(chars)


DAMAGES = [crlf, lone_cr, control_characters, dropped_and_doubled_lines, shuffled_lines, all_in_one_line,
           one_character_a_line, without_punctuation, half_a_file, brackets_that_never_close]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_damaged_seeds_are_accounted_for(path, damage):
    raw = path.read_bytes().decode("utf-8")
    account(read(damage(raw, random.Random(path.stem))))


# --- any text -----------------------------------------------------------------------------------------------------

_BLOCKS = st.sampled_from([
    "# ", "## ", "- ", "\n", "\n\n", "\r\n", "\r", " ", "\u3000", "\t", "\ufeff", "\x00", "\x0b", "\u2028",
    "一、", "二、", "九、", "(一)", "（三）", "第一,", "第三,", "其一,", "一是", "五是", "首先,", "1.", "3.", "①", "③",
    "(上接第1版)", "(作者系", "(作者单位:", "本报讯(记者", "本报记者 ", "图为", "摄", "观点", "八个方面", "13条",
    "。", ",", "、", ";", ":", "“", "”", "《", "》", "(", ")", "（", "）", "——", "……", "!", "?",
    "工会", "职工思", "想政治",
    "國家", "來(lái)", "日?qǐng)?bào)", "and", "abc", "３", "ａ", "9月21日", "𠮷", "e\u0301", "🙂",
])  # fmt: skip
ANY_TEXT = st.one_of(
    st.lists(_BLOCKS, min_size=1, max_size=60).map("".join),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=200),
    st.text("甲乙丙,。\n （）(“《一二是、第", min_size=1, max_size=200),
).filter(lambda text: bool(text.strip("\ufeff\u200b \t\r\n\u3000\xa0")))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT)
def test_any_text_is_accounted_for(raw):
    account(read(raw))


@settings(max_examples=50, deadline=None)
@given(ANY_TEXT)
def test_reading_twice_gives_the_same(raw):
    assert read(raw) == read(raw)


# --- odd documents ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        "只有一行。",
        "只有一行",
        "甲",
        "# 只有标题",
        "# 甲\n\n## 乙\n\n### 丙\n\n## 丁\n",
        "一、甲\n二、乙\n四、丁\n四、又丁\n二、又乙\n",
        "一是甲;三是丙;三是又丙;二是乙。",
        "第一,甲。\n第一,乙。\n第一,丙。\n",
        "十一、甲\n二十一、乙\n一百零一、丙\n〇、丁\n",
        "(((((((((((((((((甲",
        "((((((((甲))))))))))))乙",
        "“《(甲\n\n乙》\n\n丙",
        "(作者系",
        "(作者系甲)",
        "(上接第1版)",
        "(上接第1版)\n(上接第2版)\n(上接第3版)\n",
        "本报讯(记者",
        "甲\r\n乙\r\n\r\n丙\r\n",
        "國家,国家,ｋｏｋｋａ,コッカ,국가,страна.\n",
        "-\n-\n-\n",
        "- 甲\n- 乙\n",
        "\u3000\u3000甲乙丙\n\u3000\u3000丁戊己\n",
        "甲\n" * 300,
        "甲,\n\n" * 300,
        "用。\n\n" * 100 + "覆盖全\n\n" * 100,
    ],
)
def test_odd_documents_are_accounted_for(raw):
    account(read(raw))


def test_a_text_of_one_line_is_one_article_with_its_words():
    reading = read("只有一行。")
    assert len(reading.articles) == 1
    assert "".join(passage.text for passage in reading.passages) == "只有一行。"


def test_whole_paragraphs_are_not_joined():
    raw = "工会开会了。\n\n代表们来了。\n\n会议结束了。\n"
    assert all(len(passage.spans) == 1 for passage in read(raw).passages)


# --- time ---------------------------------------------------------------------------------------------------------

_SYLLABLES = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面"


def seconds(raw: str) -> float:
    """Least of two readings, so that a neighbour's burst of work does not count."""
    best = float("inf")
    for _ in range(2):
        begin = time.process_time()
        read(raw)
        best = min(best, time.process_time() - begin)
    return best


def unpunctuated(length: int) -> str:
    rng = random.Random(length)
    return "".join(rng.choices(_SYLLABLES, k=length))


def unpunctuated_lines(length: int) -> str:
    text = unpunctuated(length)
    return "\n\n".join(text[at : at + 200] for at in range(0, length, 200))


def opening_brackets(length: int) -> str:
    return "(“《" * (length // 3)


@pytest.mark.parametrize("make", [unpunctuated, unpunctuated_lines, opening_brackets], ids=lambda make: make.__name__)
def test_time_grows_with_the_length(make):
    """3 MB is a million Han characters in UTF-8; a quarter of it must take no less than about a quarter of the time.

    Four times the text may take eight times as long (linear is four, quadratic sixteen); a tenth of a second is noise.
    """
    read("热身")  # dictionaries load once
    quarter, whole = seconds(make(250_000)), seconds(make(1_000_000))
    assert whole <= 8 * quarter + 0.1, f"{quarter:.2f} s for 0.75 MB, {whole:.2f} s for 3 MB"
