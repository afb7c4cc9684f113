"""Searching: questions in, hits out, and follow-up questions made to stand alone."""
