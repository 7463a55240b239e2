"""The five habits of a learning system, in order. Their names are the seed's; their meaning is in our own words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Habit:
    """One habit: its place in the list (1–5), code, name, the question it answers, and what belongs to it.

    `in_` are kinds of things people say that are evidence about the habit, whether it was there or missing;
    `out` are near misses, with the habit (if any) that they belong to instead.
    """

    position: int
    code: str
    name: str
    question: str
    definition: str
    in_: tuple[str, ...]
    out: tuple[str, ...]


HABITS: tuple[Habit, ...] = (
    Habit(
        position=1,
        code="priorities",
        name="Identify priority areas for learning",
        question="What should we look at first, and why?",
        definition=(
            "Choosing where to learn: which need, gap, risk or inequality matters most and for whom, what question to "
            "ask, what to aim for, and what can wait."
        ),
        in_=(
            "A focus is chosen, or someone says what has to come first",
            "The people, place or pathway in greatest need is named",
            "An inequality is the reason to look or to act",
            "An aim, a planned course or a question to be answered is set",
            "Something is not known and needs finding out",
        ),
        out=(
            "A target number with nothing said about why it matters",
            "A problem told without saying that it matters most, to whom, or that it should be looked into",
        ),
    ),
    Habit(
        position=2,
        code="staff",
        name="Focus on helping staff to help the patient and reduce the burden on frontline staff",
        question="What makes the work of staff easier or harder?",
        definition=(
            "The working day of the people who give care: how much there is to do, with what tools and training, how "
            "they are, and what would free their time for patients."
        ),
        in_=(
            "Workload, staffing, rest, exhaustion or wellbeing",
            "Paperwork, typing the same thing twice, systems that slow people down or help",
            "Equipment, rooms and supplies that are there or missing when the work needs them",
            "Training that lets people do the job, or the lack of it",
            "Staff are asked what would help them, or are moved to other work",
        ),
        out=(
            "Staff who only appear as the ones who did something",
            "Staff as people who use a service themselves, with their own doubts (every patient)",
        ),
    ),
    Habit(
        position=3,
        code="every-patient",
        name="Learn from every single patient or person",
        question="What do patients, families and the public live through, want or do?",
        definition=(
            "The experience and choices of the people whom care is for, told by them or by others for them, and care "
            "that is shaped by hearing them, one by one or as a community."
        ),
        in_=(
            "What care was like for a patient, a family, a carer or a member of the public",
            "What people prefer, decide, fear or doubt; whether they trust the service",
            "Listening to communities, and designing together with those who use a service",
            "Information people need to choose for themselves; getting to care as they find it",
            "Gathering what happened to each person who was treated",
        ),
        out=(
            "Patients counted as activity",
            "A group named only to say where to look first (priorities)",
        ),
    ),
    Habit(
        position=4,
        code="feedback",
        name="Follow up changes with a rapid feedback loop",
        question="Is a change tried, measured, reported back and adjusted, and how fast?",
        definition=(
            "The loop that turns doing into learning: try something, see what came of it, tell those who need to know, "
            "and change course. A loop that is slow or broken is evidence too."
        ),
        in_=(
            "A change is tested and its result looked at",
            "Figures or a dashboard steer what is done next; short, frequent reviews",
            "A problem raised is put right quickly, or nobody hears what became of it",
            "Information reaches, or fails to reach, those who must act on it or learn from it",
            "Evaluation, measures of a change, and actions that are followed up",
        ),
        out=(
            "Data that are kept or passed on with no use made of them",
            "An announcement that goes one way only",
        ),
    ),
    Habit(
        position=5,
        code="culture",
        name="Concentrate on organisational culture",
        question="How do people and organisations behave towards each other?",
        definition=(
            "The way people and organisations work together: trust, leadership, openness, shared purpose, and the "
            "freedom to try, to speak up and to be wrong."
        ),
        in_=(
            "Trust, openness or blame among those who work together; whether it is safe to speak up",
            "How leaders behave, and what they allow",
            "Teams or organisations that help one another, or keep to themselves",
            "A purpose or story that people share; networks that last",
            "People are valued and thanked, or passed over and treated unfairly",
        ),
        out=(
            "A structure or a contract with nothing said about how people act in it",
            "Tiredness and wellbeing with no word on how people treat each other (staff)",
        ),
    ),
)
CODES: tuple[str, ...] = tuple(habit.code for habit in HABITS)


def habit(code: str) -> Habit:
    """The habit with this code. Raises KeyError where there is none."""
    for one in HABITS:
        if one.code == code:
            return one
    raise KeyError(code)
