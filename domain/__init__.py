"""The rules, and nothing else: no I/O, no clock, no Temporal, no SQL.

Everything else may import this package; it imports only the standard library, pydantic and yaml.
"""
