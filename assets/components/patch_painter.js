// A painter for the mask of a masked auto-encoder, with the network's answer beside it.
//
// Who owns the mask: the browser while a gesture runs, Python between gestures. Python's mask is taken over when its
// `revision` is new; a plain echo of what was painted here carries the old revision and is ignored, so that a stroke
// made before the answer to the previous one arrives is never lost. See `adopt`.

const painters = new WeakMap() // the mount function runs again with each change of data or theme: keep one instance

const QUIET_MS = 120 // keys: send once the hands rest, so that a held key does not flood the server
const PATIENCE_MS = 350 // after this long without an answer the old pictures fade: they belong to another mask
const HISTORY = 200

const HINTS = {
  paint: "Drag over the picture to hide patches.",
  erase: "Drag over hidden patches to show them again.",
  box: "Drag a rectangle to hide all of it.",
  look: "Point at a patch. Nothing you do here changes the mask.",
}
const WITH_ATTENTION = {
  paint: "Drag over the picture to hide patches. Rest on a hidden one to see where the network looked.",
  look: "Point at a hidden patch to see where the network looked; click to keep it.",
}

const sorted = (cells) => [...cells].sort((a, b) => a - b)
const same = (a, b) => a.length === b.length && a.every((cell, i) => cell === b[i])

class Painter extends Desk {
  constructor(root) {
    super()
    this.shownMark = "patch-shown"
    this.root = root.querySelector(".painter")
    this.host = root
    this.canvas = this.root.querySelector("canvas")
    this.picture = new Image()
    this.picture.onload = () => this.draw()
    this.n = 0
    this.perRow = 2 // pictures in a row beside the canvas; layout() decides
    this.mask = new Set()
    this.mode = "paint"
    this.peek = false
    this.cursor = 0 // the cell the keyboard is on
    this.keyboard = false // whether the keyboard was used last: only then its cell is drawn
    this.hover = -1
    this.pinned = null
    this.past = []
    this.future = []
    this.edit = null // the running gesture, or the run of keys that is not sent yet
    this.waiting = null // what Python sent while a gesture ran
    this.revision = null
    this.sent = null // the mask that was sent last
    this.stamp = Math.random().toString(36).slice(2, 10) // makes each message of this instance unlike any other
    this.messages = 0
    this.commits = 0
    this.unsent = false // the mask changed and no message said so yet
    this.answered = [] // the mask that Python's newest pictures belong to
    this.attention = null
    this.resultId = null
    this.listen()
    this.observer = new ResizeObserver(() => { this.layout(); this.draw() })
    this.observer.observe(this.root)
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, setStateValue) {
    this.setStateValue = setStateValue
    this.size = data.size
    if (data.n !== this.n) {
      this.n = data.n
      this.past = []
      this.future = []
      this.edit = null
      this.cursor = 0
      this.hover = -1
      this.revision = null
    }
    this.canvas.setAttribute("aria-label", `${data.title}. ${this.n} by ${this.n} patches. Arrow keys move, Space hides ` +
      "or shows a patch, Shift with an arrow paints, Control Z undoes, I inverts.")
    this.root.querySelector(".title").textContent = data.title
    if (this.picture.src !== data.image) this.picture.src = data.image
    this.attention = this.readAttention(data)
    this.answered = sorted(data.mask)
    this.adopt(data)
    this.showTiles(data.tiles, data.result_id)
    this.layout()
    this.refresh()
  }

  // Take over Python's mask when Python changed it. Three cases:
  // - a revision not seen before: Python's mask is the truth (first paint, random fill, another picture);
  // - a known revision and exactly the mask sent last, though another one is shown: Python filled first and took
  //   our stroke afterwards, so the stroke is the truth;
  // - anything else is the echo of an older stroke.
  adopt(data) {
    if (this.edit) { this.waiting = data; return }
    const theirs = sorted(data.mask)
    const mine = sorted(this.mask)
    const fresh = data.revision !== this.revision
    const caughtUp = this.sent !== null && same(theirs, this.sent)
    if (fresh) this.pinned = data.pinned
    if ((fresh || caughtUp) && !same(theirs, mine)) {
      if (fresh && this.revision !== null) this.remember(mine) // so that Undo leads back from a random fill
      this.mask = new Set(theirs)
    }
    if (caughtUp) this.sent = null
    this.revision = data.revision
  }

  readAttention(data) {
    if (!data.attention) return null
    const bytes = atob(data.attention.weights)
    return { at: (row, column) => bytes.charCodeAt(row * data.n * data.n + column) * data.attention.scales[row],
      mask: sorted(data.mask) } // the weights hold for this mask alone
  }

  // ---- changing the mask -------------------------------------------------------------------------------------

  remember(cells) {
    this.past.push(cells)
    if (this.past.length > HISTORY) this.past.shift()
    this.future = []
  }

  begin(kind) {
    this.edit = { kind, before: sorted(this.mask), touched: new Map(), keepFuture: false }
  }

  set(cell, hidden) {
    this.edit.touched.set(cell, hidden)
    if (hidden) this.mask.add(cell)
    else this.mask.delete(cell)
  }

  setAll(cells) {
    const wanted = new Set(cells)
    for (let cell = 0; cell < this.n * this.n; cell++) this.set(cell, wanted.has(cell))
  }

  // End the gesture: one entry of history, at most one message.
  finish(send = true) {
    const edit = this.edit
    if (!edit) return
    clearTimeout(this.timer)
    this.edit = null
    let before = edit.before
    if (this.waiting) { // Python's mask arrived meanwhile: repeat the gesture on top of it
      const data = this.waiting
      this.waiting = null
      this.mask = new Set(before)
      this.adopt(data)
      before = sorted(this.mask)
      for (const [cell, hidden] of edit.touched) hidden ? this.mask.add(cell) : this.mask.delete(cell)
    }
    const after = sorted(this.mask)
    if (this.pinned !== null && !this.mask.has(this.pinned)) this.pinned = null
    if (!same(before, after)) {
      if (!edit.keepFuture) this.remember(before)
      if (send) this.emit(after)
      else this.unsent = true
    } else if (send && this.unsent) this.emit(after)
    this.refresh()
  }

  emit(cells) {
    this.unsent = false
    this.sent = cells
    this.messages += 1
    this.commits += 1
    this.root.dataset.committed = this.commits
    this.say(`${this.countText()}.`)
    performance.mark("patch-commit")
    clearTimeout(this.patience)
    this.patience = setTimeout(() => { // no answer comes where the mask is back at what was answered last
      if (!same(this.answered, sorted(this.mask))) this.root.dataset.waiting = ""
    }, PATIENCE_MS)
    // The stamp tells Python a new message from the old state that Streamlit sends along with every other widget.
    this.setStateValue("mask", { cells, n: this.n, stamp: `${this.stamp}-${this.messages}` })
  }

  act(action) {
    this.finish(false)
    this.begin("button")
    this.apply(action)
    this.finish()
  }

  apply(action) {
    if (action === "undo" || action === "redo") {
      const [from, to] = action === "undo" ? [this.past, this.future] : [this.future, this.past]
      if (!from.length) return
      to.push(sorted(this.mask))
      this.edit.keepFuture = true
      this.setAll(from.pop())
    } else if (action === "invert") {
      this.setAll([...Array(this.n * this.n).keys()].filter((cell) => !this.mask.has(cell)))
    } else if (action === "clear") {
      this.setAll([])
    }
  }

  // Keys come in bursts: they change the picture at once and are sent together after a short quiet.
  key(change) {
    if (!this.edit) this.begin("keys")
    change()
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.finish(), QUIET_MS)
    this.refresh()
  }

  pin(cell) {
    const next = this.mask.has(cell) && cell !== this.pinned ? cell : null
    if (next === this.pinned) return
    this.pinned = next
    this.messages += 1
    this.setStateValue("pinned", { index: next, n: this.n, stamp: `${this.stamp}-${this.messages}` })
    this.refresh()
  }

  // ---- pointer and keyboard ----------------------------------------------------------------------------------

  listen() {
    const canvas = this.canvas
    canvas.onpointerdown = (event) => this.pointerDown(event)
    canvas.onpointermove = (event) => this.pointerMove(event)
    canvas.onpointerup = canvas.onpointercancel = canvas.onlostpointercapture = (event) => this.pointerUp(event)
    canvas.onpointerleave = () => { this.hover = -1; this.refresh() }
    canvas.oncontextmenu = (event) => { if (this.edit) event.preventDefault() } // a long press is a stroke
    canvas.onkeydown = (event) => this.keyDown(event)
    canvas.onfocus = () => { this.keyboard = canvas.matches(":focus-visible"); this.refresh() }
    canvas.onblur = () => { this.keyboard = false; this.refresh() }
    for (const button of this.root.querySelectorAll("button")) {
      button.onclick = () => {
        if (button.getAttribute("aria-disabled") === "true") return
        if (button.dataset.mode) this.mode = button.dataset.mode
        if (button.dataset.toggle) this.peek = !this.peek
        if (button.dataset.action) this.act(button.dataset.action)
        this.refresh()
      }
    }
  }

  // Row and column under a pointer event; outside the picture they run on below 0 and above n - 1.
  place(event) {
    const box = this.canvas.getBoundingClientRect()
    return { row: Math.floor(((event.clientY - box.top) / box.height) * this.n),
      column: Math.floor(((event.clientX - box.left) / box.width) * this.n) }
  }

  cell({ row, column }) {
    return row < 0 || column < 0 || row >= this.n || column >= this.n ? -1 : row * this.n + column
  }

  pointerDown(event) {
    if (event.button !== 0 || !event.isPrimary) return
    const place = this.place(event)
    const cell = this.cell(place)
    if (cell < 0) return
    this.keyboard = false
    this.cursor = cell
    if (this.mode === "look") { this.hover = cell; this.pin(cell); return }
    try { this.canvas.setPointerCapture(event.pointerId) } catch { /* the pointer is gone already: no capture needed */ }
    this.finish(false)
    this.begin("drag")
    this.edit.pointer = event.pointerId
    this.edit.hide = (this.mode !== "erase") !== event.shiftKey
    this.edit.start = this.edit.last = place
    this.stroke(place)
    this.refresh()
  }

  pointerMove(event) {
    if (this.edit?.kind !== "drag") {
      if (event.pointerType === "touch") return // a finger does not hover
      const cell = this.cell(this.place(event))
      if (cell !== this.hover) { this.hover = cell; this.keyboard = false; this.refresh() }
      return
    }
    if (event.pointerId !== this.edit.pointer) return
    const samples = event.getCoalescedEvents?.() ?? []
    for (const sample of samples.length ? samples : [event]) this.stroke(this.place(sample))
    this.refresh()
  }

  pointerUp(event) {
    if (this.edit?.kind !== "drag" || event.pointerId !== this.edit.pointer) return
    this.hover = event.pointerType === "touch" ? -1 : this.cell(this.place(event))
    this.finish()
  }

  // One more sample of the drag: a line of cells from the last one, or the rectangle from the first one.
  stroke(place) {
    const { start, last, hide, before } = this.edit
    if (this.mode === "box") {
      this.mask = new Set(before)
      this.edit.touched.clear()
      const [r0, r1] = [start.row, place.row].sort((a, b) => a - b).map((r) => clamp(r, 0, this.n - 1))
      const [c0, c1] = [start.column, place.column].sort((a, b) => a - b).map((c) => clamp(c, 0, this.n - 1))
      for (let row = r0; row <= r1; row++) for (let column = c0; column <= c1; column++) this.set(row * this.n + column, hide)
    } else {
      const [dr, dc] = [place.row - last.row, place.column - last.column]
      const steps = Math.max(Math.abs(dr), Math.abs(dc), 1)
      for (let k = 0; k <= steps; k++) {
        const cell = this.cell({ row: Math.round(last.row + (dr * k) / steps), column: Math.round(last.column + (dc * k) / steps) })
        if (cell >= 0) this.set(cell, hide)
      }
    }
    this.edit.last = place
  }

  keyDown(event) {
    const command = event.ctrlKey || event.metaKey
    const letter = event.key.toLowerCase()
    const move = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key]
    if (this.edit?.kind === "drag") {
      if (event.key !== "Escape") return
      this.mask = new Set(this.edit.before) // Escape takes the running drag back
      this.edit.touched.clear()
      this.finish()
    } else if (move && !command && !event.altKey) {
      const from = this.cursor
      const row = clamp(Math.floor(from / this.n) + move[0], 0, this.n - 1)
      const column = clamp((from % this.n) + move[1], 0, this.n - 1)
      this.cursor = row * this.n + column
      if (event.shiftKey && this.mode !== "look") {
        this.key(() => { for (const cell of [from, this.cursor]) this.set(cell, this.mode !== "erase") })
      }
      this.announce()
    } else if ((event.key === " " || event.key === "Enter") && !command) {
      if (this.mode === "look") this.pin(this.cursor)
      else this.key(() => this.set(this.cursor, !this.mask.has(this.cursor)))
      this.announce()
    } else if (command && (letter === "z" || letter === "y")) {
      this.step(letter === "y" || event.shiftKey ? "redo" : "undo")
    } else if (letter === "i" && !command && !event.altKey) {
      this.key(() => this.apply("invert"))
      this.say(`Inverted. ${this.countText()}.`)
    } else return
    event.preventDefault()
    event.stopPropagation()
    this.keyboard = true
    this.hover = -1
    this.refresh()
  }

  // Undo or redo from the keyboard: shown at once, sent after the quiet like every key.
  step(action) {
    this.finish(false)
    this.begin("keys")
    this.apply(action)
    this.finish(false)
    this.key(() => {}) // each step stands alone in the history, yet the message waits for the quiet
    this.say(`${action === "undo" ? "Undone" : "Redone"}. ${this.countText()}.`)
  }

  // ---- words -------------------------------------------------------------------------------------------------

  name(cell) {
    return `row ${Math.floor(cell / this.n) + 1}, column ${(cell % this.n) + 1}`
  }

  countText() {
    return `${this.mask.size} of ${this.n * this.n} hidden`
  }

  say(text) {
    this.root.querySelector(".sr").textContent = text
  }

  announce() {
    const look = this.lookText(this.cursor)
    this.say(`R${this.name(this.cursor).slice(1)}, ${this.mask.has(this.cursor) ? "hidden" : "visible"}. ` +
      `${this.countText()}. ${look ?? ""}`)
  }

  // Where a hidden patch looked: the visible patch with the most weight, or null where nothing is known.
  looked(cell) {
    const attention = this.attention
    if (!attention || this.edit || cell < 0 || !this.mask.has(cell) || !same(attention.mask, sorted(this.mask))) return null
    let best = -1
    let most = 0
    for (let other = 0; other < this.n * this.n; other++) {
      if (this.mask.has(other)) continue
      const weight = attention.at(cell, other)
      if (weight > most) [best, most] = [other, weight]
    }
    return best < 0 ? null : { best, most }
  }

  lookText(cell) {
    const looked = this.looked(cell)
    if (!looked) return null
    const percent = looked.most * 100
    const digits = percent >= 10 ? Math.round(percent) : percent.toPrecision(2)
    return `R${this.name(cell).slice(1)} looked most at ${this.name(looked.best)} (${digits}\u00a0% of its attention).`
  }

  // The patch that is examined: under the pointer, else under the keyboard, else the kept one.
  examined() {
    if (this.hover >= 0 && this.mask.has(this.hover)) return this.hover
    if (this.keyboard && this.mask.has(this.cursor)) return this.cursor
    return this.pinned ?? -1
  }

  refresh() {
    const look = this.lookText(this.examined())
    const hint = (this.attention && WITH_ATTENTION[this.mode]) || HINTS[this.mode]
    this.root.querySelector(".caption").textContent = look ?? hint
    this.root.querySelector(".count").textContent = this.countText()
    this.canvas.dataset.mode = this.mode
    for (const button of this.root.querySelectorAll("[data-mode]:is(button)")) {
      button.setAttribute("aria-pressed", button.dataset.mode === this.mode)
    }
    this.root.querySelector("[data-toggle]").setAttribute("aria-pressed", this.peek)
    const off = { undo: !this.past.length, redo: !this.future.length, clear: !this.mask.size }
    for (const [action, isOff] of Object.entries(off)) {
      this.root.querySelector(`[data-action=${action}]`).setAttribute("aria-disabled", isOff)
    }
    this.draw()
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  draw() {
    const { canvas, n } = this
    if (!n || !canvas.clientWidth) return
    const scale = window.devicePixelRatio || 1
    const edge = Math.round(canvas.clientWidth * scale)
    if (canvas.width !== edge) canvas.width = canvas.height = edge
    const g = canvas.getContext("2d")
    const style = getComputedStyle(canvas)
    const theme = (name, fallback) => style.getPropertyValue(name).trim() || fallback
    const accent = theme("--st-primary-color", "#0072B2")
    const line = (i) => Math.round((i * edge) / n) // cell borders fall on whole device pixels
    const box = (cell) => {
      const [row, column] = [Math.floor(cell / n), cell % n]
      return [line(column), line(row), line(column + 1) - line(column), line(row + 1) - line(row)]
    }

    g.clearRect(0, 0, edge, edge)
    g.imageSmoothingEnabled = false
    if (this.picture.complete && this.picture.naturalWidth) g.drawImage(this.picture, 0, 0, edge, edge)

    // Hidden patches: a hatched gray that is neither of the picture's extremes, in one pattern across the picture.
    g.globalAlpha = this.peek ? 0.5 : 1
    g.fillStyle = this.hatch(g, scale)
    for (const cell of this.mask) g.fillRect(...box(cell))
    g.globalAlpha = 1
    g.strokeStyle = "rgba(255, 255, 255, 0.45)"
    g.lineWidth = Math.max(1, Math.round(scale))
    for (const cell of this.mask) g.strokeRect(...box(cell))

    // Where the examined patch looked: tint by weight, the strongest one ringed as well.
    const examined = this.examined()
    const looked = this.looked(examined)
    if (looked) {
      for (let cell = 0; cell < n * n; cell++) {
        if (this.mask.has(cell)) continue
        const share = this.attention.at(examined, cell) / looked.most
        g.fillStyle = accent
        g.globalAlpha = 0.85 * share
        g.fillRect(...box(cell))
        g.fillStyle = "#fff" // lifts the accent off a black picture
        g.globalAlpha = 0.2 * share
        g.fillRect(...box(cell))
      }
      g.globalAlpha = 1
    }

    g.strokeStyle = "rgba(140, 140, 140, 0.55)" // readable on black and on white pixels alike
    g.lineWidth = Math.max(1, Math.round(scale))
    g.beginPath()
    for (let i = 1; i < n; i++) {
      const at = line(i) + (g.lineWidth % 2) / 2
      g.moveTo(at, 0)
      g.lineTo(at, edge)
      g.moveTo(0, at)
      g.lineTo(edge, at)
    }
    g.stroke()

    const ring = (cell, color, width, dash = []) => { // on a white base, so that it shows on any picture
      const [x, y, w, h] = box(cell)
      for (const [stroke, extra] of [["#fff", 2], [color, 0]]) {
        g.strokeStyle = stroke
        g.lineWidth = (width + extra) * scale
        g.setLineDash(extra ? [] : dash.map((d) => d * scale))
        const inset = ((width + 2) * scale) / 2
        g.strokeRect(x + inset, y + inset, w - 2 * inset, h - 2 * inset)
      }
      g.setLineDash([])
    }
    if (looked) ring(looked.best, accent, 2, [5, 4])
    if (examined >= 0 && (looked || examined === this.pinned)) ring(examined, accent, 4)
    if (this.keyboard) ring(this.cursor, "#1D2126", 3)
    if (this.mode === "box" && this.edit?.kind === "drag") {
      const { start, last } = this.edit
      const [r0, r1] = [start.row, last.row].sort((a, b) => a - b).map((r) => line(clamp(r, 0, n - 1)))
      const [c0, c1] = [start.column, last.column].sort((a, b) => a - b).map((c) => line(clamp(c, 0, n - 1)))
      g.strokeStyle = "#fff"
      g.lineWidth = 3 * scale
      const cell = line(1)
      g.strokeRect(c0 + 2 * scale, r0 + 2 * scale, c1 - c0 + cell - 4 * scale, r1 - r0 + cell - 4 * scale)
    }
  }

  hatch(g, scale) {
    if (this.pattern?.scale === scale) return this.pattern.fill
    const step = Math.round(9 * scale)
    const tile = document.createElement("canvas")
    tile.width = tile.height = step
    const t = tile.getContext("2d")
    t.fillStyle = "#85857F"
    t.fillRect(0, 0, step, step)
    t.strokeStyle = "rgba(255, 255, 255, 0.42)"
    t.lineWidth = 1.25 * scale
    t.beginPath()
    for (const shift of [-step, 0, step]) { // three lines, so that the pattern joins at its edges
      t.moveTo(shift - 1, step + 1)
      t.lineTo(shift + step + 1, -1)
    }
    t.stroke()
    this.pattern = { scale, fill: g.createPattern(tile, "repeat") }
    return this.pattern.fill
  }

  ready() {
    return this.n > 0
  }

  close() {
    this.observer.disconnect()
    clearTimeout(this.timer)
    clearTimeout(this.patience)
  }
}

export default function ({ data, parentElement, setStateValue }) {
  let painter = painters.get(parentElement)
  if (!painter) {
    painter = new Painter(parentElement)
    painters.set(parentElement, painter)
  }
  painter.update(data, setStateValue)
  return () => {
    painter.close()
    painters.delete(parentElement)
  }
}
