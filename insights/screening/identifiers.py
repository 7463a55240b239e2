"""Numbers and e-mail addresses that lead to one person: NHS and hospital numbers, telephones, e-mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from stdnum.gb import nhs

Span = tuple[int, int]

# Ten digits in any grouping that people write; not a part of a longer number.
TEN_DIGITS = re.compile(r"(?<![\d+])(?<!\d[-–. ])\d{3}([ -.\u00a0]?)\d{3}\1\d{4}(?!\d)(?![-][\d])", re.ASCII)
TEN_LOOSE = re.compile(r"(?i)\bnhs(?: ?(?:no|number|num|#))?\W{0,3}(?:is )?((?:\d[ -]?){9}\d)(?!\d)", re.ASCII)

PROVIDER = r"(?:nhs|gmail|hotmail|outlook|yahoo|icloud|btinternet|live|aol|sky|virginmedia|talktalk|protonmail)"
# Also as it is mistyped: “jo@gmail,com”, “jo @ gmail . com”, “jo@hotmail”.
EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'’-]{1,64}(?: ?[(\[]?@[)\]]? ?[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"
    rf"|(?i: ?@ ?{PROVIDER}(?: ?[.,] ?(?:com|co|net|org|uk)\b){{1,2}}|@{PROVIDER}\b))"
)
EMAIL_HIDDEN = re.compile(
    r"(?i)(?<![\w.+-])([\w.+-]{1,64}) ?(?:[\[({<]at[\])}>]|\bat\b|@) ?[\w-]{1,63}"
    r"(?: ?(?:[\[({<]dot[\])}>]|\bdot\b) ?[a-z]{2,24}){1,4}\b"
)
EMAIL_AT_KNOWN = re.compile(
    r"(?i)(?<![\w.+-])([\w.+-]{1,64}) (?:at|\(at\)|\[at\]) "
    r"(?:nhs\.net|[\w-]{1,40}\.nhs\.uk|gmail\.com|hotmail\.\w{2,3}(?:\.uk)?|outlook\.com|yahoo\.\w{2,3}(?:\.uk)?|icloud\.com)\b"
)

# “look at nhs dot net” leads to nobody's box.
NO_BOXES = frozenset(
    {"look", "looked", "looking", "meet", "met", "is", "are", "was", "be", "here", "found", "find", "available"}
)

# A telephone as it is written: a plus, 00 or 0 first, then digits with the usual signs between them.
# The letter O for its first 0, and a letter right behind it, are slips of those who type.
PHONE = re.compile(
    r"(?:(?<![\w+])|(?i:(?<=mob)|(?<=tel)|(?<=mobile)|(?<=phone)))(?<!\d[-–./])(?:\+|\(\+?)?(?:\d|[Oo](?=\d))"
    r"(?:[ \u00a0().\-‐‑–/]{0,3}\d){8,15}(?!\d)",
    re.ASCII,
)
GROUP_ENDS = re.compile(r"\d(?!\d)", re.ASCII)
PHONE_CUED = re.compile(
    r"(?i)\b(?:tel(?:ephone)?|phone|mob(?:ile)?|fax|landline|call|ring|text|whatsapp)"
    r"(?: ?(?:no|num|number))?\b[ .:]{0,3}"
    r"(?:(?:is|on|me on|him on|her on|them on|us on)[ :]{1,2})?(\d(?:[ -]?\d){5,10})(?![\w,]|[.:/–-]\d)",
    re.ASCII,
)
HOURS = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d")
MOBILE_ABROAD = re.compile(r"447[1-9]\d{8}")

HOSPITAL_CUED = re.compile(
    r"""(?ix)\b(?:
        m\.?r\.?n\.? (?:[ ](?:no|number|num))?
      | (?:hospital|hosp|unit|patient|pt|pat|case[ ]?notes?|district|pas|chart|k|chi|crn|record|client|notes|epr|emis|hn
        |medical[ ]record|wristband)
        \.?[ ]? (?:no|nos|number|numbers|num|nr|id|identifier|ref(?:erence)?|\#)
      | crn | chi | h/n | (?:hn|pas|wristband)(?=\W{1,4}(?:(?:is|was|reads|said|says|has)[ ])?[a-z]{0,3}\d{6})
      | (?:no|number)[ ]\(hospital\)
    )(?![a-z]) (?:['’]s\b)? (?:[ ](?:on|in|from|for)[ ](?:the|my|his|her|their|that|both)?[ ]?[a-z]{2,12})?
    [ .:\#=(),-]{0,4}
    (?:(?:is|was|of|as|reads|said|says|has)\b[ :]{1,2})?
    (?P<value> (?:[a-z]{1,4}[ -]?)? \d (?:[ /-]?\d){3,11} [a-z]? )(?![\w])(?!-\w)"""
)
# A letter and its digits, or the code of a trust (RX, RAL …) before them.
HOSPITAL_BARE = re.compile(r"(?<![\w/.#-])(?:[A-Za-z]\d{6,8}|R[A-Z][A-Z\d]\d{6,7})(?![\w/-])", re.ASCII)
HOSPITAL_AFTER = re.compile(
    r"(?i)(?<![\w/.-])(?:[a-z]{1,3})?\d{5,10}"
    r"(?= ?[(,–-]? ?(?:(?:is|was) )?(?:(?:the|my|his|her|their) )?(?:hospital|hosp|unit|mrn)\b ?(?:no|number|\)))"
)
OF_SOMETHING_ELSE = re.compile(
    r"(?i)(?:budget|cost|cost cent(?:re|er)|account|barcode|bar code|tracking|request|quote|licence|case|ref|reference"
    r"|order|incident|datix|po|poll|invoice|job|ticket|grant|asset|serial|batch|lot|model|code|version"
    r"|part|item|catalogue|isbn|doi|room|form|pin)(?: (?:no|number|id))?[ .:#]{1,3}$"
)
BEFORE = 24
MOST_SHAPES = 4


def nhs_numbers(text: str) -> Iterator[Span]:
    """Ten digits with the right check digit (modulus 11), written together or in groups."""
    for found in TEN_DIGITS.finditer(text):
        if nhs.is_valid(re.sub(r"\D", "", found[0])):
            yield found.span()
    for found in TEN_LOOSE.finditer(text):
        if nhs.is_valid(re.sub(r"\D", "", found[1])):
            yield found.span(1)


def emails(text: str) -> Iterator[Span]:
    """E-mail addresses, and those written as words: “nora at nhs dot net”."""
    if "@" in text:
        for found in EMAIL.finditer(text):
            yield found.start(), found.end()
    if "at" in text or "AT" in text or "At" in text:
        for hidden in (EMAIL_HIDDEN, EMAIL_AT_KNOWN):
            for found in hidden.finditer(text):
                if found[1].lower() not in NO_BOXES:
                    yield found.span()


def phones(text: str) -> Iterator[Span]:
    """UK numbers with their leading 0, and those of any country with + or 00; shorter ones after “tel” or “ring”."""
    at = 0
    while found := PHONE.search(text, at):
        at = found.end()
        if _of_something_else(text, found.start()):
            continue
        # What follows a number may be digits too (“07700 900123/4”): then it is shorter than it looks.
        for end in reversed([group.end() for group in GROUP_ENDS.finditer(found[0])]):
            written = found[0][:end]
            if not (written.startswith("(") and ")" not in written) and _is_phone(written):
                yield found.start(), found.start() + end
                at = found.start() + end
                break
    for found in PHONE_CUED.finditer(text):
        if not HOURS.fullmatch(found[1][:4]) or len(re.sub(r"\D", "", found[1])) != 8:
            yield found.span(1)


def _is_phone(written: str) -> bool:
    digits = re.sub(r"\D", "", written.replace("O", "0").replace("o", "0"))
    if all(HOURS.fullmatch(group) for group in re.findall(r"\d+", written)):
        return False
    abroad = "+" in written[:2] or digits.startswith("00")
    if MOBILE_ABROAD.fullmatch(digits):
        return True
    if not abroad and not (len(digits) in (10, 11) and digits[0] == "0" and digits[1] in "123578"):
        return False
    try:
        number = phonenumbers.parse("+" + digits.removeprefix("00") if abroad else digits, "GB")
    except phonenumbers.NumberParseException:
        return False
    # Possible and not valid: ranges are opened faster than the library's tables, and a miss costs more.
    return phonenumbers.is_possible_number(number)


def hospital_numbers(text: str) -> Iterator[Span]:
    """What stands after “MRN”, “hospital no.”, “unit number” and the like, and a letter with six to eight digits."""
    shapes: set[str] = set()
    for found in HOSPITAL_CUED.finditer(text):
        yield found.span("value")
        if len(shapes) < MOST_SHAPES:
            shapes.add(re.sub(r"[A-Za-z]", "[A-Za-z]", re.sub(r"\d", "9", found["value"])).replace("9", r"\d"))
    # “… unit no is M55 1029 and hers is M55 1092”: what is written like a number that has its cue is another.
    alike = [re.compile(rf"(?<![\w-]){shape}(?![\w-])", re.ASCII) for shape in sorted(shapes) if shape.count("d") > 4]
    for pattern in (HOSPITAL_BARE, HOSPITAL_AFTER, *alike):
        for found in pattern.finditer(text):
            if not _of_something_else(text, found.start()):
                yield found.span()


def _of_something_else(text: str, at: int) -> bool:
    return OF_SOMETHING_ELSE.search(text[max(0, at - BEFORE) : at]) is not None
