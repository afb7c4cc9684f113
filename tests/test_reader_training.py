"""Training the reader, on made-up data and a tiny network: nothing of ../shared is needed."""

from __future__ import annotations

import hashlib
import json
import re
from multiprocessing import parent_process
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.index.onnx import open_session, open_tokenizer, run_all
from rag.models.network import LEVELS, Words
from rag.models.reader.data import Collection, Passage, Question, both_scripts, held_out, read_collection
from rag.models.reader.encoding import MAX_TOKENS, TRIMS, Encoder, find_range
from rag.models.reader.export import Calibration, write_folder, write_reader
from rag.models.reader.loss import batch, pair_loss
from rag.models.reader.measures import auroc, calibration_error, exact, fit_calibration, overlap_f1
from rag.models.reader.negatives import Bm25, search
from rag.models.reader.network import Reader, Shape
from rag.models.reader.plot import draw, smooth
from rag.models.reader.reading import onnx_run, pieces, read, torch_run
from rag.models.reader.sampling import PLACES, Pair, Sampler, recurring
from rag.models.reader.shipped import read_weights
from rag.models.reader.text import convert, crop, likeliest, sentences, without
from rag.models.reader.train import Plan, rate_at, train
from rag.settings import EMBEDDED_MODEL
from rag.types import WenjuError

TINY = Shape(hidden=32, layers=1, heads=2, inner=64, positions=MAX_TOKENS)
CITIES = ["银川", "西安", "兰州", "成都", "重庆", "武汉", "长沙", "南昌"]
ENCODE = Encoder(open_tokenizer(EMBEDDED_MODEL))
PROSE = st.text("春江潮水连海平月共明，。！？；「」0123456789abc \n", min_size=1, max_size=120)


def made_up() -> Collection:
    """Eight cities, each with its number of bridges; the question asks for one."""
    passages, questions = [], []
    for row, city in enumerate(CITIES):
        text = f"{city}是一座城市。這裡有河。{city}共有{row + 3}座橋，每座都很長。人們在橋上走。"
        asked = f"{city}有幾座橋？"
        passages.append(Passage(city, both_scripts(text, 1)))
        start = text.index(f"{row + 3}座")
        answer = f"{row + 3}座"
        questions.append(Question(both_scripts(asked, 1), row, start, start + len(answer), (answer,), "made up", 1))
    news = tuple(
        f"记者早上从{a}出发，要去草原看一看马。到了晚上，{b}的天气很好，听说{a}却下雨了。"
        for a in CITIES
        for b in CITIES
    )
    return Collection(tuple(passages), tuple(questions), (), news)


def made_sampler(cloze_steps: int = 0) -> Sampler:
    everything = made_up()
    wrong = [[(row + 1) % len(CITIES), (row + 3) % len(CITIES)] for row in range(len(CITIES))]
    return Sampler(everything, ENCODE, wrong, [[row] for row in range(len(CITIES))], 5, cloze_steps)


def tiny() -> Reader:
    torch.manual_seed(3)
    return Reader(TINY)


def weights(reader: Reader) -> torch.Tensor:
    return torch.cat([p.detach().reshape(-1) for p in reader.parameters() if p.requires_grad])


def test_loss_falls(tmp_path: Path) -> None:
    plan = Plan(steps=40, rate=3e-3, head_rate=1.0, processes=1, pairs=PLACES, save_every=1000)
    train(tiny(), made_sampler(), plan, tmp_path)
    records = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    losses = [record["loss"] for record in records]
    assert len(losses) == 40
    assert np.mean(losses[-5:]) < 0.75 * np.mean(losses[:5])
    assert draw(records).startswith("<svg")


def test_a_broken_off_training_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = Plan(steps=6, rate=1e-3, processes=1, pairs=8)
    straight = train(tiny(), made_sampler(2), whole, made(tmp_path / "a"))
    broken = Plan(steps=6, rate=1e-3, processes=1, pairs=8, stop_at=3)
    train(tiny(), made_sampler(2), broken, made(tmp_path / "b"))
    resumed = train(tiny(), made_sampler(2), whole, tmp_path / "b")
    assert torch.equal(weights(straight), weights(resumed))
    assert not torch.equal(weights(straight), weights(tiny()))


def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    found = []
    for count in (1, 2):
        plan = Plan(steps=2, rate=1e-3, processes=count, pairs=8)
        out = made(tmp_path / str(count))
        found.append(weights(train(tiny(), made_sampler(), plan, out)))
    assert torch.allclose(*found, atol=1e-4)


class Failing(Sampler):
    """Pairs for the first process, an error in every other."""

    def step(self, step: int) -> list[Pair]:
        if parent_process():
            raise ValueError("no more pairs")
        return super().step(step)


def test_a_process_that_fails_ends_the_training_with_a_message(tmp_path: Path) -> None:
    sampler = made_sampler()
    sampler.__class__ = Failing
    plan = Plan(steps=2, rate=1e-3, processes=2, pairs=8)
    with pytest.raises(WenjuError, match="中途退出"):
        train(tiny(), sampler, plan, tmp_path)


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_the_rate_rises_and_ends_at_zero() -> None:
    plan = Plan(rate=1.0, warm_up=0.1)
    assert [round(rate_at(done, plan), 3) for done in (0.05, 0.1, 0.55, 1.0)] == [0.5, 1.0, 0.5, 0.0]


def test_items_follow_from_seed_and_step_alone() -> None:
    one, other = made_sampler(1), made_sampler(1)
    other.step(7)
    assert one.step(0) == other.step(0)
    assert one.step(3) == other.step(3) != one.step(4)


def test_pairs_are_labelled_and_only_the_right_passage_is() -> None:
    for pair in made_sampler(1).step(0) + made_sampler(1).step(1):
        assert pair.right.label is not None
        assert pair.wrong.label is None


def test_loss_of_a_network_that_knows_nothing() -> None:
    pairs = made_sampler().step(0)[:2]
    reader = tiny().eval()
    for head in (reader.spans, reader.judge):
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
    _, parts = pair_loss(reader(*batch([i.ids for p in pairs for i in (p.right, p.wrong)], torch.device("cpu"))), pairs)
    choices = [len(pair.right.offsets) + len(pair.wrong.offsets) for pair in pairs]
    assert float(parts[1]) == pytest.approx(sum(np.log(choices)), rel=1e-4)  # both ends over both passages' tokens
    assert float(parts[2]) == pytest.approx(2 * np.log(TRIMS), rel=1e-4)
    assert float(parts[3]) == pytest.approx(2 * np.log(2), rel=1e-4)


# --- texts ---------------------------------------------------------------------------------------------------------


@given(PROSE)
def test_sentences_are_the_text(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentences(text)) == text


@given(PROSE, st.data(), st.integers(1, 100))
def test_crops_keep_offsets(text: str, data: st.DataObject, length: int) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    begin, stop = crop(text, (start, end), length, np.random.default_rng(1))
    assert begin <= start < end <= stop
    assert text[begin:stop][start - begin : end - begin] == text[start:end]


@settings(deadline=None)
@given(PROSE, st.data())
def test_trim_labels_round_trip(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    encoded = ENCODE("几座？", text, (start, end))
    if encoded.label is None:  # an answer of blanks only, which no piece covers
        assert not text[start:end].strip() or text[end - 1].isspace()
        return
    begin, stop = find_range(encoded, encoded.label)
    over = (
        encoded.offsets[encoded.label.start - encoded.first][0],
        encoded.offsets[encoded.label.end - encoded.first][1],
    )
    if max(start - over[0], over[1] - end) < TRIMS and not text[start].isspace():
        assert (begin, stop) == (start, end)


def test_labels_stand_where_the_answer_is() -> None:
    encoded = ENCODE("有几座桥？", "银川共有13座桥。", (4, 7))
    assert encoded.label is not None
    assert find_range(encoded, encoded.label) == (4, 7)
    assert encoded.ids[encoded.first - 2 : encoded.first] == (2, 2)
    assert len(encoded.ids) == encoded.first + len(encoded.offsets) + 1


def test_long_inputs_are_cut_at_the_contract() -> None:
    encoded = ENCODE("为什么" * 100, "天地玄黄宇宙洪荒。" * 200)
    assert len(encoded.ids) == MAX_TOKENS
    assert encoded.first == 64 + 3


def test_scripts_are_of_one_length() -> None:
    for text in ("銀川推出13條", "頭髮發展，乾燥的後面", "𠮷野家"):
        for name in ("t2s", "s2tw"):
            assert len(convert(text, name)) == len(text)


def test_the_place_of_an_answer_is_the_one_the_question_means() -> None:
    text = "1997年他出生。" + "天" * 60 + "1997年大桥建成通车。"
    assert likeliest(text, "1997年", "大桥哪一年建成？") == text.rindex("1997年")
    with pytest.raises(ValueError, match="not in the passage"):
        likeliest(text, "1998年", "？")


def test_the_sentences_that_answer_go() -> None:
    assert without("有三座桥。桥很长。共三座桥！", "三座") == "桥很长。"


def test_recurring_spans() -> None:
    text = "长江大桥在一九五七年建成通车了。人们今天都喜欢走在长江大桥看风景。这里没有别的相同词。"
    assert [(span, text[slice(*where)][:4]) for span, where in recurring(text)] == [
        ("长江大桥", "长江大桥"),
        ("长江大桥", "人们今天"),
    ]


# --- data ----------------------------------------------------------------------------------------------------------


@given(st.sampled_from(["龍門石窟", "臺灣", "飛機", "國家圖書館", "梵文"]))
def test_both_scripts_of_a_title_fall_on_one_side(title: str) -> None:
    assert held_out(title) == held_out(convert(title, "t2s")) == held_out(f" {title} ")


def test_splits_never_share_a_title(tmp_path: Path) -> None:
    titles = [f"第{number}國" for number in range(60)]
    for name, script in (("drcd-dev", 1), ("drcd-test", 1), ("cmrc-trial", 0)):
        (tmp_path / name).mkdir()
        written = [title if script else convert(title, "t2s") for title in titles]
        corpus = [{"id": f"p{n}", "title": t, "text": f"{t}有{n}座橋。"} for n, t in enumerate(written)]
        asked = [{"id": str(n), "question": "幾座？", "answers": [f"{n}座"], "gold": [f"p{n}"]} for n in range(60)]
        for file, records in (("corpus", corpus), ("queries", asked)):
            lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
            (tmp_path / name / f"{file}.jsonl").write_text(lines, "utf-8")
    found = read_collection(tmp_path, news=False)
    sides = [{found.passages[q.passage].title for q in side} for side in (found.train, found.validation)]
    assert sides[0] and sides[1] and not sides[0] & sides[1]
    assert len(found.train) + len(found.validation) == 180
    for question in (*found.train, *found.validation):
        text = found.passages[question.passage].texts[0]
        assert text[question.start : question.end] == question.answers[0]


def test_absent_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(WenjuError, match=r"drcd-dev/corpus\.jsonl.*--data"):
        read_collection(tmp_path)


def test_wrong_passages_share_the_questions_words() -> None:
    texts = ["银川有三座桥。", "西安有一座钟楼。", "今天下雨了。"]
    index = Bm25(texts)
    assert search(index, ["西安的钟楼在哪里", "下雨"], 1).tolist() == [[1], [2]]
    assert search(index, ["xyz"], 5).shape == (1, 3)


# --- reading and figures -------------------------------------------------------------------------------------------


def test_an_untrained_reader_reads_words_of_the_passage() -> None:
    run = torch_run(tiny())
    passage = "银川共有13座桥。"
    assert read(run, ENCODE, "有几座桥？", passage).text in passage
    long = "".join(f"第{number}条说的是另一件事情。" for number in range(120))
    parts = pieces(ENCODE, "第几条？", long)
    assert len(parts) > 1 and parts[0][0] == long[0] and parts[-1][-1] == long[-1]
    assert all(part in long and len(ENCODE("第几条？", part).ids) <= MAX_TOKENS for part in parts)
    covered = {at for part in parts for at in range(long.index(part), long.index(part) + len(part))}
    assert covered == set(range(len(long)))


def test_figures_by_hand() -> None:
    assert exact("「新北市」", ["新北市"]) == 1.0
    # 2 of 3 characters in common with 2: P = 2/3, R = 2/2, F1 = 0.8
    assert overlap_f1("新北市", ["新北"]) == pytest.approx(0.8)
    assert overlap_f1("", ["新北"]) == 0.0
    assert auroc([2, 1], [0, 1]) == 0.875  # pairs: 2>0 2>1 1>0 1=1
    assert smooth([4.0, 4.0]) == [4.0, 4.0]


def test_calibration_finds_the_chances_back() -> None:
    random = np.random.default_rng(2)
    logits = random.normal(0, 4, 4000)
    truth = random.random(4000) < 1 / (1 + np.exp(-logits / 2.0))
    temperature, bias = fit_calibration(logits[truth].tolist(), logits[~truth].tolist())
    assert temperature == pytest.approx(2.0, rel=0.15)
    assert abs(bias) < 0.15
    chances = 1 / (1 + np.exp(-(logits / temperature + bias)))
    assert calibration_error(chances, truth.astype(float)) < 0.05


def test_the_exported_model_keeps_the_contract_and_the_numbers(tmp_path: Path) -> None:
    reader = tiny().eval()
    random = np.random.default_rng(4)
    words = Words(
        random.integers(-8, 8, (TINY.vocabulary, 32)).astype(np.int8), np.full((TINY.vocabulary, 1), 0.1, "f2")
    )
    reader.words.weight.data = torch.from_numpy(words.codes * words.scales.astype(np.float32))
    named = {name: value.detach().numpy() for name, value in reader.state_dict().items()}
    write_folder(tmp_path / "reader", write_reader(named, words, TINY.heads), Calibration(2.0, -1.0))
    session = open_session(tmp_path / "reader", 1)
    ids = [0, *random.integers(3, 34_000, 50).tolist(), 2]
    ours, theirs = run_all(session, ids), torch_run(reader)(ids)
    assert {name: value.shape for name, value in ours.items()} == {
        "start": (1, 52),
        "end": (1, 52),
        "trim_start": (1, 52, TRIMS),
        "trim_end": (1, 52, TRIMS),
        "relevance": (1,),
        "part": (1, 52),
    }
    for name, value in ours.items():
        assert np.abs(value - theirs[name]).max() < 0.05, name
    again = read_weights(tmp_path / "reader")  # training can begin from what was shipped
    assert named.keys() - again.keys() == {"words.weight"}
    for name, value in again.items():
        assert value.shape == named[name].shape, name
        assert np.abs(value - named[name]).max() <= np.abs(named[name]).max() / (2 * LEVELS) + 1e-6, name  # half a step
    facts = json.loads((tmp_path / "reader" / "config.json").read_text("utf-8"))
    assert facts["relevance"] == {"temperature": 2.0, "bias": -1.0}
    assert facts["max_tokens"] == MAX_TOKENS


# --- the reader that is carried ------------------------------------------------------------------------------------

CARRIED = EMBEDDED_MODEL.parent / "reader-zh"
NEWS = (
    "银川市总工会今年推出13条服务措施，为快递员、网约车司机等新就业形态劳动者建立了46个户外驿站。"
    "活动由市总工会副主席王芳主持，6月3日在览山公园举行。"
)
BRIDGE = "長江大橋位於武漢市，1957年10月15日建成通車，全長1670公尺，由蘇聯專家康斯坦丁·西林協助設計。"


def test_the_model_card_tells_the_files_checksums() -> None:
    listed = re.findall(r"^ {4}([0-9a-f]{64})  (\S+)$", (CARRIED / "MODEL_CARD.md").read_text("utf-8"), re.M)
    assert {name for _, name in listed} == {"onnx/model.onnx", "tokenizer.json", "config.json"}
    for checksum, name in listed:
        assert hashlib.sha256((CARRIED / name).read_bytes()).hexdigest() == checksum, name
    assert (CARRIED / "onnx/model.onnx").stat().st_size < 40_000_000


def test_ten_questions_to_the_carried_reader() -> None:
    run = onnx_run(CARRIED, 1)
    for passage, asked, answer in (
        (NEWS, "银川市总工会推出了多少条措施？", "13条"),
        (NEWS, "活动在哪里举行？", "览山公园"),
        (NEWS, "活动是谁主持的？", "王芳"),
        (NEWS, "户外驿站有多少个？", "46个"),
        (BRIDGE, "長江大橋哪一年通車？", "1957年"),
        (BRIDGE, "长江大桥有多长？", "1670公尺"),
        (BRIDGE, "大橋在哪座城市？", "武漢市"),
        (BRIDGE, "協助設計的是誰？", "康斯坦丁·西林"),
        (NEWS, "月球距离地球多远？", None),
        (BRIDGE, "月球距離地球多遠？", None),
    ):
        found = read(run, ENCODE, asked, passage)
        if answer:
            assert (found.text, found.relevance > 1) == (answer, True), asked
        else:
            assert found.relevance < -1, asked
