"""What every request passes and every answer shares: sizes, forms, languages, problems, headers."""
