"""Any server that speaks OpenAI's chat completions at an address of its own: Ollama, llama.cpp, vLLM, OpenRouter. The key is optional."""

from workbench.providers.base import provider
from workbench.providers.openai import ChatCompletions


@provider("compatible")
class Compatible(ChatCompletions):
    """A server known by its base URL; it is sent the key of its own connection, never OpenAI's."""
