// One entry in the browser's history for each page: Back leaves a lesson at once, whatever was changed on it.

/** @typedef {{ pushState: History["pushState"], replaceState: History["replaceState"] }} Entries */

const DONE = Symbol.for("latent-lab-one-entry")

/**
 * Streamlit adds an entry with each change of the address; from now on one of the same page replaces the entry instead.
 *
 * A session keeps its controls when an older address comes back, so with an entry for each gesture Back changed the address
 * and not the screen. Once for a document is enough.
 *
 * @param {Entries & Record<symbol, unknown>} entries the browser's history
 * @param {() => string} here the address of the document
 */
export function oneEntryAPage(entries, here) {
  if (entries[DONE]) return
  entries[DONE] = true
  const push = entries.pushState
  /** @type {History["pushState"]} */
  entries.pushState = (state, title, url) => {
    const same = url !== undefined && url !== null && new URL(url, here()).pathname === new URL(here()).pathname
    if (same) entries.replaceState(state, title, url)
    else push.call(entries, state, title, url)
  }
}
