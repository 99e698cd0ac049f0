"""Values that are seen late."""

from __future__ import annotations

from local_cloud.late import Late


def test_a_change_is_seen_so_many_seconds_late() -> None:
    time = [0.0]
    value = Late("old", seconds=20, now=lambda: time[0])
    value.put("new")
    time[0] = 19.9
    before = value.get()
    time[0] = 20.0

    assert (before, value.get()) == ("old", "new")


def test_changes_that_follow_each_other_are_seen_in_order() -> None:
    time = [0.0]
    value = Late(0, seconds=10, now=lambda: time[0])
    seen = []
    for second in range(1, 31):
        time[0] = float(second)
        value.put(second)
        seen.append(value.get())

    assert seen == [*(0 for _ in range(10)), *range(1, 21)]


def test_without_seconds_a_change_is_seen_at_once() -> None:
    value = Late("old")
    value.put("new")

    assert value.get() == "new"
