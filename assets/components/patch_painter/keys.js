// What keys mean on the picture, and where the patch that the keyboard is on goes.

import { clamp, letterOf } from "../kit/dom.js"

/** @typedef {"toggle" | "undo" | "redo" | "invert"} Command */
/** @typedef {{ walk: [down: number, right: number], paints: boolean } | { command: Command }} Meaning */
/** @typedef {Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">} Key */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }

/** What a key means; null for one that is not the painter's. @param {Key} key @returns {Meaning | null} */
export function meaning({ key, code, shiftKey, ctrlKey, metaKey, altKey }) {
  const command = ctrlKey || metaKey
  const letter = letterOf({ key, code })
  if (command) {
    if (letter === "z") return { command: shiftKey ? "redo" : "undo" }
    return letter === "y" ? { command: "redo" } : null
  }
  if (key === " " || key === "Enter") return { command: "toggle" }
  if (altKey) return null
  if (ARROWS[key]) return { walk: ARROWS[key], paints: shiftKey }
  return letter === "i" ? { command: "invert" } : null
}

/** The patch one step further; the picture's edge holds it. @param {number} n @param {number} cell @param {[down: number, right: number]} way */
export function beside(n, cell, [down, right]) {
  const row = clamp(Math.floor(cell / n) + down, 0, n - 1)
  return row * n + clamp((cell % n) + right, 0, n - 1)
}
