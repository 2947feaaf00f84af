"""Real data that tests are held against, each beside its licence."""

from pathlib import Path

AZURE = Path(__file__).parent / "azure-llm-trace" / "conv.csv.gz"
