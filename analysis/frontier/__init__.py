"""Rules side by side: which of them buy a fall in risk with the least harm. Read from finished run folders."""
