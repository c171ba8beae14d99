// The answer below the input: rows of words with their scores, or one sentence and words to put in the place of others.

import { element, find } from "../kit/dom.js"
import { button, fill } from "./elements.js"
import { number, spoken, widths } from "./scores.js"
import { quoted } from "./words.js"

/** @typedef {import("../messages.d.ts").ExpressionBoxData} Data */
/** @typedef {{ say: (text: string) => void, repair: (unknown: string, word: string) => void }} Gestures */

/**
 * Words go in as text, never as markup.
 *
 * @param {HTMLElement} root
 * @param {Data} data
 * @param {string} tooLong a sentence in the place of the answer, where what is typed cannot be sent
 * @param {Gestures} gestures
 */
export function showAnswer(root, data, tooLong, gestures) {
  const error = tooLong || data.error
  const rows = error ? [] : data.rows
  find(root, ".head").hidden = !!error
  find(root, ".trouble").hidden = !error
  find(root, ".error").textContent = error
  const normal = data.normal && `${data.normal} ≈`
  find(root, ".normal").textContent = find(root, ".normal").title = normal
  find(root, ".score-name").textContent = rows.length ? data.score_name : ""
  const shares = widths(rows.map(([, score]) => score))
  const first = rows.findIndex(([, , asked]) => !asked)
  fill(find(root, ".rows"), rows, newRow, (row, [word, score, asked], i) => {
    row.classList.toggle("asked", asked)
    row.classList.toggle("first", i === first)
    find(row, ".rank").textContent = String(i + 1)
    const named = find(row, ".word")
    named.textContent = named.title = word
    named.onclick = () => gestures.say(quoted(word))
    find(row, ".note").textContent = asked ? "in the query" : ""
    find(row, ".bar i").style.width = `${shares[i]}%`
    find(row, ".score").textContent = number(score)
  })
  showRepairs(root, tooLong ? [] : data.suggestions, gestures)
  const live = find(root, ".sr")
  const said = spoken(error, rows, data.normal)
  if (live.textContent !== said) live.textContent = said
}

/** @param {HTMLElement} root @param {Data["suggestions"]} suggestions @param {Gestures} gestures */
function showRepairs(root, suggestions, { repair }) {
  fill(
    find(root, ".repairs"),
    suggestions,
    () => element("div", "repair"),
    (line, [unknown, words]) => {
      const ask = element("span")
      ask.dir = "auto"
      ask.textContent = suggestions.length > 1 ? `${unknown}: did you mean` : "Did you mean"
      const buttons = words.map((word) => {
        const one = button()
        one.textContent = word
        one.onclick = () => repair(unknown, word)
        return one
      })
      line.replaceChildren(ask, ...buttons)
      line.hidden = !words.length
    },
  )
}

function newRow() {
  const row = element("li")
  const bar = element("span", "bar")
  bar.append(element("i"), element("span", "note"))
  row.append(element("span", "rank"), button("word"), bar, element("span", "score"))
  return row
}
