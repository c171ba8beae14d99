// One head as lines between two columns of tokens: on the left those that look, on the right what they look at.

import { all, find, setFlag } from "../kit/dom.js"
import { planWeb } from "./layout.js"
import { active, children, fill, fitTo } from "./scene.js"
import { write } from "./tokens.js"
import { number } from "./words.js"

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./weights.js").Spot} Spot */

const SHADES = 12 // lines are drawn in so many steps of strength
const HIGH = 460 // CSS pixels where everything is stacked

export class Web {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".lines")
    this.ends = find(root, ".ends")
    this.web = find(root, ".web")
    this.canvas = find(root, ".web canvas", HTMLCanvasElement)
    this.side = find(root, ".side")
    this.columns = { query: find(root, ".queries"), key: find(root, ".keys") }
  }

  /** @param {import("./tokens.js").Piece[][]} spelled */
  learn(spelled) {
    for (const column of Object.values(this.columns)) {
      fill(column, spelled, tokenRow, (row, pieces, i) => {
        const button = find(row, "button")
        write(button, pieces)
        button.tabIndex = i ? -1 : 0
      })
    }
  }

  /** The token under a pointer or with the focus. @param {Event} event @returns {Spot | null} */
  under(event) {
    const row = event.target instanceof Element ? event.target.closest(".token") : null
    if (!row?.parentElement) return null
    return {
      side: row.parentElement === this.columns.query ? "query" : "key",
      i: [...row.parentElement.children].indexOf(row),
    }
  }

  /** @param {Spot} spot */
  focus({ side, i }) {
    find(this.columns[side].children[i], "button").focus()
  }

  /** One stop for the tabulator in each column. @param {Spot} spot */
  stop({ side, i }) {
    all(this.columns[side], "button").forEach((button, place) => {
      button.tabIndex = place === i ? 0 : -1
    })
  }

  /** @param {Scene} scene @param {import("./layout.js").HeatPlan | null} heat where it stands beside the lines @param {boolean} grid whether all heads are drawn */
  draw(scene, heat, grid) {
    const { weights, measures } = scene
    const width = this.box.clientWidth
    if (!width) return
    const coarse = matchMedia("(pointer: coarse)").matches
    const high = Number.isFinite(measures.high) ? measures.high : HIGH
    const plan = planWeb(measures, width, high, weights.T, { coarse, heat })
    this.layOut(plan, plan.tall, measures.view === "lines" && grid)
    this.number(scene)
    const g = fitTo(this.canvas, plan.middle, weights.T * plan.row, measures.scale)
    strokes(g, scene, plan)
  }

  /** @param {ReturnType<typeof planWeb>} plan @param {number} high @param {boolean} fills whether the box is at least as high as what stands beside it */
  layOut({ row, side, inner, middle, top, cut }, high, fills) {
    const { box } = this
    this.ends.style.height = `${top}px`
    this.ends.style.width = `${inner}px`
    box.toggleAttribute("data-cut", cut)
    box.style.maxHeight = `${high}px`
    box.style.minHeight = fills ? `${Math.min(this.side.offsetHeight, high)}px` : ""
    box.style.setProperty("--row", `${row}px`)
    box.style.setProperty("--token", `${side}px`)
    this.web.style.gridTemplateColumns = `${side}px ${middle}px ${side}px`
  }

  /** The numbers beside the tokens at the other ends of the strongest lines. @param {Scene} scene */
  number(scene) {
    const { weights, choice } = scene
    const spot = active(scene)
    const found = spot ? weights.strongest(choice, spot) : []
    for (const [side, column] of Object.entries(this.columns)) {
      children(column).forEach((row, i) => {
        const [button, value] = row.children
        const shown = spot !== null && spot.side !== side && found.includes(i)
        row.classList.toggle("held", spot?.side === side && spot.i === i)
        row.classList.toggle("found", shown)
        value.textContent = shown ? number(weights.between(choice, spot, i)) : ""
        if (side === "query") setFlag(button, "aria-pressed", choice.pin === i)
      })
    }
  }
}

function tokenRow() {
  const row = document.createElement("div")
  row.className = "token"
  const button = document.createElement("button")
  button.type = "button"
  button.dir = "auto"
  const value = document.createElement("span")
  value.className = "number"
  row.append(button, value)
  return row
}

/** @param {CanvasRenderingContext2D} g @param {Scene} scene @param {{ row: number, middle: number }} plan */
function strokes(g, scene, { row, middle }) {
  const { weights, choice, measures } = scene
  const spot = active(scene)
  /** @type {[query: number, key: number][][]} */
  const steps = Array.from({ length: SHADES + 1 }, () => [])
  for (const [query, key, weight] of weights.lines(choice, spot)) steps[Math.round(SHADES * weight)].push([query, key])
  g.strokeStyle = measures.accent
  g.lineCap = "round"
  steps.forEach((ends, step) => {
    if (!ends.length) return
    const weight = step / SHADES
    g.globalAlpha = spot ? 0.35 + 0.65 * weight : 0.14 + 0.76 * weight
    g.lineWidth = 1 + 5 * weight
    g.beginPath()
    for (const [query, key] of ends) {
      const [from, to] = [(query + 0.5) * row, (key + 0.5) * row]
      g.moveTo(4, from)
      g.bezierCurveTo(0.45 * middle, from, 0.55 * middle, to, middle - 4, to)
    }
    g.stroke()
  })
  g.globalAlpha = 1
}
