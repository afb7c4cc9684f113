"""A file that a reader brings -> text for the library: txt, md, html, docx, pdf; each refusal says why.

Word and PDF files are opened in a process of their own with limits on time and memory: a hostile file may hang or
blow up its reader, never the server. ``python -m ui.upload FILE`` is that process.
"""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
import zipfile
from html.parser import HTMLParser
from pathlib import Path

from rag.types import WenjuError

TYPES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")
PLAIN = (".txt", ".md")
SECONDS = 60
MEMORY = 2 << 30
UNPACKED = 200 << 20
"""A Word file may unpack to this many bytes."""
PAGES = 1000
FILES = 20
"""Files in one upload."""

_BLOCKS = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "br", "section", "article", "blockquote", "td"}
_SILENT = {"script", "style", "noscript", "template", "svg", "head"}


def safe_name(name: str) -> str:
    """The last part of a file name, without control characters or anything that a file system minds.

    >>> safe_name("../../etc/讲话 稿.txt")
    '讲话 稿.txt'
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join("_" if c in '<>:"|?*' else c for c in last if c.isprintable()).strip(" .")
    stem, dot, suffix = kept.rpartition(".")
    return f"{stem[:80]}{dot}{suffix[:8]}" if stem else kept[:80]


def check_file(name: str, size: int, most_mb: int) -> None:
    """Refuse by name and size alone. Raises WenjuError."""
    suffix = Path(name).suffix.lower()
    if suffix not in TYPES:
        kinds = "、".join(t[1:] for t in TYPES)
        raise WenjuError(f"不支持这种文件（{suffix or '没有扩展名'}），可以添加 {kinds}。(file type)")
    if size > most_mb << 20:
        raise WenjuError(f"文件有 {size / (1 << 20):.1f} MB，最多 {most_mb} MB。(too large)")
    if size == 0:
        raise WenjuError("文件是空的。(empty)")


def readable(path: Path) -> str:
    """The text of a Word, PDF or HTML file. Raises WenjuError that says what is wrong with it."""
    if path.suffix.lower() in (".html", ".htm"):
        return _worth(html_text(_decoded(path.read_bytes())))
    command = [sys.executable, "-m", "ui.upload", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise WenjuError(f"读取超过 {SECONDS} 秒，已放弃；文件可能损坏。(timeout)") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        known = lines[-1].removeprefix("WENJU ") if lines and lines[-1].startswith("WENJU ") else ""
        raise WenjuError(known or "文件无法读取，可能已损坏。(unreadable)")
    return _worth(done.stdout.decode())


def html_text(page: str) -> str:
    """The visible text of a page, one block a line."""
    parser = _Text()
    parser.feed(page)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def docx_text(path: Path) -> str:
    """Paragraphs and table rows of a Word file in order; headings keep their rank as Markdown."""
    from docx import Document
    from docx.table import Table

    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > UNPACKED:
            raise WenjuError("Word 文件解压后过大。(zip bomb)")
    lines: list[str] = []
    for block in Document(str(path)).iter_inner_content():
        if isinstance(block, Table):
            lines.extend("　".join(dict.fromkeys(c.text.strip() for c in row.cells)) for row in block.rows)
            continue
        style = (block.style.name if block.style is not None else "") or ""
        level = int(style[-1]) if style.startswith("Heading") and style[-1].isdigit() else 0
        lines.append(("#" * level + " " if level else "") + block.text)
    return "\n\n".join(line for line in lines if line.strip())


def pdf_text(path: Path) -> str:
    """The text of a PDF page by page, lines of a paragraph joined; scanned pages have none."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise WenjuError("PDF 有密码保护，请先解除。(encrypted)")
    if len(reader.pages) > PAGES:
        raise WenjuError(f"PDF 有 {len(reader.pages)} 页，最多 {PAGES} 页。(too many pages)")
    text = "\n".join(page.extract_text() for page in reader.pages)
    if not text.strip():
        raise WenjuError("PDF 里没有文字，像是扫描件；请先做文字识别（OCR）。(no text)")
    # Lines broken by the page width: join where a line ends without a stop and both sides are Chinese.
    return re.sub(r"(?<=[\u3400-\u9fff，、；：])\n(?=[\u3400-\u9fff“《（])", "", text)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in _SILENT))
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data.replace("\n", " "))


def _decoded(data: bytes) -> str:
    declared = re.search(rb"charset=[\"']?([\w-]+)", data[:2048])
    for encoding in ("utf-8-sig", declared[1].decode() if declared else "gb18030", "gb18030", "big5"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise WenjuError("认不出文件的编码，请另存为 UTF-8。(encoding)")


def _worth(text: str) -> str:
    if not any(c.isalnum() for c in text):
        raise WenjuError("文件里没有可用的文字。(no text)")
    return text


def _main(path: Path) -> int:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        text = docx_text(path) if path.suffix.lower() == ".docx" else pdf_text(path)
    except WenjuError as error:
        sys.stderr.write(f"\nWENJU {error}\n")
        return 1
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1])))
