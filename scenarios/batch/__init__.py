"""Batches: many worlds, policies and seeds, played on one machine or many, kept so that nothing is lost."""
