"""The market: borrowers, merchants, platforms and a regulator, month by month."""
