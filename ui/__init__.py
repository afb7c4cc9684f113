"""The page in a browser: pure renderers, our routes, and the wiring to Gradio in one file."""
