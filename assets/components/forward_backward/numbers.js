// Numbers as the lesson writes them: about three digits, a true minus.

/** @param {string} text */
export const minus = (text) => text.replace("-", "−")

/** @param {number} x */
export function number(x) {
  const size = Math.abs(x)
  if (size === 0) return "0"
  if (size < 0.00095) return minus(x.toExponential(0).replace("e-", "e−"))
  if (size < 0.00995) return minus(x.toFixed(4))
  if (size >= 99.95) return minus(x.toFixed(0))
  if (size >= 9.995) return minus(x.toFixed(1))
  return minus(x.toFixed(size >= 0.9995 ? 2 : 3))
}

/** @param {number[]} x */
export const vector = (x) => (x.length === 1 ? number(x[0]) : `(${x.map(number).join(", ")})`)
