"""The plain LangChain tutorial, as the yardstick for speed and memory. Each subcommand is a whole process.

    python -m eval.baseline build --model FP32_DIR --store DIR FILE...    split, embed, index, save
    python -m eval.baseline ask --model FP32_DIR --store DIR QUESTION     open, find four chunks, print them
    python -m eval.baseline search --model FP32_DIR --store DIR FILE      open once, time each line of FILE

RecursiveCharacterTextSplitter 1000/200, HuggingFaceEmbeddings, FAISS, top 4, all as the tutorials have them, with two
departures: it asks no chat model, which only makes it faster, and it is saved as plain JSON beside the FAISS file, for
the tutorial's pickle may not be opened here. JSONL files give a document a line, others one each.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_community.embeddings import HuggingFaceEmbeddings
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document

TOP = 4
CHUNK, OVERLAP = 1000, 200


def build(model: Path, store: Path, files: Sequence[Path]) -> dict[str, float]:
    """Index ``files`` into ``store``; gives seconds of splitting, embedding and indexing, without start-up."""
    from langchain_community.vectorstores import FAISS
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = _embeddings(model)
    started = perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
    chunks = splitter.split_documents(list(_documents(files)))
    database = FAISS.from_documents(chunks, embeddings)
    _save(database, store)
    return {"seconds": perf_counter() - started, "chunks": len(chunks)}


def ask(model: Path, store: Path, question: str) -> list[Document]:
    """The four chunks nearest to the question."""
    return _open(model, store).similarity_search(question, k=TOP)


def search(model: Path, store: Path, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each question, in a process that is already warm (the first question is asked twice)."""
    database = _open(model, store)
    database.similarity_search(questions[0], k=TOP)
    times = []
    for question in questions:
        started = perf_counter()
        database.similarity_search(question, k=TOP)
        times.append((perf_counter() - started) * 1000)
    return times


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, work, print JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.baseline", description="LangChain tutorial as a yardstick")
    parser.add_argument("action", choices=("build", "ask", "search"))
    parser.add_argument("--model", type=Path, required=True, help="a sentence-transformers folder in fp32")
    parser.add_argument("--store", type=Path, required=True, help="where its index is")
    parser.add_argument("words", nargs="+", help="files to build from; a question; a file of questions")
    options = parser.parse_args(arguments)
    # The tutorial's own packages announce their successors on every import; that is not what is measured.
    warnings.simplefilter("ignore")
    if options.action == "build":
        result: Any = build(options.model, options.store, [Path(word) for word in options.words])
    elif options.action == "ask":
        result = [document.page_content for document in ask(options.model, options.store, options.words[0])]
    else:
        lines = Path(options.words[0]).read_text(encoding="utf-8").splitlines()
        result = search(options.model, options.store, [line for line in lines if line])
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    return 0


def _embeddings(model: Path) -> HuggingFaceEmbeddings:
    from langchain_community.embeddings import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(
        model_name=str(model), model_kwargs={"device": "cpu"}, encode_kwargs={"normalize_embeddings": True}
    )


def _documents(files: Sequence[Path]) -> Iterator[Document]:
    from langchain_core.documents import Document

    for path in files:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            for line in text.splitlines():
                fields = json.loads(line)
                yield Document(page_content=fields["text"], metadata={"source": fields["id"]})
        else:
            yield Document(page_content=text, metadata={"source": path.name})


def _save(database: FAISS, store: Path) -> None:
    import faiss

    store.mkdir(parents=True, exist_ok=True)
    faiss.write_index(database.index, str(store / "index.faiss"))
    order = [database.index_to_docstore_id[row] for row in range(database.index.ntotal)]
    documents = [database.docstore.search(name) for name in order]
    rows = [{"id": n, "text": d.page_content, "metadata": d.metadata} for n, d in zip(order, documents, strict=True)]
    (store / "documents.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def _open(model: Path, store: Path) -> FAISS:
    import faiss
    from langchain_community.docstore.in_memory import InMemoryDocstore
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document

    rows = json.loads((store / "documents.json").read_text(encoding="utf-8"))
    documents = {row["id"]: Document(page_content=row["text"], metadata=row["metadata"]) for row in rows}
    index = faiss.read_index(str(store / "index.faiss"))
    return FAISS(_embeddings(model), index, InMemoryDocstore(documents), dict(enumerate(row["id"] for row in rows)))


if __name__ == "__main__":
    raise SystemExit(main())
