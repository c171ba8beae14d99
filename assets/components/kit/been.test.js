import assert from "node:assert/strict"
import { test } from "node:test"
import { been, remember } from "./been.js"

/** @param {Record<string, string>} [kept] */
const shelf = (kept = {}) => ({
  /** @param {string} key */
  getItem: (key) => kept[key] ?? null,
  /** @param {string} key @param {string} value */
  setItem: (key, value) => {
    kept[key] = value
  },
})

test("a lesson is remembered once, under a path of any depth", () => {
  const one = shelf()
  for (const path of ["/attention", "/served/under/denoising", "/attention/", "/"]) remember(() => one, path)
  assert.deepEqual(
    been(() => one),
    ["attention", "denoising"],
  )
})

test("what is no lesson's name neither comes in nor out", () => {
  const one = shelf({ "latent-lab/been": 'attention <b> x"y' })
  remember(() => one, "/a%20b")
  assert.deepEqual(
    been(() => one),
    ["attention"],
  )
})

test("a browser that refuses its storage has been nowhere", () => {
  const refuses = () => {
    throw new Error("denied")
  }
  remember(refuses, "/attention")
  assert.deepEqual(been(refuses), [])
})
