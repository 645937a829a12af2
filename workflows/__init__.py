"""Durable processes: one thin class for each decider, over the shared host in ``workflows.host``."""
