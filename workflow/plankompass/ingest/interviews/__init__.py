"""Interview codings: any QDA tool's project, read safely, its codes matched and its coders merged."""
