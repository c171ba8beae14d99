// The functions between the linear layers, and their derivatives. GELU is the exact one, x Φ(x), as torch's default.

/** @typedef {"linear" | "relu" | "sigmoid" | "tanh" | "gelu"} Activation */
/** @typedef {{ of: (x: number) => number, slope: (x: number) => number }} Curve its value and its derivative */

/** @param {number} x */
const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

/** The distribution function of a standard normal variable. @param {number} x */
export const normalBelow = (x) => 0.5 * erfc(-x / Math.SQRT2)

/** @param {number} x */
const density = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)

/** @type {Record<Activation, Curve>} */
export const CURVES = {
  linear: { of: (x) => x, slope: () => 1 },
  relu: { of: (x) => Math.max(x, 0), slope: (x) => (x > 0 ? 1 : 0) },
  sigmoid: { of: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)) },
  tanh: { of: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  gelu: { of: (x) => x * normalBelow(x), slope: (x) => normalBelow(x) + x * density(x) },
}

/**
 * The complementary error function, to 15 digits: a series near 0, a continued fraction far away (Abramowitz and Stegun
 * 7.1.6 and 7.1.14).
 *
 * @param {number} x
 */
function erfc(x) {
  const size = Math.abs(x)
  if (size < 2.5) return 1 - erf(x)
  let fraction = 0
  for (let k = 60; k > 0; k--) fraction = k / 2 / (size + fraction)
  const tail = Math.exp(-size * size) / Math.sqrt(Math.PI) / (size + fraction)
  return x > 0 ? tail : 2 - tail
}

/** @param {number} x of at most 2.5 */
function erf(x) {
  let term = x
  let sum = x
  for (let n = 1; n < 60; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
    if (Math.abs(term) < 1e-17 * Math.abs(sum)) break
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}
