import { pageStyle } from "../page-style.ts";

/** The reference looks like the other pages, with more room and with the shapes of code. */
export const referenceStyle = `${pageStyle}
main { max-width: 60rem; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem; }
h3 { margin: 0 0 .5rem; font-size: 1rem; overflow-wrap: anywhere; }
h4 { margin: 1rem 0 .25rem; font-size: .875rem; color: var(--quiet); }
article { margin: 0 0 1rem; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; }
article:target { border-color: var(--link); }
article > :last-child { margin-bottom: 0; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
pre { margin: 0; padding: .75rem 1rem; border-radius: .5rem; background: var(--tint); white-space: pre-wrap; overflow-wrap: anywhere; }
b { display: inline-block; min-width: 4.5rem; color: var(--code); }
dl { gap: .25rem 1rem; margin: 0 0 .5rem; }
dt { color: inherit; overflow-wrap: anywhere; }
dd { font-weight: 400; white-space: normal; }
dd dl { margin: .25rem 0 0; }
ul { margin: 0 0 1rem; padding: 0; list-style: none; }
p a, dd a { font-weight: 400; }
nav a { display: inline-block; padding: .125rem 0; overflow-wrap: anywhere; font-weight: 400; }
`;
