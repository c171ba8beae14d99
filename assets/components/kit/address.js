// One entry in the browser's history for each page, and for each act that was chosen in its contents: Back leaves a lesson at
// once, whatever was changed on it, and returns from an act to the one before.

import { ofPage } from "./mount.js"

/** @typedef {{ act: string | null }} Chosen the act that a person has just chosen, until its address is there */
/** @typedef {{ pushState: History["pushState"], replaceState: History["replaceState"] }} Entries */

/**
 * Streamlit adds an entry with each change of the address; from now on one of the same page replaces the entry instead.
 *
 * A session keeps its controls when an older address comes back, so with an entry for each gesture Back changed the address
 * and not the screen. Once for a document is enough; the name of the function says that it is done.
 *
 * @param {Entries} entries the browser's history
 * @param {() => string} here the address of the document
 * @param {Chosen} chosen
 */
export function oneEntryAPage(entries, here, chosen = chosenOfPage()) {
  const push = entries.pushState
  if (push.name === "pushOtherPages") return
  /** @type {History["pushState"]} */
  entries.pushState = function pushOtherPages(state, title, url) {
    const next = url === undefined || url === null ? null : new URL(url, here())
    const now = new URL(here())
    const entry = next !== null && chosen.act === actOf(next) && actOf(now) !== actOf(next)
    if (entry) chosen.act = null
    if (next?.pathname !== now.pathname || entry) push.call(entries, state, title, url)
    else entries.replaceState(state, title, url)
  }
}

/** The choice that all parts of a page share. @returns {Chosen} */
export function chosenOfPage() {
  return ofPage(Symbol.for("latent-lab-chosen"), () => ({ act: null }))
}

/** The anchor of the act that an address names; "" for the stage. @param {URL} address */
export const actOf = (address) => address.searchParams.get("act") ?? ""

/** The address of the same screen at another act; "" for the stage. @param {string} address @param {string} act */
export function atAct(address, act) {
  const url = new URL(address)
  if (act) url.searchParams.set("act", act)
  else url.searchParams.delete("act")
  return url.href
}
