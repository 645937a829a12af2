"""The process that serves the API and the console: what it opens, mounts and answers with."""
