"""A community's sitting as the tests of the documents have it: invented cases, and text that is hard on a format."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.papers.agenda import Agenda, AgendaItem, AgendaSection, Carried, LateItem, Minutes, Promise, Resolution
from domain.policy.calendar import SHANGHAI
from domain.policy.forum import Sitting
from domain.words.bilingual import Name

FORUM = Name(zh="老城社区 · 社区月度工作会议", en="Laocheng Community · community monthly meeting")
HARD = 'B&Q <script>alert("x")</script> | *星* _线_ `码` [链](http://x.cn) 1. # \\ “引号”—'
"""What an officer may write and no format may take for markup."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def a_sitting(starts_at: str = "2026-12-02 15:00", *, provisional: bool = False, number: str = "2026-12") -> Sitting:
    start = at(starts_at)
    end = start + timedelta(minutes=120)
    return Sitting(
        id=f"laocheng-{number}",
        forum="laocheng",
        drafts_at=start - timedelta(days=7),
        freezes_at=start - timedelta(days=2),
        starts_at=start,
        ends_at=end,
        minutes_due=end + timedelta(days=2),
        provisional=provisional,
    )


_ESTATES = ("牡丹花园", "鼓楼苑", "曹州里", "西关家属院")
_MATTERS = (
    (
        "电梯",
        "3号楼电梯停运，维修资金使用须业主表决",
        "批准启用维修资金应急程序，确定维修完成日期",
        "城建",
        ("消防", "应急"),
    ),
    ("供暖", "东区二次管网压力不足，室温不达标", "责成供热单位限期调试，明确每日测温办法", "城建", ("综治",)),
    ("消防安全", "楼道堆物、消防通道被占用", "定联合清理日期，并定复查人", "消防", ("城管", "公安")),
    ("停车与充电", "电动车上楼充电，充电桩不足", "选定充电棚位置与建设单位", "城管", ("消防",)),
    ("物业收费", "公共能耗分摊未公示", "责成物业企业公示三年分摊明细", "城建", ("社会组织",)),
)


def an_item(number: int, **other: object) -> AgendaItem:
    category, matter, asked, lead, attend = _MATTERS[number % len(_MATTERS)]
    values: dict[str, object] = {
        "case": f"NC-2026-{400 + number * 7:06d}",
        "number": number,
        "summary": f"{_ESTATES[number % 4]}{category}：{matter}",
        "why_here": "小区每周碰头两次未能解决，本月9日升级到社区。",
        "tried": (
            "11月3日小区联系点上门核实，并与物业企业当面沟通。",
            "11月6日每周碰头会上请维保单位到场，因缺配件未修复。",
            "11月13日书面催办，企业答复等待总公司批款。",
        ),
        "asked": asked,
        "lead": lead,
        "attend": attend,
        "minutes": 8,
    }
    return AgendaItem.model_validate(values | other)


def _sections() -> tuple[AgendaSection, ...]:
    promise = Promise(
        lead="牡丹嘉园物业",
        deliverable="更换曳引机并取得检验合格证",
        due_date=date(2026, 11, 20),
        actual="配件11月25日到货，检验尚未预约，已逾期5天。",
    )
    back = {"first_tabled": at("2026-09-02 15:00"), "times_tabled": 3, "carried_over": 2, "supervised": True}
    supervised = tuple(an_item(number, **back, promised=promise) for number in (1, 2, 3))
    overdue = tuple(
        an_item(number, overdue=True, first_tabled=at("2026-11-04 15:00"), times_tabled=1, promised=promise)
        for number in (4, 5)
    )
    escalated = tuple(an_item(number, minutes=6) for number in range(6, 13))
    waiting = tuple(an_item(number, minutes=5, tried=("已电话联系。",), lead=None) for number in (13, 14))
    lines = ("11月4日会议决定7项，已办结5项，1项在办，1项逾期（见第三部分）。", "上次会议纪要无人提出异议。")
    statistics = ("本月新受理诉求41件，办结36件，办结率88%。", "满意率94%，重复诉求3件，均为供暖。")
    return (
        AgendaSection(kind="previous_minutes", title="上次会议纪要", lines=lines, minutes=5),
        AgendaSection(kind="supervised", title="督办事项", items=supervised),
        AgendaSection(kind="overdue", title="逾期与近期到期事项", items=overdue),
        AgendaSection(kind="newly_escalated", title="新升级事项", items=escalated),
        AgendaSection(kind="waiting", title="其他待议事项", items=waiting),
        AgendaSection(
            kind="emergencies", title="联动处置", lines=("鼓楼苑物业撤出：第4号情况通报，观察期至12月20日。",)
        ),
        AgendaSection(kind="statistics", title="运行统计", lines=statistics, minutes=5),
        AgendaSection(kind="other", title="其他事项"),
        AgendaSection(kind="next_date", title="下次会议", lines=("2027年1月6日（星期三）15:00（暂定）",)),
    )


def an_agenda(**other: object) -> Agenda:
    late = LateItem(
        item=an_item(15, summary=HARD),
        reason="外墙瓷砖脱落，等不到下月",
        by="社区服务站经办人",
        at=at("2026-12-01 09:30"),
    )
    agenda = Agenda(
        sitting=a_sitting(),
        forum_name=FORUM,
        language="zh-CN",
        frozen_at=at("2026-11-30 15:00"),
        made_at=at("2026-11-30 15:00"),
        budget=120,
        sections=_sections(),
        not_fitting=("NC-2026-000611", "NC-2026-000618"),
        addenda=(late,),
    )
    return agenda.model_copy(update=other)


def _resolution(number: int, **other: object) -> Resolution:
    item = an_item(number)
    values: dict[str, object] = {
        "case": item.case,
        "number": number,
        "summary": item.summary,
        "decision": "制定方案",
        "reason": "维修资金应急程序条件具备，业主代表到会同意。",
        "lead": item.lead,
        "co_handlers": item.attend,
        "deliverable": "修复并取得检验合格证，公示三日",
        "due_date": date(2026, 12, 18),
        "version": 11 + number,
        "head": f"{number:02x}" * 32,
    }
    return Resolution.model_validate(values | other)


def some_minutes(**other: object) -> Minutes:
    plain = {"lead": None, "co_handlers": (), "deliverable": None, "due_date": None}
    resolutions = (
        _resolution(1, supervised=True),
        _resolution(2, supervised=True, decision="升级", reason="需区级协调供热单位。", **plain),
        *(_resolution(number) for number in range(4, 11)),
        _resolution(12, decision="办结回访", reason=HARD, **plain),
    )
    carried = (
        Carried(
            case=an_item(3).case, summary=an_item(3).summary, count=3, supervised=True, next_sitting="laocheng-2027-01"
        ),
        Carried(case=an_item(13).case, summary=an_item(13).summary, count=1, supervised=False),
    )
    minutes = Minutes(
        sitting=a_sitting(),
        forum_name=FORUM,
        language="zh-CN",
        made_at=at("2026-12-04 17:00"),
        chair="老城社区党组织书记",
        recorder="社区服务站经办人",
        present=(
            "老城社区服务站",
            "牡丹花园小区联系点",
            "鼓楼苑小区联系点",
            "城建部门",
            "城管部门",
            "消防部门",
            "牡丹嘉园物业",
            "业主委员会代表",
        ),
        absent=("公安部门", "综治部门"),
        resolutions=resolutions,
        carried_over=carried,
        dissent=("业主委员会代表认为供暖事项应先公布检测数据，再定责任。",),
        next_sitting=a_sitting("2027-01-06 15:00", provisional=True, number="2027-01"),
    )
    return minutes.model_copy(update=other)
