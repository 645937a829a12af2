"""Sittings in words: their statuses, what they wait for, what happened."""

from __future__ import annotations

from domain.words.bilingual import Name, both

SITTING_STATUSES: dict[str, Name] = {
    "announced": both("已预告", "announced"),
    "drafted": both("议程已起草", "agenda drafted"),
    "frozen": both("议程已定", "agenda frozen"),
    "in_session": both("会议中", "in session"),
    "minutes": both("待纪要", "minutes due"),
    "closed": both("已结束", "closed"),
    "cancelled": both("已取消", "cancelled"),
}

SITTING_WAITS: dict[str, Name] = {
    "draft": both("等起草议程 → 届时自动起草", "the agenda's drafting → drafted by itself"),
    "freeze": both("等议程定稿 → 届时定稿，其后只列补充议题", "the freeze → later cases are addenda"),
    "start": both("等会议开始（{starts_at}）→ 届时开始", "the session ({starts_at}) → begins"),
    "end": both("会议中 → 届时转入纪要", "in session → minutes"),
    "minutes": both("等会议纪要 → 届时成稿，未决的自动结转", "the minutes → drawn; what is undecided is carried over"),
}

SITTING_MODES: dict[str, Name] = {
    "in_person": both("现场", "in person"),
    "video": both("视频", "by video"),
    "both": both("现场和视频结合", "in person and by video"),
}
"""How a sitting is held."""

SITTING_EVENTS: dict[str, Name] = {
    "sitting_convened": both("已召集", "convened"),
    "agenda_drafted": both("议程已起草", "agenda drafted"),
    "agenda_frozen": both("议程已定稿", "agenda frozen"),
    "session_opened": both("会议开始", "session opened"),
    "session_ended": both("会议结束", "session ended"),
    "decisions_ended": both("议决截止", "decisions ended"),
    "sitting_closed": both("纪要已成", "closed"),
    "sitting_rescheduled": both("会议改期", "rescheduled"),
    "sitting_cancelled": both("会议取消", "cancelled"),
    "addendum_added": both("增补议题", "addendum added"),
    "attendance_recorded": both("已记到会", "attendance recorded"),
    "other_business_added": both("增列其他事项", "other business added"),
    "signal_refused": both("信号未受理", "signal refused"),
}
