"""The demo: some forty invented issues (``cases.yaml``) and the player that takes them through a quarter."""
