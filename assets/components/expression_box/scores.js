// How scores are written, drawn and spoken.

/** @typedef {import("../messages.d.ts").ExpressionBoxData["rows"]} Rows */

/** Three digits; no minus before a zero. @param {number} score */
export const number = (score) =>
  score
    .toFixed(3)
    .replace(/^-(?=0\.000$)/, "")
    .replace("-", "\u2212")

/** The bars in per cent: a cosine's bar is full at 1. @param {number[]} scores */
export function widths(scores) {
  const full = Math.max(1, ...scores)
  return scores.map((score) => Math.max(0, (100 * score) / full))
}

/** What a screen reader hears of an answer. @param {string} error @param {Rows} rows @param {string} normal */
export function spoken(error, rows, normal) {
  if (error || !rows.length) return error
  return `${rows.length} ${rows.length > 1 ? "results" : "result"} for ${normal}: ${rows[0][0]} comes first.`
}
