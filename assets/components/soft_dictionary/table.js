// The steps of the look-up, one row an entry: its key, the numbers, its weight and its value.

import { all, element, find } from "../kit/dom.js"
import { button } from "./elements.js"
import { pair, three } from "./numbers.js"

/** @typedef {import("./arrows.js").Shown} Shown */
/** @typedef {(input: HTMLInputElement, keep: (word: string) => void) => void} Listen */
/** @typedef {{ listen: Listen, keep: (i: number, field: "key" | "value", word: string) => void, remove: (i: number) => void }} Owner */

export class Table {
  /** @param {HTMLElement} rows @param {Owner} owner */
  constructor(rows, owner) {
    this.rows = rows
    this.owner = owner
  }

  get all() {
    return /** @type {HTMLElement[]} */ ([...this.rows.children])
  }

  /** The words of the entries into the fields. @param {import("./lookup.js").Asked["entries"]} entries */
  write(entries) {
    while (this.rows.children.length > entries.length) this.rows.lastElementChild?.remove()
    while (this.rows.children.length < entries.length) this.rows.append(this.row(this.rows.children.length))
    entries.forEach(([key, value], i) => {
      put(find(this.all[i], ".key", HTMLInputElement), key)
      put(find(this.all[i], ".value", HTMLInputElement), value)
    })
  }

  /** @param {number} i */
  row(i) {
    const row = element("div", "row")
    row.setAttribute("role", "row")
    const key = cell("key-cell", row)
    this.field(i, "key", key)
    element("span", "at", key)
    const steps = element("div", "steps", row)
    steps.setAttribute("role", "presentation")
    for (const name of ["product", "scaled", "tempered"]) {
      const step = cell(`number ${name}`, steps)
      element("i", "", step)
      element("span", "", step)
    }
    const weight = cell("weight", row)
    element("i", "", element("span", "track", weight))
    element("b", "", weight)
    const value = cell("value-cell", row)
    element("span", "times", value)
    this.field(i, "value", value)
    element("span", "at", value)
    button("×", "remove", cell("tool", row)).onclick = () => this.owner.remove(i)
    return row
  }

  /** @param {number} i @param {"key" | "value"} name @param {Element} parent */
  field(i, name, parent) {
    const input = /** @type {HTMLInputElement} */ (element("input", name, parent))
    Object.assign(input, { type: "text", dir: "auto", autocomplete: "off", spellcheck: false, enterKeyHint: "done" })
    input.autocapitalize = "none"
    input.setAttribute("aria-label", `${name === "key" ? "Key" : "Value"} ${i + 1}`)
    this.owner.listen(input, (word) => this.owner.keep(i, name, word))
  }

  /** @param {Shown} shown @param {string} divisor */
  draw({ asked, data, steps }, divisor) {
    const most = Math.max(...steps.map((step) => step?.weight ?? -1))
    const heads = { product: "q · k", scaled: divisor, tempered: "÷ T" }
    this.all.forEach((row, i) => {
      const step = steps[i]
      const [key, , kx, ky, vx, vy] = asked.entries[i]
      row.toggleAttribute("data-out", !step)
      row.classList.toggle("most", !!step && step.weight === most)
      drawNumber(row, "product", heads, step?.product)
      drawNumber(row, "scaled", heads, step?.scaled)
      drawNumber(row, "tempered", heads, step?.tempered)
      drawWeight(row, step?.weight)
      find(row, ".key-cell .at").textContent = data.own ? pair([kx, ky]) : ""
      find(row, ".value-cell .at").textContent = data.own ? pair([vx, vy]) : ""
      const remove = find(row, ".remove", HTMLButtonElement)
      remove.disabled = steps.length <= data.fewest
      remove.setAttribute("aria-label", `Remove ${key || `entry ${i + 1}`}`)
    })
  }

  /** The fields that hold a word about which there is a sentence. @param {import("./lookup.js").Data["problems"]} problems */
  mark(problems) {
    this.all.forEach((row, i) => {
      for (const name of ["key", "value"]) {
        const bad = problems.some(([, field, at]) => field === name && at === i)
        find(row, `input.${name}`).setAttribute("aria-invalid", String(bad))
      }
    })
  }

  /** @param {number} i */
  focus(i) {
    find(this.all[Math.min(i, this.all.length - 1)], ".key").focus()
  }
}

/** @template {string} Name @param {HTMLElement} row @param {Name} name @param {Record<Name, string>} heads @param {number | null | undefined} x */
function drawNumber(row, name, heads, x) {
  const cell = find(row, `.${name}`)
  find(cell, "i").textContent = heads[name]
  find(cell, "span").textContent = x === undefined || x === null ? "–" : three(x)
  cell.dataset.number = String(x ?? "")
}

/** @param {HTMLElement} row @param {number | undefined} weight */
function drawWeight(row, weight) {
  const bar = find(row, ".track i")
  bar.style.width = `${100 * (weight ?? 0)}%`
  bar.hidden = !weight
  const number = find(row, ".weight b")
  number.textContent = weight === undefined ? "–" : weight.toFixed(3)
  number.dataset.number = String(weight ?? "")
}

/** @param {string} className @param {Element} parent */
function cell(className, parent) {
  const made = element("div", className, parent)
  made.setAttribute("role", "cell")
  return made
}

/** Put a word into a field; the caret stays where nothing changes. @param {HTMLInputElement} input @param {string} word */
export function put(input, word) {
  if (input.value !== word) input.value = word
}

/** No word is longer than this. @param {HTMLElement} root @param {number} longest */
export function limit(root, longest) {
  for (const input of /** @type {HTMLInputElement[]} */ (all(root, "input[type=text]"))) input.maxLength = longest
}
