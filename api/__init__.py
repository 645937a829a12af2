"""HTTP (FastAPI): sign-in, cases and their decisions, forums, emergencies, the stream, and what operators watch."""
