"""Sittings: the month and the year, one sitting's page and its forms, and meeting mode."""
