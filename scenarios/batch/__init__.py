"""Many runs from one design file: which points are played, and how they are kept."""
