"""Disclosure control: estimates in, publishable tables out, and an attack on what is left.

``primary`` applies the rules row by row and then protects them together, ``release`` writes the
publishable folder and runs the gate. Nothing after this stage reads a restricted table.
"""
