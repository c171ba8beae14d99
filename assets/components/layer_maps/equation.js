// The operation between two planes as an equation with its numbers, in MathML.

const MATH = "http://www.w3.org/1998/Math/MathML"
const MOST = 4 // rows and columns that are written out

/** @typedef {import("../nn/network.js").Network} Network */
/** @typedef {import("../nn/network.js").Plane} Plane */

/** @param {string} name @param {(Node | string)[]} [inside] */
export function math(name, inside = []) {
  const made = document.createElementNS(MATH, name)
  made.append(...inside)
  return made
}

/** @param {number} x */
export function number(x) {
  if (!Number.isFinite(x)) return "∞"
  const text = x.toFixed(Math.abs(x) < 9.995 ? 2 : Math.abs(x) < 99.95 ? 1 : 0)
  return text.replace(/^-(?=0\.?0*$)/, "").replace("-", "−")
}

const dots = () => math("mtd", [math("mo", ["⋯"])])

/** A matrix in brackets; of a large one the first rows and columns and the last. @param {ArrayLike<number>} values @param {number} rows @param {number} columns */
export function matrix(values, rows, columns) {
  const some = (/** @type {number} */ n) => (n <= MOST ? Array.from({ length: n }, (_, i) => i) : [0, 1, 2, -1, n - 1])
  const lines = some(rows).map((r) => {
    const cells = some(columns).map((c) =>
      r < 0 || c < 0 ? dots() : math("mtd", [math("mn", [number(values[r * columns + c])])]),
    )
    return math("mtr", cells)
  })
  return math("mrow", [math("mo", ["["]), math("mtable", lines), math("mo", ["]"])])
}

/** @param {string} text */
export const op = (text) => math("mo", [text])

/**
 * @param {Network} net
 * @param {number} plane the one that comes out, from 1
 * @param {Plane[]} probe the planes of the point in hand
 * @param {string} activation its name
 * @returns {{ title: string, node: Element }}
 */
export function equationOf(net, plane, probe, activation) {
  const [before, after] = [probe[plane - 1], probe[plane]]
  const [input, output] = [matrix(before.values, before.width, 1), matrix(after.values, after.width, 1)]
  if (plane === probe.length - 1) {
    const body = [output, op("="), math("mtext", ["softmax "]), input]
    return { title: "p = softmax(z): probabilities", node: math("math", [math("mrow", body)]) }
  }
  if (plane % 2) {
    const layer = net.layers[(plane - 1) / 2]
    const body = [
      output,
      op("="),
      matrix(layer.weights, layer.outputs, layer.inputs),
      input,
      op("+"),
      matrix(layer.biases, layer.outputs, 1),
    ]
    return { title: "z = W h + b: linear", node: math("math", [math("mrow", body)]) }
  }
  const body = [output, op("="), math("mtext", [`${activation} `]), input]
  return { title: `h = ${activation}(z), each number by itself`, node: math("math", [math("mrow", body)]) }
}
