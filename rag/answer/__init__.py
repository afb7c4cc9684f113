"""Answering: quotes from hits, an answer from quotes, and the check that nothing is shown unproved."""
