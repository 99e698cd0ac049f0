"""The cases, one module a subject. Each has a constant `SERVICE`."""
