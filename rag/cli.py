"""The command ``wenju``: parses and prints, nothing else."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from rag.settings import engine_settings, load_settings
from rag.types import Filters, Question, Turn, WenjuError

if TYPE_CHECKING:
    from rag.chain import QAChain
    from rag.index.library import Library

app = typer.Typer(
    help="问据：对中文文献提问，每一句回答都有可核对的原文。Ask Chinese documents, get verified quotations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
err = Console(stderr=True, highlight=False)

Index = Annotated[Path | None, typer.Option("--index", help="索引文件夹 (index folder)", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Lines = Annotated[str | None, typer.Option("--jsonl", help='批量：{"id","question"} 的 JSON 行文件，- 为标准输入')]
Source_ = Annotated[list[str] | None, typer.Option("--source", help="只查这些文件 (repeatable)")]
Author = Annotated[list[str] | None, typer.Option("--author", help="只查这些作者")]
Publication = Annotated[list[str] | None, typer.Option("--publication", help="只查这些出版物")]
Since = Annotated[str, typer.Option("--since", help="起始日期，如 2024 或 2024-11")]
Until = Annotated[str, typer.Option("--until", help="截止日期")]


@app.command()
def build(
    paths: Annotated[list[Path] | None, typer.Argument(help="文件或文件夹；默认 seeds")] = None,
    index: Index = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help='把 {"id","title","text"} 的 JSON 行各作一份文件')] = False,
    if_needed: Annotated[bool, typer.Option("--if-needed", help="索引完好且不旧就什么也不做")] = False,
) -> None:
    """建立（或更新）索引。Build the index."""
    from rag.index.build import build_index
    from rag.index.embed import open_encoder
    from rag.index.library import open_library

    settings = load_settings(index=index)
    encoder = open_encoder(settings)
    if if_needed:
        try:
            open_library(settings.index, encoder)
        except WenjuError as reason:
            if settings.index.exists():  # the first time there is nothing to explain
                err.print(f"[dim]{escape(str(reason))}[/dim]")
        else:
            return
    chosen = paths or [Path("seeds")]
    missing = [str(path) for path in chosen if not path.exists()]
    if missing:
        raise WenjuError(f"找不到 {'、'.join(missing)}。请写出要建索引的文件或文件夹。(no such file)")
    started = perf_counter()
    with _progress() as progress:
        report = build_index(settings.index, chosen, encoder, jsonl=jsonl, progress=progress)
    for problem in report.problems:
        err.print(f"[yellow]未收录 {escape(problem.name)}：{escape(problem.message)}[/yellow]")
    err.print(
        f"已建索引：{report.sources} 份文件，{report.passages} 段，{report.vectors} 个向量"
        f"（新计算 {report.embedded}），{perf_counter() - started:.1f} 秒 → {escape(str(settings.index))}"
    )
    if report.problems:
        raise typer.Exit(2)


@app.command()
def search(
    question: Annotated[str | None, typer.Argument(help="问题或关键词")] = None,
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=1000, help="段落数")] = 10,
    index: Index = None,
    as_json: AsJson = False,
    jsonl: Lines = None,
    source: Source_ = None,
    author: Author = None,
    publication: Publication = None,
    since: Since = "",
    until: Until = "",
) -> None:
    """查找段落。Find passages."""
    from rag.batch import Line, run_batch
    from rag.chain import check_question
    from rag.records import search_record
    from rag.show import print_hits

    chain = _open(index)
    filters = _filters(chain.library, source, author, publication, since, until)

    def find(line: Line) -> dict[str, Any]:
        started = perf_counter()
        asked = check_question(line.question, chain.settings.max_question)
        hits = chain.find(asked.text, filters, k)
        return search_record(line.question, hits, round((perf_counter() - started) * 1000, 2), line.id)

    if jsonl is not None:
        _print_lines(run_batch(_read_lines(jsonl), find))
        return
    asked = check_question(_required(question), chain.settings.max_question)
    if as_json:
        _print_json(find(Line("", asked.text)))
    else:
        print_hits(out, chain.find(asked.text, filters, k))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="问题")] = None,
    index: Index = None,
    engine: Annotated[str | None, typer.Option("--engine", help="extractive | auto | 模型名")] = None,
    reader: Annotated[str | None, typer.Option("--reader", help="off | embedded | CrossEncoder 模型")] = None,
    as_json: AsJson = False,
    jsonl: Lines = None,
    source: Source_ = None,
    author: Author = None,
    publication: Publication = None,
    since: Since = "",
    until: Until = "",
) -> None:
    """提问，得到有出处的回答。Ask, and get a cited answer."""
    from rag.batch import Line, run_batch
    from rag.records import answer_record
    from rag.show import print_answer

    chain = _open(index, engine=engine, reader=reader)
    filters = _filters(chain.library, source, author, publication, since, until)

    def answer(line: Line) -> dict[str, Any]:
        return answer_record(chain.invoke(Question(line.question, filters=filters)), line.id)

    if jsonl is not None:
        _print_lines(run_batch(_read_lines(jsonl), answer))
    elif as_json:
        _print_json(answer(Line("", _required(question))))
    else:
        print_answer(out, chain.invoke(Question(_required(question), filters=filters)))


@app.command()
def chat(index: Index = None, engine: Annotated[str | None, typer.Option("--engine")] = None) -> None:
    """在终端里对话：/sources 看出处全文，/new 重新开始，/quit 退出。Chat in the terminal."""
    from rag.show import print_answer, print_sources

    chain = _open(index, engine=engine)
    history: list[Turn] = []
    err.print("问据：请提问。/sources 出处全文　/new 新对话　/quit 退出")
    while True:
        try:
            text = out.input("[bold]问：[/bold]").strip()
        except (EOFError, KeyboardInterrupt):
            break
        if text in ("/quit", "/exit", "/q"):
            break
        if text == "/new":
            history.clear()
        elif text == "/sources":
            print_sources(out, history[-1].quotes if history else ())
        elif text:
            try:
                answer = chain.invoke(Question(text, tuple(history)))
            except WenjuError as error:
                err.print(f"[red]{escape(str(error))}[/red]")
                continue
            print_answer(out, answer)
            history.append(Turn(answer.standalone or answer.question, answer.text, answer.quotes))
            del history[:-10]


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="段落号，或文件名")],
    index: Index = None,
    original: Annotated[bool, typer.Option("--original", help="文件的原样")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="整理后与原样对照")] = False,
) -> None:
    """一个段落在原文中的位置，或整份文件的整理结果。Show a passage, or a document as it was read."""
    from rag.show import print_diff, print_document, print_passage

    library = _open(index, allow_stale=True).library
    source = _source_named(name, [s.id for s in library.sources()])
    if source is None:
        try:
            passage = library.passage(name)
        except KeyError:
            raise WenjuError(f"没有名为 {name} 的段落或文件。(no such passage or source)") from None
        print_passage(out, passage, library.reading(passage.source_id))
    elif original:
        out.print(library.reading(source).clean.source.raw, markup=False)
    elif diff:
        print_diff(out, library.reading(source))
    else:
        print_document(out, library.reading(source))


@app.command()
def outline(name: Annotated[str, typer.Argument(help="文件名")], index: Index = None) -> None:
    """一份文件的纲目。The outline of a document."""
    from rag.show import print_outline

    library = _open(index, allow_stale=True).library
    source = _source_named(name, [s.id for s in library.sources()])
    if source is None:
        raise WenjuError(f"没有名为 {name} 的文件。(no such source)")
    print_outline(out, library.reading(source))


@app.command()
def status(index: Index = None, as_json: AsJson = False) -> None:
    """索引里有什么，是否需要重建。What the index holds."""
    from rag.index.library import stale_documents
    from rag.show import print_status

    library = _open(index, allow_stale=True).library
    manifest = library.manifest
    record = {
        "index": str(library.folder),
        "model": manifest.model,
        "created": manifest.created,
        "passages": manifest.passages,
        "vectors": manifest.vectors,
        "stale": stale_documents(manifest),
        "sources": [
            {"source": s.id, "title": s.title, "publication": s.publication, "date": s.date, "characters": len(s.raw)}
            for s in library.sources()
        ],
    }
    if as_json:
        _print_json(record)
    else:
        print_status(out, record)


@app.command()
def doctor(index: Index = None) -> None:
    """逐项检查安装、模型与索引。Check installation, model and index."""
    from rag.doctor import examine

    findings = examine(load_settings(index=index))
    for finding in findings:
        mark = "[green]✓[/green]" if finding.ok else "[red]✗[/red]"
        out.print(f"{mark} {escape(finding.subject)}：{escape(finding.message)}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def serve(
    index: Index = None,
    host: Annotated[str | None, typer.Option("--host")] = None,
    port: Annotated[int | None, typer.Option("--port")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="打开浏览器")] = True,
) -> None:
    """打开网页。Start the web page."""
    from ui.launch import serve as launch  # the one place where the command line reaches for the page

    launch(load_settings(index=index, host=host, port=port), open_browser=browser)


@app.command()
def mcp(
    index: Index = None,
    transport: Annotated[str, typer.Option("--transport", help="stdio | http")] = "stdio",
    engine: Annotated[str | None, typer.Option("--engine", help="extractive | auto | 模型名")] = None,
    host: Annotated[str | None, typer.Option("--host")] = None,
    port: Annotated[int | None, typer.Option("--port")] = None,
) -> None:
    """给智能体用的 MCP 服务：ask、search、show_passage、list_documents。Serve the documents to agents."""
    from ui.mcp import serve_mcp  # like `serve`: the command line only reaches for it

    if transport not in ("stdio", "http"):
        raise WenjuError(f"--transport 只能是 stdio 或 http，不能是 {transport}。(unknown transport)")
    settings = load_settings(index=index, host=host, port=port, **engine_settings(engine))
    serve_mcp(settings, "http" if transport == "http" else "stdio")


def main() -> None:
    """Entry point: errors that the user can mend become one clear line and exit code 1, Ctrl-C exit code 130."""
    interrupts: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        app()
    except BrokenPipeError:
        # The reader of our output went away (`wenju search … | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except SystemExit as ending:
        if ending.code == 130:  # typer has turned Ctrl-C into this without a word
            _say_stopped()
        raise
    except Exception as error:
        if interrupts:  # a library has turned Ctrl-C into an error of its own: pydantic does while it serialises
            _say_stopped()
            sys.exit(130)
        if not isinstance(error, WenjuError):
            raise
        err.print(f"[red]{escape(str(error))}[/red]")
        sys.exit(1)


def _say_stopped() -> None:
    err.print("已停止，原有索引没有改动。(interrupted)")


def _open(
    index: Path | None, *, allow_stale: bool = False, engine: str | None = None, reader: str | None = None
) -> QAChain:
    from rag.chain import open_chain

    settings = load_settings(index=index, reader=reader, **engine_settings(engine))
    return open_chain(settings, allow_stale=allow_stale)


def _required(question: str | None) -> str:
    if question is None:
        raise WenjuError('请写出问题，如 wenju ask "……"，或用 --jsonl 文件。(a question is needed)')
    return question


def _filters(
    library: Library,
    source: list[str] | None,
    author: list[str] | None,
    publication: list[str] | None,
    since: str,
    until: str,
) -> Filters:
    names = [s.id for s in library.sources()] if source else []
    chosen = {name: _source_named(name, names) for name in source or ()}
    if unknown := [name for name, found in chosen.items() if found is None]:
        raise WenjuError(f"没有名为 {'、'.join(unknown)} 的文件；wenju status 列出全部文件。(no such source)")
    return Filters(
        frozenset(found for found in chosen.values() if found),
        frozenset(publication or ()),
        frozenset(author or ()),
        since.strip(),
        until.strip(),
    )


def _source_named(name: str, known: Iterable[str]) -> str | None:
    """The source of that name, or the only one whose name begins so."""
    names = list(known)
    if name in names:
        return name
    begun = [candidate for candidate in names if candidate.startswith(name)]
    return begun[0] if len(begun) == 1 else None


def _read_lines(name: str) -> Iterator[str]:
    try:
        if name == "-":
            yield from sys.stdin
        else:
            with Path(name).open(encoding="utf-8-sig") as file:
                yield from file
    except (OSError, UnicodeDecodeError) as error:
        raise WenjuError(f"无法读取 {name}：{error}。(cannot read the questions)") from error


def _print_json(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def _print_lines(records: Iterable[dict[str, Any]]) -> None:
    for record in records:
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
        sys.stdout.flush()


@contextmanager
def _progress() -> Iterator[Any]:
    """A progress bar on a terminal; silence elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    names = {"read": "阅读", "embed": "向量", "write": "写入"}
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=err, disable=not err.is_terminal, transient=True,
    ) as bars:  # fmt: skip
        tasks = {stage: bars.add_task(name, total=None, visible=False) for stage, name in names.items()}
        yield lambda stage, done, total: bars.update(tasks[stage], completed=done, total=total, visible=True)


if __name__ == "__main__":
    main()
