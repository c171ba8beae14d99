// The computation graph: a cell for each number, with its gradient below it, and a wire for each weight.

import { all } from "../kit/dom.js"
import { set, shape } from "../kit/svg.js"
import { FIRST_WEIGHT, net, SLOTS, slotOfWeight } from "./engine.js"
import { layout, TARGET } from "./layout.js"
import { number } from "./numbers.js"
import { COLUMNS, gradientKnown, gradientsOf, step, valueKnown, valuesOf, weightsKnown } from "./steps.js"

const WHAT = ["input", "linear", "activation", "linear", "activation", "linear: output", "loss"]

/** @typedef {import("./steps.js").Flow} Flow */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./layout.js").Cell} Cell */

export class Graph {
  /** @param {HTMLElement} host @param {(slot: number) => void} chosen a number was pressed */
  constructor(host, chosen) {
    this.host = host
    this.chosen = chosen
    this.svg = shape("svg", "", host)
    this.svg.setAttribute("role", "img")
    this.svg.setAttribute("aria-label", "The computation graph")
    this.svg.setAttribute("aria-describedby", "told")
    /** @type {Layout | null} */
    this.layout = null
    /** @type {{ flow: Flow, slot: number } | null} */
    this.shown = null
    this.observer = new ResizeObserver(() => this.resize())
    this.observer.observe(host)
  }

  resize() {
    const width = this.host.clientWidth
    if (!width || !this.shown || this.layout?.width === width) return
    this.build(width)
    this.draw(this.shown.flow, this.shown.slot)
  }

  /** @param {number} width */
  build(width) {
    const size = Number.parseFloat(getComputedStyle(this.host).fontSize)
    const made = layout(width, size)
    this.layout = made
    set(this.svg, { width, height: made.height, viewBox: `0 0 ${width} ${made.height}` })
    const wires = made.wires.map((wire) => {
      const group = shape("g", wire.layer ? "wire weight" : "wire")
      const ends = endsOf(wire, made)
      set(shape("line", "line", group), ends)
      if (wire.layer) {
        set(shape("line", "hold", group), ends)
        shape("title", "", group)
        const slot = slotOfWeight(wire.layer, wire.to.row, wire.from.row)
        set(group, { "data-slot": slot })
        group.addEventListener("click", () => this.chosen(slot))
      }
      return group
    })
    const cells = made.cells.map((cell) => this.cell(cell, made))
    this.svg.replaceChildren(...wires, ...cells, ...names(made))
  }

  /** @param {Cell} cell @param {Layout} made */
  cell(cell, { wide, tall }) {
    const group = shape("g", "cell")
    set(group, { transform: `translate(${cell.x} ${cell.y})`, "data-column": cell.column, "data-row": cell.row })
    set(shape("rect", "box", group), { x: -wide / 2, y: -tall / 2, width: wide, height: tall, rx: 6 })
    set(shape("text", "value", group), { y: -tall * 0.08 })
    set(shape("text", "gradient", group), { y: tall * 0.34 })
    const slot = SLOTS.findIndex(
      ({ kind, row }) =>
        (kind === "y" && cell.column === TARGET) || (kind === "x" && cell.column === 0 && row === cell.row),
    )
    if (slot >= 0) {
      group.classList.add("free")
      group.setAttribute("data-slot", String(slot))
      group.addEventListener("click", () => this.chosen(slot))
    }
    return group
  }

  /** @param {Flow} flow @param {number} slot the number that is being changed */
  draw(flow, slot) {
    this.shown = { flow, slot }
    const width = this.host.clientWidth
    if (!width) return
    if (this.layout?.width !== width) this.build(width)
    const now = step(flow.at, flow.activation)
    for (const group of svgAll(this.svg, ".cell")) drawCell(group, flow, now)
    this.drawWires(flow, now)
    for (const group of svgAll(this.svg, "[data-slot]"))
      group.classList.toggle("chosen", Number(group.getAttribute("data-slot")) === slot)
  }

  /** @param {Flow} flow @param {import("./steps.js").Step} now */
  drawWires(flow, now) {
    const { weights } = net(flow.values)
    const groups = svgAll(this.svg, ".wire")
    for (const [i, { from, to, layer }] of (this.layout?.wires ?? []).entries()) {
      const group = groups[i]
      const before = layer ? now.layer === layer : false
      const forth = now.phase === "forward" && (before || (!layer && now.column === to.column && now.layer === 0))
      const back = now.phase === "backward" && (before || (!layer && !now.layer && now.column === from.column))
      group.classList.toggle("forth", forth)
      group.classList.toggle("back", back)
      if (!layer) continue
      const weight = weights[layer - 1][to.row][from.row]
      const slot = slotOfWeight(layer, to.row, from.row)
      const line = group.querySelector(".line")
      line?.setAttribute("stroke-width", String(1.5 + 3 * Math.min(1, Math.abs(weight) / 2)))
      group.classList.toggle("below", weight < 0)
      const known = weightsKnown(layer, flow.at)
      const gradient = known ? `; ∂L/∂${SLOTS[slot].name} = ${number(flow.gradients.flat[slot])}` : ""
      const title = group.querySelector("title")
      if (title) title.textContent = `${SLOTS[slot].name} = ${number(weight)}${gradient}`
    }
  }

  close() {
    this.observer.disconnect()
  }
}

/** @param {SVGElement} group @param {Flow} flow @param {import("./steps.js").Step} now */
function drawCell(group, flow, now) {
  const [column, row] = [Number(group.dataset.column), Number(group.dataset.row)]
  const [value, gradient] = [group.querySelector(".value"), group.querySelector(".gradient")]
  if (!value || !gradient) return
  const target = column === TARGET
  const known = target || valueKnown(column, flow.at)
  const x = target ? flow.values[FIRST_WEIGHT - 1] : valuesOf(flow, column)[row]
  value.textContent = known ? number(x) : "?"
  const back = !target && gradientKnown(column, flow.at)
  const g = back ? gradientsOf(flow, column)[row] : 0
  gradient.textContent = back ? `∂ ${number(g)}` : ""
  group.dataset.value = known ? String(x) : ""
  group.dataset.gradient = back ? String(g) : ""
  group.classList.toggle("known", known)
  group.classList.toggle("single", !back)
  group.classList.toggle("now", !target && now.column === column)
  group.classList.toggle("back", now.phase === "backward")
}

/** What stands above each column, or left of each row. @param {Layout} made */
function names({ cells, upright, tall, wide }) {
  return [...COLUMNS, "y"].map((name, column) => {
    const [first] = cells.filter((cell) => cell.column === column)
    const text = shape("text", "name")
    text.textContent = name
    const target = column === TARGET
    if (upright)
      set(text, {
        x: target ? first.x + wide / 2 - 4 : 4,
        y: target ? first.y - tall / 2 - 6 : first.y + 6,
        "text-anchor": target ? "end" : "start",
      })
    else
      set(text, { x: first.x, y: target ? first.y + tall / 2 + 18 : first.y - tall / 2 - 9, "text-anchor": "middle" })
    const title = shape("title", "", text)
    title.textContent = target ? "the target" : WHAT[column]
    return text
  })
}

/** @param {import("./layout.js").Wire} wire @param {Layout} made */
function endsOf({ from, to }, { upright, wide, tall }) {
  const aside = from.column === TARGET
  if (aside && upright) return { x1: from.x - wide / 2, y1: from.y, x2: to.x + wide / 2, y2: to.y }
  if (aside || upright) {
    const way = aside ? -1 : 1
    return { x1: from.x, y1: from.y + (way * tall) / 2, x2: to.x, y2: to.y - (way * tall) / 2 }
  }
  return { x1: from.x + wide / 2, y1: from.y, x2: to.x - wide / 2, y2: to.y }
}

/** @param {Element} root @param {string} selector @returns {SVGElement[]} */
function svgAll(root, selector) {
  return /** @type {SVGElement[]} */ (/** @type {unknown[]} */ (all(root, selector)))
}
