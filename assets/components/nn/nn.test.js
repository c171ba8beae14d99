import assert from "node:assert/strict"
import { test } from "node:test"
import { CURVES, normalBelow } from "./activations.js"
import { dataOf, ownData, REACH, TRAIN } from "./data.js"
import { accuracy, backward, crossEntropy, forward, network, softmax } from "./network.js"
import { polar, singularValues } from "./polar.js"
import { separability } from "./probe.js"
import { shuffled, stream } from "./random.js"
import { Run } from "./run.js"

/** @type {import("./run.js").Setting} */
const SETTING = { activation: "tanh", depth: 2, width: 3, optimiser: "sgd", rate: 0.1, l2: 0, batch: 16, seed: 0 }
const KINDS = /** @type {const} */ (["moons", "circles", "spirals", "xor", "blobs2", "blobs3", "blobs4"])
const ACTIVATIONS = /** @type {const} */ (["linear", "relu", "sigmoid", "tanh", "gelu"])

/** @param {number} a @param {number} b @param {number} [by] */
const near = (a, b, by = 1e-9) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`)

/** @param {Run} run */
const numbers = ({ net }) => net.layers.flatMap(({ weights, biases }) => [...weights, ...biases])

/** @param {Run} run @param {number} steps */
function train(run, steps) {
  for (let i = 0; i < steps; i++) run.step()
  return run
}

test("a seed repeats its numbers, and other names have others", () => {
  const [a, b, c] = [stream(3, "x"), stream(3, "x"), stream(3, "y")]
  const three = [a(), a(), a()]
  assert.deepEqual([b(), b(), b()], three)
  assert.notEqual(c(), three[0])
  assert.ok(three.every((x) => x >= 0 && x < 1))
  assert.deepEqual(
    shuffled(9, stream(0, "")).toSorted((x, y) => x - y),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  )
})

test("activations have the slopes that finite differences find, and GELU is the exact one", () => {
  for (const name of ACTIVATIONS)
    for (const x of [-3.7, -1.2, -0.1, 0.3, 2.6, 5]) {
      const { of, slope } = CURVES[name]
      near(slope(x), (of(x + 1e-5) - of(x - 1e-5)) / 2e-5, 1e-7)
    }
  near(normalBelow(1), 0.8413447460685429, 1e-14)
  near(normalBelow(-4), 3.167124183311986e-5, 1e-16)
  assert.equal(CURVES.sigmoid.of(-1000), 0)
})

test("a softmax sums to 1, whatever the scores, and cools to a choice", () => {
  assert.deepEqual([...softmax(Float64Array.of(1000, 1000), 2)], [0.5, 0.5])
  near(softmax(Float64Array.of(1, 0), 2)[0], 1 / (1 + Math.exp(-1)))
  assert.deepEqual([...softmax(Float64Array.of(1, 0), 2, 1e-3)], [1, 0])
})

test("gradients are those of finite differences", () => {
  const { train: points } = dataOf("blobs3", 0.2)
  for (const activation of ACTIVATIONS) {
    const net = network([2, 3, 4, 3], activation, 1)
    const loss = () => {
      const planes = forward(net, points.inputs)
      const squares = net.layers.reduce((sum, { weights }) => sum + weights.reduce((s, w) => s + w * w, 0), 0)
      return crossEntropy(planes[planes.length - 2], points.classes) + 0.005 * squares
    }
    const found = backward(net, forward(net, points.inputs), points.classes, 0.01)
    net.layers.forEach((layer, l) => {
      for (const part of /** @type {const} */ (["weights", "biases"]))
        layer[part].forEach((value, i) => {
          const at = (/** @type {number} */ x) => {
            layer[part][i] = x
            return loss()
          }
          const slope = (at(value + 1e-6) - at(value - 1e-6)) / 2e-6
          layer[part][i] = value
          near(found[l][part][i], slope, 1e-6)
        })
    })
  }
})

test("the polar factor has singular values of 1, and the direction of its matrix", () => {
  const draw = stream(5, "matrix")
  for (const [rows, columns] of [
    [3, 3],
    [2, 5],
    [6, 2],
    [1, 4],
    [4, 1],
  ]) {
    const matrix = { rows, columns, values: Float64Array.from({ length: rows * columns }, () => draw() - 0.5) }
    const q = polar(matrix)
    for (const s of singularValues(q)) near(s, 1, 1e-12)
    const nuclear = singularValues(matrix).reduce((a, b) => a + b)
    near(
      q.values.reduce((sum, x, i) => sum + x * matrix.values[i], 0),
      nuclear,
      1e-12,
    )
  }
  const flat = polar({ rows: 2, columns: 2, values: Float64Array.of(1, 2, -1, -2) })
  near(singularValues(flat)[0], 1, 1e-12)
  near(singularValues(flat)[1], 0, 1e-12)
  assert.deepEqual([...polar({ rows: 2, columns: 1, values: Float64Array.of(0, 0) }).values], [0, 0])
})

test("100 steps of play are 100 single steps, for every optimiser", () => {
  for (const optimiser of /** @type {const} */ (["sgd", "momentum", "adam", "spectral"])) {
    const setting = { ...SETTING, optimiser, rate: 0.03 }
    const played = train(new Run(setting, dataOf("moons", 0.1)), 100)
    const single = new Run(setting, dataOf("moons", 0.1))
    for (let i = 0; i < 100; i++) {
      single.step()
      single.loss()
      single.accuracy("test")
      forward(single.net, single.data.test.inputs)
    }
    assert.deepEqual(numbers(played), numbers(single))
    assert.equal(played.steps, 100)
  }
})

test("reset keeps the initial weights, and the same steps follow; another seed has others", () => {
  const run = new Run(SETTING, dataOf("xor", 0))
  const start = numbers(run)
  const after = numbers(train(run, 30))
  run.reset()
  assert.deepEqual(numbers(run), start)
  assert.equal(run.steps, 0)
  assert.deepEqual(numbers(train(run, 30)), after)
  assert.notDeepEqual(numbers(new Run({ ...SETTING, seed: 1 }, dataOf("xor", 0))), start)
})

test("a spectral step moves each matrix by the learning rate, in the spectral norm", () => {
  const run = new Run({ ...SETTING, optimiser: "spectral", rate: 0.05 }, dataOf("moons", 0.1))
  const before = run.net.layers.map(({ weights }) => weights.slice())
  run.step()
  run.net.layers.forEach(({ weights, outputs, inputs }, l) => {
    const moved = { rows: outputs, columns: inputs, values: weights.map((w, i) => w - before[l][i]) }
    near(singularValues(moved)[0], 0.05, 1e-12)
  })
})

test("an epoch shows every point once, and a batch of 0 is all of them", () => {
  const run = new Run({ ...SETTING, batch: 20 }, dataOf("moons", 0))
  const seen = Array.from({ length: TRAIN / 20 }, () => [...run.next().inputs]).flat()
  assert.deepEqual(
    seen.toSorted((a, b) => a - b),
    [...run.data.train.inputs].toSorted((a, b) => a - b),
  )
  const whole = new Run({ ...SETTING, batch: 0 }, dataOf("moons", 0))
  assert.equal(whole.next(), whole.data.train)
})

test("an edit by hand is made again when its step comes", () => {
  const run = train(new Run(SETTING, dataOf("moons", 0)), 5)
  run.edit(1, 2, 0.75)
  assert.equal(run.net.layers[1].weights[2], 0.75)
  run.edit(0, 6, -1)
  run.edit(0, 6, -2)
  assert.equal(run.net.layers[0].biases[0], -2)
  assert.equal(run.edits.length, 2)
  assert.equal(run.losses.at(-1)?.train, run.loss().train)
  const again = train(new Run(SETTING, dataOf("moons", 0), run.edits), 5)
  assert.deepEqual(numbers(again), numbers(run))
  assert.deepEqual(numbers(train(again, 20)), numbers(train(run, 20)))
  run.reset()
  assert.deepEqual(run.edits, [])
})

test("a history stays short however long the training", () => {
  const run = train(new Run({ ...SETTING, width: 1, depth: 1, batch: 1 }, dataOf("moons", 0)), 3000)
  assert.ok(run.losses.length <= 401 && run.losses.length > 150, `${run.losses.length}`)
  assert.deepEqual([run.losses[0].step, run.losses.at(-1)?.step], [0, 3000 - (3000 % run.every)])
})

test("data lie within reach, classes are equally large, and seeds repeat them", () => {
  for (const kind of KINDS) {
    const { count, train: points, test: held } = dataOf(kind, 0)
    assert.ok(
      points.inputs.every((x) => Math.abs(x) <= REACH),
      kind,
    )
    assert.deepEqual(dataOf(kind, 0).train, points)
    assert.notDeepEqual(held.inputs, points.inputs)
    const sizes = Array.from({ length: count }, (_, k) => points.classes.filter((c) => c === k).length)
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${kind}: ${sizes}`)
  }
  assert.equal(dataOf("blobs4", 0.1).count, 4)
})

test("of own points every fourth is held out, of few none", () => {
  /** @type {[number, number, number][]} */
  const points = Array.from({ length: 16 }, (_, i) => [i, -i, i % 3])
  assert.deepEqual([...ownData(points).test.inputs], [3, -3, 7, -7, 11, -11, 15, -15])
  assert.equal(ownData(points).count, 3)
  assert.deepEqual([...ownData(points.slice(0, 4)).test.classes], [])
  assert.equal(ownData([]).count, 2)
})

test("networks learn: moons without a fault, and the linear one cannot", () => {
  const bent = train(new Run({ ...SETTING, width: 6, optimiser: "adam", rate: 0.03 }, dataOf("moons", 0.1)), 600)
  const straight = train(
    new Run({ ...SETTING, activation: "linear", optimiser: "adam", rate: 0.03 }, dataOf("circles", 0.1)),
    600,
  )
  assert.ok(bent.accuracy("test") > 0.98, `${bent.accuracy("test")}`)
  assert.ok(straight.accuracy("test") < 0.7, `${straight.accuracy("test")}`)
})

test("a probe finds a straight cut where there is one", () => {
  const of = (/** @type {import("./data.js").Kind} */ kind) => {
    const { train: a, test: b, count } = dataOf(kind, 0)
    const plane = (/** @type {Float64Array} */ values) => ({ width: 2, values })
    return separability(plane(a.inputs), a.classes, plane(b.inputs), b.classes, count)
  }
  assert.equal(of("blobs2"), 1)
  assert.equal(of("blobs4"), 1)
  assert.ok(of("circles") < 0.7)
  const still = { width: 2, values: Float64Array.of(1, 1, 1, 1) }
  assert.equal(separability(still, [0, 1], still, [0, 1], 2), 0.5)
  assert.equal(accuracy(still, [0, 0]), 1)
})

test("a rate that is too large is noticed", () => {
  const run = train(new Run({ ...SETTING, activation: "linear", rate: 1e9 }, dataOf("moons", 0)), 3)
  assert.ok(run.broken)
  assert.ok(!new Run(SETTING, dataOf("moons", 0)).broken)
})

test("without points nothing moves", () => {
  const run = train(new Run(SETTING, ownData([])), 3)
  assert.equal(run.steps, 0)
})
