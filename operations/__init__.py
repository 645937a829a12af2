"""What operators' commands do: audit and recovery, policies and calendars, and the connections they need."""
