"""What can be chosen in a joint response: whose a task is instead, who provides in the interim, how it ends."""

from __future__ import annotations

from domain.forms import choices
from domain.forms.asking import Choices, Days, Situation
from domain.joint_response.state import ResponseState
from domain.policy.calendar import shanghai
from domain.policy.playbook_parts import Task
from domain.words.bilingual import Name, both

_ENDS: dict[str, Name] = {
    "resolved": both("已解决，转居民回访", "Resolved: the resident is asked"),
    "returned": both("退回议事，等下次会议", "Returned: the case waits for a sitting"),
}


def parties(situation: Situation[ResponseState]) -> Choices:
    """Everybody who can have a task, but whose it is; in the response's language."""
    task = situation.state.task(situation.about)
    return choices.without((("", tuple(situation.state.parties.items())),), task.party if task else None)


def providers(situation: Situation[ResponseState]) -> Choices:
    """Property companies; the state-owned ones where the task is theirs."""
    companies, needs_state_owned = situation.rules.organisation.companies, _planned(situation).state_owned
    fit = (one for one in companies if one.state_owned or not needs_state_owned)
    return (("", tuple((one.id, one.name.in_(situation.language)) for one in fit)),)


def ends(situation: Situation[ResponseState]) -> Choices:
    """How a response ends."""
    return (("", tuple((end, words.in_(situation.language)) for end, words in _ENDS.items())),)


def names_provider(situation: Situation[ResponseState]) -> bool:
    """Whether the task's completion names who provides in the interim."""
    return _planned(situation).records == "provider"


def names_contract(situation: Situation[ResponseState]) -> bool:
    """Whether the task's completion names when a contract was filed."""
    return _planned(situation).records == "contract"


def names_inventory(situation: Situation[ResponseState]) -> bool:
    """Whether the task's completion says what there is."""
    return _planned(situation).records == "inventory"


def filing_days(situation: Situation[ResponseState]) -> Days:
    """From T0 to today."""
    first, today = situation.state.declared_at, max(situation.now, situation.state.at)
    return Days(shanghai(first).date(), shanghai(today).date())


def _planned(situation: Situation[ResponseState]) -> Task:
    return situation.rules.playbook(situation.state.playbook).task(situation.about)
