"""Training of the reader: (question, passage) -> the words that answer, and whether the passage answers at all.

Build time only; needs ``pip install -e '.[train]'``. What it makes lies in ``rag/models/reader-zh``.
"""
