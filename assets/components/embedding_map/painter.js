// Paints the map: its points, the pictures that take their place close up, and what lies above them.

import { context, rgbOf, theme } from "../kit/canvas.js"
import { clamp, find } from "../kit/dom.js"
import { drawRing, radiusOf } from "../kit/marks.js"
import { Points } from "../kit/points.js"
import { drawChoice, drawFlag, drawPictures, drawRegion, fill, sheetOfMarks, spot } from "./scene.js"

const REST_MS = 150 // points that were drawn again within this time are moving
const CLOSE = 160 // with fewer points in sight their pictures are drawn in place of dots

/** @typedef {import("./cloud.js").Cloud} Cloud */
/**
 * @typedef {object} Shown what is on show
 * @property {import("./view.js").View} view
 * @property {import("./choice.js").Choice} choice
 * @property {number} hover the point under the pointer or the keyboard, or -1
 * @property {[x: number, y: number][] | null} lasso a region that is being drawn, in shares of the frame
 * @property {number | null} forward the group that the pointer brings forward
 * @property {import("../messages.d.ts").EmbeddingMapAnswerData | null} said Python's newest answer
 */

export class Painter {
  /** @param {HTMLElement} root @param {Shown} shown @param {() => void} painted all canvases were drawn, or the uppermost one */
  constructor(root, shown, painted) {
    this.root = root
    this.shown = shown
    this.told = painted
    this.points = new Points(find(root, ".ground", HTMLCanvasElement), () => this.draw())
    /** Close up, in place of points. */
    this.pictures = find(root, ".pictures", HTMLCanvasElement)
    /** Ring, lines and region above them. */
    this.hand = find(root, ".hand", HTMLCanvasElement)
    /** @type {Cloud | null} */
    this.cloud = null
    /** @type {ImageBitmap | null} */
    this.sheet = null
    this.paper = "#fff"
    this.ground = [255, 255, 255]
    /** @type {{ radius: number, sheet: HTMLCanvasElement } | null} */
    this.marks = null
    this.around = 0 // what a ring goes around: a picture or a mark
    this.painted = 0
    /** @type {number | null} */
    this.due = null
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.crisp = undefined
  }

  /** @param {Cloud} cloud @param {Uint8Array<ArrayBuffer> | undefined} thumbnails */
  async take(cloud, thumbnails) {
    this.cloud = cloud
    this.sheet = null
    this.marks = null
    if (!thumbnails) return
    const picture = await createImageBitmap(new Blob([thumbnails])).catch(() => null)
    if (cloud !== this.cloud) return
    this.sheet = picture
    this.draw()
  }

  /** The page has other colours. */
  repaper() {
    this.marks = null
    this.paper = theme(this.root, "--st-background-color", "#fff")
    this.ground = rgbOf(this.paper)
  }

  /** @returns {import("../kit/marks.js").Look} */
  look() {
    return { paper: this.paper, hues: this.cloud?.header.hues ?? [] }
  }

  /** Of a point, in CSS pixels. */
  radius() {
    return radiusOf(this.cloud?.n ?? 0, this.hand.clientWidth) * clamp(this.shown.view.zoom ** 0.25, 1, 2)
  }

  /** With the next frame: a mouse may move several times until then. */
  draw() {
    this.due ??= requestAnimationFrame(() => this.paint())
  }

  paint() {
    if (this.due !== null) cancelAnimationFrame(this.due)
    this.due = null
    const { cloud } = this
    const { view, forward } = this.shown
    if (!cloud || !this.hand.clientWidth) return
    const scale = window.devicePixelRatio || 1
    const edge = fill(this.hand)
    const grain = this.grain(scale)
    this.points.draw(cloud.places, cloud.groups, {
      view,
      edge: Math.round((edge * grain) / scale),
      sheet: this.sheetOf(cloud, grain),
      paper: this.ground,
      alone: cloud.isolated ?? forward,
    })
    const seen = cloud.inSight(view)
    const sheet = seen.length <= CLOSE && (view.zoom > 1 || cloud.n <= CLOSE) ? this.sheet : null
    this.root.dataset.seen = String(seen.length)
    this.root.dataset.painter = this.points.gl ? "card" : "pixels"
    this.root.toggleAttribute("data-pictures", sheet !== null)
    this.around = sheet ? 25 * scale : this.radius() * scale
    this.pictures.hidden = !sheet
    if (sheet) {
      const g = context(this.pictures)
      g.clearRect(0, 0, fill(this.pictures), edge)
      drawPictures(g, { cloud, view, look: this.look(), scale }, sheet, seen, forward)
    }
    this.paintHand()
  }

  /**
   * Pixels of the canvas in a CSS pixel. Without a graphics card twice the resolution takes four times as long: while
   * points move, CSS pixels will do.
   *
   * @param {number} scale
   */
  grain(scale) {
    const now = performance.now()
    const rough = !this.points.gl && scale > 1 && now - this.painted < REST_MS
    this.painted = now
    clearTimeout(this.crisp)
    if (rough) this.crisp = setTimeout(() => this.draw(), 1.2 * REST_MS)
    return rough ? 1 : scale
  }

  /** Half a pixel more or less is not seen: few sheets are made. @param {Cloud} cloud @param {number} scale */
  sheetOf(cloud, scale) {
    const radius = Math.round(2 * this.radius() * scale) / 2
    if (this.marks?.radius !== radius) {
      this.marks = { radius, sheet: sheetOfMarks(cloud.names.length, this.look(), radius, scale) }
    }
    return this.marks.sheet
  }

  /** What lies above the points: quick, so that it follows the pointer. */
  paintHand() {
    const { cloud } = this
    const { view, choice, hover, lasso, said } = this.shown
    if (!cloud || !this.hand.clientWidth) return
    const scale = window.devicePixelRatio || 1
    const edge = fill(this.hand)
    const g = context(this.hand)
    const stand = { cloud, view, look: this.look(), scale }
    g.clearRect(0, 0, edge, edge)
    if (choice.point !== null && choice.point < cloud.n) {
      drawChoice(g, stand, choice.point, choice.neighbours, this.around)
    }
    if (said?.mark && cloud.layout === cloud.layouts.length - 1) drawFlag(g, stand, said.mark)
    if (hover >= 0) drawRing(g, scale, 2, [...spot(stand, hover, edge), this.around + 3.5 * scale])
    drawRegion(g, stand, lasso ?? choice.region.map(([x, y]) => cloud.toShares(x, y)), !lasso)
    this.told()
  }

  close() {
    if (this.due !== null) cancelAnimationFrame(this.due)
    clearTimeout(this.crisp)
    this.points.close()
  }
}
