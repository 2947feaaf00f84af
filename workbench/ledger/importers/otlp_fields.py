"""Which attribute of a span says what, under every convention that is read. Owns the names; the first one that is present counts.

Sources: OpenTelemetry semantic conventions for generative AI (1.27 to 1.42, with their deprecated names), OpenInference, and
the names that OpenLLMetry, OpenLIT, Pydantic AI, the AI SDK, Langfuse and vLLM write beside or before them.
"""

import re

_USAGE = "gen_ai.usage."
_COUNT = "llm.token_count."

MODEL = (
    "gen_ai.request.model", "llm.request.model_name", "gen_ai.response.model", "llm.response.model_name", "llm.model_name",
    "embedding.model_name", "langfuse.observation.model.name", "llm.request.model", "llm.response.model", "ai.model.id",
)  # fmt: skip
PROVIDER = ("gen_ai.provider.name", "llm.provider", "gen_ai.system", "llm.system", "ai.model.provider", "llm.vendor")
OPERATION = ("gen_ai.operation.name", "llm.request.type", "ai.operationId")
KIND = ("openinference.span.kind", "traceloop.span.kind", "langfuse.observation.type", "gen_ai.span.kind")

TOKENS = {
    "input_tokens": (
        _USAGE + "input_tokens", _USAGE + "prompt_tokens", _COUNT + "prompt", "llm.usage.prompt_tokens", "llm.usage.input_tokens",
        "ai.usage.inputTokens", "ai.usage.promptTokens",
    ),
    "output_tokens": (
        _USAGE + "output_tokens", _USAGE + "completion_tokens", _COUNT + "completion", "llm.usage.completion_tokens",
        "llm.usage.output_tokens", "ai.usage.outputTokens", "ai.usage.completionTokens",
    ),
    "cached_tokens": (
        _USAGE + "cache_read.input_tokens", _USAGE + "cache_read_input_tokens", _USAGE + "cache_read_tokens",
        _USAGE + "cached_input_tokens", _USAGE + "cached_tokens", _USAGE + "input_tokens.cached",
        _USAGE + "prompt_tokens_details.cached_tokens",
        _USAGE + "input_tokens_details.cached_tokens", _USAGE + "details.cache_read_tokens", _USAGE + "details.cache_read_input_tokens",
        _USAGE + "details.cached_tokens", _COUNT + "prompt_details.cache_read", "llm.usage.cache_read_input_tokens",
        "ai.usage.cachedInputTokens", "ai.usage.inputTokenDetails.cacheReadTokens",
    ),
    "cache_write_tokens": (
        _USAGE + "cache_creation.input_tokens", _USAGE + "cache_write.input_tokens", _USAGE + "cache_creation_input_tokens",
        _USAGE + "cache_write_tokens", _USAGE + "cache_creation_tokens", _USAGE + "input_tokens.cache_write",
        _USAGE + "details.cache_write_tokens", _USAGE + "details.cache_creation_input_tokens", _COUNT + "prompt_details.cache_write",
        "llm.usage.cache_creation_input_tokens", "ai.usage.inputTokenDetails.cacheWriteTokens",
    ),
    "reasoning_tokens": (
        _USAGE + "reasoning.output_tokens", _USAGE + "reasoning_tokens", _USAGE + "output_tokens.reasoning",
        _USAGE + "completion_tokens_details.reasoning_tokens", _USAGE + "output_tokens_details.reasoning_tokens",
        _USAGE + "details.reasoning_tokens", _COUNT + "completion_details.reasoning", "llm.usage.reasoning_tokens",
        "ai.usage.reasoningTokens", "ai.usage.outputTokenDetails.reasoningTokens",
    ),
}  # fmt: skip
COST = (_USAGE + "cost", _USAGE + "total_cost", "llm.cost.total", "operation.cost", "gen_ai.cost.total_cost")
# Time to the first token, and how many milliseconds the unit of each has.
FIRST = {
    "gen_ai.response.time_to_first_chunk": 1000.0,
    "gen_ai.server.time_to_first_token": 1000.0,
    "gen_ai.latency.time_to_first_token": 1000.0,
    "ai.response.msToFirstChunk": 1.0,
    "ai.stream.msToFirstChunk": 1.0,
}
FIRST_EVENTS = {"First Token Stream Event", "llm.content.completion.chunk", "gen_ai.content.completion.chunk", "ai.stream.firstChunk"}

PROMPT = (
    "workbench.prompt", "gen_ai.prompt.name", "prompt.name", "traceloop.prompt.key", "langfuse.observation.prompt.name",
    "llm.prompt_template.name", "prompt.id", "gen_ai.prompt.id",
)  # fmt: skip
VERSION = (
    "workbench.version", "gen_ai.prompt.version", "prompt.version", "traceloop.prompt.version", "langfuse.observation.prompt.version",
    "llm.prompt_template.version",
)  # fmt: skip
LABEL = ("workbench.label", "gen_ai.prompt.label", "prompt.label", "langfuse.observation.prompt.label", "traceloop.prompt.version_name")
VARIABLES = ("llm.prompt_template.variables", "gen_ai.prompt.variables", "traceloop.prompt.template_variables")
USER = (
    "user.id", "gen_ai.user.id", "enduser.id", "langfuse.user.id", "gen_ai.request.user", "gen_ai.openai.request.user", "gen_ai.user",
    "llm.user",
    "traceloop.association.properties.user_id", "ai.telemetry.metadata.userId",
)  # fmt: skip
SESSION = (
    "gen_ai.conversation.id", "session.id", "gen_ai.session.id", "langfuse.session.id", "traceloop.association.properties.session_id",
    "ai.telemetry.metadata.sessionId", "gen_ai.thread.id",
)  # fmt: skip
TAGS = ("tag.tags", "langfuse.trace.tags", "workbench.tags")
RETRIES = ("http.request.resend_count",)
TIER = ("gen_ai.openai.response.service_tier", "openai.response.service_tier")
INVOKED = ("llm.invocation_parameters", "embedding.invocation_parameters")
PARAMETERS = {
    "gen_ai.request.temperature": "temperature", "gen_ai.request.max_tokens": "max_tokens", "gen_ai.request.top_p": "top_p",
    "gen_ai.request.seed": "seed", "gen_ai.request.stop_sequences": "stop", "gen_ai.openai.request.seed": "seed",
    "llm.request.max_tokens": "max_tokens", "gen_ai.request.top_k": "top_k", "gen_ai.request.choice.count": "n",
    "gen_ai.request.frequency_penalty": "frequency_penalty", "gen_ai.request.presence_penalty": "presence_penalty",
    "gen_ai.request.reasoning.level": "reasoning_effort",
}  # fmt: skip

CALLS = {
    "chat", "text_completion", "completion", "completions", "generate_content", "generate", "embeddings", "embedding", "call_llm", "llm",
    "generation", "responses", "response", "message", "messages", "chat_model", "image_generation", "speech", "transcription",
    "ai.generatetext.dogenerate", "ai.streamtext.dostream", "ai.generateobject.dogenerate", "ai.streamobject.dostream",
    "ai.embed.doembed", "ai.embedmany.doembed",
}  # fmt: skip
EMBEDDINGS = {"embeddings", "embedding", "ai.embed.doembed", "ai.embedmany.doembed"}
OTHERS = {
    "execute_tool", "invoke_agent", "create_agent", "invoke_workflow", "retrieval", "plan", "rerank", "search_memory", "create_memory",
    "update_memory", "upsert_memory", "delete_memory", "create_memory_store", "delete_memory_store", "handoff", "guardrail",
    "chain", "agent", "tool", "retriever", "reranker", "evaluator", "prompt", "decision", "workflow", "task", "span", "event",
    "fetch_response", "count_tokens",
}  # fmt: skip

# The names that the conventions have for a provider, as the ledger and the price list write them.
PROVIDERS = {
    "azure.ai.openai": "azure", "az.ai.openai": "azure", "azure.ai.inference": "azure", "az.ai.inference": "azure",
    "azure_openai": "azure", "azure-openai": "azure", "aws.bedrock": "aws", "bedrock": "aws", "aws_bedrock": "aws", "amazon": "aws",
    "amazon-bedrock": "aws", "gcp.gemini": "google", "gcp.gen_ai": "google", "gcp.vertex_ai": "google", "gcp.vertex.agent": "google",
    "vertex_ai": "google", "vertexai": "google", "gemini": "google", "google_genai": "google", "google-gla": "google",
    "google-vertex": "google", "mistral_ai": "mistral", "mistralai": "mistral", "x_ai": "x-ai", "xai": "x-ai", "moonshot_ai": "moonshotai",
    "moonshot": "moonshotai", "together_ai": "together", "fireworks_ai": "fireworks", "anthropic.messages": "anthropic",
    "openai_chat": "openai",
}  # fmt: skip
VENDORS = {
    "openai",
    "anthropic",
    "google",
    "mistral",
    "groq",
    "cohere",
    "xai",
    "deepseek",
    "perplexity",
    "togetherai",
    "amazon-bedrock",
    "azure",
    "aws",
}
HOSTS = {
    "api.openai.com": "openai", "api.anthropic.com": "anthropic", "generativelanguage.googleapis.com": "google",
    "aiplatform.googleapis.com": "google", "api.mistral.ai": "mistral", "api.groq.com": "groq", "api.x.ai": "x-ai",
    "api.deepseek.com": "deepseek", "api.cohere.com": "cohere", "openrouter.ai": "openrouter", "openai.azure.com": "azure",
    "api.together.xyz": "together", "api.perplexity.ai": "perplexity", "bedrock-runtime": "aws",
}  # fmt: skip
SCOPES = ("openai", "anthropic", "vllm", "mistral", "groq", "cohere", "bedrock", "google", "vertexai", "ollama", "together")
FAMILIES = (
    (re.compile(r"(gpt-|o[134](-|$)|chatgpt-|text-embedding-|davinci)"), "openai"),
    (re.compile(r"claude-"), "anthropic"),
    (re.compile(r"gemini-"), "google"),
    (re.compile(r"(mistral-|codestral|ministral|magistral)"), "mistral"),
    (re.compile(r"grok-"), "x-ai"),
    (re.compile(r"deepseek-"), "deepseek"),
    (re.compile(r"command-"), "cohere"),
)

# The coarse word of an error, by what its type or its HTTP status says; the first that fits counts.
ERRORS = (
    (re.compile(r"rate.?limit|too.?many|throttl|quota|resource.?exhausted|\b429\b"), "rate_limit"),
    (re.compile(r"time.?out|timed.?out|deadline|\b(408|504)\b"), "timeout"),
    (re.compile(r"auth|permission|forbidden|api.?key|access.?denied|\b(401|403)\b"), "auth_error"),
    (
        re.compile(r"server|overload|unavailable|internal|connect|gateway|\b5\d\d\b|\bbroken|reset"),
        "server_error",
    ),
    (
        re.compile(r"invalid|bad.?request|not.?found|unprocessable|validation|context.?length|content.?(filter|policy)|conflict|\b4\d\d\b"),
        "invalid_request",
    ),
)
