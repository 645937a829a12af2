"""The case's process: the shared host, with what a supervisor sees of a case."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.case import CaseState
    from domain.telling import current_details, stage_name
    from workflows import attributes, names
    from workflows.host import Host
    from workflows.messages import ProcessInput
    from workflows.rules import AT_HAND


@workflow.defn(name=names.CASE_WORKFLOW)
class CaseWorkflow(Host):
    """One resident's issue from its opening to its closing. Its id is the case's number."""

    @workflow.init
    def __init__(self, start: ProcessInput) -> None:
        super().__init__(start)
        self._shown: attributes.Values = {
            pair.key: pair.value for pair in workflow.info().typed_search_attributes.search_attributes
        }
        if self.state is not None:
            self.show(self.state)

    @workflow.run
    async def run(self, start: ProcessInput) -> str:
        """Ends with the way the case was closed."""
        state = await self.live()
        assert state.closing is not None
        return state.closing.closed_as

    def show(self, state: CaseState) -> None:
        """Search attributes for the list, current details for the page."""
        wanted = attributes.of_case(state)
        changed = attributes.changes(self._shown, wanted)
        if changed:
            workflow.upsert_search_attributes(changed)
            self._shown = wanted
        rules = AT_HAND.under(state.ladder)
        stages = {t.stage.id: t.stage.name.in_(state.language) for t in rules.ladder.tiers} if rules else {}
        link = f"{AT_HAND.public_url}/cases/{state.number}" if AT_HAND.public_url else None
        stage = stage_name(state.stage, stages, state.language)
        workflow.set_current_details(current_details(state, stage, link))
