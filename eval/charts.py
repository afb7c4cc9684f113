"""Inline SVG for the report: bars with intervals, and the refusal curve. Strings in, strings out; text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from eval.stats import Estimate
from eval.summary import CurvePoint

_LEFT, _WIDTH, _ROW = 150, 720, 26


def bars(rows: Sequence[tuple[str, Estimate]], title: str) -> str:
    """One horizontal bar a row, 0 to 1, with its 95 % interval as a whisker and n at the right."""
    span = _WIDTH - _LEFT - 110
    height = _ROW * len(rows) + 8
    parts = []
    for number, (name, one) in enumerate(rows):
        y = 4 + number * _ROW
        middle = y + _ROW / 2
        low, high = _LEFT + span * one.low, _LEFT + span * one.high
        parts.append(
            f'<text x="{_LEFT - 8}" y="{middle + 4:.1f}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="track" x="{_LEFT}" y="{y + 5}" width="{span}" height="{_ROW - 10}" rx="3"/>'
            f'<rect class="bar" x="{_LEFT}" y="{y + 5}" width="{span * one.mean:.1f}" height="{_ROW - 10}" rx="3"/>'
            f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8'
            f'M{high:.1f} {middle - 4}v8"/>'
            f'<text x="{_LEFT + span + 8}" y="{middle + 4:.1f}">{one.mean:.2f}'
            f'<tspan class="soft" dx="6">n={one.n}</tspan></text>'
        )
    return _svg(_WIDTH, height, title, "".join(parts))


def threshold_curve(points: Sequence[CurvePoint], today: float | None, title: str) -> str:
    """Threshold (across) against false refusals and wrong answers (up), both 0 to 1; today's threshold as a line."""
    width, height, left, bottom = 720, 300, 48, 40
    low, high = points[0].threshold, points[-1].threshold
    reach = (high - low) or 1.0

    def x(value: float) -> float:
        return left + (width - left - 20) * (value - low) / reach

    def y(value: float) -> float:
        return 14 + (height - bottom - 14) * (1 - value)

    grid = "".join(
        f'<path class="grid" d="M{left} {y(s):.1f}H{width - 20}"/>'
        f'<text class="soft" x="{left - 8}" y="{y(s) + 4:.1f}" text-anchor="end">{s:.0%}</text>'
        for s in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    ticks = "".join(
        f'<text class="soft" x="{x(low + reach * s):.1f}" y="{height - bottom + 18}" text-anchor="middle">'
        f"{low + reach * s:.2f}</text>"
        for s in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    lines = "".join(
        f'<path class="{name}" d="{_steps([(x(p.threshold), y(value(p))) for p in points])}"/>'
        for name, value in (("refused", lambda p: p.false_refusals), ("wrong", lambda p: p.wrong_answers))
    )
    mark = "" if today is None else _today(x(today), height - bottom, today)
    names = f'<text class="soft" x="{(left + width) / 2}" y="{height - 4}" text-anchor="middle">置信门槛</text>'
    return _svg(width, height, title, grid + ticks + lines + mark + names)


def _today(x: float, bottom: float, value: float) -> str:
    anchor, dx = ("end", -6) if x > 420 else ("start", 6)
    return (
        f'<path class="today" d="M{x:.1f} 14V{bottom}"/>'
        f'<text x="{x + dx:.1f}" y="26" text-anchor="{anchor}">现在的门槛 {value:.3f}</text>'
    )


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """Stairs: between two confidences that occur, every threshold does what the larger one does."""
    first, *rest = points
    return f"M{first[0]:.1f} {first[1]:.1f}" + "".join(f"V{y:.1f}H{x:.1f}" for x, y in rest)


def _svg(width: int, height: float, title: str, inside: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{escape(title, quote=True)}">'
        f"<title>{escape(title)}</title>{inside}</svg>"
    )
