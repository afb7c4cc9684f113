"""问据 Wenju: cited question answering over Chinese documents. Importing this package is cheap on purpose."""

__version__ = "0.1.0"
