"""What the rules refuse, in words, by the refusal's stable code."""

from __future__ import annotations

from domain.words.bilingual import Name, both, text
from domain.words.case_words import DECISIONS, STAGES
from domain.words.dates import as_told
from domain.words.response_words import TASK_STATUSES

SIGNALS_REFUSED = both(
    "\n另有 {count} 个信号未受理，未逐个入账。\n", "\n{count} more signals were refused, without an event each.\n"
)
"""Of those beyond ``signals.MOST_REFUSALS``, in a process's current details."""

REFUSALS: dict[str, Name] = {
    "unknown_case": both("没有这个诉求件。", "There is no such case."),
    "case_exists": both("编号 {number} 已被使用。", "The number {number} is taken."),
    "version_conflict": both(
        "已有新进展（现为第 {current} 版），请刷新后再办。",
        "It has moved on (now at version {current}); read it again before you decide.",
    ),
    "forbidden": both("您的岗位无权进行此操作。", "Your post has no right to do this."),
    "not_allowed_now": both(
        "当前阶段（{stage}）不能“{decision}”。您现在可以：{allowed}。",
        "Stage {stage} does not take {decision}. You may now: {allowed}.",
    ),
    "carry_over_limit": both(
        "本级已结转 {limit} 次，不能再暂缓；请解决、定方案、升级或转办。",
        "Already carried over {limit} time(s) at this tier; resolve, plan, escalate or refer it instead.",
    ),
    "reroute_needs_supervisor": both(
        "已转派过 {reroutes} 次，再次转派须先由督导督办。",
        "Already rerouted {reroutes} time(s); a supervisor has to take it up before another reroute.",
    ),
    "already_there": both("诉求件本来就在这个小区和类别。", "The case is already at that estate and category."),
    "no_tier_above": both("已在最高一级，无法再升级。", "There is no tier above."),
    "no_tier_below": both("已在最低一级，无法退回。", "There is no tier below."),
    "not_a_higher_tier": both("“{tier}”不在更高一级。", "{tier} is not a higher tier."),
    "skips_a_tier": both("不能越级升到“{tier}”，下一级是“{next}”。", "{tier} skips a tier; the next one is {next}."),
    "unknown_tier": both("没有“{tier}”这一级。", "There is no tier {tier}."),
    "unknown_estate": both("没有小区“{estate}”。", "There is no estate {estate}."),
    "unknown_category": both("没有类别“{category}”。", "There is no category {category}."),
    "unknown_unit": both("没有单位“{unit}”。", "There is no unit {unit}."),
    "unknown_department": both("没有部门“{department}”。", "There is no department {department}."),
    "unknown_company": both("没有物业企业“{company}”。", "There is no company {company}."),
    "unknown_forum": both("没有议事会“{forum}”。", "There is no forum {forum}."),
    "unknown_sitting": both("没有会议“{sitting}”。", "There is no sitting {sitting}."),
    "unknown_playbook": both("没有预案“{playbook}”，可选：{known}。", "No playbook {playbook}; there are: {known}."),
    "unknown_emergency": both("没有联动处置“{emergency}”。", "There is no emergency {emergency}."),
    "unknown_process": both("没有“{id}”。", "There is no {id}."),
    "unknown_resident": both("没有这位居民的记录。", "There is no such resident."),
    "not_in_emergency": both("该诉求件不在联动处置“{emergency}”中。", "The case is not in emergency {emergency}."),
    "not_the_same_playbook": both(
        "联动处置“{emergency}”用的是预案“{playbook}”。", "Emergency {emergency} is under the playbook {playbook}."
    ),
    "duplicate_of_itself": both("不能与自身重复。", "A case is not a duplicate of itself."),
    "duplicate_of_unknown": both("没有诉求件“{of}”，不能并入。", "There is no case {of} to follow."),
    "duplicate_of_duplicate": both(
        "“{of}”本身已并入“{root}”，请并入“{root}”。", "{of} itself follows {root}; name {root} instead."
    ),
    "date_too_early": both("日期太早，最早 {earliest}。", "The date is too early; the earliest is {earliest}."),
    "date_too_late": both("日期太晚，最晚 {latest}。", "The date is too late; the latest is {latest}."),
    "date_out_of_range": both("日期“{date}”超出范围。", "The date {date} is out of range."),
    "unknown_ladder": both("没有议事规则“{ladder}”。", "There is no ladder policy {ladder}."),
    "not_before_this_sitting": both(
        "会议“{sitting}”现在不审议该诉求件（未开始、已过期或不在其议程）。",
        "{sitting} does not have this case before it (not begun, over, or not on its agenda).",
    ),
    "not_waiting_for_this_forum": both(
        "诉求件 {number} 现处“{stage}”，不在议事会“{forum}”待议。",
        "Case {number} is at {stage} and does not wait for forum {forum}.",
    ),
    "sitting_in_the_past": both("会议时间 {starts_at} 已过。", "The sitting's time {starts_at} is past."),
    "sitting_already_then": both("会议“{sitting}”本来就在此时。", "{sitting} is at that time already."),
    "sitting_not_there": both(
        "会议“{sitting}”现为“{status}”，不能这样办。", "{sitting} is {status}; this cannot be done."
    ),
    "sitting_not_convened": both(
        "会议“{sitting}”没有按时召集，已过开会时间，不能这样办。",
        "{sitting} was not convened in time, and its hour has passed; this cannot be done.",
    ),
    "already_on_the_agenda": both(
        "诉求件 {case} 已在会议“{sitting}”的议程上。", "{case} is on {sitting}'s agenda already."
    ),
    "other_business_listed": both(
        "会议“{sitting}”的其他事项中已有这一条。", "{sitting} has this line of other business already."
    ),
    "too_much_other_business": both(
        "会议“{sitting}”的其他事项已满 {limit} 条。", "{sitting} has {limit} lines of other business already."
    ),
    "nothing_to_accept": both(
        "诉求件 {number} 没有待告知的受理事项（未满联名人数，或已告知）。",
        "{number} is promised no word of acceptance, or it has been given.",
    ),
    "designated_stays": both(
        "已由区政府指定{unit}管理，不能再“{decision}”。",
        "The district has designated {unit}; it takes no more: {decision}.",
    ),
    "not_over_its_estate": both(
        "“{unit}”不管辖小区“{estate}”，不能指定给它。",
        "{unit} is not over the estate {estate}; it cannot be designated.",
    ),
    "closed_takes_no_photos": both("已办结，不能再补充照片。", "It is closed; no photographs can be added."),
    "too_many_photos": both(
        "一件诉求最多 {limit} 张照片，已有 {there} 张。", "A case takes at most {limit} photographs; it has {there}."
    ),
    "unknown_photo": both("没有这张照片。", "There is no such photograph."),
    "only_its_emergency": both(
        "临时会议“{sitting}”只议本次联动处置，不列其他议题。",
        "{sitting} is an extraordinary sitting: it hears its emergency alone.",
    ),
    "reason_required": both("请写明理由。", "A reason is required."),
    "reopen_too_late": both("已过重启期限（{latest}）。", "Too late to reopen; the limit was {latest}."),
    "unknown_task": both("没有任务“{task}”。", "There is no task {task}."),
    "unknown_party": both("没有单位“{party}”，可选：{known}。", "There is no party {party}; there are: {known}."),
    "not_your_task": both(
        "任务“{name}”由{party}承担，您的岗位不能代报。", "Task {name} is {party}'s; your post cannot report for them."
    ),
    "task_not_open": both(
        "任务“{name}”尚未开始：尚待 {names}，最早 {earliest}。",
        "Task {name} has not opened: it waits for {names}, and opens at {earliest} at the earliest.",
    ),
    "task_finished": both("任务“{name}”已了结（{status}）。", "Task {name} is finished ({status})."),
    "already_signed": both("任务“{name}”已签收。", "Task {name} is signed for already."),
    "not_signed": both("任务“{name}”尚未签收，请先签收。", "Task {name} is not signed for; sign for it first."),
    "objection_already_made": both(
        "任务“{name}”已因异议移交过一次，再移交须由联盟决定。",
        "Task {name} was transferred once already; another transfer is the alliance's to decide.",
    ),
    "already_their_task": both("任务“{name}”本来就由{party}承担。", "Task {name} is {party}'s already."),
    "provider_required": both("任务“{name}”须写明临时物业企业。", "Task {name} has to name the provider."),
    "inventory_required": both(
        "任务“{name}”须写明清单或拒交情况。", "Task {name} has to note the inventory, or its refusal."
    ),
    "filing_date_required": both("任务“{name}”须写明备案日期。", "Task {name} has to name the date of filing."),
    "not_state_owned": both("物业企业“{company}”不是国有企业。", "The company {company} is not state-owned."),
    "required_tasks_open": both(
        "还有必办任务未了结：{names}。请完成，或写明理由免除。",
        "Required tasks are not finished: {names}. Have them done, or waive them with a reason.",
    ),
    "already_stood_down": both(
        "联动处置“{emergency}”已解除，现为观察期。", "Emergency {emergency} has been stood down and is being watched."
    ),
    "response_over": both("联动处置“{emergency}”已结束。", "Emergency {emergency} is over."),
    "policy_moved_on": both(
        "在您检查之后，已有别的政策施行（{current}），未作任何改动。请重新核对变更。",
        "Something has come into force since you looked ({current}), and nothing was changed. Check again.",
    ),
    "policy_superseded": both(
        "{policy} 曾经施行，已被 {in_force} 取代。要恢复它的内容，请以新的版本号提交。",
        "{policy} was in force before {in_force}. To have its text again, give it a new version.",
    ),
    "policies_of_another_place": both(
        "这是另一地的政策，未作任何改动：本库施行的是 {in_force}，所给的是 {given}。"
        "请换用另一个数据目录（HONGXIU_DATA），或改用 {in_force} 的政策目录（HONGXIU_POLICIES）。",
        "These are another place's policies, and nothing was changed: {in_force} is in force here, {given} was given. "
        "Use another data folder (HONGXIU_DATA), or the policies of {in_force} (HONGXIU_POLICIES).",
    ),
    "unit_has_open_cases": both(
        "不能撤销：{missing} 尚有 {count} 件诉求未办结（{open}）。请先办结或转派。",
        "{missing} cannot be removed: {count} cases are open there ({open}). Close or reroute them first.",
    ),
    "category_has_open_cases": both(
        "不能删除：类别 {missing} 尚有 {count} 件诉求未办结（{open}）。请先办结或转派。",
        "The categories {missing} cannot be removed: {count} cases are open ({open}). Close or reroute them first.",
    ),
    "party_has_open_cases": both(
        "不能撤销：{missing} 正在牵头或协办 {count} 件诉求（{open}）。请先办结，或另定方案。",
        "{missing} cannot be removed: it leads or helps in {count} open cases ({open}). Complete them, or plan anew.",
    ),
    "tier_has_open_cases": both(
        "不能取消层级 {missing}：有 {count} 件诉求在该级或还可能升到该级（{open}）。请先办结，或升到更高一级。",
        "The tiers {missing} cannot be removed: {count} open cases are there or can still climb to it ({open}). "
        "Close them first, or take them to a higher tier.",
    ),
    "stage_has_open_cases": both(
        "不能取消阶段 {missing}：有 {count} 件诉求正处该阶段（{open}）。请保留阶段的 id（名称可改），或先办结。",
        "The stages {missing} cannot be removed: {count} open cases are there ({open}). "
        "Keep the stage's id (its name may change), or close them first.",
    ),
    "forum_is_in_session": both(
        "不能撤销 {missing}：其会议正在进行或待出纪要（{open}）。请在纪要成稿后再撤销。",
        "{missing} cannot be removed: {open} is in session or awaits its minutes. Wait until the minutes are done.",
    ),
    "session_would_move": both(
        "会议 {open} 正在进行或待出纪要，不能改期。请在纪要成稿后再施行。",
        "{open} is in session or awaits its minutes, and would be moved. Wait until the minutes are done.",
    ),
    "party_has_open_tasks": both(
        "不能撤销：{missing} 在 {count} 起联动处置中尚有任务（{open}）。请先完成、免除或移交，或解除联动。",
        "{missing} cannot be removed: it has unfinished tasks in {count} emergencies ({open}). "
        "Have them done, waived or transferred, or stand it down.",
    ),
    "unit_has_open_responses": both(
        "不能撤销：{missing} 有 {count} 起联动处置尚未解除（{open}）。请先解除。",
        "{missing} cannot be removed: {count} emergencies there are not stood down ({open}). Stand them down first.",
    ),
    "unit_has_channels": both(
        "不能撤销：{file} 还写着 {missing} 的通知去向。请先从中删去。",
        "{missing} cannot be removed: {file} says where its notices go. Take it out there first.",
    ),
    "unknown_policy": both("没有这个政策版本：{policy}。", "There is no such policy: {policy}."),
    "unknown_account": both("没有账号“{account}”。", "There is no account {account}."),
    "account_exists": both("账号“{account}”已存在。", "There is an account {account} already."),
    "last_administrator": both(
        "不能这样改：改后将没有任何可用的管理员账号。",
        "That would leave nobody who can administer.",
    ),
    "unknown_update": both("没有“{update}”这种更新。", "There is no update {update}."),
    "unknown_signal": both("没有这种信号。", "There is no such signal."),
    "not_by_signal": both(
        "“{kind}”不以信号受理；可以的是：{taken}。", "{kind} is not taken as a signal; these are: {taken}."
    ),
    "not_by_this_update": both(
        "“{update}”不能送达这种命令（{kind}）。", "{update} brings no command of the kind {kind}."
    ),
    "unreadable_command": both("无法读懂这条命令：{fields}。", "The command cannot be read: {fields}."),
    "bad_post": both("岗位不成立：{post}。", "There is no such post: {post}."),
}
"""Refusals of the rules, by code. The edge's own problems are in ``api/edge/problem_words.py``."""


def refusal(code: str, language: str, params: dict[str, object]) -> str:
    """The sentence for a refusal's code; lists and known codes in it are put in words."""
    template = REFUSALS.get(code)
    if template is None:
        return code
    return text(template, language, **{key: _in_words(key, value, language) for key, value in params.items()})


_NOTHING = both("无", "nothing")


def _in_words(key: str, value: object, language: str) -> str:
    if isinstance(value, list | tuple):
        if not value:
            return _NOTHING.in_(language)
        comma = ", " if language.startswith("en") else "、"
        return comma.join(_in_words(key, item, language) for item in value)
    # contact and others are both a stage and a decision
    if key == "status" and value in TASK_STATUSES:
        return TASK_STATUSES[str(value)].in_(language)
    known = STAGES.get(str(value)) if key == "stage" else DECISIONS.get(str(value)) or STAGES.get(str(value))
    return known.in_(language) if known else as_told(str(value), language)
