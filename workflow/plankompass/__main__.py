"""Run the command line: ``python -m plankompass``."""

from plankompass.cli import main

if __name__ == "__main__":
    main()
