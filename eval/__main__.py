"""``python -m eval``: parses and prints, nothing else. Siblings are imported where they are used."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from rag.settings import EMBEDDED_READER
from rag.types import WenjuError

app = typer.Typer(
    help="问据的评测：题库、运行、指标、报告、对照、外部数据、快慢。The eval set and its offline runner.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Run = Annotated[Path | None, typer.Argument(help="评测目录；不写则取最近完成的一次")]


@contextmanager
def _explained() -> Iterator[None]:
    """What the user can mend is printed, not traced."""
    try:
        yield
    except WenjuError as error:
        err.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(2) from error
    except ModuleNotFoundError as error:
        err.print(f"[red]缺少 {escape(str(error.name))}：pip install -e '.\\[eval]' (missing package)[/red]")
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        err.print("已中断；用同一个 --out 再运行即可接着做。(interrupted)")
        raise typer.Exit(130) from None


@app.command()
def run(
    split: Annotated[str, typer.Option(help="dev、test 或 all")] = "test",
    engine: Annotated[str, typer.Option(help="extractive，或聊天模型名，如 ollama:qwen3:8b")] = "extractive",
    to: Annotated[Path | None, typer.Option("--out", help="评测目录；已有则接着做")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=16, help="同时问几题")] = 2,
    without: Annotated[
        list[str] | None, typer.Option(help="消融：lexical dense titles reader structure windows")
    ] = None,
    documents: Annotated[Path | None, typer.Option(help="文献目录；默认 seeds")] = None,
) -> None:
    """把题库问一遍，每题一行 JSON。Ask every case."""
    from eval.cases import SEEDS_DIR
    from eval.run import run as run_cases

    with _explained():
        folder = run_cases(split, engine, to, jobs, tuple(without or ()), documents or SEEDS_DIR, err)
    typer.echo(str(folder))


@app.command()
def report(
    folder: Run = None,
    against: Annotated[Path | None, typer.Option(help="对照的另一次评测")] = None,
    to: Annotated[Path | None, typer.Option("--out", help="报告放在哪里；默认评测目录")] = None,
) -> None:
    """终端表格，和 report.html、report.md、report.json。Tables and pages."""
    from eval.report import print_report, write_report
    from eval.run import latest_run
    from eval.summary import load_run

    with _explained():
        chosen = folder or latest_run()
        scored, other = load_run(chosen), load_run(against) if against else None
        print_report(scored, other, out)
        target = to or chosen
        target.mkdir(parents=True, exist_ok=True)
        for path in write_report(scored, target, other):
            err.print(f"→ {escape(str(path))}")


@app.command()
def check(folder: Run = None) -> None:
    """与已接受的基准逐题相比；变差则退出码 1。Fail when figures fell."""
    from eval.check import check as check_run
    from eval.check import read, speed_note
    from eval.report import print_headlines
    from eval.run import latest_run
    from eval.summary import load_run

    with _explained():
        scored = load_run(folder or latest_run())
        print_headlines(scored, None, out)
        accepted = read()
        verdict = check_run(scored, accepted)
    for note in verdict.notes:
        out.print(f"[yellow]{escape(note)}[/yellow]")
    for failure in verdict.failures:
        out.print(f"[red]{escape(failure)}[/red]")
    if verdict.failures:
        raise typer.Exit(1)
    out.print(f"[green]不低于 {accepted.accepted} 接受的基准[/green]；{speed_note(scored)}")


@app.command("accept-baseline")
def accept_baseline(folder: Run = None) -> None:
    """把一次评测作为今后的基准。Accept the figures."""
    from eval.check import BASELINE, accept
    from eval.run import latest_run
    from eval.summary import load_run

    with _explained():
        chosen = folder or latest_run()
        accept(load_run(chosen))
    out.print(f"{escape(str(chosen))} → {escape(BASELINE.name)}")


@app.command()
def external(
    name: Annotated[str, typer.Argument(help="cmrc-trial、drcd-dev、drcd-test，或 --data 下的任一文件夹")],
    data: Annotated[Path, typer.Option(help="数据所在的文件夹")] = Path("../shared/data"),
    limit: Annotated[int, typer.Option(min=0, help="只用前几个问题；0 为全部")] = 0,
    answers: Annotated[bool, typer.Option(help="也算 EM 与 F1（有阅读模型时）")] = False,
    to: Annotated[Path | None, typer.Option("--out", help="结果 JSON")] = None,
) -> None:
    """外部数据上的检索与阅读。Public sets."""
    from eval.external import evaluate, print_result

    with _explained():
        print_result(evaluate(data / name, limit=limit, answers=answers, console=err), out, to)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def baseline(context: typer.Context) -> None:
    """作为尺子的 LangChain 教程：build、ask、search。The yardstick."""
    _hand_over("eval.baseline", context)


@app.command()
def bench(
    model: Annotated[Path | None, typer.Option("--fp32", help="fp32 模型文件夹")] = None,
    runs: Annotated[int, typer.Option(min=1, max=20, help="每项几次，取中位数")] = 5,
    to: Annotated[Path, typer.Option("--out", help="结果 JSON")] = Path("runs/bench.json"),
) -> None:
    """与教程相比的快慢与内存；不达标则退出码 1。Speed and memory against the tutorial."""
    from eval.bench import bench as measure
    from eval.bench import print_bench

    with _explained():
        result = measure(model, runs, err)
        print_bench(result, out, to)
        _reading_depths()
    if not result.met:
        raise typer.Exit(1)


def _reading_depths() -> None:
    """What reading more passages is worth and costs; nothing where the reader model is off."""
    from eval.cases import SEEDS_DIR
    from eval.depth import depths, print_depths
    from eval.system import build as build_seeds
    from rag.settings import load_settings

    with TemporaryDirectory(prefix="wenju-depth-") as folder:
        settings = load_settings(index=Path(folder) / "index", model="")
        if settings.reader == "off":
            return
        err.print("阅读模型读 4、8、16、32 段 …", style="dim")
        build_seeds(settings, SEEDS_DIR, lambda stage, done, total: None)
        print_depths(depths(settings), out)


@app.command()
def fit(
    data: Annotated[Path, typer.Option(help="公开问答集所在的目录，如 ../shared/data")],
    index: Annotated[Path | None, typer.Option(help="种子文献的索引文件夹")] = None,
    reader: Annotated[str | None, typer.Option(help="阅读模型；off 拟合没有它时的权重")] = None,
) -> None:
    """在 dev 和公开问答集上拟合“能否回答”的权重。Weights for rag/answer/confidence.py."""
    from eval.fit import main as fit_weights

    with _explained():
        fit_weights(index, data, reader)


@app.command()
def judge(
    questions: Annotated[list[Path], typer.Argument(help="写好的题，一个或几个 jsonl 文件")],
    units: Annotated[Path, typer.Option(help="题所问的文段")] = Path("../shared/data/units/units.jsonl"),
    model: Annotated[Path, typer.Option(help="阅读模型的目录")] = EMBEDDED_READER,
    keep: Annotated[Path | None, typer.Option(help="每一题的判断写到这里")] = None,
) -> None:
    """阅读模型分得清答案与差一点的吗。The reader alone on written validation questions."""
    from eval.judge import main as judge_questions

    with _explained():
        judge_questions(units, questions, model, keep)


@app.command()
def policy(
    questions: Annotated[list[Path], typer.Argument(help="写好的题，一个或几个 jsonl 文件")],
    data: Annotated[Path, typer.Option(help="units、laws、reports 所在的目录")] = Path("../shared/data"),
    index: Annotated[Path, typer.Option(help="法律和报告的索引文件夹，没有就建")] = Path("build/policy"),
    keep: Annotated[Path | None, typer.Option(help="每一题的结果写到这里")] = None,
    reader: Annotated[str | None, typer.Option(help="阅读模型")] = None,
    every: Annotated[int, typer.Option(help="验证文段之外，每几题问一题")] = 3,
) -> None:
    """整个系统在法律和报告上。The whole system over laws and reports."""
    from eval.policy import main as ask_policy

    with _explained():
        ask_policy(data, questions, index, keep, reader, every)


@app.command()
def inbox(
    index: Annotated[Path | None, typer.Option(help="索引文件夹")] = None,
    everything: Annotated[bool, typer.Option("--all", help="连已处理的也列出")] = False,
) -> None:
    """网页收到的反馈。Feedback from the page."""
    from eval.inbox import feedback_path, list_feedback, print_inbox

    with _explained():
        print_inbox(list_feedback(feedback_path(index), everything), out)


@app.command()
def accept(
    number: Annotated[int, typer.Argument(help="反馈编号，见 inbox")],
    index: Annotated[Path | None, typer.Option(help="索引文件夹")] = None,
    cases: Annotated[Path | None, typer.Option(help="写入哪个题库文件")] = None,
    draft: Annotated[Path | None, typer.Option(help="改好的草稿；不写则新写一份并打开 $EDITOR")] = None,
) -> None:
    """把一条反馈改成一道题。Turn feedback into a case."""
    from eval.inbox import accept_feedback

    with _explained():
        accept_feedback(number, index, cases, draft, interactive=sys.stdin.isatty(), console=out)


@app.command()
def cases() -> None:
    """题库的校验与统计。Validate the eval set."""
    from eval.cases_table import show_cases

    with _explained():
        sound = show_cases(out)
    raise typer.Exit(0 if sound else 1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def structure(context: typer.Context) -> None:
    """报纸结构的识别是否正确。Structure against the hand-made truth."""
    _hand_over("eval.structure", context)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def seams(context: typer.Context) -> None:
    """断栏处的拼接是否正确。Seams."""
    _hand_over("eval.seams", context)


def _hand_over(module: str, context: typer.Context) -> None:
    """Let a sibling parse its own arguments: its ``main(argv)`` gives the exit status (None is 0)."""
    with _explained():
        raise typer.Exit(import_module(module).main(list(context.args)) or 0)


if __name__ == "__main__":
    app(prog_name="python -m eval")
