import assert from "node:assert/strict"
import { test } from "node:test"
import { named, toLab, writeRgb } from "./cielab.js"
import { Guesses } from "./guesses.js"
import { between, hinted, pixelAt, walked } from "./hints.js"
import { Picture } from "./picture.js"
import { asked, percent, spelled } from "./words.js"

/** @param {number} value @param {number} wanted @param {number} [by] */
const near = (value, wanted, by = 1e-6) => assert.ok(Math.abs(value - wanted) < by, `${value} is not ${wanted}`)

test("Lab is scikit-image's, and leads back", () => {
  // skimage.color.rgb2lab of these colours
  const known = [
    [255, 0, 0, 53.2406, 80.0923, 67.2028],
    [0, 0, 255, 32.2957, 79.1856, -107.8573],
    [18, 52, 86, 21.0416, 1.0523, -24.0992],
    [255, 255, 255, 100, -0.0025, 0.0047],
    [3, 2, 1, 0.5869, 0.1224, 0.4706],
  ]
  for (const [r, g, b, ...lab] of known) {
    toLab(r, g, b).forEach((value, i) => {
      near(value, lab[i], 1e-3)
    })
  }
  const rgb = new Uint8ClampedArray(3)
  for (let r = 0; r < 256; r += 15) {
    for (let g = 0; g < 256; g += 15) {
      for (let b = 0; b < 256; b += 15) {
        writeRgb(...toLab(r, g, b), rgb, 0)
        assert.deepEqual([...rgb], [r, g, b])
      }
    }
  }
})

test("colours have names", () => {
  const name = (/** @type {number} */ r, /** @type {number} */ g, /** @type {number} */ b) =>
    named(toLab(r, g, b)[1], toLab(r, g, b)[2])
  assert.deepEqual(
    [
      name(220, 40, 40),
      name(250, 230, 40),
      name(60, 160, 60),
      name(40, 90, 230),
      name(128, 128, 128),
      name(245, 140, 20),
    ],
    ["red", "yellow", "green", "blue", "gray", "orange"],
  )
})

/** Two pixels: one with three cells, of shares 0.64, 0.32 and 0.04; one with a single cell. */
const CENTRES = /** @type {[number, number][]} */ ([
  [0, 0],
  [60, 20],
  [-20, 80],
  [0, -40],
])
const BYTES = Uint8Array.from([3, 1, 0, 1, 2, 3, 204, 144, 51, 255])

test("an answer lies between the mode and the mean", () => {
  const guesses = new Guesses(BYTES, 2, CENTRES)
  const squares = [204, 144, 51].map((root) => root ** 2)
  const sum = squares.reduce((a, b) => a + b)
  const p = squares.map((square) => square / sum)
  assert.deepEqual(
    guesses.at(0).map(([cell]) => cell),
    [0, 1, 2],
  )
  guesses.at(0).forEach(([, share], i) => {
    near(share, p[i])
  })
  assert.deepEqual(guesses.colour(0, 0), [0, 0])
  assert.deepEqual(guesses.colour(1, 0.4), [0, -40])
  for (const temperature of [0.1, 0.38, 1]) {
    const heated = p.map((share) => share ** (1 / temperature))
    const all = heated.reduce((a, b) => a + b)
    const [a, b] = guesses.colour(0, temperature)
    near(a, (60 * heated[1] - 20 * heated[2]) / all, 1e-4)
    near(b, (20 * heated[1] + 80 * heated[2]) / all, 1e-4)
  }
  const all = guesses.colours(1)
  near(all[0], guesses.colour(0, 1)[0], 1e-4)
  assert.equal(all[3], -40)
  assert.deepEqual(guesses.path(0, 4)[0], [0, 0])
})

test("a hint takes the place of the one before, and the oldest goes", () => {
  const one = hinted([], 5, 2, 3)
  assert.deepEqual(one, [[5, 2]])
  assert.equal(hinted(one, 5, 2, 3), one, "nothing changes")
  assert.deepEqual(hinted(one, 5, 0, 3), [[5, 0]])
  assert.equal(hinted(one, 6, null, 3), one)
  assert.deepEqual(hinted(one, 5, null, 3), [])
  const full = hinted(hinted(one, 6, 1, 3), 7, 1, 3)
  assert.deepEqual(hinted(full, 8, 1, 3), [
    [6, 1],
    [7, 1],
    [8, 1],
  ])
})

test("a stroke leaves no hole, and keys stay inside", () => {
  assert.deepEqual(between(0, 3, 4), [1, 2, 3])
  assert.deepEqual(between(0, 15, 4), [5, 10, 15])
  assert.deepEqual(between(5, 5, 4), [])
  assert.deepEqual(
    ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End", "x"].map((key) => walked(key, 3, 4)),
    [3, 2, 7, 3, 0, 15, null],
  )
  assert.equal(pixelAt({ x: 0.3, y: 0.8 }, 4), 13)
  assert.equal(pixelAt({ x: 1, y: -0.1 }, 4), 3)
})

test("numbers of a picture are of its drawn pixels", () => {
  const picture = new Picture(Uint8Array.from([255, 255, 255, 255, 255, 255, 200, 30, 30, 250, 250, 250]), 2)
  assert.deepEqual([...picture.drawn], [0, 0, 1, 0])
  const [, a, b] = toLab(200, 30, 30)
  near(picture.chroma(picture.truth), Math.hypot(a, b), 1e-3)
  near(picture.error(picture.truth), 0)
  near(picture.error(new Float32Array(8)), Math.hypot(a, b), 1e-3)
  assert.deepEqual([...picture.rgba(picture.truth).slice(8, 12)], [200, 30, 30, 255])
  const gray = picture.rgba(null)
  assert.ok(gray[8] === gray[9] && gray[9] === gray[10])
  const shades = /** @type {[number, number, number][]} */ ([
    [0, 0, 0],
    [100, 100, 100],
  ])
  assert.deepEqual([...picture.map(new Float32Array(8), 2 * Math.hypot(a, b), shades).slice(8, 11)], [50, 50, 50])
  const flat = new Picture(new Uint8Array(12).fill(9), 2)
  assert.ok(!flat.coloured && flat.drawn.every(Boolean), "of a picture of one colour all is drawn")
})

test("in words", () => {
  assert.deepEqual([0.004, 0.126, 0.9951, 0.9999].map(percent), ["<1%", "13%", "99.5%", "100%"])
  assert.equal(spelled([-0.2, 0.3]), "gray (0, 0)")
  assert.equal(spelled([61.4, -20.6]), "pink (61, −21)")
  assert.deepEqual([0, 0.38, 1].map(asked), ["the mode", "T = 0.38", "the mean"])
})
