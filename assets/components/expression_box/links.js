// How a box and its vocabulary find each other: under the box's key, in either order.

/** @typedef {{ words?: string[], source?: object, box?: { learn(): void } }} Link */

const REGISTRY = Symbol.for("latent-lab-expression-words")

/** @param {string} key @returns {Link} */
export function linkOf(key) {
  const page = /** @type {any} */ (globalThis)
  /** @type {Map<string, Link>} */
  const links = page[REGISTRY] ?? new Map()
  page[REGISTRY] = links
  const link = links.get(key) ?? {}
  links.set(key, link)
  return link
}
