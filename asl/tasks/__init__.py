"""Who does the work of a Task: from a resource to the Python function that answers for it."""
