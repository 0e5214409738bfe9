"""How the workflow runs a stage: warm workers, atomic outputs, fingerprints of code and codebook.

Nothing here knows what a stage does, and nothing here imports the workflow engine.
"""
