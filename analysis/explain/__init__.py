"""Why it spread: through what, to whom, and instead of what. Played again from a run folder, world beside world."""
