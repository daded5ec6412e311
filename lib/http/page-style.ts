/**
 * What pages for users and administrators look like: Fluent 2's colours and measures on the system's own font. Contrast of
 * text is at least 4.5 in light and dark (WCAG 2.2, 1.4.3), targets are 44 px high.
 */
export const pageStyle = `
:root { color-scheme: light dark; --page: #f5f5f5; --card: #fff; --line: #e0e0e0; --edge: #8a8a8a; --text: #242424; --quiet: #616161; --link: #0f6cbd; --brand: #0f6cbd; --pressed: #0c3b5e; --tint: #ebf3fc; --code: #0f548c; --hover: #f5f5f5; --shadow: 0 2px 4px rgb(0 0 0 / .08), 0 8px 16px rgb(0 0 0 / .08); font: 1rem/1.5 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --page: #141414; --card: #242424; --line: #3d3d3d; --edge: #8a8a8a; --text: #fff; --quiet: #adadad; --link: #62abf5; --brand: #115ea3; --pressed: #0e4775; --tint: #082338; --code: #96c6fa; --hover: #333; --shadow: 0 8px 16px rgb(0 0 0 / .4); } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: break-word; }
main { max-width: 32rem; margin: 0 auto; padding: 1.5rem 1.25rem; background: var(--card); }
.icon { display: block; width: 3rem; height: 3rem; margin: 0 0 1rem; padding: .625rem; border-radius: 50%; background: var(--tint); color: var(--code); }
h1 { margin: 0 0 1.25rem; font-size: 1.5rem; line-height: 1.3; font-weight: 600; text-wrap: balance; }
h2 { margin: 0 0 .5rem; font-size: 1rem; font-weight: 600; }
p { margin: 0 0 1rem; }
a { color: var(--link); font-weight: 600; text-underline-offset: .15em; }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .5rem 1rem; margin: 0 0 1.25rem; }
dt { max-width: 9rem; color: var(--quiet); }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; white-space: pre-line; }
.code { margin: 0 0 1rem; padding: .75rem 1rem; border-radius: .5rem; background: var(--tint); color: var(--code); text-align: center; }
.code bdi { display: block; font-size: 3.5rem; line-height: 1.15; font-weight: 700; letter-spacing: .2em; margin-inline-end: -.2em; font-variant-numeric: tabular-nums; }
form { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0; }
button { min-height: 3rem; padding: .5rem 1rem; border: 1px solid var(--edge); border-radius: .25rem; background: transparent; color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
button:hover { background: var(--hover); }
.primary { border-color: transparent; background: var(--brand); color: #fff; }
a.primary { display: inline-block; padding: .75rem 1.25rem; border-radius: .25rem; color: #fff; text-decoration: none; }
.primary:hover { background: var(--pressed); }
.quiet { grid-column: 1 / -1; border-color: transparent; color: var(--link); }
:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; border-radius: .25rem; }
.next { margin: 1.25rem 0 0; padding: 1.25rem 0 0; border-top: 1px solid var(--line); }
ol { margin: 0 0 1rem; padding-inline-start: 1.5rem; }
li { margin: 0 0 .5rem; padding-inline-start: .25rem; }
li a { display: block; padding: .125rem 0 .375rem; }
.next p, main > :last-child { margin-bottom: 0; }
.quiet-text { color: var(--quiet); }
@media (max-width: 36rem) { body { background: var(--card); } }
@media (min-width: 36rem) { main { margin: 3rem auto; padding: 2rem; border-radius: .75rem; box-shadow: var(--shadow); } }
@media print { form { display: none; } }
`;
