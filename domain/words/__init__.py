"""What people read, in Chinese and in English: one term for each thing (docs/glossary.md)."""
