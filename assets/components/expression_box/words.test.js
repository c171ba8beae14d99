import assert from "node:assert/strict"
import { test } from "node:test"
import { quoted, Words } from "./words.js"

const words = new Words(
  "man woman king look queen kings kingdom well-known kingston ملك ملكة 王 女王 über Über and/or o'clock".split(" "),
)

test("words are found by how they begin, the most frequent first, and not the word itself", () => {
  assert.deepEqual(words.like("ki"), ["king", "kings", "kingdom", "kingston"])
  assert.deepEqual(words.like("king"), ["kings", "kingdom", "kingston"])
  assert.deepEqual(words.like("KIN")[0], "king")
  assert.deepEqual(words.like("ملك"), ["ملكة"])
  assert.deepEqual(words.like("zzz"), [])
  assert.equal(words.begins("well-k"), true)
  assert.equal(words.begins("king-wo"), false)
})

test("eight words at most, whatever their places are", () => {
  const many = new Words(["zebra", ...[...Array(26).keys()].map((i) => `a${String.fromCharCode(122 - i)}`)])
  assert.deepEqual(many.like("a"), ["az", "ay", "ax", "aw", "av", "au", "at", "as"])
})

test("a word is there in any case, with any apostrophe and any hyphen", () => {
  for (const word of ["KING", "o’clock", "well‐known", "u\u0308ber", "ÜBER"]) assert.equal(words.has(word), true, word)
  for (const word of ["kin", "", "well known"]) assert.equal(words.has(word), false, word)
  assert.deepEqual(words.like("üb"), ["über"], "of words that differ by case, the most frequent")
})

test("quotes stand around a word that would be read otherwise", () => {
  for (const word of ["king", "well-known", "o'clock", "女王", "u.s.", "ملكة", "e.-g"]) assert.equal(quoted(word), word)
  for (const word of ["and/or", "a b", "c++", "(x)", "-x"]) assert.equal(quoted(word), `"${word}"`)
})

test("fifty thousand words are searched at once", () => {
  const many = new Words([...Array(50_000).keys()].map((i) => `${String.fromCharCode(97 + (i % 26))}word${i}`))
  assert.equal(many.words.length, 50_000)
  assert.deepEqual(many.like("aword4999"), ["aword49998"])
  assert.equal(many.like("a").length, 8)
})
