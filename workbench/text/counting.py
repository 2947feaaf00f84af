"""A count with its noun, as every page, export and command says it. It knows the plural with s; any other is given with the noun."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """So many of it: 1 case, 1,200 cases. A verb may come along where it has to agree: "call goes", "calls go"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
