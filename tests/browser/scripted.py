"""A chain that does what its question says: slow, failing, refusing, hostile. Real values of rag.types, no model.

Words in the question choose the behaviour: 慢 (many slow sentences), 很久 (first word after 3 s),
等我 (many sentences, and after the second one a wait until the test lets it go on), 坏 (raises halfway),
没有 (refuses), 敌意 (hostile text and titles), 编造 (a marker without a quotation), 多处 (many sources),
同段 (one passage twice), 跨段 (a quotation cut by the layout), 表 (a list), 撰写 (as a chat model writes, one sentence
verbatim, one a paraphrase, one removed). Otherwise the best matching paragraphs.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rag.types import (
    Answer,
    Article,
    CleanText,
    Hit,
    OutlineItem,
    Passage,
    PassageKind,
    Question,
    Quote,
    Sentence,
    Source,
    Span,
    Status,
    Timings,
    Verdict,
    WenjuError,
)  # fmt: skip

SEEDS = Path(__file__).parents[2] / "seeds"
EVIL = '<img src=x onerror="window.__xss=1"><script>window.__xss=2</script><form action="//evil.example"></form>'
EVIL_MD = "![x](http://evil.example/a.png) [x](javascript:window.__xss=3) ![a][r]\n[r]: http://evil.example/b.png"
STEP = 0.03

HOSTILE = f"""# 标题{EVIL}

作者{EVIL}

敌意段落：{EVIL} {EVIL_MD.splitlines()[0]} <iframe srcdoc="<script>window.__xss=4</script>"></iframe>
正文𠮷野家👨‍👩‍👧结束。
"""
BROKEN = """# 被版面切断的文章

前一段在这里说完了。

这是被切断的句子的前半部分，它在这里忽然

【转第三版 广告栏】

停住，然后在另一处接着说完了。

最后一段。
"""


class ScriptedLibrary:
    """Documents held in memory: each line a passage, ``# `` lines titles; one passage of BROKEN has two places."""

    def __init__(self, sources: list[Source]) -> None:
        self._sources = {s.id: s for s in sources}
        self._passages = {s.id: _passages(s) for s in sources}

    def sources(self) -> list[Source]:
        return list(self._sources.values())

    def articles(self, source_id: str) -> list[Article]:
        first = self._passages[source_id][0]
        return [Article(first.article_id, source_id, first.title, first.author, first.author_role)]

    def passages(self, source_id: str) -> list[Passage]:
        return self._passages[source_id]

    def outline(self, source_id: str) -> list[OutlineItem]:
        p = self._passages[source_id]
        if len(p) < 4:
            return []
        announced = OutlineItem(f"{source_id}-o", p[0].article_id, "", 0, "", 0, p[2].spans, 3, "三项任务")
        return [announced, OutlineItem(f"{source_id}-1", p[0].article_id, announced.id, 1, "一是", 1, p[3].spans)]

    def passage(self, passage_id: str) -> Passage:
        for passages in self._passages.values():
            for passage in passages:
                if passage.id == passage_id:
                    return passage
        raise KeyError(passage_id)

    def clean(self, source_id: str) -> CleanText:
        source = self._sources[source_id]
        kept = range(len(source.raw))
        return CleanText(source, source.raw, tuple(kept))


class ScriptedChain:
    """Answers from a ScriptedLibrary as the question asks it to."""

    def __init__(self, library: ScriptedLibrary, *, load_seconds: float = 0.0, signals: Path | None = None) -> None:
        time.sleep(load_seconds)
        self.library = library
        self.signals = signals
        self.closed: list[str] = []
        self.lock = threading.Lock()

    def stream(self, question: Question) -> Iterator[Answer]:
        asked = question.text
        try:
            yield from self._stream(asked, question)
        finally:
            with self.lock:
                self.closed.append(asked)

    def _stream(self, asked: str, question: Question) -> Iterator[Answer]:
        if not asked.strip("？?。 "):
            raise WenjuError("问题是空的，请写下想问的内容。(the question is empty)")
        started = time.perf_counter()
        hits = self._search(asked, question.filters.sources)
        whole = f"{question.history[-1].question}：{asked}" if question.history and "那" in asked else ""
        answer = Answer(asked, "", (), tuple(hits), Status.NO_EVIDENCE, standalone=whole)
        yield answer
        if "很久" in asked:
            for _ in range(100):
                time.sleep(STEP)
                yield answer
        if "没有" in asked:
            yield replace(answer, reason="现有文件中没有找到能回答这个问题的原文。")
            return
        quotes = tuple(self._quotes(asked, hits))
        if "撰写" in asked:
            yield _written(answer, quotes)
            return
        lines = list(self._lines(asked, quotes))
        text = ""
        for i, line in enumerate(lines):
            if "坏" in asked and i == 1:
                raise ValueError("secret /etc/passwd stack")
            time.sleep(STEP * (6 if "慢" in asked else 1))
            text = f"{text}\n{line}" if text else line
            if "等我" in asked and i == 1:
                partly = replace(answer, text=text, quotes=quotes, status=Status.ANSWERED)
                yield from self._until_told(asked, partly)
            total = (time.perf_counter() - started) * 1000
            yield replace(answer, text=text, quotes=quotes, status=Status.ANSWERED, timings=Timings(total=total))

    def _until_told(self, asked: str, answer: Answer) -> Iterator[Answer]:
        """Stands still until the test says go; goes on yielding, so that a stop is noticed."""
        for _ in range(4000):
            if self.signals is None or signal_of(self.signals, asked).exists():
                return
            yield answer
            time.sleep(STEP)

    def _search(self, asked: str, only: frozenset[str]) -> list[Hit]:
        grams = {asked[i : i + 2] for i in range(len(asked) - 1)}
        found = []
        for source in self.library.sources():
            special = ("敌意" in source.raw, "切断" in source.raw)
            if (only and source.id not in only) or special != ("敌意" in asked, "跨段" in asked):
                continue
            for p in self.library.passages(source.id):
                if p.kind is PassageKind.PARAGRAPH:
                    score = sum(g in p.text for g in grams) / (10 + len(p.text) ** 0.5)
                    found.append(Hit(p, score + (1 if len(p.spans) > 1 else 0)))
        return sorted(found, key=lambda h: -h.score)[:20]

    def _quotes(self, asked: str, hits: list[Hit]) -> Iterator[Quote]:
        count = (
            10
            if "慢" in asked or "等我" in asked
            else 6
            if "多处" in asked
            else 1
            if "跨段" in asked or "敌意" in asked
            else 3
        )
        chosen = [hits[0], hits[0], *hits[1:2]] if "同段" in asked else hits[:count]
        for n, hit in enumerate(chosen):
            yield _quote(hit.passage, n if "同段" in asked else 0)

    def _lines(self, asked: str, quotes: tuple[Quote, ...]) -> Iterator[str]:
        for n, quote in enumerate(quotes, 1):
            line = quote.text.replace("\n", " ")
            line = f"{n}. {line}" if "表" in asked else line
            yield f"{line}[{n}]" + ("[9]" if "编造" in asked else "")
        if "敌意" in asked:
            yield f"{EVIL} {EVIL_MD}"


def signal_of(folder: Path, word: str) -> Path:
    """The file by which a test lets a waiting server go on."""
    return folder / f"go-{hashlib.sha1(word.encode()).hexdigest()[:12]}"


def _written(answer: Answer, quotes: tuple[Quote, ...]) -> Answer:
    """What a chat model may write of two quotations, judged sentence by sentence."""
    said = (
        Sentence(f"{quotes[0].text}[1]", Verdict.VERBATIM),
        Sentence("各地都把这件事摆上了日程。[2]", Verdict.SUPPORTED),
        Sentence(f"这项改革始于1998年。{EVIL}", Verdict.REMOVED, "所引原文中没有“1998”"),
    )
    text = "".join(s.text for s in said[:2])
    reason = "模型写的 1 句在所引原文中得不到支持，已移除。"
    return replace(answer, text=text, quotes=quotes[:2], status=Status.ANSWERED, engine="scripted:8b",
                   sentences=said, reason=reason)  # fmt: skip


def _quote(passage: Passage, sentence: int) -> Quote:
    """The first sentences of a passage, or the whole when the layout cut it."""
    if len(passage.spans) > 1:
        return Quote(passage, passage.text, passage.spans, 1.0)
    start = passage.spans[0].start
    ends = [i + 1 for i, c in enumerate(passage.text) if c in "。！"] or [len(passage.text)]
    low = 0 if sentence == 0 else ends[min(sentence, len(ends)) - 1] if len(ends) > sentence else 0
    high = next((e for e in ends if e > low), len(passage.text))
    text = passage.text[low:high]
    return Quote(passage, text, (Span(start + low, start + high),), 1.0, focus=text[2:8] if len(text) > 12 else "")


def _passages(source: Source) -> list[Passage]:
    found: list[Passage] = []
    title, at = "", 0
    pending: Span | None = None
    lines = source.raw.split("\n")
    for line in lines:
        start, at = at, at + len(line) + 1
        if not line.strip() or line.startswith("【"):
            continue
        kind = PassageKind.TITLE if line.startswith("#") or not title else PassageKind.PARAGRAPH
        cut = len(line) - len(line.lstrip("# "))
        title = title or line.strip("# ")
        span = Span(start + cut, start + len(line))
        if line.endswith("忽然"):
            pending = span
            continue
        spans, text = (span,), line[cut:]
        if pending:
            spans, text = (pending, span), source.raw[pending.start : pending.end] + line
        pending = None
        key = hashlib.sha1(f"{source.id}{text}{start}".encode()).hexdigest()[:12]
        author = "马璐" if source.id.startswith("000") else ""
        found.append(Passage(f"p{key}", f"{source.id}/1", source.id, len(found), text, spans, title, author,
                             "全国总工会" if author else "", (), source.publication, source.date, kind))  # fmt: skip
    return found


def source_of(name: str, raw: str, **facts: str) -> Source:
    title = raw.strip().split("\n")[0].strip("# ")
    return Source(name, name, raw, hashlib.sha256(raw.encode()).hexdigest(), title=title, **facts)


def shelf(*, hostile: bool = True) -> ScriptedLibrary:
    """The five seeds, and two made-up ones: a hostile text and one that the layout cut."""
    facts = {"publication": "工人日报", "page": "3", "kind": "newspaper"}
    seeds = [
        source_of(p.name, p.read_text(encoding="utf-8"), date=f"2023-01-0{i}", **facts)
        for i, p in enumerate(sorted(SEEDS.glob("*.txt")), 1)
    ]
    more = [source_of("hostile.txt", HOSTILE), source_of("broken.txt", BROKEN)]
    return ScriptedLibrary(seeds + (more if hostile else []))
