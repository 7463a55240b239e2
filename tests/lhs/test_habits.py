from lhs.habits import CODES, HABITS, habit


def test_the_five_habits_stand_in_the_seeds_order_under_its_names():
    assert [(one.position, one.code, one.name) for one in HABITS] == [
        (1, "priorities", "Identify priority areas for learning"),
        (
            2,
            "staff",
            "Focus on helping staff to help the patient and reduce the burden on frontline staff",
        ),
        (3, "every-patient", "Learn from every single patient or person"),
        (4, "feedback", "Follow up changes with a rapid feedback loop"),
        (5, "culture", "Concentrate on organisational culture"),
    ]


def test_each_habit_asks_a_question_and_tells_what_belongs_to_it_and_what_does_not():
    for one in HABITS:
        assert one.question.endswith("?")
        assert one.definition.endswith(".")
        assert len(one.in_) >= 3
        assert len(one.out) >= 2


def test_a_habit_is_found_by_its_code():
    assert [habit(code).code for code in CODES] == list(CODES)
