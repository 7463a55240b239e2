"""What a heading says of what stands under it: the one table of rules.

A heading may meet several rules. Of each thing said (kind, perspective, …) the innermost heading that says it counts.
`kind` is said outright; `implies` is a kind that holds only where no heading around it says one. `ticked` says
whether candidates under it are offered ticked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Rule:
    """What headings that match `pattern` (in lower case, without their number) say. None: nothing of that."""

    pattern: re.Pattern[str]
    kind: str | None = None
    implies: str | None = None
    perspective: str | None = None
    level: str | None = None
    effect: str | None = None
    audience: str | None = None
    ticked: bool | None = None


def _rule(pattern: str, **said: str | bool) -> Rule:
    return Rule(re.compile(pattern), **said)  # type: ignore[arg-type]


_PATIENTS = (
    r"(patients?|famil(y|ies)|carers?|parents?|residents?|citizens?|the public|communit(y|ies)|service users?|"
    r"people we (serve|care for)|lived experience|experts by experience)"
)
_STAFF = (
    r"(staff|workforce|clinicians?|clinical teams?|nurses?|nursing|midwi(fe|ves)|doctors?|gps?|colleagues|employees?|"
    r"professionals?|practitioners?|administrators?|administrative|therapists?|volunteers?|burn ?out)"
)
PATIENTS = rf"\b{_PATIENTS}\b"
STAFF = rf"\b{_STAFF}\b"
WORKING = (
    r"\b(ways? of working|working (together|practices)|process(es)?|operational|collaborati(on|ve)|partnerships?|"
    r"governance|leadership|pathways?|service (delivery|model|consolidation)|infrastructure|digital|data|"
    r"communications?( strategy| channels| content)|whole[- ]system|system[- ]wide|organisational|"
    r"independent sector|connectivity|innovation|stakeholders?)\b"
)

RULES: tuple[Rule, ...] = (
    # What is no insight: why, how, by whom.
    _rule(
        r"^(background|introduction|context|the context|foreword|preface|about (this|the|us|our)\b.*|"
        r"purpose.*|scope|(session |project |programme |our )?(aims?|objectives?|goals?)( and objectives?)?|"
        r"the (national|policy|local) (context|picture|background).*|setting the scene|rationale|literature review)$",
        ticked=False,
    ),
    _rule(
        r"^(background|introduction)\b.*|\bmethod(s|ology)?\b|^(our|the)? ?approach$|\bdata (sources|collection)\b|"
        r"^how (we|this (report|review)|the (review|evaluation|study))( \w+)* "
        r"(did|carried|gathered|collected|conducted|was|worked)\b.*|^(study )?(design|sample|participants|"
        r"limitations)\b.*|"
        r"^(programme )?learning activities$|^(evaluation|research) (questions?|design)$",
        ticked=False,
    ),
    _rule(
        r"^(acknowledge?ments?|thanks|thank you|with thanks.*|references?|bibliography|sources|further (reading|"
        r"information)|"
        r"(table of )?contents|glossary|abbreviations?|acronyms|appendi(x|ces)\b.*|annex(es)?\b.*|contacts?( us|"
        r" details)?|"
        r"authors?|contributors|about the authors?|(foot|end)?notes|disclaimer|copyright|funding|"
        r"(declarations?|conflicts?) of interests?|(revised )?(outline|agenda|programme of the day|timetable)|"
        r"(\d+ )?ways to join\b.*|list of (figures|tables)|attendees|membership|version (control|history)|"
        r"distribution)$",
        ticked=False,
    ),
    # What was recommended.
    _rule(
        r"\brecommend(ation|ations|ed|s|ing)?\b|\bnext steps?\b|\bcalls? (to|for) action\b|^actions?$|"
        r"\bactions? (required|needed|for|to take|plan)\b|\b(what|things) (needs? to|should|must|could) (change|"
        r"happen|be done)\b|"
        r"\bwhat (we|should)( \w+)? (ask|recommend|propose|do next)\b|\bproposals?\b|\bsuggest(ions?|"
        r"ed (actions?|improvements?))\b|"
        r"^(areas|opportunities) for improvement$|^considerations\b.*|^implications for (practice|policy)\b.*|"
        r"^(the )?asks?$",
        kind="recommendation",
        ticked=True,
    ),
    # What was found.
    _rule(
        r"\bfindings?\b|^results\b|\bkey (messages?|points?|learnings?|insights?|themes?|lessons?|takeaways?)\b|"
        r"\blessons?( (that )?(we |were )?(learned|learnt|identified))?$|^(key |main |programme |our |shared |"
        r"the )?learning( points?| themes?)?$|"
        r"\bwhat (we|people|they|staff|patients|families|teams)( have)? (found|learn(ed|t)|heard|saw|said|told us)\b|"
        r"^(insights?|(emerging |main |key )?themes|conclusions?|discussion|evaluation|impact|outcomes?)$|"
        r"\bwhat (has |have )?(worked|helped|went well|made (a|the) difference)\b|^successes$",
        kind="finding",
        ticked=True,
    ),
    _rule(
        r"\b(field ?)?observations?\b|^(ward|visit|site visit|field|meeting) notes?\b.*|^notes? from\b.*|"
        r"^(quotes?|quotations?)\b.*|"
        r"\bin (their|our) own words\b|^comments?\b.*|^(wider |further |final |our |personal )?reflections?$|"
        r"^questions raised$",
        kind="observation",
        ticked=True,
    ),
    _rule(
        r"^activities (to|that|which|for)\b.*|^(approaches|initiatives|interventions|actions taken|what (we|was|"
        r"teams?) (did|done))\b.*",
        kind="finding",
        perspective="ways-of-working",
        ticked=True,
    ),
    # What helps, what stands in the way.
    _rule(
        r"\b(enablers?|facilitators?|strengths|success factors?|what (has )?(helped|worked|helps|works)|went well|"
        r"activities to|made (a|the) difference|good practice|successes)\b",
        implies="finding",
        effect="enabler",
        ticked=True,
    ),
    _rule(
        r"\b(barriers?|challenges?|obstacles?|weakness(es)?|pain ?points?|difficult(y|ies)|frustrations?|"
        r"constraints?|"
        r"what (did not|didn[’']t|does not|doesn[’']t|has not) (work|go well|help)|(gets?|got|stands?|"
        r"stood) in the way|"
        r"(went|go) (wrong|less well)|could (have been|be) better|even better if)\b",
        implies="finding",
        effect="barrier",
        ticked=True,
    ),
    # Whose perspective.
    _rule(
        rf"{_PATIENTS}.*\b(perspectives?|experiences?|views?|voices?|feedback|stories|insights?|said|told us)\b|"
        r"\b(perspectives?|experiences?|views?|voices?|feedback|stories) (of|from) (the )?(our )?"
        rf"{_PATIENTS}\b",
        implies="finding",
        perspective="patient",
        ticked=True,
    ),
    _rule(
        rf"{_STAFF}.*\b(perspectives?|experiences?|views?|voices?|feedback|insights?|said|told us)\b|"
        rf"\b(perspectives?|experiences?|views?|voices?|feedback) (of|from) (the )?(our )?{_STAFF}\b",
        implies="finding",
        perspective="staff",
        ticked=True,
    ),
    _rule(
        r"\bways? of working\b|\b(system|organisational|operational|process) perspectives?\b",
        implies="finding",
        perspective="ways-of-working",
        ticked=True,
    ),
    _rule(PATIENTS, perspective="patient"),
    _rule(r"\buptake of (the )?vaccin|\bpatient[- ]facing\b", perspective="patient"),
    _rule(STAFF, perspective="staff"),
    _rule(WORKING, perspective="ways-of-working"),
    # Who should act: a heading “For …” is a list of recommendations, where nothing around it says otherwise.
    _rule(
        r"^(for|to) .*\b(regional|region)\b|^regional decision[- ]makers\b",
        implies="recommendation",
        perspective="ways-of-working",
        level="system",
        audience="regional-decision-makers",
        ticked=True,
    ),
    _rule(
        r"^(for |to )?(the |our )?(integrated care (systems?|boards?|partnerships?)|ics(s|es)?\b|icbs?\b)",
        implies="recommendation",
        perspective="ways-of-working",
        level="system",
        audience="integrated-care-systems",
        ticked=True,
    ),
    _rule(r"\bintegrated care systems?\b|\bics(s|es)?\b", level="system", audience="integrated-care-systems"),
    _rule(
        r"^(for|to) .*\b(trusts?|hospitals?|hospital teams?|providers?)\b",
        implies="recommendation",
        level="organisation",
        audience="trusts",
        ticked=True,
    ),
    _rule(
        r"^(for|to) .*\b(national|nhs england|government|policy[- ]?makers?|commissioners)\b",
        implies="recommendation",
        level="system",
        audience="national-leaders",
        ticked=True,
    ),
    _rule(
        r"^(for|to) .*\b(councils?|local authorit(y|ies)|community (partners|organisations)|voluntary|charit(y|"
        r"ies)|sport)\b",
        implies="recommendation",
        audience="community-partners",
        ticked=True,
    ),
    _rule(
        r"^(for|to) .*\b(programmes?|programme teams?|learning teams?|project teams?)\b",
        implies="recommendation",
        audience="programme-teams",
        ticked=True,
    ),
    # What it concerns.
    _rule(r"\b((ward|team|practice|frontline|front-line)( level| teams?)?|individuals?)\b", level="team"),
    _rule(r"\b(organisations?|organisational|trusts?|hospitals?|providers?|departments?)\b", level="organisation"),
    _rule(
        r"\b((?<!learning )systems?|system[- ]wide|regional|region|national|place[- ]based|boroughs?|at scale)\b",
        level="system",
    ),
)
NUMBER = re.compile(
    r"^(?:(?:section|part|chapter|theme|q)\s*)?(?:\d{1,2}(?:\.\d{1,2})*|[ivx]{1,4}|[a-h])[.):]\s*|"
    r"^\d{1,2}(?:\.\d{1,2})+\s+"
)


def plain(heading: str) -> str:
    """Return a heading as the patterns see it: lower case, without its number and the colon at its end."""
    words = " ".join(heading.casefold().replace("’", "'").split()).strip(" :–—-•")
    return NUMBER.sub("", words).strip()


@lru_cache(maxsize=4096)
def rules_for(heading: str) -> tuple[Rule, ...]:
    """Return the rules that a heading meets, in the order of the table."""
    words = plain(heading)
    return tuple(rule for rule in RULES if rule.pattern.search(words))


def speaks(heading: str) -> bool:
    """Say whether a heading tells what kind of thing stands under it, or that it is none."""
    return any(rule.kind or rule.implies or rule.ticked is not None for rule in rules_for(heading))


def opens_a_section(heading: str) -> bool:
    """Say whether a heading begins a section of its own: findings, recommendations, background and the like."""
    return any(rule.kind or rule.ticked is False for rule in rules_for(heading))


def perspective_in(words: str) -> str | None:
    """Return the perspective that words of a title or a text speak of, where they speak of just one kind of people."""
    said = words.casefold()
    patients, staff = bool(re.search(PATIENTS, said)), bool(re.search(STAFF, said))
    if patients != staff:
        return "patient" if patients else "staff"
    return "ways-of-working" if not patients and re.search(WORKING, said) else None
