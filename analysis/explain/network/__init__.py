"""What lenders share: exposures through common borrowers, and how far distress would go."""
