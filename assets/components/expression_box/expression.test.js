import assert from "node:assert/strict"
import { test } from "node:test"
import { completed, completions, finished, repaired, tooLong, wordAt } from "./expression.js"
import { Words } from "./words.js"

const words = new Words(
  "man woman king look queen kings paris france knight well-known womanly and/or o'clock ملك ملكة".split(" "),
)

/** A text with the caret at "|". @param {string} marked @returns {[text: string, caret: number]} */
const at = (marked) => [marked.replace("|", ""), marked.includes("|") ? marked.indexOf("|") : marked.length]

/** What completes the word at the caret. @param {string} marked */
function offered(marked) {
  const [text, caret] = at(marked)
  return completions(wordAt(text, caret, words), words)
}

test("the word at the caret is completed", () => {
  assert.deepEqual(offered("king - man + ki"), ["king", "kings"])
  assert.deepEqual(offered("kni| - man"), ["knight"])
  assert.deepEqual(offered("(KIN"), ["king", "kings"])
  assert.deepEqual(offered("well-k"), ["well-known"], "a hyphen in a word")
  assert.deepEqual(offered("king-wo"), ["woman", "womanly"], "and one that is a minus")
  assert.deepEqual(offered("king -wo"), ["woman", "womanly"])
  assert.deepEqual(offered("o’cl"), ["o'clock"], "whichever apostrophe the keyboard has")
  assert.deepEqual(offered("ملك"), ["ملكة"])
  assert.deepEqual(offered("2"), [], "a weight")
  assert.deepEqual(offered(""), [])
  assert.deepEqual(offered("king + "), [])
  assert.deepEqual(completions(wordAt("ki", 2, null), null), [], "there is no vocabulary")
})

test("a completion takes the whole word's place, in quotes where it needs them", () => {
  /** @param {string} marked @param {string} word */
  const take = (marked, word) => {
    const [text, caret] = at(marked)
    return completed(text, wordAt(text, caret, words), word)
  }
  assert.deepEqual(take("kni| - man", "knight"), { text: "knight - man", caret: 6 })
  assert.deepEqual(take("ki|nds - man", "kings"), { text: "kings - man", caret: 5 })
  assert.deepEqual(take("king + and", "and/or"), { text: 'king + "and/or"', caret: 15 })
  assert.deepEqual(take('king + "and', "and/or"), { text: 'king + "and/or', caret: 14 })
  assert.deepEqual(take("(kin", "king"), { text: "(king", caret: 5 })
})

test("an expression is finished when no word is half typed and the brackets are closed", () => {
  for (const text of [
    "king",
    "king - man ",
    "(king)",
    "(king + queen) * 0.5 man",
    'king + "queen"',
    "（king）",
    "queen| - man",
  ]) {
    assert.equal(finished(...at(text), words), true, text)
  }
  for (const text of ["que", "queen -", "queen - xyz", "que| - man", "(king", "king)", "", "2", "king + qu|"]) {
    assert.equal(finished(...at(text), words), false, text)
  }
  assert.equal(finished(...at("quee|n"), words), true, "the whole word counts, not what is left of the caret")
  assert.equal(finished("king", 4, null), false, "without a vocabulary nobody knows")
})

test("an unknown word is replaced wherever it stands, and nowhere else", () => {
  assert.equal(repaired("kng - kng + man", "kng", "king"), "king - king + man")
  assert.equal(repaired('"kng" + man', "kng", "king"), "king + man")
  assert.equal(repaired("“kng” + kngs", "kng", "king"), "king + kngs")
  assert.equal(repaired("KNG-man", "kng", "king"), "king-man")
  assert.equal(repaired("wman - qeen", "qeen", "queen"), "wman - queen")
  assert.equal(repaired("a.b + axb", "a.b", "and/or"), '"and/or" + axb', "no sign of it is a pattern")
  assert.equal(repaired("o’clok", "o'clok", "o'clock"), "o'clock")
  assert.equal(repaired("man", "kng", "king"), "man")
})

test("an unknown word is found whatever its small letters are", () => {
  assert.equal(repaired("İstanbul - turkey + İstanbul", "i\u0307stanbul", "istanbul"), "istanbul - turkey + istanbul")
  assert.equal(repaired("x + İ y", "y", "z"), "x + İ z", "what comes behind a letter that becomes two")
  assert.equal(repaired("ΛΌΓΟΣ", "λόγος", "word"), "word")
  assert.equal(repaired("STRASSE", "strasse", "road"), "road")
})

test("what is too long for a message is said in letters, not in halves of them", () => {
  assert.equal(
    tooLong("king + ".repeat(400).trim(), 2000),
    "An expression has at most 2,000 characters; this one has 2,799.",
  )
  assert.equal(tooLong("👑".repeat(2000), 2000), "")
  assert.match(tooLong("👑".repeat(2001), 2000), /has 2,001\.$/)
})
