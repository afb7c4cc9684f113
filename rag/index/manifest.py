"""The index folder on disk: ``CURRENT`` names a generation; a generation is whole, checked and never changed.

index/CURRENT                     one line, the name of the generation in use; replaced atomically
index/20261121T101500-1a2b/       library.sqlite, dense.faiss(+.rows.npy), lexical/, manifest.json
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from rag.types import WenjuError

FORMAT = 1
CURRENT = "CURRENT"
REPAIR = "请运行 wenju build 重建（运行 wenju doctor 查看详情）"
_FULL_CHECK_BYTES = 256 * 2**20
"""Up to this size every open checks the checksums (about 1 ms a megabyte); larger indexes are checked by size."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was when it was indexed; ``path`` is absolute."""

    source_id: str
    path: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of the generation."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of."""

    format: int
    model: str
    dim: int
    created: str
    roots: tuple[str, ...]
    """The folders and files given to ``wenju build``; new files in them make the index out of date."""
    documents: tuple[Document, ...]
    files: tuple[File, ...]
    passages: int
    vectors: int


_MANIFEST = TypeAdapter(Manifest)

LOCK, UNFINISHED = ".lock", ".building-"
"""The file that a writer locks, and how the name of a generation begins while it is being written."""


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def current_generation(folder: Path) -> Path:
    """The generation in use. Raises WenjuError when there is no index."""
    try:
        name = (folder / CURRENT).read_text("utf-8").strip()
    except FileNotFoundError:
        raise WenjuError(f"还没有索引：{folder}。请先运行 wenju build 文件或文件夹。(no index here yet)") from None
    except (OSError, UnicodeDecodeError) as error:
        raise WenjuError(f"无法读取索引文件夹 {folder}：{error}。{REPAIR}") from error
    generation = folder / name
    if not name or Path(name).name != name or not generation.is_dir():
        raise WenjuError(f"索引已损坏：{folder} 中找不到 {name or '（空）'}。{REPAIR}")
    return generation


def read_manifest(generation: Path) -> Manifest:
    """The manifest of a generation. Raises WenjuError when it is missing, damaged or of another format."""
    try:
        manifest = _MANIFEST.validate_json((generation / "manifest.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise WenjuError(f"索引已损坏：{generation.name}/manifest.json 无法读取。{REPAIR}") from error
    if manifest.format != FORMAT:
        raise WenjuError(f"索引格式为 {manifest.format}，本程序使用 {FORMAT}。{REPAIR}")
    return manifest


def check_files(generation: Path, manifest: Manifest, *, full: bool = False) -> None:
    """Compare the generation with its manifest. Raises WenjuError that names the first damaged file."""
    checksums = full or sum(file.size for file in manifest.files) <= _FULL_CHECK_BYTES
    for file in manifest.files:
        path = generation / file.name
        try:
            damaged = path.stat().st_size != file.size or (checksums and sha256_of(path) != file.sha256)
        except OSError as error:
            raise WenjuError(f"索引已损坏：{file.name} 缺失或无法读取。{REPAIR}") from error
        if damaged:
            raise WenjuError(f"索引已损坏：{file.name} 与清单的校验和不符。{REPAIR}")


def changed_documents(manifest: Manifest, found: list[Path]) -> list[str]:
    """Why the index is older than its documents, one line a document; ``found`` are the files now in its roots."""
    reasons: list[str] = []
    known = {document.path for document in manifest.documents if document.path}
    for document in manifest.documents:
        if not document.path:
            continue
        path = Path(document.path)
        try:
            stat = path.stat()
            if (stat.st_size, stat.st_mtime_ns) == (document.size, document.mtime_ns):
                continue
            if sha256_of(path) != document.sha256:
                reasons.append(f"{path.name} 已修改")
        except FileNotFoundError:
            reasons.append(f"{path.name} 已删除")
        except OSError as error:
            reasons.append(f"{path.name} 无法读取（{error.strerror}）")
    reasons.extend(f"{path.name} 是新增的" for path in found if str(path.absolute()) not in known)
    return reasons


def list_files(generation: Path) -> tuple[File, ...]:
    """Every file of a finished generation with size and checksum."""
    paths = sorted(path for path in generation.rglob("*") if path.is_file() and path.name != "manifest.json")
    return tuple(
        File(path.relative_to(generation).as_posix(), path.stat().st_size, sha256_of(path))
        for path in paths
        if not path.name.endswith(".lock")
    )


def write_manifest(generation: Path, manifest: Manifest) -> None:
    """The last file of a generation."""
    (generation / "manifest.json").write_bytes(_MANIFEST.dump_json(manifest, indent=1))


def remove_left_over(folder: Path) -> None:
    """Generations that were never finished. Only for who holds the folder's lock: all of them are then nobody's."""
    for left_over in folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left_over, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what killed builds left; nothing while one is running, nor where nothing may be written."""
    if next(folder.glob(f"{UNFINISHED}*"), None) is None:
        return
    try:
        with FileLock(folder / LOCK, timeout=0):
            remove_left_over(folder)
    except (Timeout, OSError):
        return


def switch(folder: Path, generation: Path) -> None:
    """Make ``generation`` the one in use, atomically, and remove the others."""
    pointer = folder / (CURRENT + ".new")
    with pointer.open("w", encoding="utf-8") as file:
        file.write(generation.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(folder / CURRENT)
    for old in folder.iterdir():
        if old.is_dir() and old != generation and (old / "manifest.json").exists():
            shutil.rmtree(old, ignore_errors=True)  # a reader on Windows may still hold it; the next build tries again
