"""Who acts, in words."""

from __future__ import annotations

from domain.words.bilingual import Name, both

ROLES: dict[str, Name] = {
    "officer": both("经办人", "officer"),
    "department": both("部门", "department"),
    "supervisor": both("督导", "supervisor"),
    "administrator": both("管理员", "administrator"),
    "resident": both("居民", "resident"),
    "system": both("系统", "system"),
}
