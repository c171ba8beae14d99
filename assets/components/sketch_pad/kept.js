// The papers that a page switch took away: they come back as sharp as they went.

import { same } from "../kit/dom.js"

/** @typedef {import("./paper.js").Paper} Paper */

const MOST = 4
/** By the pad's key, with the base that it was drawn on. @type {Map<string, { base: string, paper: Paper }>} */
const kept = new Map()

/** @param {string} key @param {string} base @param {Paper} paper */
export function keep(key, base, paper) {
  kept.set(key, { base, paper })
  const [oldest] = kept.keys()
  if (kept.size > MOST) kept.delete(oldest)
}

/** Give a new paper what the old one had, where both show the same. @param {string} key @param {string} base @param {Paper} paper */
export function restore(key, base, paper) {
  const old = kept.get(key)
  kept.delete(key)
  if (old?.base === base && old.paper.side === paper.side && same(old.paper.pixels, paper.pixels)) {
    paper.inherit(old.paper)
  }
}
