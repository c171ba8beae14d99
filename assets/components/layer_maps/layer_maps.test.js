import assert from "node:assert/strict"
import { test } from "node:test"
import { dataOf } from "../nn/data.js"
import { forward, network } from "../nn/network.js"
import { Run } from "../nn/run.js"
import { boundary, SHEET, SIDE } from "./sheet.js"
import { namesOf, sceneAt, stackOf } from "./stack.js"
import { corners, frameOf, placed, viewsOf } from "./views.js"

/** @param {number} a @param {number} b @param {number} [by] */
const near = (a, b, by = 1e-9) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`)

/** @param {number} width @param {import("../nn/data.js").Kind} [kind] */
function trained(width, kind = "moons") {
  /** @type {import("../nn/run.js").Setting} */
  const setting = { activation: "relu", depth: 2, width, optimiser: "adam", rate: 0.03, l2: 0, batch: 16, seed: 3 }
  const run = new Run(setting, dataOf(kind, 0.1))
  for (let i = 0; i < 100; i++) run.step()
  return run
}

test("at whole numbers the way through the layers shows exactly what each layer takes and gives", () => {
  const run = trained(2)
  const stack = stackOf(run.net, run.data.train.inputs, [1, -1], null)
  const planes = forward(run.net, run.data.train.inputs)
  assert.equal(stack.scenes.length, 7)
  for (let i = 0; i < 7; i++) {
    assert.deepEqual(sceneAt(stack, i).points, planes[i].values)
    assert.deepEqual(sceneAt(stack, i).probe, forward(run.net, [1, -1])[i].values)
  }
})

test("a linear map interpolates, a ReLU folds", () => {
  const run = trained(2)
  const { points } = sceneAt(stackOf(run.net, run.data.train.inputs, [0, 0], null), 0.25)
  const [x, z, h] = forward(run.net, run.data.train.inputs).map(({ values }) => values)
  points.forEach((p, i) => {
    near(p, 0.75 * x[i] + 0.25 * z[i])
  })
  const folded = sceneAt(stackOf(run.net, run.data.train.inputs, [0, 0], null), 1.75).points
  folded.forEach((p, i) => {
    near(p, z[i] > 0 ? z[i] : 0.25 * z[i])
  })
  assert.ok(h.some((v) => v === 0))
})

test("on the boundary two classes have the same chance, in every kind of data", () => {
  for (const kind of /** @type {const} */ (["moons", "blobs3", "blobs4"])) {
    const run = trained(4, kind)
    const sheets = forward(run.net, SHEET)
    const line = boundary(sheets[sheets.length - 2])
    assert.ok(line.length > 40, kind)
    const scores = forward(run.net, line).at(-2)
    if (!scores) throw new Error("no scores")
    const gaps = Array.from({ length: line.length / 2 }, (_, r) => {
      const row = [...scores.values.slice(r * scores.width, (r + 1) * scores.width)].sort((a, b) => b - a)
      return row[0] - row[1]
    })
    const spread = Math.max(...scores.values) - Math.min(...scores.values)
    assert.ok(gaps.reduce((a, b) => a + b) / gaps.length < 0.02 * spread, kind)
  }
})

test("a straight boundary is where algebra has it", () => {
  const values = Float64Array.from({ length: 2 * SIDE * SIDE }, (_, i) => (i % 2 ? 0.3 : SHEET[i]))
  const line = boundary({ width: 2, values })
  assert.equal(line.length / 4, 2 * (SIDE - 1))
  for (let i = 0; i < line.length; i += 2) near(line[i], 0.3)
})

test("PCA shows what varies, lies still when nothing changes, and two neurons are their own numbers", () => {
  const run = trained(5)
  const planes = forward(run.net, run.data.train.inputs)
  const views = viewsOf(planes, null, [])
  assert.deepEqual(
    views.map(({ kind }) => kind),
    ["axes", "pca", "pca", "pca", "pca", "axes", "axes"],
  )
  const [a, b] = views[1].basis
  near(
    a.reduce((s, x) => s + x * x, 0),
    1,
  )
  near(
    a.reduce((s, x, i) => s + x * b[i], 0),
    0,
  )
  const variance = (/** @type {Float64Array} */ places, /** @type {number} */ d) =>
    places.reduce((s, x, i) => s + (i % 2 === d ? x * x : 0), 0)
  const places = placed(planes[1], views[1])
  const two = viewsOf(planes, [4, 1], [])
  for (const pair of [
    [0, 1],
    [2, 3],
    [4, 1],
  ]) {
    const some = placed(planes[1], viewsOf(planes, /** @type {[number, number]} */ (pair), [])[1])
    const mean = [0, 1].map((d) => some.filter((_, i) => i % 2 === d).reduce((s, x) => s + x, 0) / (some.length / 2))
    const centred = some.map((x, i) => x - mean[i % 2])
    assert.ok(variance(places, 0) + variance(places, 1) >= variance(centred, 0) + variance(centred, 1) - 1e-9)
  }
  placed(planes[1], two[1]).forEach((x, i) => {
    assert.equal(x, planes[1].values[Math.floor(i / 2) * 5 + (i % 2 ? 1 : 4)])
  })
  const again = viewsOf(planes, null, views)
  again[1].basis[0].forEach((x, i) => {
    near(x, a[i], 1e-9)
  })
  const flipped = views.map((view) => ({
    ...view,
    basis: /** @type {typeof view.basis} */ ([view.basis[1], view.basis[0].map((x) => -x)]),
  }))
  viewsOf(planes, null, flipped)[1].basis[0].forEach((x, i) => {
    near(x, b[i], 1e-9)
  })
})

test("probabilities lie on the simplex, and certainty in its corners", () => {
  for (const count of [2, 3, 4]) {
    const net = network([2, 3, count], "tanh", 0)
    const planes = forward(net, [0, 0])
    const view = viewsOf(planes, null, [])[4]
    const certain = {
      width: count,
      values: Float64Array.from({ length: count * count }, (_, i) => Number(i % (count + 1) === 0)),
    }
    assert.deepEqual([...placed(certain, view)], corners(count).flat())
  }
})

test("a frame shows all, and a layer that has fallen together too", () => {
  const frame = frameOf(Float64Array.of(1, 1, 3, 2), true)
  assert.ok(frame.x - frame.half < 0 && frame.x + frame.half > 3)
  assert.equal(frameOf(Float64Array.of(1, 1, 1, 1), false).half, 0.25)
  assert.deepEqual(frameOf(new Float64Array(), false), { x: 0, y: 0, half: 1 })
})

test("planes have names", () => {
  assert.deepEqual(namesOf(7, "ReLU"), ["input", "linear", "ReLU", "linear", "ReLU", "linear", "softmax"])
})
