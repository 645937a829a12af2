"""Text: what comes in, what is looked for, what goes out; one home for each rule of how characters are read.

``writing``: what people write, and the fields it is written in. ``seeking``: what people look for. ``numbers``:
telephones and identity cards, to refuse and to take. ``leaving``: spreadsheets, XML, Markdown.
"""
