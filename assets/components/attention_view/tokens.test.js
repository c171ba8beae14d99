import assert from "node:assert/strict"
import { test } from "node:test"
import { plain, spell } from "./tokens.js"

test("tokens are spelled literally", () => {
  const family = "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}"
  const cases = {
    "<b>bold</b>": "<b>bold</b>",
    "**star** [x](y)": "**star**·[x](y)",
    " ملك": "·ملك",
    שלום: "שלום",
    "a\tb\n": "a␉b␊",
    [family]: family,
    "\u202eabc": "U+202Eabc",
    " ": "·",
    "": "∅",
    "\u200d": "U+200D",
    "&amp;": "&amp;",
    "\u0000\u007f": "␀␡",
    "\u00a0": "·",
    "\u2028": "U+2028",
    "\u0085": "U+0085",
    "\ud800": "U+D800",
    "می\u200cخواهم": "می\u200cخواهم",
    "\u0301x": "◌\u0301x",
    "x\u0301": "x\u0301",
    "\u0600": "\u0600",
  }
  for (const [token, shown] of Object.entries(cases)) assert.equal(plain(spell(token)), shown, JSON.stringify(token))
})

test("what stands for a sign that one would not see is told from the signs themselves", () => {
  assert.deepEqual(spell("a\tb\n"), [
    ["a", false],
    ["␉", true],
    ["b", false],
    ["␊", true],
  ])
  assert.deepEqual(spell("  a"), [
    ["··", true],
    ["a", false],
  ])
  assert.deepEqual(spell("·␉"), [["·␉", false]])
})
