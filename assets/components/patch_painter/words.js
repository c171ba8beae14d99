// What the painter says about patches.

import { same } from "../kit/dom.js"
import { ranges } from "../kit/told.js"
import { sorted } from "./editor.js"

/** @typedef {"paint" | "erase" | "box" | "look"} Mode */

/** @type {Record<Mode, string>} */
const HINTS = {
  paint: "Drag over the picture to hide patches.",
  erase: "Drag over hidden patches to show them again.",
  box: "Drag a rectangle to hide all of it.",
  look: "Point at a patch. Nothing you do here changes the mask.",
}
/** @type {Partial<Record<Mode, string>>} */
const WITH_ATTENTION = {
  paint: "Drag over the picture to hide patches. Rest on a hidden one to see where the network looked.",
  look: "Point at a hidden patch to see where the network looked; click to keep it.",
}

/** What a drag does. @param {Mode} mode @param {boolean} attention whether it is known where the network looked */
export function hint(mode, attention) {
  return (attention && WITH_ATTENTION[mode]) || HINTS[mode]
}

/** @param {number} n @param {number} cell */
export function nameOf(n, cell) {
  return `row ${Math.floor(cell / n) + 1}, column ${(cell % n) + 1}`
}

/** Which patches are hidden, in words. @param {number} n @param {Set<number>} mask */
export function hidden(n, mask) {
  if (!mask.size) return "Nothing is hidden."
  if (mask.size === n * n) return "All patches are hidden."
  const cells = sorted(mask)
  const lines = Array.from({ length: n }, (_, row) => {
    const columns = cells.filter((cell) => Math.floor(cell / n) === row)
    if (!columns.length) return ""
    return `row ${row + 1}: ${columns.length === n ? "all" : ranges(columns.map((cell) => (cell % n) + 1))}`
  })
  return `Hidden are, by row and column, ${lines.filter(Boolean).join("; ")}.`
}

/** @param {string} text */
export const sentence = (text) => text[0].toUpperCase() + text.slice(1)

/** Where the network looked, for one mask. */
export class Looks {
  /**
   * @param {import("../messages.d.ts").Attention} attention
   * @param {import("../messages.d.ts").Painted} painted
   */
  constructor({ weights, scales }, { n, cells }) {
    this.n = n
    this.mask = sorted(cells)
    this.bytes = atob(weights)
    this.scales = scales
  }

  /** The share of its attention that hidden patch `from` has for patch `to`. @param {number} from @param {number} to */
  at(from, to) {
    return this.bytes.charCodeAt(from * this.n * this.n + to) * this.scales[from]
  }

  /** Whether they hold for this mask. @param {Set<number>} mask */
  fit(mask) {
    return mask.size === this.mask.length && same(this.mask, sorted(mask))
  }

  /** The visible patch that hidden patch `from` looked at most; null where it is not hidden. @param {number} from */
  most(from) {
    const hidden = new Set(this.mask)
    if (!hidden.has(from)) return null
    let [cell, weight] = [-1, 0]
    for (let other = 0; other < this.n * this.n; other++) {
      if (!hidden.has(other) && this.at(from, other) > weight) [cell, weight] = [other, this.at(from, other)]
    }
    return cell < 0 ? null : { cell, weight }
  }

  /** @param {number} from */
  sentence(from) {
    const most = this.most(from)
    if (!most) return null
    const percent = most.weight * 100
    const digits = percent >= 10 ? Math.round(percent) : percent.toPrecision(2)
    return `${sentence(nameOf(this.n, from))} looked most at ${nameOf(this.n, most.cell)} (${digits}% of its attention).`
  }
}
