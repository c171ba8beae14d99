// What stands around the table: the sum, what is wrong with a word, and the words nearest to the merged vector.

import { element, find } from "../kit/dom.js"
import { button } from "./elements.js"
import { valueArrows } from "./lookup.js"
import { minus, pair } from "./numbers.js"

/** @typedef {import("./arrows.js").Shown} Shown */
/** @typedef {import("./lookup.js").Data} Data */

/** orange ≈ 0.28 pomme + 0.26 banane + 0.46 citron. @param {HTMLElement} place @param {Shown} shown */
export function showSum(place, { asked, data, steps, merged }) {
  const part = steps.flatMap((step, i) => (step ? [{ weight: step.weight, value: asked.entries[i][1] }] : []))
  place.classList.toggle("error", !part.length)
  place.replaceChildren()
  if (part.length) {
    element("bdi", "small", place).textContent = asked.query
    place.append(" ≈ ")
  } else place.textContent = data.error
  part.forEach(({ weight, value }, i) => {
    if (i) place.append(" + ")
    const term = element("span", weight < 0.005 ? "small" : "", place)
    term.append(`${weight.toFixed(2)} `)
    element("bdi", "", term).textContent = value
  })
  if (merged) [place.dataset.x, place.dataset.y] = merged.map(String)
  else {
    delete place.dataset.x
    delete place.dataset.y
  }
}

/** The same sum in numbers, where the arrows are the vectors. @param {HTMLElement} place @param {Shown} shown */
export function showVectors(place, { asked, data, steps, merged }) {
  const values = valueArrows(asked, data)
  const terms = steps.flatMap((step, i) => {
    const at = values[i]
    return step && at ? [`${step.weight.toFixed(2)} ${pair(at)}`] : []
  })
  place.hidden = !data.own || !terms.length
  if (!place.hidden && merged) place.textContent = `${terms.join(" + ")} = ${pair(merged)}`
}

/**
 * @param {HTMLElement} place
 * @param {Data["problems"]} problems
 * @param {(field: string, row: number, word: string) => void} repair
 */
export function showProblems(place, problems, repair) {
  const lines = problems.map(([sentence, field, row, words]) => {
    const line = element("div", "problem")
    element("span", "", line).textContent = sentence
    const fixes = element("div", "fixes", line)
    for (const word of words) {
      const fix = button(word, "", fixes)
      fix.dir = "auto"
      fix.onclick = () => repair(field, row, word)
    }
    return line
  })
  place.replaceChildren(...lines)
}

/** @param {HTMLElement} root @param {Data} data */
export function showNearest(root, { near, about_near: about }) {
  find(root, ".nearest").hidden = !near.length && !about
  find(root, ".near-head").hidden = find(root, ".near").hidden = !near.length
  find(root, ".near-head").textContent = "Words nearest to the merged vector, by cosine"
  find(root, ".about-near").textContent = about
  const items = near.map(([word, cosine]) => {
    const item = element("li")
    element("bdi", "", item).textContent = word
    const number = element("span", "", item)
    number.textContent = minus(cosine.toFixed(3))
    number.dataset.number = String(cosine)
    return item
  })
  find(root, ".near").replaceChildren(...items)
}
