// The chain rule as blocks: for each layer's weights the factors from the loss down to them, each with its shape and its numbers.
// A factor is new in the first chain that holds it; in the others it was there already.

import { LAYERS, net, WIDTHS } from "./engine.js"

/** @typedef {import("./engine.js").Matrix} Matrix */
/** @typedef {import("./steps.js").Flow} Flow */
/**
 * @typedef {object} Block
 * @property {string} name
 * @property {string} shape
 * @property {Matrix} matrix its numbers
 * @property {number} since the position of the flow from which on it is known
 * @property {boolean} again whether a chain above holds it
 * @property {boolean} diagonal only its diagonal can differ from zero
 */
/** @typedef {{ layer: number, factors: Block[], result: Block }} Chain */

/** @type {(matrix: Matrix) => string} */
const shapeOf = (matrix) => `${matrix.length} × ${matrix[0].length}`

/**
 * The chains of the layers' weights, the last layer's first.
 *
 * reuse: factors that a chain above holds are one block: their product, which is known.
 *
 * @param {Flow} flow
 * @param {boolean} reuse
 * @returns {Chain[]}
 */
export function chains(flow, reuse) {
  const { trace, gradients, values } = flow
  const { weights } = net(values)
  const signs = ["₁", "₂", "₃"]
  /** @type {(name: string, matrix: Matrix, since: number, more?: Partial<Block>) => Block} */
  const block = (name, matrix, since, more = {}) => ({
    name,
    matrix,
    since,
    shape: shapeOf(matrix),
    again: false,
    diagonal: false,
    ...more,
  })
  /** @type {Block[]} */
  let above = []
  /** @type {Chain[]} */
  const found = []
  for (let l = LAYERS - 1; l >= 0; l--) {
    const sign = signs[l]
    const z = l === LAYERS - 1 ? "ŷ" : `z${sign}`
    const known = 14 - 3 * l // where the weights' gradient is known
    /** @type {Block[]} */
    let fresh
    if (l === LAYERS - 1) fresh = [block("∂L/∂ŷ", [gradients.deltas[l]], 7)]
    else {
      const behind = l + 1 === LAYERS - 1 ? "ŷ" : `z${signs[l + 1]}`
      const slopes = trace.slopes[l].map((s, i) => trace.slopes[l].map((_, j) => (i === j ? s : 0)))
      fresh = [
        block(`∂${behind}/∂a${sign}`, weights[l + 1], known - 2),
        block(`∂a${sign}/∂z${sign}`, slopes, known - 1, { diagonal: true }),
      ]
    }
    const input = l ? `a${signs[l - 1]}` : "x"
    const last = block(`∂${z}/∂W${sign}`, [trace.inputs[l]], l ? 2 * l : 0, {
      shape: `${WIDTHS[l + 1]} × (${WIDTHS[l + 1]} · ${WIDTHS[l]}): ${input} in each row`,
    })
    const flat = WIDTHS[l + 1]
    const slice = gradients.deltas[l].map((d) => trace.inputs[l].map((a) => d * a))
    const result = block(`∂L/∂W${sign}`, slice, known, { shape: `${flat} × ${WIDTHS[l]}` })
    found.push({ layer: l + 1, factors: [...shared(above, reuse, flow, l), ...fresh, last], result })
    above = [...above, ...fresh]
  }
  return found
}

/** What a chain takes from those above. @param {Block[]} above @param {boolean} reuse @param {Flow} flow @param {number} l @returns {Block[]} */
function shared(above, reuse, { gradients }, l) {
  if (!reuse || above.length < 2) return above.map((one) => ({ ...one, again: true }))
  const matrix = [gradients.deltas[l + 1]]
  const since = above[above.length - 1].since
  return [{ name: `∂L/∂z${"₁₂₃"[l + 1]}`, shape: shapeOf(matrix), matrix, since, again: true, diagonal: false }]
}
