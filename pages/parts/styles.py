"""The little style that the theme cannot say: of every page, and of single ones under the names of their containers. No text of anybody."""

# Figures line up in columns, the header row keeps its distance, the body has a width that can be read. Muted and
# chosen words keep a contrast of 4.5, which the framework alone does not give them.
# A panel that redraws itself every second neither fades nor sets off the running figure in the corner. A button that has been
# replaced goes at once: the framework keeps it as long as it has the focus, and the next press would move its neighbour away
# from under the pointer, so that the click is lost. Who asked their system for less motion gets none: the framework lets folds
# grow for half a second, and what one is about to press moves meanwhile. On a phone two replies to choose
# from stand one below the other: their boxes and the bar of choices are lower, or the second is out of sight.
_EVERY_PAGE = """
.stApp { font-variant-numeric: tabular-nums; }
[data-testid="stMainBlockContainer"] { padding-left: clamp(1rem, 3vw, 2.6rem); padding-right: clamp(1rem, 3vw, 2.6rem); max-width: 90rem; }
.st-key-page-header { padding-bottom: 0.6rem; margin-bottom: 0.3rem;
  border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent); }
.st-key-page-header h1 { padding: 0 0 0.1rem; letter-spacing: -0.01em; }
.st-key-page-header [data-testid="stMarkdownContainer"], .st-key-page-header [data-testid="stCaptionContainer"] { margin-bottom: 0; }
.st-key-page-header p { margin-bottom: 0; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: inherit; }
[data-testid="stCaptionContainer"] { opacity: 0.76; }
[data-testid="stButtonGroup"] button[data-selected="true"] :is(div, p, span),
button[role="tab"][aria-selected="true"] :is(div, p, span) { color: light-dark(#0b6358, #73d2c0); }
[data-testid="stSliderThumbValue"] p { color: light-dark(#0b6358, #73d2c0); }
[data-testid="stStatusWidget"] { display: none; }
:is([class*="st-key-run-"], .st-key-chosen-run, .st-key-running) [data-stale="true"] { opacity: 1; }
[data-retained="true"]:has(.stButton) { display: none; }
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation-duration: 0.01ms !important; animation-iteration-count: 1 !important;
    transition-duration: 0.01ms !important; scroll-behavior: auto !important; }
  [data-testid="stExpander"] details { height: auto !important; overflow: visible !important; }
}
@media (max-width: 640px) {
  [data-testid="stLayoutWrapper"]:has(> [class*="st-key-box-"]) { max-height: 8.5rem; }
  [data-testid="stBottomBlockContainer"] { padding: 0.6rem 1rem 0.8rem; }
}
"""

# What-if: beside a wide screen the levers stay where they are while the result scrolls, and scroll by themselves where there are many.
# On a phone the answer stands in one line that stays in sight. The figure of a card is as large as a metric. Where counts are typed, all
# of the field is for its digits.
_WHATIF = """
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
"""

# Budgets: one that is used up does not look like the others.
_BUDGETS = """
[class*="st-key-used-over-"] [data-testid="stProgressBarTrack"] > div { background-color: light-dark(#b3261e, #f2857b); }
[class*="st-key-used-warn-"] [data-testid="stProgressBarTrack"] > div { background-color: light-dark(#b25c00, #e8a355); }
"""

# Overview: what renews itself does not fade meanwhile, and its rows stand close. What needs attention has a mark at its edge.
_WATCH = """
.st-key-watch-body [data-stale="true"], [class*="st-key-watch-"] [data-stale="true"] { opacity: 1; }
.st-key-watch-about [data-testid="stMarkdownContainer"], .st-key-watch-attention [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
.st-key-watch-about { margin: -0.35rem 0 -0.5rem; row-gap: 0; }
.st-key-watch-attention { padding: 0.6rem 0.9rem; border-left: 4px solid light-dark(#b3362b, #f0907f); }
.st-key-watch-attention p { line-height: 1.4; margin-bottom: 0; }
.st-key-watch-attention [data-testid="stExpander"] summary { padding: 0.2rem 0.7rem; }
[class*="st-key-watch-box-"] { padding: 0.8rem 0.9rem 0.6rem; }
[class*="st-key-watch-error-"] { padding: 0.55rem 0.9rem; }
@media (max-width: 640px) {
  .st-key-watch-bar > * { flex: 1 1 9rem; min-width: 9rem; width: auto; }
}
"""

STYLE = f"<style>{_EVERY_PAGE}{_WHATIF}{_BUDGETS}{_WATCH}</style>"
