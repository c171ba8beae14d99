// Where the cells and the wires of the graph lie, from left to right or, in a narrow place, from top to bottom.

import { WIDTHS } from "./engine.js"

/** @typedef {{ x: number, y: number, column: number, row: number }} Cell middle of a cell; the target stands in column 7 */
/** @typedef {{ from: Cell, to: Cell, layer: number }} Wire layer: whose weight it is; 0 for a step without weights */
/** @typedef {{ width: number, height: number, upright: boolean, cells: Cell[], wires: Wire[], wide: number, tall: number }} Layout */

/** Units in each column of the graph. */
export const UNITS = [WIDTHS[0], WIDTHS[1], WIDTHS[1], WIDTHS[2], WIDTHS[2], WIDTHS[3], 1]
export const TARGET = 7
const HEAD = 30 // pixels above the cells for the columns' names
const FOOT = 10 // and below them for the target's name
const NARROW = 640

/** @param {number} width pixels that there are @param {number} size of the type, in pixels @returns {Layout} */
export function layout(width, size) {
  const upright = width < NARROW
  const [wide, tall] = [5.2 * size, 3.3 * size]
  const most = Math.max(...UNITS)
  const aside = upright ? 2.2 * size : 0 // names stand left of the rows
  const pitch = upright ? (width - aside) / most : tall + size // between the cells of a column
  const between = upright ? tall + 2.3 * size : (width - wide - 8) / (UNITS.length - 1)
  /** @type {Cell[]} */
  const cells = []
  const place = (
    /** @type {number} */ column,
    /** @type {number} */ row,
    /** @type {number} */ at,
    /** @type {number} */ along,
  ) => {
    const across = (at + 0.5) * pitch
    const y = upright ? tall / 2 + 4 + along * between : HEAD + across
    cells.push({ x: upright ? aside + across : wide / 2 + 4 + along * between, y, column, row })
  }
  UNITS.forEach((units, column) => {
    for (let row = 0; row < units; row++) place(column, row, row + (most - units) / 2, column)
  })
  place(TARGET, 0, most - 1, UNITS.length - 1)
  const of = (/** @type {number} */ column) => cells.filter((cell) => cell.column === column)
  /** @type {Wire[]} */
  const wires = []
  for (let column = 1; column < UNITS.length; column++) {
    const layer = column % 2 ? (column + 1) / 2 : 0
    for (const to of of(column))
      for (const from of of(column - 1)) if (layer || from.row === to.row) wires.push({ from, to, layer })
  }
  wires.push({ from: of(TARGET)[0], to: of(UNITS.length - 1)[0], layer: 0 })
  const height = upright ? (UNITS.length - 1) * between + tall + 8 : HEAD + most * pitch + FOOT
  return { width, height, upright, cells, wires, wide, tall }
}
