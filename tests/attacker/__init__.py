"""An attacker who has the published files, the codebook and the council lists, and nothing else.

Written apart from the program: it imports nothing of it, and asks the question its own way. Where the
gate eliminates modulo a prime and knows the restricted tables, this one reads files, guesses what is
not said, and works with null spaces of real matrices and linear programs.
"""
