"""The models that Wenju carries, and the scripts that built them; nothing here is imported to answer a question."""
