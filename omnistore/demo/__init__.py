"""The demo: its own Python environment, PostgreSQL, Valkey, processes and sample data."""
