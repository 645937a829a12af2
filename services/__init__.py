"""What callers do through whichever door they come: HTTP, pages, an operator's command, a stack's start.

Used by `api`, `operations`, `stack`, the worker and the demo, and imports none of them: no HTTP, no terminal.
"""
