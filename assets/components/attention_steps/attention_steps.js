// One token's attention in numbers, a row a key. It waits for a frame before it draws: what stands above it on the stage is
// what a person looks at first, and a table of hundreds of cells would hold that up.

import { find } from "../kit/dom.js"
import { background, lines, total } from "./table.js"

/** @typedef {import("../messages.d.ts").AttentionStepsData} Data */

export default class AttentionSteps {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".ll-steps")
    this.said = "" // what is drawn
    this.frame = 0
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined
  }

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data }) {
    const said = JSON.stringify(data)
    if (said === this.said) return // it comes again with each change of theme, too
    this.close()
    this.frame = requestAnimationFrame(() => {
      this.timer = setTimeout(() => {
        draw(this.root, data)
        this.said = said
      })
    })
  }

  close() {
    cancelAnimationFrame(this.frame)
    clearTimeout(this.timer)
  }
}

/** @param {HTMLElement} root @param {Data} data */
function draw(root, data) {
  for (const [kind, uri] of Object.entries(data.pictures)) {
    if (uri.startsWith("data:image/png;base64,")) root.style.setProperty(`--${kind}`, `url(${uri})`)
  }
  const table = document.createElement("table")
  const head = table.createTHead().insertRow()
  for (const title of data.titles) head.append(element("th", "", title))
  table.createTBody().append(...lines(data).map(tableRow))
  table.createTFoot().append(tableRow(total(data)))
  root.replaceChildren(table)
}

/** @param {import("./table.js").Line} line */
function tableRow({ cells, seen }) {
  const row = document.createElement("tr")
  if (!seen) row.className = "no"
  for (const cell of cells) {
    const place = row.insertCell()
    if (cell !== null) place.append(content(cell))
  }
  return row
}

/** Tokens go in as text, never as markup. @param {NonNullable<import("./table.js").Cell>} cell */
function content(cell) {
  if (typeof cell === "string") return cell
  if ("strip" in cell) {
    const line = element("i", cell.strip.picture)
    const { size, position } = background(cell.strip)
    line.style.backgroundSize = size
    line.style.backgroundPosition = position
    return line
  }
  if ("weight" in cell) return bar(cell.weight)
  const named = element("bdi", cell.token.long ? "long" : "", cell.token.text)
  if (!cell.before) return named
  const words = element("span", "", cell.before)
  words.append(named)
  return words
}

/** @param {number} weight */
function bar(weight) {
  const box = element("span", "w")
  const line = element("b", "")
  line.style.width = `${(6 * weight).toFixed(2)}rem`
  box.append(line, weight.toFixed(3))
  return box
}

/** @param {string} name @param {string} className @param {string} [text] */
function element(name, className, text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text })
}
