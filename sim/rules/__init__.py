"""What a party does in a month: one file per verb, plain functions on records."""
