// Thousands of pictures as points of a plane: look closer, ask one for its neighbours, select many.
//
// The browser owns layout, colouring, zoom and selection: no round trip moves a point. Python hears of the choice and
// answers with the neighbours to draw.

import { theme } from "../kit/canvas.js"
import { find, setFlag } from "../kit/dom.js"
import { Legend } from "../kit/legend.js"
import { meet, part, unpack } from "../kit/map.js"
import { showTip } from "../kit/tip.js"
import { tell } from "../kit/told.js"
import { Choice, outline } from "./choice.js"
import { Cloud } from "./cloud.js"
import { Controls } from "./controls.js"
import { Fingers } from "./fingers.js"
import { Painter } from "./painter.js"
import { View } from "./view.js"
import { Walk } from "./walk.js"

const REACH = 12 // CSS pixels from a point at which a mouse is on it
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }

/** @typedef {import("../messages.d.ts").EmbeddingMapAnswerData} Data */
/** @typedef {import("../messages.d.ts").CloudHeader} Header */

export default class EmbeddingMap {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".embedding-map")
    this.hand = find(this.root, ".hand", HTMLCanvasElement)
    this.link = ""
    /** @type {Cloud | null} */
    this.cloud = null
    /** Python's newest answer. @type {Data | null} */
    this.said = null
    this.met = false // whether an answer has said where to begin
    this.view = new View()
    this.choice = new Choice(() => this.cloud?.onShow ?? null)
    this.hover = -1
    /** A region that is being drawn, in shares of the frame. @type {[number, number][] | null} */
    this.lasso = null
    this.selecting = false // whether the next drag draws a region
    /** The group that the pointer brings forward. @type {number | null} */
    this.forward = null
    this.themed = "" // the theme in which all was drawn
    this.painter = new Painter(this.root, this, () => this.showTip())
    this.walk = new Walk(() => this.painter.paint())
    this.legend = new Legend(find(this.root, ".legend"), {
      pressed: () => {
        if (this.cloud) this.cloud.isolated = this.legend.alone
        this.painter.draw()
      },
      under: (group) => {
        if (group === this.forward) return
        this.forward = group
        this.painter.draw()
      },
    })
    this.controls = new Controls(this.root, {
      age: (layout) => {
        this.walk.pause()
        this.walkTo(layout)
      },
      play: () => {
        const last = (this.cloud?.layouts.length ?? 0) - 1
        this.walk.play(last + 1, (layout) => this.walkTo(layout, layout === last))
      },
      colour: (colouring) => this.colourBy(colouring),
    })
    this.fingers = new Fingers(this.hand, this)
    this.listen()
    this.observer = new ResizeObserver(() => this.painter.draw())
    this.observer.observe(find(this.root, ".plot"))
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** The cloud. A reference to it comes with every rerun. @param {import("../types.d.ts").Mount<import("../messages.d.ts").EmbeddingMapData>} mount */
  update({ data }) {
    const { header, parts } = unpack(data)
    const names = ["--st-background-color", "--st-text-color", "--st-font"]
    const themed = names.map((name) => theme(this.root, name, "")).join()
    const other = header.digest !== this.cloud?.header.digest
    if (other || themed !== this.themed) {
      this.themed = themed
      this.painter.repaper()
      if (other) this.take(header, parts())
      this.showLegend()
      this.painter.paint()
      this.root.dataset.ready = ""
    }
    if (this.link && this.link !== header.link) part(this.link, this)
    this.link = header.link
    meet(header.link, this)
  }

  /** Another cloud; further ages may have come. @param {Header} header @param {[string, Uint8Array<ArrayBuffer>][]} parts */
  take(header, parts) {
    const before = this.cloud
    const cloud = new Cloud(header, parts)
    const same = before ? cloud.layoutOf(before.onShow.layout) : -1
    if (same >= 0) cloud.layout = same
    cloud.colouring = Math.min(before?.colouring ?? 0, cloud.groupings.length - 1)
    cloud.settle()
    this.walk.halt() // of points that are no more
    this.cloud = cloud
    this.hover = -1
    this.legend.reset()
    this.painter.take(cloud, parts.find(([name]) => name === "thumbnails")?.[1])
    this.controls.show(cloud)
    if (this.said) this.show(cloud, this.said) // an answer that came before the cloud
  }

  /** @param {import("../kit/map.js").Answer<Data>} answer */
  answer({ data, setStateValue }) {
    this.choice.follow(data, (name, value) => {
      const { messages, flight } = this.choice.wire
      this.root.dataset.sent = String(messages)
      performance.mark("embedding-sent", { detail: flight })
      setStateValue(name, value)
    })
    this.said = data
    find(this.root, ".title").textContent = data.title
    this.root.style.setProperty("--size", `max(${data.size}px, min(24vw, 40vh))`)
    if (this.cloud) this.show(this.cloud, data)
    this.choice.wire.land(data.held.stamp)
  }

  /** Draw an answer. @param {Cloud} cloud @param {Data} data */
  show(cloud, data) {
    if (!this.met) {
      this.met = true // only the first answer says where to begin
      const [layout, colouring] = [cloud.layoutOf(data.layout), cloud.colouringOf(data.colouring)]
      if (layout >= 0) cloud.layout = layout
      if (colouring >= 0) cloud.colouring = colouring
      cloud.settle()
      this.controls.show(cloud)
      this.showLegend()
    }
    const [x, y] = data.mark ?? []
    this.root.dataset.mark = x === undefined || y === undefined ? "" : [x, y].map((at) => at.toFixed(3)).join()
    this.painter.paint()
    this.announce(cloud)
    if (this.root.dataset.shown === data.result_id) return
    performance.mark("embedding-shown", { detail: data.held.stamp })
    this.root.dataset.shown = data.result_id
  }

  // ---- what can be chosen -------------------------------------------------------------------------------------------

  showLegend() {
    if (this.cloud) this.legend.show(this.cloud.names, this.painter.look())
    this.painter.marks = null
  }

  /** @param {number} layout @param {boolean} [toPython] whether Python is to hear of it */
  walkTo(layout, toPython = true) {
    const { cloud } = this
    if (!cloud || layout === cloud.layout) return
    this.walk.to(cloud, layout)
    this.controls.showAge(cloud)
    tell(this.root, cloud.told())
    this.choice.leaveLayout(toPython)
  }

  /** @param {number | null} point */
  choose(point) {
    if (!this.choice.choose(point) || !this.cloud) return
    this.painter.draw()
    this.announce(this.cloud)
  }

  /** @param {number} colouring */
  colourBy(colouring) {
    const { cloud } = this
    if (!cloud) return
    cloud.colouring = colouring
    cloud.isolated = null
    this.legend.reset()
    this.showLegend()
    this.painter.draw()
    tell(this.root, cloud.told())
    this.choice.tellLater()
  }

  // ---- pointer and keyboard -----------------------------------------------------------------------------------------

  listen() {
    this.hand.ondblclick = () => this.whole()
    this.hand.onkeydown = (event) => this.keyDown(event)
    find(this.root, ".out").onclick = () => this.whole()
    find(this.root, ".select").onclick = () => this.selectNext(!this.selecting)
  }

  /** Whether the next drag draws a region. @param {boolean} on */
  selectNext(on) {
    this.selecting = on
    setFlag(find(this.root, ".select"), "aria-pressed", on)
  }

  closeLasso() {
    const { lasso, cloud } = this
    this.lasso = null
    this.selectNext(false)
    if (!cloud || !lasso || lasso.length < 3) return
    this.choice.select(outline(lasso).map(([x, y]) => cloud.toUnits(x, y)))
    this.root.dataset.chosen = ""
  }

  /** Something is to be drawn again. */
  moved() {
    this.hover = -1
    this.painter.draw()
  }

  left() {
    if (this.hover < 0) return
    this.hover = -1
    this.painter.paintHand()
  }

  /** @param {number} x @param {number} y shares of the canvas */
  point(x, y) {
    const hover = this.hit(x, y, REACH)
    if (hover === this.hover) return
    this.hover = hover
    this.painter.paintHand()
  }

  /** @param {number} x @param {number} y @param {number} reach CSS pixels */
  tap(x, y, reach) {
    const hit = this.hit(x, y, reach)
    this.choose(hit < 0 ? null : hit)
  }

  /** @param {number} x @param {number} y @param {number} reach CSS pixels */
  hit(x, y, reach) {
    return this.cloud?.nearest(...this.view.toFrame(x, y), reach / (this.hand.clientWidth * this.view.zoom)) ?? -1
  }

  /** @param {number} factor */
  zoom(factor) {
    this.view.zoomAt(0.5, 0.5, factor)
    this.painter.draw()
  }

  whole() {
    this.view.whole()
    this.painter.draw()
  }

  /** @param {KeyboardEvent} event */
  keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { key } = event
    const arrow = ARROWS[key]
    if (arrow) this.step(...arrow)
    else if (key === "+" || key === "=") this.zoom(1.5)
    else if (key === "-") this.zoom(1 / 1.5)
    else if (key === "0") this.whole()
    else if (key === "Enter" && this.hover >= 0) this.choose(this.hover)
    else if (key === "Escape") {
      this.lasso = null
      this.selectNext(false)
      if (this.choice.any) this.choose(null)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  /** To the nearest point in a direction. @param {number} right @param {number} up */
  step(right, up) {
    const { cloud, view } = this
    if (!cloud) return
    const start = this.hover >= 0 ? this.hover : (this.choice.point ?? cloud.nearest(view.x, view.y, 1e9))
    const best = start < 0 ? -1 : cloud.next(start, right, up)
    if (best < 0) return
    this.hover = best
    view.bring(...cloud.place(best))
    this.painter.draw()
    find(this.root, ".sr").textContent = cloud.words(best)
  }

  // ---- words --------------------------------------------------------------------------------------------------------

  /** @param {Cloud} cloud */
  announce(cloud) {
    const { point, region } = this.choice
    tell(this.root, cloud.told())
    this.root.dataset.chosen = point === null ? "" : String(point)
    const selected = region.length ? "A region is selected." : ""
    find(this.root, ".sr").textContent = point === null ? selected : `Chosen: ${cloud.words(point)}`
    this.hand.setAttribute(
      "aria-label",
      `A map of ${cloud.n.toLocaleString("en-US")} pictures. Arrow keys go from point to point, Enter chooses, plus and ` +
        "minus zoom, Escape clears.",
    )
  }

  showTip() {
    const { cloud, hover } = this
    const tip = find(this.root, ".tip")
    tip.hidden = hover < 0
    if (tip.hidden || !cloud) return
    find(tip, ".what").textContent = cloud.names[cloud.groups[hover]]
    find(tip, ".caption").textContent = cloud.header.captions[hover] ?? ""
    const { sheet } = this.painter
    const edge = this.hand.clientWidth
    const [x, y] = this.view.toScreen(...cloud.place(hover))
    const thumbnail = sheet && { sheet, columns: cloud.header.columns, n: cloud.n, i: hover }
    showTip(tip, thumbnail, { x: x * edge, y: y * edge, edge })
  }

  close() {
    part(this.link, this)
    this.observer.disconnect()
    this.walk.close()
    this.painter.close()
    this.choice.close()
  }
}
