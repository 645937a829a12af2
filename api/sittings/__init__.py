"""Forums and sittings: their routes, papers, and calendars to subscribe to."""
