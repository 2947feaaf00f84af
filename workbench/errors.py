"""Every error the workbench raises, in one tree. Each has a `hint`: the next step a page or the command line prints.

    WorkbenchError
    ├── SettingsError            a setting cannot be used
    ├── StoreError
    │   ├── StoreNewer           the file was written by a newer workbench
    │   ├── NotFound             no prompt, version, label, dataset, run of that name
    │   ├── NameTaken            a name that must be free is not
    │   ├── Conflict             somebody saved first
    │   └── InUse                something still refers to what was to be deleted
    ├── InputError               what came in cannot be read; says where (line, column, row, field)
    │   └── TemplateError        a template does not parse or render
    ├── RunError                 a run cannot start, resume or be changed
    │   └── CapReached           the spending cap of a run would be crossed
    └── CallError                a request to a model failed; the type says whether to try again
        ├── RateLimited          429, may carry retry_after_s                       retried
        ├── Overloaded           529 or 503: the provider has no room               retried
        ├── CallTimeout          no answer within the time allowed                  retried
        ├── ConnectionFailed     refused, reset, name not found                     retried
        ├── ServerFailed         500 and its kin                                    retried
        ├── MalformedReply       an answer that cannot be read                      retried
        ├── TruncatedReply       the body broke off                                 retried
        ├── InvalidRequest       the provider says what was wrong                   final
        │   ├── ContextTooLong   more tokens than the model takes                   final
        │   ├── ContentRefused   the provider or the model refused the content      final
        │   └── ModelUnknown     the provider has no such model                     final
        ├── AuthFailed           no key, a wrong key, or no permission              final
        ├── ProviderMissing      the provider is not set up here                    final
        ├── BudgetReached        a budget that stops calls is used up               final
        ├── Cancelled            stopped by a person                                final
        └── UnknownFailure       anything else                                      final

`error_type` is the coarse word that outcomes, the ledger and exports use: rate_limit, timeout, invalid_request,
server_error, auth_error, unknown. `kind` is the finer one.
"""

from typing import ClassVar


class WorkbenchError(Exception):
    """Anything the workbench itself has to say to a person: a sentence, and a hint at the next step."""

    default_hint: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = self.default_hint if hint is None else hint


class SettingsError(WorkbenchError):
    """A setting cannot be used."""


class StoreError(WorkbenchError):
    """The store refused."""


class StoreNewer(StoreError):
    """The store was written by a newer workbench."""

    default_hint = "Update the workbench, or open another store with WORKBENCH_HOME or WORKBENCH_DATABASE_URL."


class NotFound(StoreError):
    """Nothing of that name is there. Never answered by a silent fallback."""


class NameTaken(StoreError):
    """The name is in use."""

    default_hint = "Choose another name."


class Conflict(StoreError):
    """Somebody saved first; `theirs` is what is there now."""

    default_hint = "Look at the difference, then save on top of it or discard yours."

    def __init__(self, message: str, *, theirs: object = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.theirs = theirs


class InUse(StoreError):
    """Something still refers to it, so it cannot be deleted."""

    default_hint = "Archive it instead, or delete what refers to it first."


class InputError(WorkbenchError):
    """What came in cannot be read. `place` names where: "line 3, column 7", "row 12", "field max_tokens"."""

    def __init__(self, message: str, *, place: str = "", hint: str | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message, hint=hint)
        self.place = place


class TemplateError(InputError):
    """A template does not parse or render."""


class RunError(WorkbenchError):
    """A run cannot start, resume or be changed."""


class CapReached(RunError):
    """The spending cap of a run would be crossed."""

    default_hint = "Raise the cap and resume the run: finished cells are kept."


class CallError(WorkbenchError):
    """A request to a model failed. `error_type` is the coarse word, `kind` the finer one, `retryable` the policy."""

    error_type: ClassVar[str] = "unknown"
    kind: ClassVar[str] = "unknown"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, retry_after_s: float | None = None, status: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s
        self.status = status


class RateLimited(CallError):
    """The provider asks for fewer requests or tokens a minute."""

    error_type, kind, retryable = "rate_limit", "rate_limit", True
    default_hint = "Wait a little, or lower requests a minute for this provider in Settings."


class Overloaded(CallError):
    """The provider has no room just now (529, 503)."""

    error_type, kind, retryable = "server_error", "overloaded", True
    default_hint = "Try again in a minute; the provider is overloaded."


class CallTimeout(CallError):
    """No answer within the time allowed."""

    error_type, kind, retryable = "timeout", "timeout", True
    default_hint = "Raise the timeout, or ask for fewer tokens."


class ConnectionFailed(CallError):
    """The provider could not be reached, or the connection broke."""

    error_type, kind, retryable = "server_error", "connection", True
    default_hint = "Check that the server is running and that its base URL is right."


class ServerFailed(CallError):
    """The provider failed (500 and its kin)."""

    error_type, kind, retryable = "server_error", "server_error", True
    default_hint = "Try again; if it stays, look at the provider's status page."


class MalformedReply(CallError):
    """The provider's answer cannot be read."""

    error_type, kind, retryable = "server_error", "malformed_reply", True
    default_hint = "Try again; if it stays, check that the base URL speaks this protocol."


class TruncatedReply(CallError):
    """The body of the answer broke off."""

    error_type, kind, retryable = "server_error", "truncated_reply", True
    default_hint = "Try again; if it stays, a proxy between here and the provider may cut answers short."


class InvalidRequest(CallError):
    """The provider says what was wrong with the request."""

    error_type, kind = "invalid_request", "invalid_request"
    default_hint = "Change the prompt or its parameters as the message says."


class ContextTooLong(InvalidRequest):
    """More tokens than the model takes."""

    kind = "context_too_long"
    default_hint = "Shorten the prompt or the case, or choose a model with a longer context."


class ContentRefused(InvalidRequest):
    """The provider or the model refused the content."""

    kind = "content_refused"
    default_hint = "Rephrase the prompt or leave this case out."


class ModelUnknown(InvalidRequest):
    """The provider has no such model."""

    kind = "model_unknown"
    default_hint = "Choose a model from the provider's list in the Playground."


class AuthFailed(CallError):
    """No key, a wrong key, or no permission."""

    error_type, kind = "auth_error", "auth_error"
    default_hint = "Set the provider's key in the environment or the system keyring; Settings shows which is missing."


class ProviderMissing(CallError):
    """The provider is not set up here."""

    error_type, kind = "invalid_request", "provider_missing"
    default_hint = "Run `workbench doctor`: it says what is set up and what to do."


class BudgetReached(CallError):
    """A budget that stops calls is used up: this attempt was not sent."""

    error_type, kind = "invalid_request", "budget_reached"
    default_hint = "Raise the budget or wait for its next period: `workbench budgets status`."


class Cancelled(CallError):
    """Stopped by a person."""

    kind = "cancelled"


class UnknownFailure(CallError):
    """Anything else."""

    default_hint = "Look at the message; if it is the workbench's fault, please report it."


def subclasses(root: type[WorkbenchError] = WorkbenchError) -> list[type[WorkbenchError]]:
    """`root` and every error below it, parents first."""
    return [root, *(leaf for child in root.__subclasses__() for leaf in subclasses(child))]
