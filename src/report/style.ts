// How the page of a report looks: light or dark as the reader's system is, on a phone as on a desk, and on paper.

export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #f6f8fa; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0;
  --baseline: #bc4c00; --candidate: #0969da; --good: #1a7f37; --bad: #cf222e; --open: #9a6700;
  --added: #dafbe1; --removed: #ffebe9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #161b22; --text: #e6edf3; --quiet: #9198a1; --line: #3d444d;
    --baseline: #f0883e; --candidate: #4493f8; --good: #3fb950; --bad: #f85149; --open: #d29922;
    --added: #12261e; --removed: #301b1e;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 1040px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 12px; }
h2 { font-size: 1.1rem; margin: 40px 0 8px; padding-bottom: 4px; border-bottom: 1px solid var(--line); }
p { margin: 8px 0; }
.verdict { padding: 12px 16px; border-left: 6px solid var(--tone); background: var(--card); border-radius: 4px; font-size: 1.05rem; }
.verdict strong { color: var(--tone); }
.accepted { --tone: var(--good); } .rejected { --tone: var(--bad); } .indecisive { --tone: var(--open); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 16px 0; }
dt { color: var(--quiet); } dd { margin: 0; }
@media (max-width: 520px) { dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: 8px; } }
.scroll { overflow-x: auto; margin: 12px 0; }
.scroll:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--candidate); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; color: var(--quiet); padding-bottom: 4px; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; min-width: 3.5em; }
td.wide { min-width: 14em; max-width: 26em; overflow-wrap: anywhere; }
tbody th { font-weight: 400; }
th.number, td.number { text-align: right; white-space: nowrap; }
code, pre { font: 0.85rem/1.45 ui-monospace, monospace; }
pre { background: var(--card); padding: 12px; overflow-x: auto; border-radius: 4px; overflow-wrap: normal; }
table code { white-space: nowrap; }
pre .added, pre .removed { display: inline-block; min-width: 100%; }
pre .added { background: var(--added); } pre .removed { background: var(--removed); }
details { margin: 12px 0; } summary { cursor: pointer; color: var(--quiet); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 24px; }
figure { margin: 12px 0; max-width: 560px; } figcaption { color: var(--quiet); font-size: 0.85rem; }
figcaption strong { color: var(--text); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
svg .middle { text-anchor: middle; } svg .end { text-anchor: end; } svg .strong { font-weight: 600; }
svg .grid { stroke: var(--line); stroke-width: 0.6; } svg .zero { stroke: var(--quiet); stroke-width: 1.2; }
svg .better { fill: var(--good); opacity: 0.1; } svg text.good { fill: var(--good); }
svg .curve { fill: none; stroke-width: 2; } svg .curve.seed { stroke-width: 0.8; opacity: 0.35; }
svg .baseline { stroke: var(--baseline); } svg .candidate { stroke: var(--candidate); }
svg .curve.baseline:not(.seed) { stroke-dasharray: 6 3; }
svg .mark { stroke-width: 1.6; } svg .candidate.mark { fill: var(--candidate); }
svg .mean { fill: var(--text); } svg .whisker { stroke: var(--text); stroke-width: 2; }
svg .kept { fill: var(--good); stroke: var(--good); } svg .deferred { fill: none; stroke: var(--candidate); }
svg .rejected { fill: none; stroke: var(--quiet); } svg .beyond { fill: var(--bad); }
@media print { details::details-content { content-visibility: visible; } body { font-size: 11pt; } }
`;
