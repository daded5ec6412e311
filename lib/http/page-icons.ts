import { html } from "../notifications/html.ts";

const icon = (path: string) =>
  html`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`;

/** Stands above what is done. */
export const doneIcon = icon("M5 12.5l4.5 4.5L19 7.5");
/** Stands above what is to be known. */
export const noteIcon = icon("M12 10.5v8M12 5.5h.01");
