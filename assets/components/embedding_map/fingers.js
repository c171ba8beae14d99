// What hands do on the map: a tap chooses, a drag pans or draws a region, two fingers and the wheel zoom.

import { capture, clamp } from "../kit/dom.js"

const FAR = 5 // CSS pixels a pointer moves before it is no tap
/** @typedef {{ x: number, y: number, x0: number, y0: number, moved: boolean }} Pointer */

/**
 * @typedef {object} Owner
 * @property {import("./view.js").View} view
 * @property {boolean} selecting whether a drag draws a region
 * @property {[number, number][] | null} lasso the region that is drawn, in shares of the frame
 * @property {(x: number, y: number) => void} point the pointer rests there, in shares of the canvas
 * @property {(x: number, y: number, reach: number) => void} tap
 * @property {() => void} closeLasso
 * @property {() => void} moved something is to be drawn again
 * @property {() => void} left
 */

export class Fingers {
  /** @param {HTMLCanvasElement} hand @param {Owner} owner */
  constructor(hand, owner) {
    this.hand = hand
    this.owner = owner
    /** @type {Map<number, Pointer>} */
    this.pointers = new Map()
    hand.onpointerdown = (event) => this.down(event)
    hand.onpointermove = (event) => this.move(event)
    hand.onpointerup = hand.onpointercancel = (event) => this.up(event)
    hand.onpointerleave = () => owner.left()
    hand.onwheel = (event) => {
      event.preventDefault()
      const steps = clamp(event.deltaY * (event.deltaMode ? 30 : 1), -300, 300)
      owner.view.zoomAt(...this.share(event), 1.0015 ** -steps)
      owner.moved()
    }
  }

  /** Shares of the canvas, y downwards. @param {MouseEvent} event @returns {[number, number]} */
  share(event) {
    const box = this.hand.getBoundingClientRect()
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0) return
    capture(event)
    const [x, y] = this.share(event)
    this.pointers.set(event.pointerId, { x, y, x0: x, y0: y, moved: false })
    if (this.pointers.size > 1) {
      this.owner.lasso = null
      for (const each of this.pointers.values()) each.moved = true // a finger that rests meanwhile is no tap
    } else if (this.owner.selecting || event.shiftKey) this.owner.lasso = [this.owner.view.toFrame(x, y)]
  }

  /** @param {PointerEvent} event */
  move(event) {
    const { owner, pointers } = this
    const pointer = pointers.get(event.pointerId)
    const [x, y] = this.share(event)
    if (!pointer) {
      if (event.pointerType !== "touch") owner.point(x, y)
      return
    }
    const before = { ...pointer }
    const other = [...pointers.values()].find((each) => each !== pointer)
    pointer.x = x
    pointer.y = y
    if (Math.hypot(x - pointer.x0, y - pointer.y0) * this.hand.clientWidth > FAR) pointer.moved = true
    if (!pointer.moved) return
    if (owner.lasso) owner.lasso.push(owner.view.toFrame(x, y))
    else if (other) pinch(owner.view, before, pointer, other)
    else {
      this.hand.dataset.drag = "pan"
      owner.view.move((before.x - x) / owner.view.zoom, (y - before.y) / owner.view.zoom)
    }
    owner.moved()
  }

  /** @param {PointerEvent} event */
  up(event) {
    const pointer = this.pointers.get(event.pointerId)
    if (!pointer) return
    this.pointers.delete(event.pointerId)
    delete this.hand.dataset.drag
    if (event.type === "pointercancel") this.owner.lasso = null
    else if (this.owner.lasso) this.owner.closeLasso()
    else if (!pointer.moved) this.owner.tap(pointer.x, pointer.y, event.pointerType === "touch" ? 22 : 12)
    this.owner.moved()
  }
}

/** @param {import("./view.js").View} view @param {Pointer} before @param {Pointer} now @param {Pointer} other */
export function pinch(view, before, now, other) {
  const far = (/** @type {Pointer} */ each) => Math.hypot(each.x - other.x, each.y - other.y) || 1e-6
  view.zoomAt((now.x + other.x) / 2, (now.y + other.y) / 2, far(now) / far(before))
}
