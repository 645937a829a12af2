"""The web console: pages for people, on the same services as the JSON API (docs/console.md)."""
