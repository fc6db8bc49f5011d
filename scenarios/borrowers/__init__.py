"""A user's own table of borrowers: its columns, other layouts that become these, reading and checking."""
