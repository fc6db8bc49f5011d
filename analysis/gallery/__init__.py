"""The gallery of real rules: each played against its baseline, with what was expected and what came out."""
