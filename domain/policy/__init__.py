"""What a subdistrict can decide, as data: calendar, organisation, ladder, forums, playbooks; and the rules of it."""
