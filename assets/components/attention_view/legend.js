// The scale of the colours, and the weight from which on lines are drawn.

import { context } from "../kit/canvas.js"
import { find } from "../kit/dom.js"
import { fillTexts } from "./scene.js"
import { number } from "./words.js"

const TICKS = [0, 0.1, 0.5, 1]
const SCALE = "Weight, from dark for 0 to bright for 1. Brightness follows its square root, so that small weights show."

export class Legend {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".legend")
    this.canvas = find(root, ".legend canvas", HTMLCanvasElement)
    this.ticks = find(root, ".legend .ticks")
    this.least = find(root, ".least")
  }

  /** @param {import("./weights.js").Weights} weights */
  learn({ palette }) {
    const { canvas } = this
    canvas.width = palette.length / 3
    canvas.height = 1
    const g = context(canvas)
    const image = g.createImageData(canvas.width, 1)
    for (let i = 0; i < canvas.width; i++) image.data.set([...palette.subarray(3 * i, 3 * i + 3), 255], 4 * i)
    g.putImageData(image, 0, 0)
    fillTexts(this.ticks, TICKS.map(String))
    TICKS.forEach((weight, i) => {
      const tick = /** @type {HTMLElement} */ (this.ticks.children[i])
      tick.style.left = `${100 * Math.sqrt(weight)}%`
    })
    this.box.setAttribute("aria-label", SCALE)
    this.box.title = SCALE
  }

  /** @param {import("./scene.js").Scene} scene */
  draw({ weights, choice }) {
    this.least.textContent = `Lines from ${number(weights.least(choice))} on; point at a token for its own`
  }
}
