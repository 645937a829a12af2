"""Processes of any kind in the registry: routes that are made from its declaration."""
