// Where a view and its weights meet. They are two components, because the weights are large and stay the same while a
// person looks around; either may come first, and a view finds those that follow it.

import { ofPage } from "../kit/mount.js"

/** @typedef {import("./weights.js").Large} Large */
/** @typedef {import("../messages.d.ts").HeadChoice} Choice */
/**
 * @typedef {object} Watcher a view on the page
 * @property {string} follows the key of the view whose head it shows; "" where it follows none
 * @property {Choice | null} choice
 * @property {() => void} learn other weights are here
 * @property {(choice: Choice) => void} follow
 */
/** @typedef {{ view?: Watcher, large?: Large, source?: object }} Link */

const LINKS = Symbol.for("latent-lab-attention-views")

/** @returns {Map<string, Link>} */
const links = () => ofPage(LINKS, () => new Map())

/** The place in which view and weights of this key meet. @param {string} key @returns {Link} */
export function linkOf(key) {
  const link = links().get(key) ?? {}
  links().set(key, link)
  return link
}

/** The views that show the head of view `key`. @param {string} key */
export function followers(key) {
  return [...links().values()].flatMap(({ view }) => (view?.follows === key ? [view] : []))
}
