"""The index room: vectors, words and facts of the passages, kept in one folder."""
