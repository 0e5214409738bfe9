"""Numbers drawn by lot from the reports, traced back with the command, and worked out a second way.

This is the reviewer's check done by a machine: draw a printed number, type ``./plankompass trace`` for
it, open the raw files that it names (their bytes held against the hashes it prints), and work the
number out anew with none of the program's modules. See ``python -m tests.trace_back --help``.
"""
