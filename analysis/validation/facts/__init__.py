"""Stylised facts of consumer credit, in a calm market and under stress."""

EXPERIMENTS = ()
