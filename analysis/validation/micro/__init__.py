"""Micro experiments: each rule of behaviour against its published coefficient."""

EXPERIMENTS = ()
