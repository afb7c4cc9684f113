"""The page in a real browser, on a scripted chain where a slow or failing one is needed."""
