"""Who calls: tokens for programs, sessions for browsers, single sign-on, and passes to one case."""
