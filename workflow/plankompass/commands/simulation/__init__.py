"""Simulation with planted truth: do the intervals and flags of the pipeline keep what they say?"""
