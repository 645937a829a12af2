"""Playbooks and joint responses."""
