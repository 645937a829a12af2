"""How a process is set up: settings, logs, the connection to Temporal."""
