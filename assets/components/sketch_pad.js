// A pad on which a person draws a small picture, with the network's answers beside it.
//
// One canvas holds the picture at `edge` = side x block pixels, all of them opaque: the base with the ink on it. What is
// sent is the mean of each block. The eraser is a pen whose ink is the base.
//
// Who owns the drawing: the browser while a stroke runs, Python between strokes. Python's drawing is taken over when its
// revision or its count of fills is new; a plain echo of what was drawn here is ignored, so that a stroke made before
// the answer to the previous one arrives is never lost. See `adopt`.

const pads = new WeakMap() // the mount function runs again with each change of data or theme: keep one instance
const kept = new Map() // by key, the pads that a page switch took away: they come back as sharp as they went
const KEPT = 4

const EDGE = 560 // the least edge of the canvas that is drawn on: 20 samples a pixel and direction at 28 x 28
const WIDTHS = [0.045, 0.085, 0.15] // of a pen, as shares of the edge; the middle one is that of MNIST's digits
const SIZES = ["fine", "medium", "broad"]
const QUIET_MS = 120 // keys: send once the hands rest, so that a held key does not flood the server
const LIVE_MS = 100 // between two messages while the pen moves, and before the first one: a short stroke is one message
const LOST_MS = 3000 // an answer that is not here after this long does not come: draw on without it
const PATIENCE_MS = 350 // after this long without an answer the old pictures fade: they belong to another drawing
const HISTORY = 50

const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i])
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
const toText = (bytes) => btoa(String.fromCharCode(...bytes))
const pen2d = (canvas) => canvas.getContext("2d", { willReadFrequently: true }) // in memory: it is read with each message

function surface(edge) {
  const canvas = document.createElement("canvas")
  canvas.width = canvas.height = edge
  return canvas
}

class Pad extends Desk {
  constructor(host) {
    super()
    this.shownMark = "sketch-shown"
    this.root = host.querySelector(".pad")
    this.canvas = this.root.querySelector("canvas")
    this.side = 0
    this.perRow = 2 // pictures in a row beside the canvas; layout() decides
    this.pens = []
    this.pen = null // name of the pen in hand
    this.erasing = false
    this.width = 1
    this.sees = false
    this.hover = null // where the pointer is, in units of the edge
    this.cursor = null // where the keyboard is
    this.edit = null // the running stroke, or the run of keys that is not sent yet
    this.revision = null
    this.name = Math.random().toString(36).slice(2, 10) // makes each message of this instance unlike any other
    this.messages = 0
    this.commits = 0
    this.stamp = "" // of the newest message
    this.flight = false // whether its answer is still out
    this.sentAt = 0
    this.resultId = null
    this.listen()
    this.observer = new ResizeObserver(() => { this.layout(); this.draw() })
    this.observer.observe(this.root)
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, setStateValue) {
    this.setStateValue = setStateValue
    this.key = data.key
    this.size = data.size
    this.root.querySelector(".title").textContent = data.title
    this.root.querySelector(".count").textContent = `${data.side} × ${data.side}`
    this.canvas.setAttribute("aria-label", `${data.title}. A picture of ${data.side} by ${data.side} pixels to draw on. ` +
      "Arrow keys move the pen, Shift with an arrow draws, Space makes a dot, Control Z undoes, Control Y redoes.")
    this.offerPens(data.pens)
    this.adopt(data)
    if (data.stamp === this.stamp) this.land()
    this.showTiles(data.tiles, data.result_id)
    this.layout()
    this.refresh()
  }

  offerPens(pens) {
    if (JSON.stringify(pens) === JSON.stringify(this.pens)) return
    this.pens = pens
    if (!pens.some(([name]) => name === this.pen)) this.pen = pens[0][0]
    const modes = this.root.querySelector(".modes")
    for (const old of modes.querySelectorAll(".pen")) old.remove()
    const many = pens.length > 1
    modes.toggleAttribute("data-many", many)
    modes.style.setProperty("--across", Math.min(5, pens.length + 2)) // on a phone; the eraser is two wide
    modes.prepend(...pens.map(([name, ink]) => {
      const button = document.createElement("button")
      button.type = "button"
      button.className = "pen"
      button.dataset.pen = name
      button.title = `${name[0].toUpperCase()}${name.slice(1)} pen`
      if (many) {
        const pot = document.createElement("span")
        pot.className = "ink"
        pot.style.setProperty("--ink", ink)
        button.append(pot)
        button.setAttribute("aria-label", button.title)
      } else button.append(this.root.querySelector(".only").content.cloneNode(true))
      button.onclick = () => { this.pen = name; this.erasing = false; this.refresh() }
      return button
    }))
  }

  // Take over Python's drawing when Python changed it: where the base, the revision or the count of fills is another
  // one. A running stroke is repeated on top. Anything else is the echo of what was drawn here.
  adopt(data) {
    const other = data.side !== this.side || data.channels !== this.channels || data.base !== this.base
    const fresh = other || data.revision !== this.revision || data.fills !== this.fills
    this.revision = data.revision
    this.fills = data.fills
    if (!fresh) return
    const drawing = toBytes(data.drawing)
    const edit = this.takeBack()
    this.flight = false // Python does not take a message on the former picture
    if (other) this.start(data, drawing)
    else if (!same(drawing, this.pixels)) this.replace(drawing) // Undo leads back
    this.known = drawing
    if (edit && !other) this.repeat(edit)
  }

  start(data, drawing) {
    this.side = data.side
    this.channels = data.channels
    this.base = data.base
    this.block = Math.ceil(EDGE / data.side)
    this.edge = this.block * data.side
    this.baseBytes = toBytes(data.base)
    this.cursor = null
    this.small = surface(this.side)
    this.ground = surface(this.edge)
    this.spare = surface(this.edge) // the picture as it was before the running stroke
    this.enlarge(this.baseBytes, this.ground)
    const old = kept.get(data.key)
    kept.delete(data.key)
    if (old && old.base === this.base && old.side === this.side && same(old.pixels, drawing)) {
      Object.assign(this, { work: old.work, past: old.past, future: old.future, pixels: old.pixels })
    } else {
      this.work = surface(this.edge)
      this.past = []
      this.future = []
      this.show(drawing)
    }
    const light = this.baseBytes.reduce((sum, value) => sum + value, 0) > 127 * this.baseBytes.length
    const invite = this.root.querySelector(".invite")
    invite.dataset.on = light ? "light" : "dark"
    this.blank = this.baseBytes.every((value) => value === this.baseBytes[0])
  }

  // ---- pixels ------------------------------------------------------------------------------------------------

  // Small pixels onto a canvas, each as one block.
  enlarge(bytes, canvas) {
    const { side, channels } = this
    const image = new ImageData(side, side)
    for (let i = 0; i < side * side; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = bytes[channels * i + (channels === 3 ? c : 0)]
      image.data[4 * i + 3] = 255
    }
    pen2d(this.small).putImageData(image, 0, 0)
    const g = pen2d(canvas)
    g.imageSmoothingEnabled = false
    g.drawImage(this.small, 0, 0, canvas.width, canvas.height)
  }

  show(bytes) {
    this.enlarge(bytes, this.work)
    this.pixels = bytes
  }

  // The mean of each block of the picture: what the network gets.
  reduce() {
    const { side, channels, block, edge } = this
    const { data } = pen2d(this.work).getImageData(0, 0, edge, edge)
    const sums = new Uint32Array(side * side * channels)
    for (let y = 0, at = 0; y < edge; y++) {
      const line = Math.floor(y / block) * side
      for (let column = 0; column < side; column++) {
        const cell = (line + column) * channels
        for (let x = 0; x < block; x++, at += 4) {
          for (let c = 0; c < channels; c++) sums[cell + c] += data[at + c]
        }
      }
    }
    return Uint8Array.from(sums, (sum) => Math.round(sum / (block * block)))
  }

  // ---- changing the drawing ----------------------------------------------------------------------------------

  // Each entry of the history is the part of the picture that the other side of the step differs in.
  remember(entry) {
    this.past.push(entry)
    if (this.past.length > HISTORY) this.past.shift()
    this.future = []
  }

  cut(canvas, x, y, width, height) {
    return { x, y, image: pen2d(canvas).getImageData(x, y, width, height), pixels: this.pixels }
  }

  // The part of a box that lies in the picture, in whole pixels: x, y, width, height.
  within(box) {
    const [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom].map((at) => clamp(Math.round(at), 0, this.edge))
    return [left, top, right - left, bottom - top]
  }

  replace(bytes) {
    this.remember(this.cut(this.work, 0, 0, this.edge, this.edge))
    this.show(bytes)
  }

  step(from, to) {
    const entry = from.pop()
    to.push(this.cut(this.work, entry.x, entry.y, entry.image.width, entry.image.height))
    pen2d(this.work).putImageData(entry.image, entry.x, entry.y)
    this.pixels = entry.pixels
  }

  begin(kind) {
    clearTimeout(this.quiet) // the message of this stroke says what the keys did, too
    pen2d(this.spare).drawImage(this.work, 0, 0)
    const ink = this.erasing ? null : this.pens.find(([name]) => name === this.pen)[1] // null: the base itself
    const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity } // what the stroke has touched
    this.edit = { kind, before: this.pixels, points: [], ink, width: WIDTHS[this.width] * this.edge, box }
    this.sentAt = performance.now() // a short stroke is one message: see LIVE_MS
  }

  // Draw on to one more point {x, y}. lift: do not draw on the way there.
  extend(point, lift = false) {
    const { points, ink, width, box } = this.edit
    const from = lift || !points.length ? point : points[points.length - 1]
    points.push({ ...point, lift })
    const g = pen2d(this.work)
    g.strokeStyle = g.fillStyle = ink ?? g.createPattern(this.ground, "no-repeat")
    g.lineWidth = width
    g.lineCap = g.lineJoin = "round"
    g.beginPath()
    if (from.x === point.x && from.y === point.y) { // a line of no length has no caps
      g.arc(point.x, point.y, width / 2, 0, 2 * Math.PI)
      g.fill()
    } else {
      g.moveTo(from.x, from.y)
      g.lineTo(point.x, point.y)
      g.stroke()
    }
    const reach = width / 2 + 2
    box.left = Math.min(box.left, from.x - reach, point.x - reach)
    box.top = Math.min(box.top, from.y - reach, point.y - reach)
    box.right = Math.max(box.right, from.x + reach, point.x + reach)
    box.bottom = Math.max(box.bottom, from.y + reach, point.y + reach)
    this.pixels = null // not counted yet
  }

  // End the stroke without a trace of it; returns it.
  takeBack() {
    const edit = this.edit
    if (!edit) return null
    clearTimeout(this.quiet)
    this.edit = null
    pen2d(this.work).drawImage(this.spare, 0, 0)
    this.pixels = edit.before
    return edit
  }

  // A stroke once more, on top of what Python sent while it ran.
  repeat(edit) {
    this.begin(edit.kind)
    Object.assign(this.edit, { ink: edit.ink, width: edit.width, pointer: edit.pointer })
    for (const { lift, ...point } of edit.points) this.extend(point, lift)
    if (edit.kind === "keys") this.rest()
    else this.offer()
  }

  // End the stroke: one entry of history, one message.
  finish() {
    clearTimeout(this.quiet)
    const edit = this.edit
    this.edit = null
    if (edit) {
      this.pixels = this.reduce()
      if (same(this.pixels, edit.before)) pen2d(this.work).drawImage(this.spare, 0, 0) // nothing that the network sees
      else this.remember({ ...this.cut(this.spare, ...this.within(edit.box)), pixels: edit.before })
    }
    this.commit()
  }

  act(action) {
    if (this.edit) this.finish()
    if (action === "undo" && this.past.length) this.step(this.past, this.future)
    else if (action === "redo" && this.future.length) this.step(this.future, this.past)
    else if (action === "clear" && !same(this.pixels, this.baseBytes)) this.replace(this.baseBytes)
    else return
    this.say({ undo: "Undone.", redo: "Redone.", clear: "Cleared." }[action])
    this.refresh()
  }

  // ---- to Python ---------------------------------------------------------------------------------------------

  commit() {
    this.commits += 1
    this.root.dataset.committed = this.commits
    performance.mark("sketch-commit")
    this.send()
    this.refresh()
  }

  send() {
    clearTimeout(this.later)
    this.later = null
    if (same(this.pixels, this.known)) return
    this.messages += 1
    this.stamp = `${this.name}-${this.messages}`
    this.known = this.pixels
    this.sentAt = performance.now()
    this.flight = true
    clearTimeout(this.lost)
    this.lost = setTimeout(() => this.land(), LOST_MS)
    clearTimeout(this.patience)
    this.patience = setTimeout(() => { if (this.flight) this.root.dataset.waiting = "" }, PATIENCE_MS)
    // The stamp tells Python a new message from the old state that Streamlit sends along with every other widget.
    this.setStateValue("drawing", { pixels: toText(this.pixels), side: this.side, channels: this.channels,
      revision: this.revision, fills: this.fills, stamp: this.stamp })
  }

  // While the pen moves: send when there is no answer out and the last message is a while ago.
  offer() {
    if (this.flight || this.later) return
    this.later = setTimeout(() => {
      this.later = null
      if (!this.edit) return
      if (this.pixels === null) this.pixels = this.reduce()
      this.send()
    }, Math.max(0, LIVE_MS - (performance.now() - this.sentAt)))
  }

  // The answer to the newest message is here, or it never comes.
  land() {
    clearTimeout(this.lost)
    this.flight = false
    if (this.edit && this.pixels === null) this.offer()
  }

  // Keys come in bursts: they change the picture at once and are sent together after a short quiet.
  rest() {
    clearTimeout(this.quiet)
    this.quiet = setTimeout(() => this.finish(), QUIET_MS)
  }

  // ---- pointer and keyboard ----------------------------------------------------------------------------------

  listen() {
    const canvas = this.canvas
    canvas.onpointerdown = (event) => this.pointerDown(event)
    canvas.onpointermove = (event) => this.pointerMove(event)
    canvas.onpointerup = canvas.onpointercancel = canvas.onlostpointercapture = (event) => this.pointerUp(event)
    canvas.onpointerleave = () => { this.hover = null; this.draw() }
    canvas.oncontextmenu = (event) => { if (this.edit) event.preventDefault() } // a long press is a stroke
    canvas.onblur = () => { this.cursor = null; this.draw() }
    this.root.onkeydown = (event) => this.keyDown(event)
    for (const button of this.root.querySelectorAll("button")) {
      button.onclick = () => {
        if (button.getAttribute("aria-disabled") === "true") return
        if ("erase" in button.dataset) this.erasing = true
        if (button.dataset.size) this.width = Number(button.dataset.size)
        if (button.dataset.toggle) this.sees = !this.sees
        if (button.dataset.action) { this.act(button.dataset.action); this.commit() }
        this.refresh()
      }
    }
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect()
    return { x: ((event.clientX - box.left) / box.width) * this.edge, y: ((event.clientY - box.top) / box.height) * this.edge }
  }

  pointerDown(event) {
    if (event.button !== 0 || !event.isPrimary || !this.side) return
    try { this.canvas.setPointerCapture(event.pointerId) } catch { /* the pointer is gone already: no capture needed */ }
    if (this.edit) this.finish()
    this.cursor = null
    this.begin("drag")
    this.edit.pointer = event.pointerId
    this.follow([event], event)
  }

  pointerMove(event) {
    if (this.edit?.kind !== "drag") {
      if (event.pointerType === "touch") return // a finger does not hover
      this.hover = this.place(event)
      this.draw()
    } else if (event.pointerId === this.edit.pointer) {
      const samples = event.getCoalescedEvents?.() ?? []
      this.follow(samples.length ? samples : [event], event)
    }
  }

  follow(samples, event) {
    for (const sample of samples) this.extend(this.place(sample))
    this.hover = event.pointerType === "touch" ? null : this.place(event)
    this.offer()
    this.refresh()
  }

  pointerUp(event) {
    if (this.edit?.kind !== "drag" || event.pointerId !== this.edit.pointer) return
    this.finish()
    this.say(this.erasing ? "Erased." : "Stroke drawn.")
  }

  keyDown(event) {
    const command = event.ctrlKey || event.metaKey
    const letter = event.key.toLowerCase()
    const onCanvas = event.target === this.canvas && !command && !event.altKey
    const move = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key]
    if (this.edit?.kind === "drag") {
      if (event.key !== "Escape") return
      this.takeBack()
      this.commit() // what was sent on the way is taken back too
      this.say("Stroke taken back.")
    } else if (command && (letter === "z" || letter === "y")) {
      this.act(letter === "y" || event.shiftKey ? "redo" : "undo")
      this.rest()
    } else if (onCanvas && (move || event.key === " ")) {
      const from = this.cursor ?? { x: this.edge / 2, y: this.edge / 2 }
      const [dx, dy] = (move ?? [0, 0]).map((d) => d * this.block)
      this.cursor = { x: clamp(from.x + dx, 0, this.edge), y: clamp(from.y + dy, 0, this.edge) }
      if (!move || event.shiftKey) {
        if (!this.edit) this.begin("keys")
        if (move) this.extend(from, true)
        this.extend(this.cursor, !move)
        this.rest()
      } else this.say(`Row ${Math.floor(this.cursor.y / this.block) + 1}, column ${Math.floor(this.cursor.x / this.block) + 1}.`)
    } else return
    event.preventDefault()
    event.stopPropagation()
    this.hover = null
    this.refresh()
  }

  say(text) {
    this.root.querySelector(".sr").textContent = text
  }

  refresh() {
    if (!this.side) return
    const touched = this.edit !== null || !same(this.pixels, this.baseBytes)
    const numbers = `${this.side} × ${this.side}${this.channels === 3 ? " × 3" : ""} numbers`
    const hint = this.sees ? `All the network gets: ${numbers}.`
      : this.erasing ? (this.blank ? "Rub the drawing off." : "Rub to bring the picture below back.")
        : `Draw ${this.blank ? "" : "over it "}with mouse, finger or pen.`
    this.root.querySelector(".caption").textContent = hint
    this.root.querySelector(".invite").hidden = touched || !this.blank
    const pressed = (button, on) => button.setAttribute("aria-pressed", on)
    for (const button of this.root.querySelectorAll(".pen")) pressed(button, !this.erasing && button.dataset.pen === this.pen)
    for (const button of this.root.querySelectorAll("[data-size]")) pressed(button, Number(button.dataset.size) === this.width)
    pressed(this.root.querySelector("[data-erase]"), this.erasing)
    pressed(this.root.querySelector("[data-toggle]"), this.sees)
    const off = { undo: !this.past.length, redo: !this.future.length, clear: !touched }
    for (const [action, isOff] of Object.entries(off)) {
      this.root.querySelector(`[data-action=${action}]`).setAttribute("aria-disabled", isOff)
    }
    this.draw()
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  draw() {
    const { canvas } = this
    if (!this.side || !canvas.clientWidth) return
    const scale = window.devicePixelRatio || 1
    const edge = Math.round(canvas.clientWidth * scale)
    if (canvas.width !== edge) canvas.width = canvas.height = edge
    const g = canvas.getContext("2d")
    g.imageSmoothingEnabled = true
    g.imageSmoothingQuality = "high"
    if (this.sees) {
      this.enlarge(this.pixels ?? this.reduce(), this.canvas)
      g.strokeStyle = "rgba(140, 140, 140, 0.4)" // readable on black and on white pixels alike
      g.lineWidth = 1
      g.beginPath()
      for (let i = 1; i < this.side; i++) {
        const at = Math.round((i * edge) / this.side) + 0.5
        g.moveTo(at, 0)
        g.lineTo(at, edge)
        g.moveTo(0, at)
        g.lineTo(edge, at)
      }
      g.stroke()
    } else g.drawImage(this.work, 0, 0, edge, edge)

    // The tip of the pen: a ring in black and white, so that it shows on any picture. The eraser's is dashed.
    const tip = this.cursor ?? this.hover
    if (!tip) return
    const zoom = edge / this.edge
    const radius = (WIDTHS[this.width] * edge) / 2
    for (const [color, width] of [["rgba(0, 0, 0, 0.7)", 3.5], ["#fff", 1.5]]) {
      g.strokeStyle = color
      g.lineWidth = width * scale
      g.setLineDash(this.erasing ? [5 * scale, 4 * scale] : [])
      g.beginPath()
      g.arc(tip.x * zoom, tip.y * zoom, radius, 0, 2 * Math.PI)
      g.stroke()
    }
    g.setLineDash([])
  }

  ready() {
    return this.side > 0
  }

  close() {
    this.observer.disconnect()
    this.takeBack()
    for (const timer of [this.quiet, this.later, this.lost, this.patience]) clearTimeout(timer)
    kept.set(this.key, { base: this.base, side: this.side, work: this.work, past: this.past, future: this.future,
      pixels: this.pixels })
    if (kept.size > KEPT) kept.delete(kept.keys().next().value)
  }
}

export default function ({ data, parentElement, setStateValue }) {
  let pad = pads.get(parentElement)
  if (!pad) {
    pad = new Pad(parentElement)
    pads.set(parentElement, pad)
  }
  pad.update(data, setStateValue)
  return () => {
    pad.close()
    pads.delete(parentElement)
  }
}
