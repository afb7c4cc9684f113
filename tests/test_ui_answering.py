"""Frames: every ending is one, the chain's stream is closed, nobody waits without being told."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from rag.types import WenjuError
from tests.browser.scripted import ScriptedChain, shelf
from ui.answering import frames
from ui.engine import Engine
from ui.limits import Bucket, BusyError, Gate


@pytest.fixture
def engine() -> Engine:
    engine = Engine(lambda: ScriptedChain(shelf()))
    engine.start()
    engine.wait(5)
    return engine


def ask(question: str, **more: Any) -> dict[str, Any]:
    return {"turn": "t1", "question": question, **more}


async def collect(
    payload: object, engine: Engine, gate: Gate | None = None, patience: float = 20
) -> list[dict[str, Any]]:
    return [f async for f in frames(payload, engine, gate or Gate(2, 2), longest=100, patience=patience)]


def run(*args: Any, **more: Any) -> list[dict[str, Any]]:
    return asyncio.run(collect(*args, **more))


def test_an_answer_grows_and_ends(engine: Engine) -> None:
    got = run(ask("慢慢说产业工人"), engine)
    states = [f["state"] for f in got]
    assert states[0] == "searching"
    assert "growing" in states
    assert states[-1] == "done"
    lengths = [len(f["record"]["text"]) for f in got if f["record"]]
    assert len(set(lengths)) >= 3
    assert lengths == sorted(lengths)
    assert got[-1]["record"]["state"] == "done"


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ("x", "无法理解"),
        ({"turn": "<b>", "question": "q"}, "无法理解"),
        (ask("长" * 101), "太长"),
        (ask("坏了产业工人"), "出了差错"),
        (ask("？"), "问题是空的"),
    ],
)
def test_every_failure_is_a_sentence(payload: object, told: str, engine: Engine) -> None:
    last = run(payload, engine)[-1]
    assert last["state"] == "error"
    assert told in last["parts"]["body"]
    assert "passwd" not in str(last)


def test_patience_ends(engine: Engine) -> None:
    assert "等了太久" in run(ask("很久的产业工人"), engine, patience=0.3)[-1]["parts"]["body"]


def test_an_engine_that_does_not_open_says_why() -> None:
    def broken() -> ScriptedChain:
        raise WenjuError("没有索引，请先运行 wenju index。")

    engine = Engine(broken)
    engine.start()
    assert "wenju index" in run(ask("问"), engine)[-1]["parts"]["body"]


def test_questions_wait_for_the_models() -> None:
    engine = Engine(lambda: ScriptedChain(shelf(), load_seconds=0.6))
    engine.start()
    states = [f["state"] for f in run(ask("产业工人"), engine)]
    assert states[0] == "loading"
    assert states[-1] == "done"


def test_closing_the_frames_closes_the_stream(engine: Engine) -> None:
    async def stop_early() -> None:
        async with aclosing(frames(ask("慢产业工人"), engine, Gate(2, 2), longest=100, patience=20)) as stream:
            async for frame in stream:
                if frame["state"] == "growing":
                    break
        for _ in range(100):
            if chain.closed:
                return
            await asyncio.sleep(0.05)

    chain = engine.chain
    assert isinstance(chain, ScriptedChain)
    asyncio.run(stop_early())
    assert chain.closed == ["慢产业工人"]


def test_the_line_is_told_its_length_and_ends_somewhere(engine: Engine) -> None:
    async def crowd() -> list[list[dict[str, Any]]]:
        gate = Gate(1, 1)
        first = asyncio.create_task(collect(ask("慢产业工人"), engine, gate))
        await asyncio.sleep(0.3)
        second = asyncio.create_task(collect(ask("产业工人"), engine, gate))
        await asyncio.sleep(0.1)
        third = asyncio.create_task(collect(ask("产业工人"), engine, gate))
        return [await first, await second, await third]

    first, second, third = asyncio.run(crowd())
    assert first[-1]["state"] == "done"
    assert second[0]["state"] == "queued"
    assert second[-1]["state"] == "done"
    assert "人太多" in third[-1]["parts"]["body"]


def test_a_full_gate_opens_again() -> None:
    async def use() -> None:
        gate = Gate(1, 0)
        for _ in range(3):
            place = gate.place()
            assert await place.ahead() == 0
            with pytest.raises(BusyError):
                gate.place()
            place.leave()
            place.leave()
        assert gate.inside == 0

    asyncio.run(use())


def test_buckets_refill_and_forget() -> None:
    bucket = Bucket(2, 1, callers=2)
    assert [bucket.take("a", 0), bucket.take("a", 0), bucket.take("a", 0)] == [True, True, False]
    assert bucket.take("a", 1.5)
    assert all(bucket.take(str(i), 2) for i in range(10))
    assert len(bucket._level) == 2
