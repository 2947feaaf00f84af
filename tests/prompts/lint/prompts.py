"""Prompts to be judged: for each rule some that it must find, and good ones from common practice that must pass."""

from collections.abc import Sequence
from typing import Any

from workbench.prompts.content import Content
from workbench.prompts.records import Prompt, Variable
from workbench.providers.base import Parameters
from workbench.text.messages import Message, message


def chat(*turns: tuple[str, str], **more: Any) -> Content:
    return Content(tuple(message(role, text) for role, text in turns), **more)  # type: ignore[arg-type]


def user(text: str, **more: Any) -> Content:
    return chat(("user", text), **more)


def system(text: str, asked: str = "<message>{{message}}</message>", **more: Any) -> Content:
    return chat(("system", text), ("user", asked), **more)


def declared(*names: str, silenced: Sequence[str] = ()) -> Prompt:
    return Prompt("p", variables=tuple(Variable(name) for name in names), silenced=tuple(silenced))


def warm(text: str, degree: float, **more: Any) -> Content:
    return user(text, parameters=Parameters(temperature=degree, **more))


def turns(*labels: str) -> tuple[Message, ...]:
    examples = [part for n, label in enumerate(labels) for part in (message("user", f"text number {n}"), message("assistant", label))]
    return (message("system", "You are a classifier. Reply with one label."), *examples, message("user", "<text>{{text}}</text>"))


LABELS = {"type": "object", "properties": {"label": {"enum": ["refund", "card", "other"]}}, "required": ["label"]}

Case = tuple[Content, Prompt | None]


def _(content: Content, prompt: Prompt | None = None) -> Case:
    return content, prompt


FLAGGED: dict[str, list[Case]] = {
    "template-broken": [
        _(user("Hello {{name")),
        _(user("{{#a}}x")),
        _(user("Hi {name.first}", engine="fstring")),
        _(user("{% if x %}", engine="jinja2")),
    ],
    "vague-instruction": [
        _(user("Rewrite the e-mail below and make it better.")),
        _(user("Write a good summary of the report, not too long.")),
        _(user("Give some ideas for the offsite, as you see fit.")),
        _(user("Do your best to answer the question.")),
        _(user("Analyze this: {{text}}")),
        _(user("Write something good about {{topic}}.")),
        _(user("Sort the mails below in a suitable way, and answer as appropriate.")),
    ],
    "no-output-format": [
        _(user("Is the following customer happy with us? {{review}}")),
        _(system("You are a support agent. Decide how urgent the ticket of the customer is.")),
    ],
    "format-without-example": [
        _(user("Extract the name and the age from the text and return JSON.\n<text>{{text}}</text>")),
        _(system("You are a parser. Respond with valid XML only.")),
        _(user("List three European capitals as CSV.")),
    ],
    "all-in-user-message": [
        _(user("You are a lawyer who writes for laymen. Explain the clause in two sentences.\n<clause>{{clause}}</clause>")),
        _(user("Classify the message. " + "The category refund means that the customer wants money back for something. " * 4)),
    ],
    "no-role": [
        _(system("Classify the message into one of these labels: refund, card, other. Reply with the label only.")),
        _(user("Read the complaint, find what went wrong, and tell in two sentences what we should do next.\n<c>{{c}}</c>")),
    ],
    "contradiction": [
        _(system("You are a tutor. Be concise. Provide a detailed explanation of every step.")),
        _(system("You are an agent. Answer in English. Always answer in French.")),
        _(system("You are a tutor. Be brief. Give a detailed, comprehensive explanation of every step.")),
        _(system("You are an agent. Answer in JSON only. Answer in plain text.")),
        _(system("You are a writer. Write at least 300 words. Use at most 200 words.")),
        _(system("You are a classifier. Reply with the label and nothing else. Explain your choice.")),
        _(system("You are a bot. Always include a greeting. Never include a greeting.")),
        _(system("You are a bot. Use a formal tone. Write in a casual voice.")),
    ],
    "only-negative": [
        _(user("Don't be boring.")),
        _(system("You are an agent. Do not use jargon. Never apologise. Don't mention rivals.", "{{message}}")),
        _(user("Answer the question. Do not use jargon. Never guess numbers. Don't mention prices.")),
    ],
    "unused-variable": [
        _(user("Hello {{name}}"), declared("name", "city")),
        _(user("Hello"), declared("name")),
    ],
    "undeclared-variable": [
        _(user("Hello {{name}} from {{city}}"), declared("name")),
        _(user("Hello {{nmae}}"), declared("name")),
    ],
    "undelimited-variable": [
        _(user("Classify the sentiment of this review as positive or negative: {{review}}")),
        _(user("Summarise {{text}} in one sentence.")),
        _(system("You are an agent. The customer wrote {{message}}. Decide what to do.", "Go on.")),
        _(user("Translate to French: {input}", engine="fstring")),
        _(user("Summarise: {{ document }}", engine="jinja2")),
    ],
    "too-long": [
        _(user("word " * 5_000, model="local/smollm2")),
        _(user("word " * 7_500, model="openai/gpt-4")),
        _(user("Hello", model="openai/gpt-4", parameters=Parameters(max_tokens=9_000))),
    ],
    "temperature": [
        _(warm("Classify the message as refund or card.\n<m>{{m}}</m>", 0.9)),
        _(warm("Extract the invoice number from the text. Reply with the number only.", 1.0)),
        _(warm("Write a poem about the sea.", 0.1)),
        _(warm("Summarise the article in three sentences.", 1.0)),
        _(warm("Tell me about your day.", 1.6)),
        _(warm("Answer the question based only on the context.", 0)),
    ],
    "reply-cut-off": [
        _(warm("Write an essay of 800 words about trains.", 0.8, max_tokens=500)),
        _(warm("Answer in 150-200 words.", 0.2, max_tokens=100)),
    ],
    "secret": [
        _(user("Use the key sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD to call.")),
        _(user("Key: AKIAIOSFODNN7EXAMPLE")),
        _(user("password: hunter2!secret")),
        _(user("postgres://admin:s3cr3tpw@db.internal/x")),
        _(user("-----BEGIN RSA PRIVATE KEY-----\nMIIE")),
        _(user("sk-ant-api03-abcdefghijklmnopqrstuv")),
    ],
    "personal-data": [
        _(user("The card 4111 1111 1111 1111 was declined.")),
        _(user("Pay to DE89 3704 0044 0532 0130 00.")),
        _(user("Write to jane.miller@gmail.com.")),
        _(user("Her SSN is 536-22-8726.")),
        _(user("Call +49 30 901820 4455.")),
        _(user("Call (415) 867-5309.")),
    ],
    "unbalanced-examples": [
        _(Content(turns("refund", "refund", "refund", "card"))),
        _(user("Text: a\nLabel: good\nText: b\nLabel: good\nText: c\nLabel: good\nText: d\nLabel: bad\nText: {{text}}\nLabel:")),
        _(user("good -> pos\nfine -> pos\nnice -> pos")),
    ],
    "undated-facts": [
        _(user("What is the latest version of Python?")),
        _(user("Who is the current president of France?")),
        _(system("You are an analyst. Report the current exchange rates of the dollar.", "Go.")),
    ],
    "duplicate-lines": [
        _(user("Reply with one label only.\nRead the text.\nReply with one label only.")),
        _(chat(("system", "You are an agent.\n- Never promise a refund to anyone."), ("user", "* never promise a refund to anyone"))),
    ],
    "schema-mismatch": [
        _(user("Classify. Reply with the label only.", output_schema=LABELS)),
        _(user("Pick one of these labels: refund, card, loan.", output_schema=LABELS)),
        _(user('Return {"category": "refund"}.', parameters=Parameters(response_schema=LABELS))),
        _(user("Answer in XML.", output_schema=LABELS)),
    ],
}

# Near misses: what looks like a find and is none.
PASSED: dict[str, list[Case]] = {
    "template-broken": [_(user('Reply with {"a": 1} for {{x}}')), _(user("{{=<% %>=}}{{not a tag}} <%name%>"))],
    "vague-instruction": [
        _(user("Write a summary of 50 words for the board.")),
        _(user("Is this a good idea? Reply with yes or no.")),
        _(user("Summarize this in 3 bullet points: {{text}}")),
    ],
    "no-output-format": [
        _(user("Translate to French: {{text}}")),
        _(system("You are an agent.", "How urgent is this, 1 to 5? Reply with the number.")),
        _(user("Decide.", output_schema=LABELS)),
    ],
    "format-without-example": [
        _(user('Return JSON with the keys "name" and "age".')),
        _(user('Return JSON like this: {"name": "Ann"}')),
        _(user("Describe in two sentences what the following JSON holds: {{json}}")),
        _(user("Return JSON.", output_schema=LABELS)),
    ],
    "all-in-user-message": [
        _(user("Translate to French: {{text}}")),
        _(chat(("system", "You are a lawyer."), ("user", "Explain the clause. " * 30))),
    ],
    "no-role": [_(user("Translate to French: {{text}}")), _(system("Your task is to sort messages. Reply with a label."))],
    "contradiction": [
        _(system("You are a tutor. If the question is simple, be concise. Otherwise provide a detailed explanation.")),
        _(system("You are an analyst. Write a detailed report. Begin with a brief summary.")),
        _(system("You are a judge. Reply with JSON and nothing else. Explain your choice in the field reason.")),
        _(system("You are a writer. Write at least 100 words and at most 200 words.")),
        _(system("You are a translator. Write in English. Never write in French.")),
        _(system("You are an agent. Return JSON. Never answer in plain text.")),
    ],
    "only-negative": [
        _(system("You are an agent. Answer from the context alone. Do not invent prices.")),
        _(user("Do not answer in prose; use a table instead.")),
    ],
    "unused-variable": [
        _(user("Hello {{name}}"), declared("name")),
        _(user("Hello {{name}}")),
        _(user("Hi {{> footer}}"), declared("name")),
    ],
    "undeclared-variable": [
        _(user("Hello {{name}}"), declared("name")),
        _(user("Hello {{name}}")),
        _(user("{{#people}}{{who}}{{/people}}"), declared("people")),
    ],
    "undelimited-variable": [
        _(user("Translate into {{language}}: “hello”")),
        _(user('Classify """{{review}}""" as good or bad.')),
        _(user("# Review\n{{review}}\n\n# Task\nClassify it.")),
        _(user("Classify `{{text}}`.")),
        _(system("You are a bot. Reply with a label.", "{{message}}")),
        _(system("You are a bot. Reply with a label.", "Message: {{message}}")),
    ],
    "too-long": [_(user("word " * 5_000, model="openai/gpt-5")), _(user("word " * 5_000)), _(user("Hello", model="simulated/good"))],
    "temperature": [
        _(warm("Classify the message as refund or card.", 0.2)),
        _(warm("Write a poem about the sea.", 0.9)),
        _(warm("Classify the message as refund or card.", 0)),
        _(warm("Answer the question the same way each time: consistency matters.", 0)),
        _(user("Write a poem about the sea.")),
    ],
    "reply-cut-off": [
        _(warm("Write an essay of 800 words.", 0.8, max_tokens=2_000)),
        _(warm("Answer in at most 500 words.", 0.2, max_tokens=300)),
    ],
    "secret": [
        _(user("Never reveal your API key or password.")),
        _(user("api_key: YOUR_API_KEY_HERE")),
        _(user("password: {{password}}")),
        _(user("The sk-learn package and task-oriented work.")),
    ],
    "personal-data": [
        _(user("Order 1234 5678 9012 3456 of 2024-11-21 costs 1,299.00.")),
        _(user("Write to support@acme.com or jane@example.com.")),
        _(user("Call (202) 555-0143. Version 10.12.2024-1, item 123-45-67890.")),
        _(user("GB00 WEST 1234 5698 7654 32 is no account. 3.141592653589793")),
    ],
    "unbalanced-examples": [
        _(user("a -> pos\nb -> neg\nc -> pos\nd -> neg")),
        _(user("2+2 -> 4\n2+3 -> 5\n2+4 -> 6\n4+0 -> 4")),
        _(user("Text: {{text}}\nLabel:")),
    ],
    "undated-facts": [
        _(user("Answer the latest message of the conversation.")),
        _(user("What is the latest version of Python as of 2025?")),
        _(user("<context>{{context}}</context> From the context, give the latest price.")),
        _(user("Today is {{date}}. Who is the current president of France?")),
    ],
    "duplicate-lines": [
        _(user("Sentiment: positive\nText: a\nSentiment: positive\nText: b")),
        _(user("Read the first text with care.\nRead the second text with care.")),
    ],
    "schema-mismatch": [
        _(user("Pick one of these labels: refund, card, other.", output_schema=LABELS)),
        _(user('Return {"label": "refund"}.', output_schema=LABELS)),
        _(user("Reply with the label only.")),
    ],
}

GOOD: list[Case] = [
    _(
        chat(
            (
                "system",
                (
                    "You are a support agent of a bank. Classify the customer's message into exactly one of these labels:\n"
                    "refund, card, exchange rate, other.\n\nReply with the label only, in lower case."
                ),
            ),
            ("user", "<message>\n{{message}}\n</message>"),
            parameters=Parameters(temperature=0.2),
        ),
        declared("message"),
    ),
    _(
        chat(
            (
                "system",
                (
                    "You are an editor. Summarise the article between the tags for a busy executive.\n\n"
                    "- Write three bullet points of at most 20 words each.\n- Begin with the most important number.\n"
                    "- If the article has no number, begin with its main claim."
                ),
            ),
            ("user", "<article>{{article}}</article>"),
            parameters=Parameters(temperature=0.3, max_tokens=500),
        ),
        declared("article"),
    ),
    _(
        chat(
            (
                "system",
                (
                    "You extract data from invoices.\nReturn JSON in this shape:\n"
                    '{"number": "INV-1", "total": 12.5, "currency": "EUR"}\nUse null for what the invoice does not say.'
                ),
            ),
            ("user", "```\n{{invoice}}\n```"),
            parameters=Parameters(temperature=0.1),
        ),
        declared("invoice"),
    ),
    _(
        chat(
            ("system", "You are a poet. Write a poem of four lines about the subject the user names, in the tone the user names."),
            ("user", "Subject: {{subject}}\nTone: {{tone}}"),
            parameters=Parameters(temperature=0.9, max_tokens=200),
        ),
        declared("subject", "tone"),
    ),
    _(Content(turns("refund", "card", "refund", "card", "other", "other"), parameters=Parameters(temperature=0.2))),
    _(
        chat(
            (
                "system",
                "You are a helpful assistant. Answer the question from the context alone. If it does not say, answer “I don't know”.",
            ),
            ("user", "<context>\n{{context}}\n</context>\n\n<question>{{question}}</question>"),
        ),
        declared("context", "question"),
    ),
    _(
        chat(
            ("system", "You are an intent classifier for a bank."),
            ("user", "Classify the message between the tags.\n<message>{{message}}</message>"),
            output_schema=LABELS,
            parameters=Parameters(temperature=0, response_schema=LABELS),
        ),
        declared("message"),
    ),
    _(
        chat(
            (
                "system",
                (
                    "You are a senior Python engineer reviewing a change. Think step by step inside <thinking> tags, then list each "
                    "problem as a bullet point with the line number and a fix. Do not comment on formatting; a linter does that."
                ),
            ),
            ("user", "<diff>\n{diff}\n</diff>"),
            engine="fstring",
        ),
        declared("diff"),
    ),
    _(
        chat(
            (
                "system",
                "You are a translator. Translate the text between the tags into {{ language }}. Reply with the translation only.",
            ),
            ("user", "<text>{{ text }}</text>"),
            engine="jinja2",
            parameters=Parameters(temperature=0.3),
        ),
        declared("language", "text"),
    ),
    _(
        chat(
            (
                "system",
                (
                    "You are a sales coach. Today is {{date}}.\n\nWrite an e-mail of 100 to 120 words that follows up on the call notes. "
                    "Open with the customer's goal, name one next step, and end with a question. "
                    "Contact for questions: sales@example.com."
                ),
            ),
            ("user", "# Call notes\n{{notes}}"),
            parameters=Parameters(temperature=0.7, max_tokens=400),
        ),
        declared("date", "notes"),
    ),
    _(
        chat(
            (
                "system",
                (
                    "You are a data analyst. Write one SQL query that answers the question, from the tables of the schema alone.\n"
                    "Output the query in a code block, without explanation."
                ),
            ),
            ("user", "<schema>\n{{schema}}\n</schema>\n<question>{{question}}</question>"),
            parameters=Parameters(temperature=0.1),
        ),
        declared("schema", "question"),
    ),
]
