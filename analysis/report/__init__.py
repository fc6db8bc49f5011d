"""The answer of a run: its page, its figures, its short form for a terminal."""
