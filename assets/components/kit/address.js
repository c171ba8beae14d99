// One entry in the browser's history for each page: Back leaves a lesson at once, whatever was changed on it.

/** @typedef {{ pushState: History["pushState"], replaceState: History["replaceState"] }} Entries */

/**
 * Streamlit adds an entry with each change of the address; from now on one of the same page replaces the entry instead.
 *
 * A session keeps its controls when an older address comes back, so with an entry for each gesture Back changed the address
 * and not the screen. Once for a document is enough; the name of the function says that it is done.
 *
 * @param {Entries} entries the browser's history
 * @param {() => string} here the address of the document
 */
export function oneEntryAPage(entries, here) {
  const push = entries.pushState
  if (push.name === "pushOtherPages") return
  /** @type {History["pushState"]} */
  entries.pushState = function pushOtherPages(state, title, url) {
    const same = url !== undefined && url !== null && new URL(url, here()).pathname === new URL(here()).pathname
    if (same) entries.replaceState(state, title, url)
    else push.call(entries, state, title, url)
  }
}
