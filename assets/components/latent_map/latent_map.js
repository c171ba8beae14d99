// A plane of 2-D codes with a cross-hair, and beside it what the decoder makes of the place under the cross-hair.

import { theme } from "../kit/canvas.js"
import { all, capture, find, setFlag } from "../kit/dom.js"
import { Legend } from "../kit/legend.js"
import { meet, part, unpack } from "../kit/map.js"
import { radiusOf } from "../kit/marks.js"
import { hang, Pictures } from "../kit/pictures.js"
import { showTip } from "../kit/tip.js"
import { tell, whereabouts } from "../kit/told.js"
import { showAxes, text, ticks } from "./axes.js"
import { CrossHair } from "./crosshair.js"
import { Plane } from "./plane.js"
import { drawGround, drawHand } from "./scene.js"

const REST_MS = 400 // a screen reader hears where the cross-hair came to rest, not each step
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }

/** @typedef {import("../messages.d.ts").LatentMapAnswerData} Data */
/** @typedef {import("../messages.d.ts").PlaneHeader} Header */

/** @type {Header} */
const NOTHING = {
  link: "",
  digest: "",
  extent: [0, 1, 0, 1],
  names: [],
  hues: [],
  columns: 1,
  outside: 0,
  titles: ["", ""],
  parts: [],
}

export default class LatentMap {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".latent-map")
    /** Picture and points: drawn again only when they, the size or the theme change. */
    this.ground = find(this.root, ".ground", HTMLCanvasElement)
    /** The cross-hair above it, which follows the pointer. */
    this.hand = find(this.root, ".hand", HTMLCanvasElement)
    this.tiles = new Pictures(this.root, "map-shown")
    this.legend = new Legend(find(this.root, ".legend"), {
      pressed: () => {
        this.hover = -1
        this.draw()
      },
    })
    this.cross = new CrossHair({ late: (is) => this.root.toggleAttribute("data-waiting", is) })
    this.header = NOTHING
    this.plane = new Plane()
    this.ticks = { x: ticks(0, 1), y: ticks(0, 1) }
    /** @type {Record<string, ImageBitmap | null>} */
    this.pictures = { background: null, thumbnails: null }
    /** @type {Record<string, boolean>} */
    this.layers = { points: true, background: true }
    this.title = ""
    /** @type {Data["marks"]} */
    this.marks = []
    this.hover = -1
    /** The pointer that moves the cross-hair. @type {number | null} */
    this.drag = null
    this.themed = "" // the theme in which all was drawn
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined
    this.listen()
    this.observer = new ResizeObserver(() => this.draw())
    this.observer.observe(find(this.root, ".plot"))
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /**
   * The plane. A reference to it comes with every rerun: digest and colours tell whether there is anything to draw.
   *
   * @param {import("../types.d.ts").Mount<import("../messages.d.ts").LatentMapData>} mount
   */
  update({ data }) {
    const { header, parts } = unpack(data)
    const themed = ["--st-background-color", "--st-text-color", "--st-font"]
      .map((name) => theme(this.root, name, ""))
      .join()
    if (header.digest !== this.header.digest || themed !== this.themed) {
      this.themed = themed
      if (header.digest !== this.header.digest) this.take(header, new Map(parts()))
      this.legend.show(header.names, this.look())
      this.draw()
    }
    if (this.header.link && this.header.link !== header.link) part(this.header.link, this)
    this.header = header
    meet(header.link, this)
  }

  /** @param {Header} header @param {Map<string, Uint8Array<ArrayBuffer>>} parts */
  take(header, parts) {
    this.header = { ...header, link: this.header.link }
    const points = parts.get("points") ?? new Uint8Array()
    this.plane = new Plane(header.extent, new Uint16Array(points.buffer), parts.get("groups") ?? new Uint8Array())
    this.legend.reset()
    this.hover = -1
    for (const name of ["background", "thumbnails"]) this.load(name, parts.get(name))
    find(this.root, ".group").hidden = !(this.plane.n && parts.has("background"))
    find(this.root, ".count").textContent = this.count()
    tell(
      this.root,
      whereabouts(header.names, this.plane.groups, (i) => this.plane.spot(i)),
    )
    const [x0, x1, y0, y1] = header.extent
    this.ticks = { x: ticks(x0, x1), y: ticks(y0, y1) }
    showAxes(this.root, header, this.ticks)
  }

  /** @param {string} name @param {Uint8Array<ArrayBuffer> | undefined} bytes */
  async load(name, bytes) {
    const { digest } = this.header
    this.pictures[name] = null
    if (!bytes) return
    const picture = await createImageBitmap(new Blob([bytes])).catch(() => null)
    if (digest !== this.header.digest) return // another plane came meanwhile
    this.pictures[name] = picture
    if (name === "background") this.draw()
  }

  /** Where Python sees the cross-hair, and the pictures of that place. @param {import("../kit/map.js").Answer<Data>} answer */
  async answer({ data, setStateValue }) {
    this.cross.follow(data.held, (name, message) => {
      this.root.dataset.sent = String(this.cross.wire.messages)
      performance.mark("map-sent")
      setStateValue(name, message)
    })
    this.title = data.title
    this.marks = data.marks
    find(this.root, ".title").textContent = data.title
    this.root.style.setProperty("--size", `max(${data.size}px, min(24vw, 40vh))`)
    this.refresh()
    const shown = this.tiles.show(data.tiles, data.result_id, (tiles) => hang(find(this.root, ".tiles"), tiles))
    if (await shown) this.cross.wire.land(data.held.stamp)
  }

  // ---- pointer and keyboard -----------------------------------------------------------------------------------------

  listen() {
    const { hand } = this
    hand.onpointerdown = (event) => {
      if (event.button !== 0 || !event.isPrimary) return
      capture(event)
      this.drag = event.pointerId
      this.cross.grab()
      this.goTo(event)
    }
    hand.onpointermove = (event) => {
      if (event.pointerId === this.drag) this.goTo(event)
      else if (event.pointerType !== "touch") this.point(event) // a finger does not hover
    }
    hand.onpointerup = (event) => {
      if (event.pointerId !== this.drag) return
      this.goTo(event)
      this.letGo()
      this.point(event) // so a finger sees the picture of a point by tapping it
    }
    hand.onpointercancel = hand.onlostpointercapture = (event) => {
      if (event.pointerId === this.drag) this.letGo()
    }
    hand.onpointerleave = () => {
      this.hover = -1
      this.refresh()
    }
    hand.oncontextmenu = (event) => {
      if (this.drag !== null) event.preventDefault() // a long press is a drag
    }
    hand.onkeydown = (event) => this.keyDown(event)
    for (const button of all(this.root, "[data-layer]")) {
      button.onclick = () => {
        const layer = button.dataset.layer ?? ""
        this.layers[layer] = !this.layers[layer]
        setFlag(button, "aria-pressed", this.layers[layer])
        this.draw()
      }
    }
  }

  /** Where a pointer event lies, in shares of the edges from the lower left. @param {PointerEvent} event @returns {[number, number]} */
  share(event) {
    const box = this.hand.getBoundingClientRect()
    return [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height]
  }

  /** @param {PointerEvent} event */
  goTo(event) {
    this.moveTo(this.plane.at(...this.share(event)))
  }

  letGo() {
    this.drag = null
    this.cross.letGo()
    this.refresh()
  }

  /** @param {import("./crosshair.js").Place} place */
  moveTo(place) {
    this.hover = -1
    if (!this.cross.moveTo(place)) return
    this.refresh()
    clearTimeout(this.rest)
    this.rest = setTimeout(() => this.announce(), REST_MS)
  }

  /** The point under the pointer, if one is close. @param {PointerEvent} event */
  point(event) {
    const reach = (this.radius() + (event.pointerType === "touch" ? 12 : 4)) / this.hand.clientWidth
    const hover = this.layers.points ? this.plane.nearest(...this.share(event), reach, this.legend.alone) : -1
    if (hover === this.hover) return
    this.hover = hover
    this.refresh()
  }

  /** @param {KeyboardEvent} event */
  keyDown(event) {
    const arrow = ARROWS[event.key]
    if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return
    const step = event.shiftKey ? 0.1 : 0.01
    this.moveTo(this.plane.step(this.cross.place, arrow[0] * step, arrow[1] * step))
    event.preventDefault()
    event.stopPropagation()
  }

  // ---- words --------------------------------------------------------------------------------------------------------

  count() {
    const [all, outside] = [this.plane.n, this.header.outside].map((n) => n.toLocaleString("en-US"))
    if (!this.plane.n) return ""
    return this.header.outside ? `${all} pictures, ${outside} of them outside the frame` : `${all} pictures`
  }

  announce() {
    const { plane } = this
    const { place } = this.cross
    const near = plane.nearest(...plane.shares(place), 2, this.legend.alone)
    const named = near < 0 ? "" : ` The nearest picture is of class ${this.header.names[plane.groups[near]]}.`
    find(this.root, ".sr").textContent = `x ${text(place.x, plane.digits)}, y ${text(place.y, plane.digits)}.${named}`
  }

  // ---- drawing ------------------------------------------------------------------------------------------------------

  /** @returns {import("../kit/marks.js").Look} */
  look() {
    const paper = theme(this.root, "--st-background-color", "#fff")
    return { paper, hues: this.header.hues }
  }

  /** Of a point, in CSS pixels. */
  radius() {
    return radiusOf(this.plane.n, this.hand.clientWidth)
  }

  draw() {
    if (!this.header.digest || !this.hand.clientWidth) return
    drawGround({
      canvas: this.ground,
      plane: this.plane,
      ticks: this.ticks,
      picture: this.layers.background ? this.pictures.background : null,
      points: this.plane.n > 0 && this.layers.points,
      isolated: this.legend.alone,
      look: this.look(),
      radius: this.radius(),
    })
    this.refresh()
  }

  refresh() {
    const { plane, title } = this
    const { place } = this.cross
    find(this.root, ".place").textContent = `(${text(place.x, plane.digits)}, ${text(place.y, plane.digits)})`
    this.hand.setAttribute(
      "aria-label",
      `${title}. A plane with ${plane.n} points. Arrow keys move the cross-hair, Shift with an arrow moves it ten ` +
        "times as far.",
    )
    if (!this.header.digest || !this.hand.clientWidth) return
    const { hand, marks, hover } = this
    drawHand({ canvas: hand, plane, place, marks, hover, radius: this.radius() })
    this.drawTip()
  }

  /** The picture and the class of the point under the pointer. */
  drawTip() {
    const { hover, plane } = this
    const tip = find(this.root, ".tip")
    tip.hidden = hover < 0
    if (tip.hidden) return
    find(tip, "span").textContent = this.header.names[plane.groups[hover]]
    const { thumbnails } = this.pictures
    const edge = this.hand.clientWidth
    const [right, up] = plane.spot(hover)
    const picture = thumbnails && { sheet: thumbnails, columns: this.header.columns, n: plane.n, i: hover }
    showTip(tip, picture, { x: right * edge, y: (1 - up) * edge, edge })
  }

  close() {
    part(this.header.link, this)
    this.observer.disconnect()
    clearTimeout(this.rest)
    this.cross.close()
  }
}
