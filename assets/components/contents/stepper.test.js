import assert from "node:assert/strict"
import { test } from "node:test"
import { rules, shown } from "./stepper.js"

/** @param {string} anchor */
const act = (anchor, prose = false) => ({
  anchor,
  title: anchor,
  key: `c_act_${anchor}`,
  prose,
  also: [`c_act_${anchor}-2`],
})
const ACTS = [{ ...act(""), key: "c_play", also: [] }, act("space"), act("this-model"), act("how-it-works", true)]

test("a step shows its act, the stage with its question, and prose with the stage on request", () => {
  assert.deepEqual(shown(ACTS, 1, "c", true), ["c_listing", "c_act_space", "c_act_space-2"])
  assert.deepEqual(shown(ACTS, 0, "c", false), ["c_listing", "c_play", "c_head", "c_said"])
  assert.ok(shown(ACTS, 0, "c", true).includes("c_act_how-it-works"))
})

test("the rule hides on screens alone: a print is whole", () => {
  const rule = rules(["c_listing", "c_play"], false)
  assert.match(rule, /^@media screen\{.*:not\(:has\(\.st-key-c_listing,\.st-key-c_play\)\)/)
  assert.match(rule, /stCaptionContainer/)
  assert.doesNotMatch(rules(["c_play"], true), /stCaptionContainer/)
})
