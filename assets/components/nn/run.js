// A training: the network as it is now, the step it is at, and what it was. One step is exact: played or taken by itself,
// from a seed and by the edits of a hand, the same steps lead to the same network.

import { accuracy, backward, copy, crossEntropy, forward, network } from "./network.js"
import { descend, fresh } from "./optimise.js"
import { shuffled, stream } from "./random.js"

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./data.js").Data} Data */
/** @typedef {import("./data.js").Points} Points */

/**
 * @typedef {object} Setting
 * @property {import("./activations.js").Activation} activation
 * @property {number} depth hidden layers
 * @property {number} width of each hidden layer
 * @property {import("./optimise.js").Name} optimiser
 * @property {number} rate
 * @property {number} l2
 * @property {number} batch points a step; 0: all
 * @property {number} seed of the weights and of the order of the points
 */
/** @typedef {{ step: number, layer: number, index: number, value: number }} Edit index: of a weight, row by row; behind the weights come the biases */
/** @typedef {{ step: number, train: number, test: number }} Loss */

const MOST_LOSSES = 400 // of a history: then every other one goes

export class Run {
  /** @param {Setting} setting @param {Data} data @param {Edit[]} [edits] by hand */
  constructor(setting, data, edits = []) {
    this.setting = setting
    this.data = data
    const { width, depth, activation, seed } = setting
    this.initial = network([2, ...Array(depth).fill(width), data.count], activation, seed)
    this.net = copy(this.initial)
    this.memory = fresh()
    this.steps = 0
    this.edits = edits
    this.draw = stream(seed, "order")
    /** @type {number[]} */
    this.order = []
    /** @type {Loss[]} */
    this.losses = []
    this.every = 1 // step of which the history keeps the losses
    this.reset(edits)
  }

  /** Back to the initial weights. @param {Edit[]} [edits] that are made again when their steps come */
  reset(edits = []) {
    this.edits = edits
    this.net = copy(this.initial)
    this.memory = fresh()
    this.steps = 0
    this.draw = stream(this.setting.seed, "order")
    this.order = []
    this.losses = []
    this.every = 1
    this.edited()
    this.note()
  }

  /** The training points of the next step. @returns {Points} */
  next() {
    const { inputs, classes } = this.data.train
    const n = classes.length
    const size = this.setting.batch && this.setting.batch < n ? this.setting.batch : n
    if (size === n) return this.data.train
    if (this.order.length < size) this.order = shuffled(n, this.draw)
    const some = this.order.splice(0, size)
    return {
      inputs: Float64Array.from(some.flatMap((i) => [inputs[2 * i], inputs[2 * i + 1]])),
      classes: Int32Array.from(some, (i) => classes[i]),
    }
  }

  /** One step of the optimiser. */
  step() {
    const { optimiser, rate, l2 } = this.setting
    if (!this.data.train.classes.length) return
    const { inputs, classes } = this.next()
    const gradients = backward(this.net, forward(this.net, inputs), classes, l2)
    descend(optimiser, this.net, gradients, rate, this.memory)
    this.steps += 1
    this.edited()
    if (this.steps % this.every === 0) this.note()
  }

  /** Put a number in the place of a weight or a bias, at the step shown. @param {number} layer @param {number} index @param {number} value */
  edit(layer, index, value) {
    const step = this.steps
    const same = (/** @type {Edit} */ one) => one.step === step && one.layer === layer && one.index === index
    this.edits = [...this.edits.filter((one) => !same(one)), { step, layer, index, value }]
    this.edited()
    if (this.losses.at(-1)?.step === step) this.losses.pop()
    this.note()
  }

  edited() {
    for (const { step, layer, index, value } of this.edits) {
      const one = this.net.layers[layer]
      if (step !== this.steps || !one) continue
      if (index < one.weights.length) one.weights[index] = value
      else if (index < one.weights.length + one.biases.length) one.biases[index - one.weights.length] = value
    }
  }

  /** Train and test loss of the network as it is. @returns {Loss} */
  loss() {
    const of = (/** @type {Points} */ { inputs, classes }) => {
      const planes = forward(this.net, inputs)
      return crossEntropy(planes[planes.length - 2], classes)
    }
    return { step: this.steps, train: of(this.data.train), test: of(this.data.test) }
  }

  /** The share of points that it calls by their class. @param {"train" | "test"} part */
  accuracy(part) {
    const { inputs, classes } = this.data[part]
    const planes = forward(this.net, inputs)
    return accuracy(planes[planes.length - 2], classes)
  }

  note() {
    this.losses.push(this.loss())
    if (this.losses.length <= MOST_LOSSES) return
    this.every *= 2
    this.losses = this.losses.filter(({ step }) => step % this.every === 0)
  }

  /** Whether a weight is no number any more: the learning rate was too large. */
  get broken() {
    const bad = (/** @type {Float64Array} */ values) => values.some((x) => !Number.isFinite(x) || Math.abs(x) > 1e6)
    return this.net.layers.some(({ weights, biases }) => bad(weights) || bad(biases))
  }
}
