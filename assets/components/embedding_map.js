// Thousands of pictures as points of a plane: look closer, ask one for its neighbours, select many.
//
// Two components share this code's picture. This one holds the cloud: it comes once and by reference afterwards. A tiny second
// one carries the answers; both meet in a registry of the page under the map's key, in either order.
//
// The browser owns layout, colouring, zoom and selection: no round trip moves a point. Python hears of the choice, one message
// at a time, and answers with the neighbours to draw.

const links = (globalThis[Symbol.for("latent-lab-embeddings")] ??= new Map()) // key -> { map, answer }
const maps = new WeakMap() // the mount function runs again with each change of data or theme: keep one instance

const LOST_MS = 3000 // a message without an answer for this long is taken for lost
const MOVE_MS = 400 // points from one layout to the next
const PLAY_MS = 900 // an age stands while it plays
const TELL_MS = 500 // Python hears of a layout or a colouring once it has stood for this long
const REST_MS = 150 // points that were drawn again within this time are moving
const CLOSE = 160 // with fewer points in sight their pictures are drawn in place of dots
const MOST_ZOOM = 60
const CORNERS = 200 // of a region: a lasso with more is thinned
const SHAPES = ["circle", "square", "triangle"]
const clamp = (x, low, high) => Math.min(high, Math.max(low, x))
const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2)
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches

class EmbeddingMap {
  constructor(root) {
    this.root = root.querySelector(".embedding-map")
    this.find = (selector) => this.root.querySelector(selector)
    this.points = new Points(this.find(".ground"), () => this.draw())
    this.pictures = this.find(".pictures") // close up, in place of points
    this.hand = this.find(".hand") // ring, lines and lasso above them
    this.view = { x: 0.5, y: 0.5, zoom: 1 } // the middle, in shares of the frame, y upwards
    this.hover = -1
    this.chosen = null
    this.neighbours = []
    this.region = []
    this.lasso = null
    this.selecting = false
    this.isolated = null
    this.dimmed = null
    this.pointers = new Map()
    this.unsent = false
    this.flight = null
    this.stamp = Math.random().toString(36).slice(2, 10)
    this.messages = 0
    this.listen()
    this.observer = new ResizeObserver(() => this.draw())
    this.observer.observe(this.find(".plot"))
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update({ header, body }) {
    const look = ["--st-background-color", "--st-text-color", "--st-font"].map((name) => this.theme(name, "")).join()
    if (header.digest === this.digest && look === this.look) return
    this.look = look
    this.marks = null
    this.paper = this.theme("--st-background-color", "#fff")
    this.ground = this.paperColor()
    this.dark = 0.3 * this.ground[0] + 0.6 * this.ground[1] + 0.1 * this.ground[2] < 128
    if (header.digest !== this.digest) {
      const shown = this.header?.layouts[this.layout][0]
      this.digest = header.digest
      this.header = header
      this.n = header.count
      this.layouts = []
      this.groupings = []
      this.sheet = null
      let at = 0
      for (const [name, length] of header.parts) {
        const part = body.slice(at, (at += length)) // copies: aligned, and ours
        if (name === "layout") this.layouts.push(Float32Array.from(new Uint16Array(part.buffer), (v) => v / 65535))
        else if (name === "groups") this.groupings.push(part)
        else this.load(part)
      }
      const same = header.layouts.findIndex(([name]) => name === shown) // further ages may have come
      this.layout = same < 0 ? this.layouts.length - 1 : same
      this.colouring = Math.min(this.colouring ?? 0, this.groupings.length - 1)
      cancelAnimationFrame(this.frame) // of points that are no more
      this.places = this.layouts[this.layout].slice()
      this.isolated = null
      this.hover = -1
      this.controls()
      if (this.said) this.take(this.said) // an answer that came before the cloud
    }
    this.legend()
    this.paint()
    this.root.dataset.ready = ""
  }

  async load(bytes) {
    const digest = this.digest
    const picture = await createImageBitmap(new Blob([bytes])).catch(() => null)
    if (digest !== this.digest) return
    this.sheet = picture
    this.draw()
  }

  answer({ data, setStateValue }) {
    this.send = setStateValue
    this.said = data
    this.find(".title").textContent = data.title
    this.root.style.setProperty("--size", `${data.size}px`)
    if (this.header) this.take(data)
    if (this.flight && data.heard === this.flight) this.landed()
  }

  // Our own choice is always newer than what Python says while a message is under way.
  take(data) {
    const ours = this.unsent || (this.flight && data.heard !== this.flight)
    if (!this.met) { // only the first answer says where to begin
      this.met = true
      const layout = this.header.layouts.findIndex(([name]) => name === data.layout)
      const colouring = this.header.colourings.findIndex(([name]) => name === data.colouring)
      if (layout >= 0) [this.layout, this.places] = [layout, this.layouts[layout].slice()]
      if (colouring >= 0) this.colouring = colouring
      this.region = data.region
      this.controls()
      this.legend()
    }
    if (!ours) {
      this.chosen = data.chosen
      this.neighbours = data.neighbours
      if (data.chosen !== null) this.region = []
    }
    this.mark = data.mark // a place of the last layout, in its units
    this.root.dataset.mark = data.mark ? data.mark.slice(0, 2).map((at) => at.toFixed(3)) : ""
    this.paint()
    this.root.dataset.chosen = this.chosen ?? ""
    if (this.root.dataset.shown !== data.result_id) {
      performance.mark("embedding-shown", { detail: data.heard })
      this.root.dataset.shown = data.result_id
    }
    this.announce()
  }

  // ---- to Python ---------------------------------------------------------------------------------------------

  tell() {
    this.unsent = true
    this.pump()
  }

  tellLater() {
    clearTimeout(this.telling)
    this.telling = setTimeout(() => this.tell(), TELL_MS)
  }

  pump() {
    if (!this.unsent || this.flight || !this.send) return
    this.unsent = false
    this.messages += 1
    this.flight = `${this.stamp}-${this.messages}`
    this.root.dataset.sent = this.messages
    this.lost = setTimeout(() => this.landed(), LOST_MS)
    performance.mark("embedding-sent", { detail: this.flight })
    this.send("choice", {
      point: this.chosen, region: this.region, layout: this.header.layouts[this.layout][0],
      colouring: this.header.colourings[this.colouring][0], stamp: this.flight,
    })
  }

  landed() {
    clearTimeout(this.lost)
    this.flight = null
    this.pump()
  }

  // ---- what can be chosen ------------------------------------------------------------------------------------

  controls() {
    const { layouts, colourings } = this.header
    const slider = this.find(".ages input")
    this.find(".ages").hidden = layouts.length < 2
    slider.max = layouts.length - 1
    slider.value = this.layout
    const select = this.find("select")
    if ([...select.options].map((o) => o.textContent).join() !== colourings.map(([, title]) => title).join()) {
      select.replaceChildren(...colourings.map(([, title], i) => {
        const option = document.createElement("option")
        option.value = i
        option.textContent = title
        return option
      }))
    }
    select.value = this.colouring
    this.find(".by").hidden = colourings.length < 2
    this.sayAge()
  }

  sayAge() {
    const [name, title] = this.header.layouts[this.layout]
    this.find(".age").textContent = title
    this.find(".ages input").setAttribute("aria-valuetext", title)
    this.root.dataset.layout = name
  }

  // Points walk from where they are to another layout; a region belongs to the layout it was drawn on.
  show(layout, tell = true) {
    if (layout === this.layout) return
    this.layout = layout
    this.find(".ages input").value = layout
    this.sayAge()
    const from = this.places.slice()
    const to = this.layouts[layout]
    const began = performance.now()
    cancelAnimationFrame(this.frame)
    const step = (now) => {
      const t = still() ? 1 : clamp((now - began) / MOVE_MS, 0, 1)
      const share = ease(t)
      for (let i = 0; i < from.length; i++) this.places[i] = from[i] + (to[i] - from[i]) * share
      this.paint()
      if (t < 1) this.frame = requestAnimationFrame(step)
    }
    this.frame = requestAnimationFrame(step)
    this.region = []
    if (tell) this.tellLater()
    else clearTimeout(this.telling)
  }

  play() {
    clearTimeout(this.playing)
    let next = 0
    const step = () => {
      this.show(next, next === this.layouts.length - 1)
      next += 1
      if (next < this.layouts.length) this.playing = setTimeout(step, PLAY_MS)
    }
    step()
  }

  choose(point) {
    if (point === this.chosen && !this.region.length) return // the second half of a double click, for example
    this.chosen = point
    this.neighbours = []
    this.region = []
    this.root.dataset.chosen = point ?? ""
    this.draw()
    this.announce()
    this.tell()
  }

  // ---- pointer and keyboard ----------------------------------------------------------------------------------

  listen() {
    const { hand } = this
    hand.onpointerdown = (event) => {
      if (event.button !== 0) return
      try { hand.setPointerCapture(event.pointerId) } catch { /* the pointer is gone already */ }
      const [x, y] = this.share(event)
      this.pointers.set(event.pointerId, { x, y, x0: x, y0: y, moved: false })
      if (this.pointers.size === 1 && (this.selecting || event.shiftKey)) this.lasso = [this.toFrame(x, y)]
      else if (this.pointers.size > 1) {
        this.lasso = null
        for (const each of this.pointers.values()) each.moved = true // a finger that rests meanwhile is no tap
      }
    }
    hand.onpointermove = (event) => {
      const pointer = this.pointers.get(event.pointerId)
      const [x, y] = this.share(event)
      if (!pointer) {
        if (event.pointerType !== "touch") this.point(x, y)
        return
      }
      const before = { ...pointer }
      const others = [...this.pointers.values()].filter((p) => p !== pointer)
      pointer.x = x
      pointer.y = y
      if (Math.hypot(x - pointer.x0, y - pointer.y0) * this.hand.clientWidth > 5) pointer.moved = true
      if (!pointer.moved) return
      if (this.lasso) this.lasso.push(this.toFrame(x, y))
      else if (others.length) this.pinch(before, pointer, others[0])
      else {
        hand.dataset.drag = "pan"
        this.view.x -= (x - before.x) / this.view.zoom
        this.view.y += (y - before.y) / this.view.zoom
        this.keepInside()
      }
      this.hover = -1
      this.draw()
    }
    const up = (event) => {
      const pointer = this.pointers.get(event.pointerId)
      if (!pointer) return
      this.pointers.delete(event.pointerId)
      delete hand.dataset.drag
      if (event.type === "pointercancel") this.lasso = null
      else if (this.lasso) this.closeLasso()
      else if (!pointer.moved) {
        const hit = this.nearest(...this.toFrame(pointer.x, pointer.y), event.pointerType === "touch" ? 22 : 12)
        this.choose(hit < 0 ? null : hit)
      }
      this.draw()
    }
    hand.onpointerup = hand.onpointercancel = up
    hand.onpointerleave = () => { if (this.hover >= 0) { this.hover = -1; this.drawHand() } }
    hand.onwheel = (event) => {
      event.preventDefault()
      this.zoomAt(...this.share(event), 1.0015 ** -clamp(event.deltaY * (event.deltaMode ? 30 : 1), -300, 300))
    }
    hand.ondblclick = () => this.whole()
    hand.onkeydown = (event) => this.keyDown(event)
    this.find(".out").onclick = () => this.whole()
    this.find(".select").onclick = () => this.select(!this.selecting)
    this.find(".ages input").oninput = (event) => { clearTimeout(this.playing); this.show(Number(event.target.value)) }
    this.find(".play").onclick = () => this.play()
    this.find("select").onchange = (event) => {
      this.colouring = Number(event.target.value)
      this.isolated = null
      this.legend()
      this.draw()
      this.tellLater()
    }
  }

  select(on) {
    this.selecting = on
    this.find(".select").setAttribute("aria-pressed", on)
  }

  closeLasso() {
    const drawn = this.lasso
    this.lasso = null
    this.select(false)
    if (drawn.length < 3) return
    const every = Math.max(1, Math.ceil(drawn.length / CORNERS))
    const [mx, my, half] = this.header.frame
    this.region = drawn.filter((_, i) => i % every === 0).map(([x, y]) => [mx + (2 * x - 1) * half, my + (2 * y - 1) * half])
    this.chosen = null
    this.neighbours = []
    this.root.dataset.chosen = ""
    this.tell()
  }

  pinch(before, now, other) {
    const far = (p) => Math.hypot(p.x - other.x, p.y - other.y) || 1e-6
    this.zoomAt((now.x + other.x) / 2, (now.y + other.y) / 2, far(now) / far(before))
  }

  zoomAt(x, y, factor) {
    const before = this.toFrame(x, y)
    this.view.zoom = clamp(this.view.zoom * factor, 1, MOST_ZOOM)
    const after = this.toFrame(x, y)
    this.view.x += before[0] - after[0]
    this.view.y += before[1] - after[1]
    this.keepInside()
    this.draw()
  }

  keepInside() {
    const edge = 0.5 / this.view.zoom
    for (const axis of ["x", "y"]) this.view[axis] = clamp(this.view[axis], edge, 1 - edge)
  }

  whole() {
    this.view = { x: 0.5, y: 0.5, zoom: 1 }
    this.draw()
  }

  keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const move = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key]
    if (move) this.walk(...move)
    else if (event.key === "+" || event.key === "=") this.zoomAt(0.5, 0.5, 1.5)
    else if (event.key === "-") this.zoomAt(0.5, 0.5, 1 / 1.5)
    else if (event.key === "0") this.whole()
    else if (event.key === "Enter" && this.hover >= 0) this.choose(this.hover)
    else if (event.key === "Escape") {
      this.lasso = null
      this.select(false)
      if (this.chosen !== null || this.region.length) this.choose(null)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  // To the nearest point in a direction, in a cone of 45 degrees to each side.
  walk(right, up) {
    const start = this.hover >= 0 ? this.hover : this.chosen ?? this.nearest(this.view.x, this.view.y, 1e9)
    if (start < 0) return
    const [x, y] = [this.places[2 * start], this.places[2 * start + 1]]
    let best = -1
    let least = Infinity
    for (let i = 0; i < this.n; i++) {
      if (i === start || this.hidden(i)) continue
      const [dx, dy] = [this.places[2 * i] - x, this.places[2 * i + 1] - y]
      const along = dx * right + dy * up
      if (along <= 0 || Math.abs(right ? dy : dx) > along) continue
      const far = dx * dx + dy * dy
      if (far < least) [best, least] = [i, far]
    }
    if (best < 0) return
    this.hover = best
    const [sx, sy] = this.toScreen(this.places[2 * best], this.places[2 * best + 1])
    if (sx < 0.05 || sx > 0.95 || sy < 0.05 || sy > 0.95) {
      this.view.x = this.places[2 * best]
      this.view.y = this.places[2 * best + 1]
      this.keepInside()
    }
    this.draw()
    this.find(".sr").textContent = this.words(best)
  }

  // Shares of the canvas, y downwards.
  share(event) {
    const box = this.hand.getBoundingClientRect()
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
  }

  toFrame(x, y) {
    return [this.view.x + (x - 0.5) / this.view.zoom, this.view.y - (y - 0.5) / this.view.zoom]
  }

  toScreen(x, y) {
    return [(x - this.view.x) * this.view.zoom + 0.5, 0.5 - (y - this.view.y) * this.view.zoom]
  }

  point(x, y) {
    const hover = this.nearest(...this.toFrame(x, y), 12)
    if (hover === this.hover) return
    this.hover = hover
    this.drawHand()
  }

  hidden(i) {
    return this.isolated !== null && this.groupings[this.colouring][i] !== this.isolated
  }

  // The point nearest to a place of the frame, within `reach` CSS pixels; -1 where there is none.
  nearest(x, y, reach) {
    let best = -1
    let least = (reach / (this.hand.clientWidth * this.view.zoom)) ** 2
    for (let i = 0; i < this.n; i++) {
      if (this.hidden(i)) continue
      const far = (this.places[2 * i] - x) ** 2 + (this.places[2 * i + 1] - y) ** 2
      if (far <= least) [best, least] = [i, far]
    }
    return best
  }

  // ---- words -------------------------------------------------------------------------------------------------

  words(i) {
    const [, title, names] = this.header.colourings[this.colouring]
    const caption = this.header.captions[i]
    return `Picture ${i.toLocaleString("en-US")}${caption ? `, ${caption}` : ""}, ${title}: ${names[this.groupings[this.colouring][i]]}.`
  }

  announce() {
    if (this.chosen !== null) this.find(".sr").textContent = `Chosen: ${this.words(this.chosen)}`
    else this.find(".sr").textContent = this.region.length ? "A region is selected." : ""
    this.hand.setAttribute("aria-label", `A map of ${this.n.toLocaleString("en-US")} pictures. Arrow keys go from point to point, Enter chooses, plus and minus zoom, Escape clears.`)
  }

  legend() {
    this.dimmed = null // the button under the pointer is about to go
    const legend = this.find(".legend")
    const names = this.header.colourings[this.colouring][2]
    legend.replaceChildren(...names.map((name, group) => {
      const button = document.createElement("button")
      button.type = "button"
      const words = document.createElement("span")
      words.textContent = name
      button.title = name // it may be cut short
      const swatch = document.createElement("canvas")
      const scale = devicePixelRatio || 1
      swatch.width = swatch.height = Math.round(18 * scale)
      this.drawMarker(swatch.getContext("2d"), group, swatch.width / 2, 6.5 * scale, scale)
      button.append(swatch, words)
      button.setAttribute("aria-pressed", this.isolated === group)
      button.onclick = () => {
        this.isolated = this.isolated === group ? null : group
        legend.toggleAttribute("data-isolated", this.isolated !== null)
        for (const [i, each] of [...legend.children].entries()) each.setAttribute("aria-pressed", this.isolated === i)
        this.draw()
      }
      button.onpointerenter = (event) => { if (event.pointerType === "mouse") { this.dimmed = group; this.draw() } }
      button.onpointerleave = () => { if (this.dimmed !== null) { this.dimmed = null; this.draw() } }
      return button
    }))
    legend.toggleAttribute("data-isolated", this.isolated !== null)
    this.marks = null
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  theme(name, fallback) {
    return getComputedStyle(this.root).getPropertyValue(name).trim() || fallback
  }

  // Red, green and blue of the page.
  paperColor() {
    const g = document.createElement("canvas").getContext("2d")
    g.fillStyle = this.paper
    g.fillRect(0, 0, 1, 1)
    return [...g.getImageData(0, 0, 1, 1).data.slice(0, 3)]
  }

  radius(scale) {
    const size = clamp(7.6 - 1.3 * Math.log10(Math.max(this.n, 1)), 2.3, 6)
    return size * scale * clamp(this.hand.clientWidth / 520, 0.85, 1.3) * clamp(this.view.zoom ** 0.25, 1, 2)
  }

  // All groups' marks in one sheet, as Points takes it. Half a pixel more or less is not seen: few sheets are made.
  sheetOfMarks(scale) {
    const radius = Math.round(2 * this.radius(scale)) / 2
    if (this.marks?.radius === radius) return this.marks.sheet
    const side = 2 * Math.ceil(1.15 * (radius + 0.9 * scale) + 1)
    const sheet = document.createElement("canvas")
    const count = this.header.colourings[this.colouring][2].length
    sheet.width = count * side
    sheet.height = side
    const g = sheet.getContext("2d")
    for (let group = 0; group < count; group++) this.drawMarker(g, group, (group + 0.5) * side, radius, scale, side / 2)
    this.marks = { radius, sheet }
    return sheet
  }

  // A point of one group: colour and shape, with an outline in the colour of the page.
  drawMarker(g, group, x, radius, scale, y = x) {
    const hues = this.header.hues[this.dark ? 1 : 0]
    const shape = SHAPES[Math.floor(group / hues.length) % SHAPES.length]
    for (const [color, extra] of [[this.paper, 0.9 * scale], [hues[group % hues.length], 0]]) {
      const r = radius + extra
      g.fillStyle = color
      g.beginPath()
      if (shape === "circle") g.arc(x, y, r, 0, 2 * Math.PI)
      else if (shape === "square") g.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r)
      else {
        g.moveTo(x, y - 1.15 * r)
        g.lineTo(x + 1.08 * r, y + 0.8 * r)
        g.lineTo(x - 1.08 * r, y + 0.8 * r)
        g.closePath()
      }
      g.fill()
    }
  }

  fit(canvas) {
    const edge = Math.round(canvas.getBoundingClientRect().width * (devicePixelRatio || 1))
    if (canvas.width !== edge) canvas.width = canvas.height = edge
    return edge
  }

  // With the next frame: a mouse may move several times until then.
  draw() {
    this.due ??= requestAnimationFrame(() => this.paint())
  }

  paint() {
    cancelAnimationFrame(this.due)
    this.due = null
    if (!this.header || !this.hand.clientWidth) return
    const scale = devicePixelRatio || 1
    const edge = this.fit(this.hand)
    const groups = this.groupings[this.colouring]
    const alone = this.isolated ?? this.dimmed
    // Without a graphics card twice the resolution takes four times as long: while points move, CSS pixels will do.
    const now = performance.now()
    const rough = !this.points.gl && scale > 1 && now - this.painted < REST_MS
    const grain = rough ? 1 : scale
    this.painted = now
    clearTimeout(this.crisp)
    if (rough) this.crisp = setTimeout(() => this.draw(), 1.2 * REST_MS)
    const seen = []
    for (let i = 0; i < this.n; i++) {
      if (this.hidden(i)) continue
      const [x, y] = this.toScreen(this.places[2 * i], this.places[2 * i + 1])
      if (x >= -0.02 && x <= 1.02 && y >= -0.02 && y <= 1.02) seen.push(i)
    }
    const fine = Math.round(edge * grain / scale)
    const { view, ground: paper } = this
    this.points.draw(this.places, groups, { view, edge: fine, sheet: this.sheetOfMarks(grain), paper, alone })
    const close = this.sheet !== null && seen.length <= CLOSE && (this.view.zoom > 1 || this.n <= CLOSE)
    this.root.dataset.seen = seen.length
    this.root.dataset.painter = this.points.gl ? "card" : "pixels"
    this.root.toggleAttribute("data-pictures", close)
    this.around = close ? 25 * scale : this.radius(scale) // what a ring goes around: a picture or a mark
    const g = this.pictures.getContext("2d")
    this.pictures.hidden = !close
    if (close) {
      g.clearRect(0, 0, this.fit(this.pictures), edge)
      this.drawPictures(g, edge, scale, seen, groups)
    }
    this.drawHand()
  }

  // Close up, the pictures stand where their dots were, each with its group's mark and framed in the group's colour.
  drawPictures(g, edge, scale, seen, groups) {
    const side = 34 * scale
    const hues = this.header.hues[this.dark ? 1 : 0]
    g.imageSmoothingEnabled = false
    for (const i of seen) {
      const [x, y] = this.toScreen(this.places[2 * i], this.places[2 * i + 1])
      g.globalAlpha = this.dimmed === null || groups[i] === this.dimmed ? 1 : 0.15
      g.fillStyle = hues[groups[i] % hues.length]
      g.fillRect(x * edge - side / 2 - 2 * scale, y * edge - side / 2 - 2 * scale, side + 4 * scale, side + 4 * scale)
      g.drawImage(this.sheet, ...this.cut(i), x * edge - side / 2, y * edge - side / 2, side, side)
      this.drawMarker(g, groups[i], x * edge - side / 2, 5 * scale, scale, y * edge - side / 2)
    }
    g.globalAlpha = 1
  }

  // Where the picture of a point lies in the sheet: left, top, width, height.
  cut(i) {
    const { columns } = this.header
    const width = this.sheet.width / columns
    const height = this.sheet.height / Math.ceil(this.n / columns)
    return [(i % columns) * width, Math.floor(i / columns) * height, width, height]
  }

  spot(i, edge) {
    return this.toScreen(this.places[2 * i], this.places[2 * i + 1]).map((share) => share * edge)
  }

  drawHand() {
    if (!this.header || !this.hand.clientWidth) return
    const scale = devicePixelRatio || 1
    const edge = this.fit(this.hand)
    const g = this.hand.getContext("2d")
    g.clearRect(0, 0, edge, edge)
    const ring = this.around + 5 * scale
    if (this.chosen !== null && this.chosen < this.n) {
      const [x, y] = this.spot(this.chosen, edge)
      this.twice(g, scale, 1.5, () => {
        g.beginPath()
        for (const i of this.neighbours) {
          g.moveTo(x, y)
          g.lineTo(...this.spot(i, edge))
        }
      })
      for (const i of this.neighbours) this.circle(g, scale, 2, this.spot(i, edge), this.around + 2 * scale)
      this.circle(g, scale, 3, [x, y], ring)
    }
    if (this.mark && this.layout === this.layouts.length - 1) this.drawMark(g, scale, edge)
    if (this.hover >= 0) this.circle(g, scale, 2, this.spot(this.hover, edge), this.around + 3.5 * scale)
    const [mx, my, half] = this.header.frame
    const corners = this.lasso ?? this.region.map(([x, y]) => [(x - mx) / (2 * half) + 0.5, (y - my) / (2 * half) + 0.5])
    if (corners.length > 1) {
      const path = () => {
        g.beginPath()
        corners.forEach(([x, y], k) => {
          const [sx, sy] = this.toScreen(x, y).map((share) => share * edge)
          if (k) g.lineTo(sx, sy)
          else g.moveTo(sx, sy)
        })
        if (!this.lasso) g.closePath()
      }
      path()
      g.fillStyle = "rgba(0, 114, 178, 0.14)"
      g.fill()
      this.twice(g, scale, 2, path)
    }
    this.drawTip()
  }

  // A flag at a place where no point of the cloud lies: a new picture.
  drawMark(g, scale, edge) {
    const [mx, my, half] = this.header.frame
    const [px, py, words] = this.mark
    const [x, y] = this.toScreen((px - mx) / (2 * half) + 0.5, (py - my) / (2 * half) + 0.5).map((share) => share * edge)
    if (Math.min(x, y) < 0 || Math.max(x, y) > edge) return
    this.twice(g, scale, 3, () => {
      g.beginPath()
      for (const [dx, dy] of [[1, 1], [1, -1]]) {
        g.moveTo(x - 9 * dx * scale, y - 9 * dy * scale)
        g.lineTo(x + 9 * dx * scale, y + 9 * dy * scale)
      }
    })
    g.font = `700 ${16 * scale}px ${this.theme("--st-font", "sans-serif")}`
    const wide = g.measureText(words).width + 16 * scale
    const left = x + 14 * scale + wide <= edge ? x + 14 * scale : Math.max(x - 14 * scale - wide, 0)
    this.twice(g, scale, 0.5, () => {
      g.beginPath()
      g.roundRect(left, y - 13 * scale, wide, 26 * scale, 13 * scale)
    })
    g.fillStyle = "#14171B"
    g.fill()
    g.fillStyle = "#fff"
    g.textBaseline = "middle"
    g.fillText(words, left + 8 * scale, y + scale)
  }

  circle(g, scale, width, [x, y], radius) {
    this.twice(g, scale, width, () => { g.beginPath(); g.arc(x, y, radius, 0, 2 * Math.PI) })
  }

  // Dark on a white base: shows on any ground.
  twice(g, scale, width, path) {
    path()
    for (const [color, extra] of [["rgba(255, 255, 255, 0.9)", 2], ["#14171B", 0]]) {
      g.strokeStyle = color
      g.lineWidth = (width + extra) * scale
      g.stroke()
    }
  }

  drawTip() {
    const tip = this.find(".tip")
    tip.hidden = this.hover < 0
    if (tip.hidden) return
    const names = this.header.colourings[this.colouring][2]
    tip.querySelector(".what").textContent = names[this.groupings[this.colouring][this.hover]]
    tip.querySelector(".caption").textContent = this.header.captions[this.hover] ?? ""
    const canvas = tip.querySelector("canvas")
    canvas.hidden = !this.sheet
    if (this.sheet) {
      const [left, top, width, height] = this.cut(this.hover)
      canvas.width = width
      canvas.height = height
      canvas.getContext("2d").drawImage(this.sheet, left, top, width, height, 0, 0, width, height)
    }
    const edge = this.hand.clientWidth
    beside(tip, ...this.spot(this.hover, edge), edge)
  }

  close() {
    this.observer.disconnect()
    cancelAnimationFrame(this.frame)
    cancelAnimationFrame(this.due)
    this.points.close()
    for (const timer of [this.lost, this.playing, this.telling, this.crisp]) clearTimeout(timer)
  }
}

export default mountMap(EmbeddingMap, links, maps)
