"""Calibration: which values of unpublished numbers give the published market, and do answers depend on the choice?"""
