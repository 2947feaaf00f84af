"""Rules about the model and its parameters: length, temperature, room for the reply."""

import re
from collections.abc import Iterator

from workbench.prompts.lint.base import Advice, Rule, Subject, rule
from workbench.text import tokens
from workbench.text.messages import Text

_I = re.IGNORECASE
_CREATIVE = re.compile(
    r"\b(?:poems?|haiku|limerick|sonnet|lyrics|short stor(?:y|ies)|(?:write|tell|invent|make up)(?: me)? (?:a|an"
    r"|the) (?:\w{1,15} ){0,3}(?:story|tale|joke|song|scene|dialogue)"
    r"|brainstorm|slogans?|taglines?|fiction|screenplay|creative(?:ly)?|imaginative|ad copy|marketing copy"
    r"|product names?|name ideas|metaphors?)\b",
    _I,
)
_STRICT = re.compile(
    r"\b(?:classify|classification|categori[sz]e|extract|label|translate|convert|parse|json|xml|csv|sql|intent"
    r"|sentiment|entit(?:y|ies)|yes or no"
    r"|true or false|one of|calculate|compute|solve)\b",
    _I,
)
_FACTUAL = re.compile(
    r"\b(?:summari[sz]e|summary|answer the (?:\w{1,15} )?question|based (?:only )?on the|facts?|factual\w{0,2}"
    r"|accurate\w{0,2}|according to|explain"
    r"|write (?:a |the )?(?:\w{1,15} )?(?:function|code|program|script))\b",
    _I,
)
_REPEATABLE = re.compile(
    r"\b(?:determin\w{2,8}|reproduc\w{2,8}|repeatab\w{2,5}|consisten\w{1,4}|same (?:answer|output|result)|identical)\b", _I
)
_WORDS_ASKED = re.compile(
    r"(?:\b(at most|under|up to|no more than|fewer than|less than|maximum(?: of)?) )?\b(\d{2,5})(?:\s?-\s?(\d{2,5}))?[ -]words?\b", _I
)
_TOKENS_A_WORD = 1.3


@rule("too-long")
class TooLong(Rule):
    """A prompt that fills the context window of its model, with the longest case and the reply."""

    severity = "warning"
    reason = "What does not fit is refused or cut off, and long prompts cost on every call."

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Once; an error where it cannot fit."""
        content = subject.content
        window = tokens.context_window(content.model) if content.model else None
        if window is None:
            return
        case = max((" ".join(map(str, case.values())) for case in subject.cases), key=len, default="")
        reply = content.parameters.max_tokens or 0
        letters = sum(len(part.text) for message in content.messages for part in message.parts if isinstance(part, Text)) + len(case)
        if letters * 2 + reply + 1_000 < 0.8 * window:  # far below, whatever the tokenizer: no need to count
            return
        need = tokens.count_messages(content.messages, content.tools, content.model) + tokens.count(case, content.model)
        if need.tokens + reply <= 0.8 * window:
            return
        over = need.tokens + reply > window
        message = f"The prompt{' with its longest case' if case else ''} has {need} tokens" + (
            f", the reply may have {reply:,}" if reply else ""
        )
        fix = "Shorten the prompt, leave out examples, lower max_tokens, or choose a model with a longer context."
        yield self.advice(f"{message}; {content.model} takes {window:,}.", None, fix, severity="error" if over else "warning")


@rule("temperature")
class Temperature(Rule):
    """A temperature at odds with the task: 0.1 to 0.4 suits factual and structured work, 0.7 to 1.0 creative work."""

    severity = "warning"
    reason = (
        "Temperature is how freely words are chosen: high scatters facts and labels, low makes texts alike; 0 is for repeatable answers."
    )
    about_words = True

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Once, with the range that suits."""
        degree = subject.content.parameters.temperature
        if degree is None:
            return
        strict = subject.schema is not None or subject.says(_STRICT)
        factual, creative = subject.says(_FACTUAL), subject.says(_CREATIVE) and not strict
        if creative and degree < 0.7:
            yield self._say(f"The task is creative, the temperature {degree:g}.", "Set it to 0.7 to 1.0: the preset “creative” has 0.8.")
        elif (strict or factual) and not creative and degree > 0.4:
            kind = "structured" if strict else "factual"
            yield self._say(f"The task is {kind}, the temperature {degree:g}.", "Set it to 0.1 to 0.4: the preset “factual” has 0.2.")
        elif degree > 1.0:
            yield self._say(f"The temperature is {degree:g}.", "Above 1.0 texts begin to wander: stay at or below 1.0.")
        elif degree == 0 and not strict and not creative and subject.content.parameters.seed is None and not subject.says(_REPEATABLE):
            fix = "Set it to 0.1 to 0.4 for factual work; keep 0 where the same answer each time is wanted, and silence this."
            yield self.advice("The temperature is 0, and nothing asks for the same answer each time.", None, fix, severity="info")

    def _say(self, message: str, fix: str) -> Advice:
        return self.advice(message, None, fix)


@rule("reply-cut-off")
class CutOff(Rule):
    """A length asked for that max_tokens does not allow."""

    severity = "warning"
    reason = "The reply stops in the middle of a sentence, and a cut JSON cannot be read."
    about_words = True

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Each such length."""
        room = subject.content.parameters.max_tokens
        if room is None:
            return
        for part, match in subject.search(_WORDS_ASKED):
            asked = int(match.group(3) or match.group(2))
            need = round(asked * _TOKENS_A_WORD)
            if need > room and not match.group(1):
                fix = f"Set max_tokens to {need + need // 4:,} or more, or ask for at most {int(room / _TOKENS_A_WORD / 1.25):,} words."
                yield self.advice(
                    f"{asked:,} words are about {need:,} tokens; max_tokens is {room:,}.", part.place(match.start(), match.end()), fix
                )
