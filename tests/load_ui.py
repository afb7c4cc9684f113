"""Many readers at once, over the same wire a browser uses: ``python -m tests.load_ui URL [--sessions 20] [--each 10]``.

Says how long answers take alone and in the crowd, whether anybody saw another's answer, and how the server's memory
grows. Bounded in number; only ever pointed at a server on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import httpx

QUESTIONS = [
    "百色市推进产业工人队伍建设改革采取了哪些措施？",
    "银川出台了多少条举措？",
    "怎样加强工会干部队伍建设？",
    "马璐的职务是什么？",
    "什么是工会工作的生命线？",
    "贵州的劳动和技能竞赛以什么为载体？",
    "敬业精神是什么？",
    "怎样维护新就业形态劳动者权益？",
    "企业招聘进高校是什么时候？",
    "工会组织的桥梁纽带作用指什么？",
    "怎样建设一流产业技术工人队伍？",
    "职业工装怎样设计？",
]


@dataclass
class Seen:
    """One answer as a session received it."""

    question: str
    seconds: float
    record: dict[str, Any]


class Session:
    """What one browser tab does: join the queue, read the events."""

    def __init__(self, client: httpx.AsyncClient, name: str) -> None:
        self.client, self.name, self.count = client, name, 0

    async def ask(self, question: str) -> Seen:
        """One question to its end. Raises AssertionError on an error card or on an answer to something else."""
        self.count += 1
        turn, key = f"{self.name}-{self.count}", f"{self.name}s{self.count}"
        payload = {"data": [], "event_data": {"turn": turn, "question": question}, "fn_index": 0, "session_hash": key}
        started = time.perf_counter()
        (await self.client.post("gradio_api/queue/join", json=payload)).raise_for_status()
        last: dict[str, Any] = {}
        async with self.client.stream("GET", "gradio_api/queue/data", params={"session_hash": key}) as events:
            async for line in events.aiter_lines():
                if line.startswith("data:"):
                    event = json.loads(line[5:])
                    if event["msg"] == "process_completed":
                        last = event["output"]["data"][0]
                        break
        seconds = time.perf_counter() - started
        assert last.get("state") == "done", last.get("parts", last)
        assert last["turn"] == turn, "another's turn"
        assert last["record"]["question"] == question, "another's question"
        return Seen(question, seconds, last["record"])


async def crowd(url: str, sessions: int, each: int) -> list[Seen]:
    """``sessions`` readers at once, each asking ``each`` questions one after the other."""
    limits = httpx.Limits(max_connections=4 * sessions)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:

        async def one(number: int) -> list[Seen]:
            session = Session(client, f"u{number}t{time.monotonic_ns() % 10**9}")
            return [await session.ask(QUESTIONS[(number + i) % len(QUESTIONS)]) for i in range(each)]

        return [seen for part in await asyncio.gather(*(one(n) for n in range(sessions))) for seen in part]


def memory(url: str) -> float:
    """Resident megabytes of the server."""
    pid = httpx.get(url + "healthz").json()["pid"]
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def same_as_alone(alone: list[Seen], together: list[Seen]) -> list[str]:
    """Questions whose answer in the crowd was not the answer given to a single reader."""
    expected = {s.question: (s.record["text"], s.record["quotes"]) for s in alone}
    return [s.question for s in together if (s.record["text"], s.record["quotes"]) != expected[s.question]]


def percentile(values: list[float], part: float) -> float:
    """The value below which ``part`` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def main() -> int:
    """Run and print one JSON line; exit 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--sessions", type=int, default=20, choices=range(1, 65))
    parser.add_argument("--each", type=int, default=10, choices=range(1, 101))
    parser.add_argument("--grow", action="store_true", help="also 1,000 questions for the memory")
    options = parser.parse_args()
    assert urlparse(options.url).hostname in ("127.0.0.1", "localhost", "::1"), "only this machine"
    asyncio.run(crowd(options.url, 1, len(QUESTIONS)))  # warm
    alone = asyncio.run(crowd(options.url, 1, len(QUESTIONS)))
    together = asyncio.run(crowd(options.url, options.sessions, options.each))
    told: dict[str, Any] = {
        "alone_p50": round(statistics.median(s.seconds for s in alone), 3),
        "crowd_p50": round(statistics.median(s.seconds for s in together), 3),
        "crowd_p95": round(percentile([s.seconds for s in together], 0.95), 3),
        "answers": len(together),
        "different": same_as_alone(alone, together),
    }
    told["ratio"] = round(told["crowd_p95"] / told["alone_p50"], 2)
    if options.grow:
        asyncio.run(crowd(options.url, 4, 25))
        told["mb_100"] = round(memory(options.url), 1)
        asyncio.run(crowd(options.url, 10, 90))
        told["mb_1000"] = round(memory(options.url), 1)
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    grown = told.get("mb_1000", 0) > 1.1 * told.get("mb_100", 1)
    return int(bool(told["different"]) or told["ratio"] > 6 or grown)


if __name__ == "__main__":
    sys.exit(main())
