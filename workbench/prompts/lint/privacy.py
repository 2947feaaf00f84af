"""Rules about what must not stand in a prompt: keys and passwords, and data of people. What is found is never repeated in full."""

import re
from collections.abc import Callable, Iterator

from workbench.prompts.lint.base import Advice, Part, Place, Rule, Subject, rule

_KEYS = [
    (name, re.compile(pattern))
    for name, pattern in (
        ("an Anthropic key", r"\bsk-ant-[A-Za-z0-9_-]{16,200}"),
        ("an OpenAI key", r"\bsk-(?!ant-)(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,200}"),
        ("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
        ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255})"),
        ("a Google key", r"\bAIza[0-9A-Za-z_-]{35}"),
        ("a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,200}"),
        ("a Stripe key", r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}"),
        ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{30,100}"),
        ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,100}"),
        ("a private key", r"-----BEGIN (?:[A-Z]{1,15} ){0,3}PRIVATE KEY-----"),
        ("a signed token (JWT)", r"\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,2000}"),
        ("a password in an address", r"\b[a-z][a-z0-9+]{1,20}://[^\s:/@{}<]{1,100}:(?!\*)[^\s:/@{}<]{3,100}@[\w.-]{1,200}"),
    )
]
_NAMED = re.compile(
    r"\b(?:pass(?:word|wd|phrase)|secret(?:[_ -]?key)?|api[_ -]?key|access[_ -]?token|auth[_ -]?token"
    r"|bearer)\b[\"']?\s{0,5}[:=]\s{0,5}[\"']?([^\s\"'<>{}\[\],;]{8,200})",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"^(?:your|my|the|some|example|sample|placeholder|redacted|changeme|insert|none|null|required)|x{4,}|\*{3,}|\.{3,}|…|_here\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"\b[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4})\b")
_RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.\w{2,3})?|test|invalid|localhost)$", re.IGNORECASE)
_NO_PERSON = re.compile(
    r"^(?:no-?reply|support|info|help|contact|hello|sales|privacy|admin|security|press|billing|office|team|service|feedback)@",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_PHONE = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){2,4}|\(\d{3}\) ?\d{3}[ .-]\d{4}"
    r"|\d{3}[.-]\d{3}[.-]\d{4})(?![\w-])"
)
_FICTIONAL = re.compile(r"555[ .-]?01\d\d$")


@rule("secret")
class Secret(Rule):
    """Keys, passwords and tokens in the text."""

    severity = "error"
    reason = "A prompt is sent to the provider, kept in the ledger and exported: whoever reads it has the key."

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Each one, its own text hidden."""
        fix = "Take it out, make a new one (this one has been seen), and give it to the program by the environment."
        for part in subject.whole:
            taken: list[tuple[int, int]] = []
            for name, pattern in _KEYS:
                for match in pattern.finditer(part.text):
                    if not any(start <= match.start() < end for start, end in taken):
                        taken.append(match.span())
                        yield self.advice(f"This looks like {name}.", _hidden(part, match.start(), match.end()), fix)
            for match in _NAMED.finditer(part.text):
                value = match.group(1)
                if not _PLACEHOLDER.search(value) and _is_random(value) and not any(start <= match.start(1) < end for start, end in taken):
                    yield self.advice("This looks like a password or a key.", _hidden(part, match.start(1), match.end(1)), fix)


@rule("personal-data")
class Personal(Rule):
    """Card numbers, bank accounts, social security numbers, e-mail addresses and telephone numbers in the text."""

    severity = "warning"
    reason = "It goes to the provider with every call and stays in the history of the prompt."

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Each one, hidden, with something invented to put in its place."""
        for part in subject.whole:
            taken: list[tuple[int, int]] = []
            for name, pattern, holds, invented in _PERSONAL:
                for match in pattern.finditer(part.text):
                    if any(start < match.end() and match.start() < end for start, end in taken) or not holds(match):
                        continue
                    taken.append(match.span())
                    fix = f"Put a variable or something invented in its place, such as {invented}."
                    yield self.advice(f"This looks like {name}.", _hidden(part, match.start(), match.end()), fix, replacement=invented)


def _is_random(value: str) -> bool:
    """Letters mixed with digits or signs: a word of prose after "password:" is not one."""
    return (bool(re.search(r"\d", value)) and bool(re.search(r"[A-Za-z]", value))) or bool(re.search(r"[!@#$%^&*]", value))


def _hidden(part: Part, start: int, end: int) -> Place:
    found = part.place(start, end)
    return Place(found.message, found.line, found.column, part.text[start : min(start + 4, end)].split("\n")[0] + "…")


def luhn(digits: str) -> bool:
    """True when the check digit of a card number is right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def iban(text: str) -> bool:
    """True when the check digits of a bank account number are right (mod 97)."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def _is_card(match: re.Match[str]) -> bool:
    digits = re.sub(r"\D", "", match.group())
    return digits[0] in "23456" and len(set(digits)) > 1 and luhn(digits)


def _is_person(match: re.Match[str]) -> bool:
    return not _RESERVED.search(match.group(1)) and not _NO_PERSON.match(match.group())


def _is_phone(match: re.Match[str]) -> bool:
    digits = re.sub(r"\D", "", match.group())
    return 9 <= len(digits) <= 15 and not _FICTIONAL.search(match.group())


_PERSONAL: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool], str], ...] = (
    ("a card number", _DIGITS, _is_card, "0000 0000 0000 0000"),
    ("a bank account (IBAN)", _IBAN, lambda match: iban(match.group()), "XX00 0000 0000 0000"),
    ("a social security number", _SSN, lambda match: True, "000-00-0000"),
    ("an e-mail address", _EMAIL, _is_person, "name@example.com"),
    ("a telephone number", _PHONE, _is_phone, "+1 202 555 0100"),
)
