"""Calibration: which values of the numbers that nobody publishes give the published market, and do answers depend on it?"""
