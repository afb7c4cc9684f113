"""The curve of a training as an SVG, drawn by hand.

python -m rag.models.reader.plot build/reader/log.jsonl curve.svg
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rag.types import WenjuError

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 760, 360, 46, 36, 18
_COLOURS = {"loss": "#333333", "span": "#b3392f", "relevance": "#2f6fb3", "question": "#b3392f", "passage": "#2f6fb3"}
_SMOOTH = 0.95


def smooth(values: Sequence[float], keep: float = _SMOOTH) -> list[float]:
    """Exponential moving average, corrected for its beginning.

    >>> smooth([2.0, 2.0, 2.0])
    [2.0, 2.0, 2.0]
    """
    mean, weight, found = 0.0, 0.0, []
    for value in values:
        mean, weight = keep * mean + (1 - keep) * value, keep * weight + (1 - keep)
        found.append(round(mean / weight, 6))
    return found


def draw(records: Sequence[dict[str, float]]) -> str:
    """The losses, smoothed, and the learning rate (dashed, to its own scale) over the steps."""
    steps = [record["step"] for record in records]
    lines = [(key, colour) for key, colour in _COLOURS.items() if key in records[0]]
    top = max(max(smooth([r[key] for r in records])) for key, _ in lines)
    highest = max(record["rate"] for record in records) or 1.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    ]
    for tick in range(int(top) + 1):
        y = _y(tick / top)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - 10}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    last = steps[-1]
    ticks = range(0, int(last) + 1, 100 if last >= 200 else max(1, int(last) // 4))
    parts += [f'<text x="{_x(t / last):.1f}" y="{_HEIGHT - 14}" text-anchor="middle">{t}</text>' for t in ticks]
    for number, (key, colour) in enumerate(lines):
        parts.append(_curve(steps, [v / top for v in smooth([r[key] for r in records])], colour, ""))
        parts.append(f'<text x="{_WIDTH - 110}" y="{_TOP + 16 + 16 * number}" fill="{colour}">{key}</text>')
    parts.append(_curve(steps, [record["rate"] / highest for record in records], "#888", "4 4"))
    parts.append(f'<text x="{_WIDTH - 110}" y="{_TOP + 64}" fill="#666">rate (dashed)</text></svg>')
    return "\n".join(parts) + "\n"


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - 10 - _LEFT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)


def _curve(steps: Sequence[float], shares: Sequence[float], colour: str, dashes: str) -> str:
    stride = max(1, len(steps) // 400)
    points = list(zip(steps, shares, strict=True))[::stride]
    path = " ".join(f"{_x(step / steps[-1]):.1f},{_y(share):.1f}" for step, share in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-dasharray="{dashes}" stroke-width="1.6"/>'


def main() -> None:
    """Command line of the plot."""
    if len(sys.argv) != 3 or not Path(sys.argv[1]).is_file():
        raise WenjuError(
            "用法：python -m rag.models.reader.plot log.jsonl curve.svg (log of a training, file to write)"
        )
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    by_step = {record["step"]: record for record in map(json.loads, lines)}
    Path(sys.argv[2]).write_text(draw([by_step[step] for step in sorted(by_step)]), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except WenjuError as error:
        sys.exit(str(error))
