"""The report as one self-contained HTML page: no network, no script, light and dark. Everything is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from eval import charts
from eval.cases import Case
from eval.check import speed_note
from eval.records import Cited, Found, Record
from eval.scores import METRICS
from eval.stats import Estimate
from eval.summary import Run, by_document, by_kind, curve, figures, kind_name, label, latency, moves, worst

HEADLINES = (
    "passed",
    "recall@5",
    "citation_precision",
    "citation_recall",
    "completeness",
    "refusal_recall",
    "false_refusal",
    "fidelity",
)
TABLE = (
    "passed", "recall@1", "recall@5", "mrr@10", "citation_precision", "citation_recall", "completeness",
    "false_refusal", "refusal_recall",
)  # fmt: skip
WORST = 40
_KIND_BARS = ("passed", "recall@5", "completeness")


def page(run: Run, against: Run | None = None) -> str:
    """The whole page."""
    style = files("eval").joinpath("report.css").read_text(encoding="utf-8")
    sections = [
        _headlines(run, against),
        _all_figures(run, against),
        _by_kind(run),
        _table("按文献", run, by_document(run)),
        _threshold(run),
        _changes(run, against) if against else "",
        _worst(run),
    ]
    title = f"问据评测 · {run.name}"
    return (
        '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body><main>"
        f"<header><h1>{escape(title)}</h1><p class=soft>{escape(_about(run, against))}</p></header>"
        + "".join(sections)
        + "</main></body></html>\n"
    )


def _about(run: Run, against: Run | None) -> str:
    info = run.info
    words = [f"{info.split} 部分 {info.n} 题", f"引擎 {info.engine}", f"开始于 {info.started}", speed_note(run)]
    if info.without:
        words.append(f"去掉 {'、'.join(info.without)}")
    if against:
        words.append(f"对照 {against.name}")
    return "；".join(words) + "。"


def _headlines(run: Run, against: Run | None) -> str:
    now, before = figures(run.values, run.cases), figures(against.values, against.cases) if against else {}
    cards = [_card(name, now[name], before.get(name)) for name in HEADLINES if name in now]
    speed = latency(run)
    cards.append(
        f"<div class=card><span>每题用时</span><b>{speed.p50:.0f}<small> 毫秒</small></b>"
        f"<small>p95 {speed.p95:.0f} 毫秒，n={speed.n}</small></div>"
    )
    return f"<section class=cards>{''.join(cards)}</section>"


def _card(name: str, one: Estimate, before: Estimate | None) -> str:
    other = "" if before is None else f"<small>对照 {before.mean:.3f}</small>"
    return (
        f"<div class=card><span>{escape(label(name))}</span><b>{one.mean:.3f}</b>"
        f"<small>95 % 区间 {one.low:.3f}–{one.high:.3f}，n={one.n}</small>{other}</div>"
    )


def _all_figures(run: Run, against: Run | None) -> str:
    now, before = figures(run.values, run.cases), figures(against.values, against.cases) if against else {}
    rows = []
    for metric in (metric for metric in METRICS if metric.name in now):
        one, other = now[metric.name], before.get(metric.name)
        cells = [f"{one.mean:.3f}", f"{one.low:.3f}–{one.high:.3f}", str(one.n)]
        if against:
            cells.append(f"{other.mean:.3f}" if other else "–")
        rows.append(
            f'<tr><th title="{escape(metric.english, quote=True)}">{escape(metric.label)}</th>{_cells(cells)}</tr>'
        )
    head = _heads(["指标", "值", "95 % 区间", "n", *(["对照"] if against else [])])
    return f"<section><h2>全部指标</h2><table>{head}{''.join(rows)}</table></section>"


def _by_kind(run: Run) -> str:
    groups = by_kind(run)
    parts = []
    for name in _KIND_BARS:
        rows = [(kind, mine[name]) for kind, cases in groups.items() if name in (mine := figures(run.values, cases))]
        if rows:
            parts.append(f"<h3>{escape(label(name))}</h3>{charts.bars(rows, label(name) + '，按题型')}")
    return f"<section><h2>按题型</h2>{''.join(parts)}</section>" + _table("按题型的数字", run, groups)


def _table(title: str, run: Run, groups: dict[str, list[Case]]) -> str:
    rows = []
    for key, cases in groups.items():
        mine = figures(run.values, cases)
        cells = [str(len(cases)), *(_figure(mine.get(name), len(cases)) for name in TABLE)]
        rows.append(f"<tr><th>{escape(key)}</th>{_cells(cells)}</tr>")
    head = _heads(["", "n", *map(label, TABLE)])
    return f"<section><h2>{escape(title)}</h2><div class=wide><table>{head}{''.join(rows)}</table></div></section>"


def _figure(one: Estimate | None, n: int) -> str:
    if one is None:
        return "·"
    return f"{one.mean:.2f}" if one.n == n else f"{one.mean:.2f} (n={one.n})"


def _threshold(run: Run) -> str:
    points = curve(run)
    if len(points) < 2:
        return ""
    return (
        "<section><h2>拒答门槛</h2><p class=soft>门槛越高，拒答越多：<b class=refused-key>误拒（有据却拒答）</b>上升，"
        "<b class=wrong-key>误答（无据却作答）</b>下降。</p>"
        + charts.threshold_curve(points, run.info.threshold, "误拒与误答随门槛的变化")
        + "</section>"
    )


def _changes(run: Run, against: Run) -> str:
    changed, cases = moves(run, against), {case.id: case for case in run.cases}
    parts = []
    for name, ids in (("修好", changed.fixed), ("变坏", changed.broken), ("有变动", changed.moved)):
        items = "".join(_change(cases[id_], run, against) for id_ in ids)
        parts.append(
            f"<details{' open' if name == '变坏' else ''}><summary>{name}（{len(ids)}）</summary>{items}</details>"
        )
    return f"<section><h2>与 {escape(against.name)} 相比</h2>{''.join(parts)}</section>"


def _change(case: Case, run: Run, against: Run) -> str:
    sides = (("现在", run.record(case)), ("从前", against.record(case)))
    columns = "".join(f"<div><h4>{name}</h4>{_answer(record)}</div>" for name, record in sides)
    return f"<article>{_question(case)}<div class=pair>{columns}</div></article>"


def _worst(run: Run) -> str:
    shown = worst(run, WORST)
    items = "".join(_case(case, run.record(case), run.values[case.id]) for case in shown)
    return f"<section><h2>最差的题（{len(shown)}）</h2>{items or '<p>没有答错的题。</p>'}</section>"


def _case(case: Case, record: Record, values: dict[str, float]) -> str:
    """Question and answer, then gold and found side by side."""
    gold = "".join(f"<blockquote>{escape(g.quote)}<cite>{escape(g.source)}</cite></blockquote>" for g in case.gold)
    facts = "".join(f"<li>{escape(' / '.join(fact))}</li>" for fact in case.facts)
    wanted = gold + (f"<h4>必备要点</h4><ul>{facts}</ul>" if facts else "") if case.answerable else _why(case)
    found = (
        "".join(_found(rank, hit) for rank, hit in enumerate(record.hits[:3], 1)) or "<p class=soft>什么也没有找到</p>"
    )
    told = "，".join(f"{label(name)} {value:.2f}" for name, value in values.items())
    return (
        f"<article>{_question(case)}{_answer(record)}"
        f"<div class=pair><div><h4>应有的依据</h4>{wanted}</div><div><h4>找到的段落</h4>{found}</div></div>"
        f"<p class=soft>{escape(told)}；置信 {record.confidence:.3f}</p></article>"
    )


def _why(case: Case) -> str:
    return f"<p>文献里没有答案，应当拒答。{escape(case.note)}</p>"


def _question(case: Case) -> str:
    history = "".join(f"<p class=soft>前文：{escape(t.question)} → {escape(t.answer)}</p>" for t in case.history)
    return (
        f"{history}<h3><code>{escape(case.id)}</code> {escape(case.question)} "
        f"<small class=soft>{escape(kind_name(case.kind))}</small></h3>"
    )


def _answer(record: Record) -> str:
    if record.error:
        return f"<p class=bad>出错：{escape(record.error)}</p>"
    searched = f"<p class=soft>按此检索：{escape(record.standalone)}</p>" if record.standalone else ""
    if not record.answered:
        return f"{searched}<p class=refusal>拒答：{escape(record.reason)}</p>"
    sources = _sources(record.cited)
    return f"{searched}<p class=answer>{escape(record.answer)}</p>{sources}"


def _sources(quotes: Sequence[Cited]) -> str:
    listed = "，".join(f"[{n}] {escape(quote.source)} {_span(quote)}" for n, quote in enumerate(quotes, 1))
    return f"<p class=soft>{listed}</p>"


def _span(quote: Cited) -> str:
    return "、".join(f"{span.start}–{span.end}" for span in quote.spans)


def _found(rank: int, hit: Found) -> str:
    ranks = "，".join(f"{escape(name)} {place}" for name, place in hit.ranks.items())
    return (
        f"<blockquote>{escape(hit.text)}<cite>{rank}. {escape(hit.source)}，得分 {hit.score:.3f}"
        f"{'，' + ranks if ranks else ''}</cite></blockquote>"
    )


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"<td>{escape(cell)}</td>" for cell in cells)


def _heads(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in cells) + "</tr>"
