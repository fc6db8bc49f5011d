"""The question: scenario files, how they are read, run and stored."""
