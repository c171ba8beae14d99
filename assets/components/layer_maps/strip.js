// A small picture of every plane, with how well a straight cut tells the classes apart in it.

import { element, setFlag } from "../kit/dom.js"
import { forward } from "../nn/network.js"
import { separability } from "../nn/probe.js"
import { paint } from "./paint.js"
import { percent } from "./runs.js"

/** @typedef {{ button: HTMLButtonElement, canvas: HTMLCanvasElement, name: HTMLElement, share: HTMLElement }} Cell */

export class Strip {
  /** @param {HTMLElement} host @param {(plane: number) => void} pressed */
  constructor(host, pressed) {
    this.host = host
    this.pressed = pressed
    /** @type {Cell[]} */
    this.cells = []
    /** @type {number[]} */
    this.shares = []
  }

  /** @param {number} count */
  fill(count) {
    this.cells = Array.from({ length: count }, (_, plane) => {
      const button = /** @type {HTMLButtonElement} */ (element("button", "cell"))
      button.type = "button"
      button.onclick = () => this.pressed(plane)
      const canvas = /** @type {HTMLCanvasElement} */ (element("canvas", "", button))
      canvas.setAttribute("aria-hidden", "true")
      return { button, canvas, name: element("span", "name", button), share: element("b", "share", button) }
    })
    this.host.style.setProperty("--count", String(count))
    this.host.replaceChildren(...this.cells.map(({ button }) => button))
  }

  /**
   * @param {import("./stack.js").Stack} stack
   * @param {string[]} names
   * @param {Omit<import("./paint.js").Style, "coarse">} style
   * @param {number} way
   * @param {number | null} turn 0, 1 or 2: every third plane is drawn; null: all
   */
  draw({ scenes }, names, style, way, turn = null) {
    if (this.cells.length !== scenes.length) this.fill(scenes.length)
    this.cells.forEach(({ button, canvas, name }, i) => {
      if (turn === null || i % 3 === turn) paint(canvas, scenes[i], { ...style, coarse: true })
      if (name.textContent !== names[i]) name.textContent = names[i]
      setFlag(button, "aria-pressed", way === i)
    })
  }

  /** Fit a linear probe to every plane. @param {import("../nn/run.js").Run} run @param {import("./stack.js").Stack} stack */
  separate({ net, data }, { planes }) {
    const { train, test, count } = data
    const held = forward(net, test.inputs)
    this.shares = planes.map((plane, i) =>
      train.classes.length ? separability(plane, train.classes, held[i], test.classes, count) : Number.NaN,
    )
    this.cells.forEach(({ share }, i) => {
      share.textContent = percent(this.shares[i])
    })
  }
}
