import assert from "node:assert/strict"
import { test } from "node:test"
import { atAct, oneEntryAPage } from "./address.js"

/** A history that knows where it is, and what was done with it. */
function entries(start = "http://lab/contrastive?c_draw=1") {
  const all = [start]
  const made = {
    all,
    here: () => all[all.length - 1],
    /** @param {any} _state @param {string} _title @param {string | URL | null} [url] */
    pushState(_state, _title, url) {
      all.push(new URL(url ?? "", made.here()).href)
    },
    /** @param {any} _state @param {string} _title @param {string | URL | null} [url] */
    replaceState(_state, _title, url) {
      all[all.length - 1] = new URL(url ?? "", made.here()).href
    },
  }
  return made
}

test("a change on the same page replaces the entry", () => {
  const history = entries()
  oneEntryAPage(history, history.here)
  for (const draw of [2, 3, 4]) history.pushState({}, "", `/contrastive?c_draw=${draw}`)
  assert.deepEqual(history.all, ["http://lab/contrastive?c_draw=4"])
})

test("another page has an entry of its own", () => {
  const history = entries()
  oneEntryAPage(history, history.here)
  history.pushState({}, "", "/bottleneck")
  history.pushState({}, "", "/bottleneck?b_size=8")
  history.pushState({}, "", "/")
  assert.deepEqual(history.all, ["http://lab/contrastive?c_draw=1", "http://lab/bottleneck?b_size=8", "http://lab/"])
})

test("twice is once, and an entry without an address is added", () => {
  const history = entries()
  oneEntryAPage(history, history.here)
  const changed = history.pushState
  oneEntryAPage(history, history.here)
  assert.equal(history.pushState, changed)
  history.pushState({}, "")
  assert.equal(history.all.length, 2)
})

test("an act that was chosen has an entry of its own, once, and a step does not", () => {
  const history = entries("http://lab/contrastive")
  /** @type {{ act: string | null }} */
  const chosen = { act: null }
  oneEntryAPage(history, history.here, chosen)
  chosen.act = "space"
  history.pushState({}, "", "/contrastive?c_draw=2") // something else on its way
  history.pushState({}, "", "/contrastive?act=space")
  history.pushState({}, "", "/contrastive?act=space&c_draw=3")
  history.pushState({}, "", "/contrastive?act=maps&present=1")
  assert.deepEqual(history.all, ["http://lab/contrastive?c_draw=2", "http://lab/contrastive?act=maps&present=1"])
  chosen.act = ""
  history.pushState({}, "", "/contrastive")
  assert.equal(history.all.length, 3)
})

test("the address of a screen at another act", () => {
  assert.equal(atAct("http://lab/contrastive?c_draw=2&act=maps", "space"), "http://lab/contrastive?c_draw=2&act=space")
  assert.equal(atAct("http://lab/contrastive?act=maps", ""), "http://lab/contrastive")
})
