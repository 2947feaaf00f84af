"""The little style of this page that neither the theme nor the frame can say."""

import streamlit as st

# Beside a wide screen the levers stay where they are while the result scrolls, and scroll by themselves where there are many. On a
# phone the answer stands in one line that stays in sight. The figure of a card is as large as a metric. Where counts are typed, all of the
# field is for its digits.
_STYLE = """<style>
[data-testid="stSliderThumbValue"] p { color: light-dark(#0b6358, #73d2c0); }
[class*="st-key-whatif-value-"] p { font-size: 1.32rem; font-weight: 500; line-height: 1.25; }
[class*="st-key-whatif-card-"] { padding: 0.6rem 0.8rem; }
[class*="st-key-whatif-card-"] [data-testid="stCaptionContainer"] p { font-size: 0.85rem; line-height: 1.35; }
[class*="st-key-lever-fields-"] { padding: 0.1rem 0 0.5rem 0.7rem;
  border-left: 2px solid color-mix(in srgb, currentColor 20%, transparent); }
[class*="st-key-lever-row-"] > * { min-width: 6.6rem; flex: 1 1 6.6rem; }
.st-key-lever-row-new_model > * { min-width: 9.5rem; }
.st-key-typed-row button[data-testid^="stNumberInputStep"] { display: none; }
.st-key-whatif-left { padding: 0 0.5rem 0.5rem 2px; }
.st-key-whatif-line [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
[class*="st-key-whatif-value-"] [data-testid="stMarkdownContainer"] { margin-bottom: -0.85rem; }
.st-key-whatif-line { display: none; }
@media (min-width: 1100px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-whatif-left) { position: sticky; top: 3.4rem;
    max-height: calc(100vh - 4rem); overflow-y: auto; }
}
@media (max-width: 640px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-whatif-line) { position: sticky; top: 3.2rem; z-index: 90; }
  .st-key-whatif-line { display: flex; padding: 0.45rem 0.7rem; border-radius: 0.4rem;
    border: 1px solid color-mix(in srgb, currentColor 25%, transparent); background: light-dark(#fcfbf8, #15191b); }
  .st-key-whatif-line p { margin: 0; font-size: 0.92rem; }
}
</style>"""


def draw() -> None:
    """Add it to the page."""
    st.html(_STYLE)
