// Prints what a run does, for a test in another language: its data, its first weights, the batches it takes, and the weights
// after its steps. The setting comes as JSON on the command line.

import { dataOf } from "./data.js"
import { copy, forward } from "./network.js"
import { Run } from "./run.js"

const { kind, noise, steps, ...setting } = JSON.parse(process.argv[2])
const data = dataOf(kind, noise)
const run = new Run(setting, data)
/** @type {unknown[]} */
const batches = []
const next = run.next.bind(run)
run.next = () => {
  const taken = next()
  batches.push({ inputs: [...taken.inputs], classes: [...taken.classes] })
  return taken
}
/** @param {import("./network.js").Network} net */
const plain = (net) => net.layers.map(({ weights, biases }) => ({ weights: [...weights], biases: [...biases] }))
const first = plain(copy(run.net))
for (let i = 0; i < steps; i++) run.step()
const planes = forward(run.net, run.data.test.inputs).map(({ width, values }) => ({ width, values: [...values] }))
const test = { inputs: [...data.test.inputs], classes: [...data.test.classes] }
console.log(
  JSON.stringify({
    first,
    batches,
    last: plain(run.net),
    loss: run.loss(),
    planes,
    test,
    accuracy: run.accuracy("test"),
  }),
)
