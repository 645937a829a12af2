"""What administrators look after: accounts, policies, how the system stands, who saw what."""
