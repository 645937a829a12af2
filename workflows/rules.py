"""The rules that this worker process has at hand, for validators and for words.

Validators run only when an update arrives and never on replay, and words (summaries, current details) are
no part of what replay compares; so looking here does not make a workflow non-deterministic. What decides
is the recording activity, whose answer is in the history.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.policy.rules import Rules


@dataclass
class AtHand:
    """Rules by ladder version, kept fresh by the worker; and where links to case pages go."""

    rules: dict[str, Rules] = field(default_factory=dict)
    current: Rules | None = None
    public_url: str = ""

    def under(self, ladder: str | None, playbook: str | None = None) -> Rules | None:
        """The rules for a process under ``ladder`` and ``playbook`` (``nancheng@1``); without them, today's. None where
        they are not at hand yet."""
        rules = self.rules.get(ladder) if ladder else self.current
        return None if playbook and rules is not None and playbook not in rules.playbooks else rules


AT_HAND = AtHand()
