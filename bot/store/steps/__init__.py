"""The SQL of the schema's steps, and the Python of those that SQL alone can't do. Never edited after it shipped."""
