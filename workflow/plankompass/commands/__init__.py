"""What the command line's commands do; :mod:`plankompass.cli` only names and explains them."""
