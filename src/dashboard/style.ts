// How the dashboard looks: light or dark as the reader's system is, from 360 pixels up, with a visible focus and no needless motion.

/** Colours of both schemes. Text on `page` and `card` has a contrast of at least 4.5, lines and marks of at least 3. */
export const PALETTE = {
  light: {
    page: "#ffffff",
    card: "#f6f8fa",
    text: "#1f2328",
    quiet: "#59636e",
    line: "#d1d9e0",
    link: "#0969da",
    good: "#1a7f37",
    bad: "#cf222e",
    open: "#8a5c00",
    added: "#dafbe1",
    removed: "#ffebe9",
    "curve-0": "#0969da",
    "curve-1": "#bc4c00",
    "curve-2": "#1a7f37",
    "curve-3": "#8250df",
    "curve-4": "#bf3989",
    "curve-5": "#7d4e00",
  },
  dark: {
    page: "#0d1117",
    card: "#161b22",
    text: "#e6edf3",
    quiet: "#9198a1",
    line: "#3d444d",
    link: "#4493f8",
    good: "#3fb950",
    bad: "#f85149",
    open: "#d29922",
    added: "#12261e",
    removed: "#301b1e",
    "curve-0": "#4493f8",
    "curve-1": "#f0883e",
    "curve-2": "#3fb950",
    "curve-3": "#ab7df8",
    "curve-4": "#f778ba",
    "curve-5": "#d29922",
  },
} as const;

function variables(scheme: Readonly<Record<string, string>>): string {
  return Object.entries(scheme)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(" ");
}

export const STYLE = `
:root { color-scheme: light dark; ${variables(PALETTE.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(PALETTE.dark)} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); } a:not(:hover) { text-decoration-color: transparent; }
p a, td a { text-decoration-color: currentColor !important; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 8px; top: 8px; background: var(--page); padding: 8px; z-index: 2; }
header { border-bottom: 1px solid var(--line); background: var(--card); }
header nav { max-width: 1120px; margin: 0 auto; padding: 10px 16px; display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; }
header ol { display: contents; list-style: none; } header li { display: flex; gap: 12px; } header li + li::before { content: "/"; color: var(--quiet); }
header .brand { font-weight: 700; letter-spacing: 0.06em; color: var(--text); } header .link { margin-left: auto; }
main { max-width: 1120px; margin: 0 auto; padding: 20px 16px 64px; }
h1 { font-size: 1.45rem; line-height: 1.25; margin: 0 0 4px; } h2 { font-size: 1.1rem; margin: 36px 0 8px; } h3 { font-size: 1rem; margin: 20px 0 4px; }
p { margin: 8px 0; } .quiet { color: var(--quiet); } .small { font-size: 0.875rem; }
.card { border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 16px 0; background: var(--page); }
.card > :first-child { margin-top: 0; } .card > :last-child { margin-bottom: 0; }
.row { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; } .row > h1, .row > h2 { margin: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(136px, 1fr)); gap: 8px; margin: 16px 0; padding: 0; }
.tiles > div { background: var(--card); border-radius: 8px; padding: 10px 14px; }
.tiles dt { color: var(--quiet); font-size: 0.85rem; } .tiles dd { margin: 0; font-size: 1.2rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; padding: 1px 10px; border: 1.5px solid var(--tone); color: var(--tone); border-radius: 99px; font-size: 0.85rem; font-weight: 600; white-space: nowrap; }
.accepted, .kept, .running { --tone: var(--good); } .rejected, .bad { --tone: var(--bad); } .indecisive, .deferred, .interrupted { --tone: var(--open); } .pruned, .dropped { --tone: var(--quiet); }
.empty { border: 1.5px dashed var(--line); border-radius: 8px; padding: 20px; margin: 16px 0; }
.trouble { border-left: 5px solid var(--bad); background: var(--card); padding: 10px 14px; border-radius: 4px; }
.verdict { border-left: 6px solid var(--tone); background: var(--card); padding: 12px 16px; border-radius: 4px; }
progress { width: 100%; height: 10px; accent-color: var(--link); display: block; }
td progress { width: 96px; display: inline-block; }
.scroll { overflow-x: auto; margin: 8px 0; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; padding: 8px 12px; color: var(--quiet); font-size: 0.85rem; }
th, td { padding: 7px 12px; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--quiet); font-weight: 600; white-space: nowrap; } tbody th { font-weight: 400; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; } td.wide { min-width: 15em; max-width: 32em; overflow-wrap: anywhere; }
.clamp { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
td.diff { background: var(--card); padding: 0 12px 8px; }
code, pre { font: 0.85rem/1.5 ui-monospace, monospace; } pre { margin: 8px 0; overflow-x: auto; background: var(--card); padding: 10px; border-radius: 6px; }
pre.diff { max-width: calc(100vw - 60px); max-height: 60vh; overflow: auto; border: 1px solid var(--line); }
pre span { display: block; min-width: max-content; } pre .added { background: var(--added); } pre .removed { background: var(--removed); }
button { font: inherit; font-size: 0.85rem; color: var(--link); background: none; border: 1px solid var(--line); border-radius: 6px; padding: 3px 10px; cursor: pointer; white-space: nowrap; }
figure { margin: 8px 0; } figcaption { color: var(--quiet); font-size: 0.85rem; }
svg { display: block; max-width: 100%; } .scroll svg { max-width: none; } svg.key { display: inline-block; vertical-align: middle; }
svg text { fill: var(--text); font: 12px system-ui, sans-serif; } svg text.quiet { fill: var(--quiet); }
svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
svg .grid { stroke: var(--line); stroke-width: 1; } svg .edge { fill: none; stroke: var(--quiet); stroke-width: 1.2; } svg .edge.chosen { stroke: var(--good); stroke-width: 3; }
svg .mark { stroke: var(--tone); fill: var(--page); stroke-width: 2; } svg .mark.full { fill: var(--tone); } svg .whisker { stroke: var(--tone); stroke-width: 1.6; }
svg .best { fill: none; stroke: var(--good); stroke-width: 2; } svg .base { --tone: var(--curve-1); } svg .plain { --tone: var(--quiet); }
svg a:focus-visible .mark { stroke-width: 5; }
h2::first-letter { text-transform: uppercase; }
.halves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 0 28px; } .halves > * { min-width: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; padding: 0; margin: 4px 0; font-size: 0.85rem; color: var(--quiet); }
.plot { width: 100%; min-height: 260px; } .u-axis { color: var(--quiet); }
.notes { list-style: none; padding: 0; margin: 8px 0; font-size: 0.9rem; } .notes li { padding: 3px 0; border-bottom: 1px solid var(--line); } .notes time { color: var(--quiet); margin-right: 10px; font-variant-numeric: tabular-nums; }
${[0, 1, 2, 3, 4, 5].map((i) => `.curve-${i} { --tone: var(--curve-${i}); }`).join(" ")}
@media (prefers-reduced-motion: no-preference) { .running .dot { animation: beat 2s ease-in-out infinite; } @keyframes beat { 50% { opacity: 0.25; } } }
@media (max-width: 520px) { main { padding: 16px 12px 48px; } .card { padding: 12px; } th, td { padding: 6px 8px; } td.wide { min-width: 11em; } }
@media print { header, button { display: none; } }
`;
