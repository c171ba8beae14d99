// How many multiplications the gradients of all weights take: with every factor used again, with a chain for each layer, and with
// a product for each path. The twin of core/lessons/backpropagation/counting.py.
//
// Counted are products of factors alone: the slopes of the activation and the loss's own derivative are there in each of the three.

/** @typedef {{ reuse: number, chains: number, paths: number }} Counts */

/** Through a layer, from its delta to that of the layer before: by the weights, then by the slopes. @param {number[]} widths @param {number} layer */
const through = (widths, layer) => widths[layer] * widths[layer - 1] + widths[layer - 1]

/** From the loss down to the layer's delta. @param {number[]} widths @param {number} layer */
function chain(widths, layer) {
  let sum = 0
  for (let k = widths.length - 1; k > layer; k--) sum += through(widths, k)
  return sum
}

/** A product for each path from a weight or a bias of this layer to the loss. @param {number[]} widths @param {number} layer */
function paths(widths, layer) {
  const last = widths.length - 1
  const ways = widths.slice(layer + 1).reduce((product, width) => product * width, 1)
  const factors = 2 * (last - layer) // between the loss's derivative and the layer's own unit
  return ways * widths[layer] * (widths[layer - 1] * (factors + 1) + factors)
}

/**
 * What each step of the backward pass adds: the loss's derivative, then for each layer from the last its weights, the way through
 * them, and through the activation before. Without reuse that way begins at the loss. A path is counted with its weight.
 *
 * @param {number[]} widths of input, layers and output
 * @returns {Counts[]}
 */
export function stepCounts(widths) {
  /** @type {Counts[]} */
  const found = [{ reuse: 0, chains: 0, paths: 0 }]
  for (let layer = widths.length - 1; layer >= 1; layer--) {
    const [weights, slopes] = [widths[layer] * widths[layer - 1], widths[layer - 1]]
    found.push({ reuse: weights, chains: weights, paths: paths(widths, layer) })
    if (layer === 1) break
    found.push({ reuse: weights, chains: weights + chain(widths, layer), paths: 0 })
    found.push({ reuse: slopes, chains: slopes, paths: 0 })
  }
  return found
}

/** Of the first so many steps of the backward pass. @param {number[]} widths @param {number} steps @returns {Counts} */
export function counted(widths, steps) {
  const sum = { reuse: 0, chains: 0, paths: 0 }
  for (const { reuse, chains, paths } of stepCounts(widths).slice(0, Math.max(0, steps))) {
    sum.reuse += reuse
    sum.chains += chains
    sum.paths += paths
  }
  return sum
}
