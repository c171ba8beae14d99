// What stands in the table of one token's attention, row by row; no browser is needed to know it.

/** @typedef {import("../messages.d.ts").StepsRow} Row */
/** @typedef {import("../messages.d.ts").AttentionStepsData} Data */
/** @typedef {"k" | "v" | "q" | "s"} Picture */
/** Row `row` of `rows` of a picture. @typedef {{ picture: Picture, row: number, rows: number }} Strip */
/** @typedef {string | { token: import("../messages.d.ts").StepsToken, before: string } | { weight: number } | { strip: Strip } | null} Cell */
/** @typedef {{ cells: Cell[], seen: boolean }} Line */

/** @param {Data} data @returns {Line[]} of the table's body */
export function lines(data) {
  const { asks, rows, others, count, seen } = data
  /** @type {Line[]} */
  const found = [shown([{ token: asks, before: "q of " }, strip("q", 0, 1), null, null, null, null])]
  for (const row of rows) found.push(lineOf(row, count, seen))
  if (others) found.push(shown([others.text, null, null, null, `together ${others.together.toFixed(3)}`, null]))
  return found
}

/** The last line. @param {Data} data @returns {Line} */
export function total(data) {
  return shown([data.says, null, null, null, `sum ${data.sum.toFixed(3)}`, strip("s", 0, 1)])
}

/** @param {Row} row @param {number} count @param {number} seen @returns {Line} */
function lineOf({ token, at, product, scaled, weight }, count, seen) {
  /** @type {Cell[]} */
  const cells = [{ token, before: "" }, strip("k", at, count), product]
  if (weight === null) return { cells: [...cells, "−∞", "not seen", null], seen: false }
  return shown([...cells, scaled, { weight }, strip("v", at, seen)])
}

/** @param {Cell[]} cells @returns {Line} */
const shown = (cells) => ({ cells, seen: true })

/** @param {Picture} picture @param {number} row @param {number} rows @returns {{ strip: Strip }} */
const strip = (picture, row, rows) => ({ strip: { picture, row, rows } })

/** How a row of a picture is made to fill a strip: size and position of the background. @param {Strip} strip */
export function background({ row, rows }) {
  return { size: `100% ${100 * rows}%`, position: `0 ${rows > 1 ? ((100 * row) / (rows - 1)).toFixed(4) : 0}%` }
}
