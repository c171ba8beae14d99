// One pointer that draws on a canvas: mouse, finger or pen.

import { capture, samples } from "./dom.js"

/**
 * @typedef {object} Owner
 * @property {(event: PointerEvent) => boolean} begin whether a stroke begins here
 * @property {(between: PointerEvent[], event: PointerEvent) => void} draw all places since the last call
 * @property {(event: PointerEvent) => void} end
 * @property {(event: PointerEvent | null) => void} hover where a pointer is that draws nothing; null: it has left
 * @property {() => boolean} running whether a stroke has begun and was not ended otherwise
 */

/** @param {HTMLCanvasElement} canvas @param {Owner} owner */
export function listenTo(canvas, owner) {
  let pointer = -1
  canvas.onpointerdown = (event) => {
    if (event.button !== 0 || !event.isPrimary || !owner.begin(event)) return
    capture(event)
    pointer = event.pointerId
  }
  canvas.onpointermove = (event) => {
    if (owner.running()) {
      if (event.pointerId === pointer) owner.draw(samples(event), event)
    } else if (event.pointerType !== "touch") owner.hover(event) // a finger does not hover
  }
  canvas.onpointerup =
    canvas.onpointercancel =
    canvas.onlostpointercapture =
      (event) => {
        if (owner.running() && event.pointerId === pointer) owner.end(event)
      }
  canvas.onpointerleave = () => owner.hover(null)
  canvas.oncontextmenu = (event) => {
    if (owner.running()) event.preventDefault() // a long press is a stroke
  }
}

/** Where an event is, in shares of the canvas from its upper left. @param {HTMLCanvasElement} canvas @param {PointerEvent} event */
export function shareOf(canvas, { clientX, clientY }) {
  const box = canvas.getBoundingClientRect()
  return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height }
}
