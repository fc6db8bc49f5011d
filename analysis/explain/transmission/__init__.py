"""How default was handed on from one person to another."""
