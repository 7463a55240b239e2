"""The worker is told of work by the names of its tasks."""

from __future__ import annotations

from celery import current_app

from insights import tasks
from insights.nudging import Work


def test_each_kind_of_work_is_a_task_of_ours():
    ours = {task.name for task in vars(tasks).values() if hasattr(task, "apply_async")}
    assert ours >= {work.value for work in Work}
    assert {work.value for work in Work} <= set(current_app.tasks)
