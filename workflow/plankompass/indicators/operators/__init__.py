"""One module a family of operators; each function turns a task into rows of estimates."""
