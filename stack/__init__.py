"""The embedded stack: PostgreSQL and Temporal as child processes, and the supervisor that keeps them up."""
