"""Plan documents: read, known for what they are, searched for goals, confirmed by people."""
