// Numbers as the box writes them.

/** @param {string} text */
export const minus = (text) => text.replace("-", "\u2212")

/** About three digits; no minus before a zero. @param {number} x */
export function three(x) {
  const size = Math.abs(x)
  const text = x.toFixed(size < 9.995 ? 2 : Number(size < 99.95))
  return minus(text).replace(/^\u2212(?=0\.?0*$)/, "")
}

/** A point. @param {ArrayLike<number>} point */
export const pair = ({ 0: x, 1: y }) => `${minus(`(${x.toFixed(2)}, `)}${minus(`${y.toFixed(2)})`)}`

/** A word as it is kept while it is typed. @param {string} word */
export const tidy = (word) => word.trim().replace(/\s+/g, " ")

/** @param {number | null} t null: infinity */
export function temperature(t) {
  if (t === 0) return "T → 0: a hard look-up"
  return t === null ? "T → ∞: a plain average" : `T = ${t}`
}

/** What the dot products are divided by. @param {number} root */
export const divisor = (root) => (root === 1 ? "not ÷ √d" : `÷ √${Math.round(root ** 2)}`)

/**
 * What the slider's scale names: hard, 0.1, 1, 10 and average, as shares of its length.
 *
 * @param {(number | null)[]} temperatures ascending; null: infinity
 */
export function ticks(temperatures) {
  const last = temperatures.length - 1
  const named = [
    { at: 0, label: "hard", kind: "first" },
    { at: temperatures.indexOf(0.1), label: "0.1", kind: "" },
    { at: temperatures.indexOf(1), label: "T = 1", kind: "one" },
    { at: temperatures.indexOf(10), label: "10", kind: "" },
    { at: last, label: "average", kind: "last" },
  ]
  return named.filter(({ at }) => at >= 0).map(({ at, ...tick }) => ({ ...tick, share: at / last }))
}
