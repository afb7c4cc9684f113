"""From a file to what a reader makes of it: clean text, articles, passages and outline, every character placed."""
