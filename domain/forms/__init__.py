"""Forms: what a command asks for, declared beside the fields of its model, and read from there by whoever shows it.

``asking`` is the declaration, ``reading`` the reader, ``choices`` what can be chosen by the rules in force.
"""
