"""Survey exports: every format read to one shape, every fault reported, nothing lost."""
