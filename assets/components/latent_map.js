// A plane of 2-D codes with a cross-hair, and beside it what the decoder makes of the place under the cross-hair.
//
// Two components share this code's picture. This one holds the plane: it comes once and by reference afterwards. A tiny
// second one carries the answers; both meet in a registry of the page under the map's key, in either order.
//
// Who owns the place: the browser while a gesture or one of its messages is under way, Python otherwise. At most one
// message is under way; when its answer is drawn, the newest place goes out. See `pump` and `answer`.

const links = (globalThis[Symbol.for("latent-lab-maps")] ??= new Map()) // key -> { map, answer }
const maps = new WeakMap() // the mount function runs again with each change of data or theme: keep one instance

const LOST_MS = 3000 // a message without an answer for this long is taken for lost: a drag never hangs
const PATIENCE_MS = 350 // after this long without an answer the old pictures fade: they belong to another place
const REST_MS = 400 // a screen reader hears where the cross-hair came to rest, not each step
const OUTSIDE = 255
const SHAPES = ["circle", "square", "triangle"]

const text = (x, digits) => x.toFixed(digits).replace(/^-(?=0\.?0*$)/, "").replace("-", "\u2212")

// Some five round numbers between low and high, and how many digits they need.
function ticks(low, high) {
  const rough = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.8) * power
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  const digits = clamp(-Math.floor(Math.log10(step) + 1e-9), 0, 10)
  return Array.from({ length: count }, (_, i) => ({ at: (first + i) * step, label: text((first + i) * step, digits) }))
}

class LatentMap extends Answer {
  constructor(root) {
    super()
    this.shownMark = "map-shown"
    this.root = root.querySelector(".latent-map")
    this.find = (selector) => this.root.querySelector(selector)
    this.ground = this.find(".ground") // picture and points: drawn again only when they, the size or the theme change
    this.hand = this.find(".hand") // the cross-hair above it, which follows the pointer
    this.digest = null
    this.n = 0
    this.pictures = {}
    this.layers = { points: true, background: true }
    this.isolated = null
    this.extent = [0, 1, 0, 1]
    this.place = { x: 0.5, y: 0.5 }
    this.marks = []
    this.hover = -1
    this.drag = null // the pointer that moves the cross-hair
    this.unsent = false
    this.flight = null // stamp of the message that is under way
    this.stamp = Math.random().toString(36).slice(2, 10) // makes each message of this instance unlike any other
    this.messages = 0
    this.listen()
    this.observer = new ResizeObserver(() => this.draw())
    this.observer.observe(this.find(".plot"))
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  // The plane. A reference to it comes with every rerun: digest and colours tell whether there is anything to draw.
  update({ header, body }) {
    const look = ["--st-background-color", "--st-text-color", "--st-font"].map((name) => this.theme(name, "")).join()
    if (header.digest === this.digest && look === this.look) return
    this.look = look
    if (header.digest !== this.digest) {
      this.digest = header.digest
      this.header = header
      this.extent = header.extent
      const [x0, x1, y0, y1] = this.extent
      this.digits = clamp(Math.ceil(-Math.log10(Math.min(x1 - x0, y1 - y0) / 200)), 0, 10)
      const parts = {}
      let at = 0
      for (const [name, length] of header.parts) parts[name] = body.slice(at, (at += length)) // copies: aligned, and ours
      this.points = new Uint16Array((parts.points ?? new Uint8Array()).buffer)
      this.groups = parts.groups ?? new Uint8Array()
      this.n = this.groups.length
      this.isolated = null
      this.hover = -1
      for (const name of ["background", "thumbnails"]) this.load(name, parts[name])
      this.find(".group").hidden = !(this.n && parts.background)
      this.find(".count").textContent = this.countText()
      this.axes()
    }
    this.legend()
    this.draw()
  }

  async load(name, bytes) {
    const digest = this.digest
    this.pictures[name] = null
    if (!bytes) return
    const picture = await createImageBitmap(new Blob([bytes])).catch(() => null)
    if (digest !== this.digest) return // another plane came meanwhile
    this.pictures[name] = picture
    if (name === "background") this.draw()
  }

  // The answer: where Python sees the cross-hair, and the pictures of that place.
  async answer({ data, setStateValue }) {
    this.send = setStateValue
    this.title = data.title
    this.marks = data.marks
    this.find(".title").textContent = data.title
    this.root.style.setProperty("--size", `${data.size}px`)
    // Our own message is always newer than what Python says while it is under way.
    if (this.drag === null && !this.unsent && (!this.flight || data.heard === this.flight)) {
      this.place = { x: data.at[0], y: data.at[1] }
    }
    this.refresh()
    await this.showTiles(data.tiles, data.result_id)
    if (this.flight && data.heard === this.flight) this.landed()
  }

  // ---- to Python ---------------------------------------------------------------------------------------------

  moveTo(x, y) {
    const [x0, x1, y0, y1] = this.extent
    this.hover = -1
    const place = { x: clamp(x, x0, x1), y: clamp(y, y0, y1) }
    if (place.x === this.place.x && place.y === this.place.y) return // the end of a click, for example
    this.place = place
    this.unsent = true
    this.refresh()
    this.pump()
    clearTimeout(this.rest)
    this.rest = setTimeout(() => this.announce(), REST_MS)
  }

  pump() {
    if (!this.unsent || this.flight || !this.send) return
    this.unsent = false
    this.messages += 1
    this.flight = `${this.stamp}-${this.messages}`
    this.root.dataset.sent = this.messages
    this.patience = setTimeout(() => { this.root.dataset.waiting = "" }, PATIENCE_MS)
    this.lost = setTimeout(() => this.landed(), LOST_MS)
    performance.mark("map-sent")
    this.send("place", { ...this.place, stamp: this.flight })
  }

  landed() {
    clearTimeout(this.patience)
    clearTimeout(this.lost)
    delete this.root.dataset.waiting
    this.flight = null
    this.pump()
  }

  // ---- pointer and keyboard ----------------------------------------------------------------------------------

  listen() {
    const hand = this.hand
    hand.onpointerdown = (event) => {
      if (event.button !== 0 || !event.isPrimary) return
      try { hand.setPointerCapture(event.pointerId) } catch { /* the pointer is gone already: no capture needed */ }
      this.drag = event.pointerId
      this.follow(event)
    }
    hand.onpointermove = (event) => {
      if (event.pointerId === this.drag) this.follow(event)
      else if (event.pointerType !== "touch") this.point(event) // a finger does not hover
    }
    hand.onpointerup = (event) => {
      if (event.pointerId !== this.drag) return
      this.drag = null
      this.follow(event)
      this.point(event) // so a finger sees the picture of a point by tapping it
    }
    hand.onpointercancel = hand.onlostpointercapture = (event) => { if (event.pointerId === this.drag) this.drag = null }
    hand.onpointerleave = () => { this.hover = -1; this.refresh() }
    hand.oncontextmenu = (event) => { if (this.drag !== null) event.preventDefault() } // a long press is a drag
    hand.onkeydown = (event) => this.keyDown(event)
    for (const button of this.root.querySelectorAll("[data-layer]")) {
      button.onclick = () => {
        const layer = button.dataset.layer
        this.layers[layer] = !this.layers[layer]
        button.setAttribute("aria-pressed", this.layers[layer])
        this.draw()
      }
    }
  }

  // Where a pointer event lies in the picture, in shares of its edges; y grows downwards here.
  share(event) {
    const box = this.hand.getBoundingClientRect()
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
  }

  follow(event) {
    const [x0, x1, y0, y1] = this.extent
    const [right, down] = this.share(event)
    this.moveTo(x0 + right * (x1 - x0), y1 - down * (y1 - y0))
  }

  // The point under the pointer, if one is close.
  point(event) {
    const [right, down] = this.share(event)
    const reach = (this.radius(1) + (event.pointerType === "touch" ? 12 : 4)) / this.hand.clientWidth
    const hover = this.layers.points ? this.nearest(right, 1 - down, reach) : -1
    if (hover === this.hover) return
    this.hover = hover
    this.refresh()
  }

  // Index of the visible point that lies nearest, in shares of the edges; -1 where none lies within `reach`.
  nearest(right, up, reach) {
    let best = -1
    let least = (reach * 65535) ** 2
    for (let i = 0; i < this.n; i++) {
      if (this.groups[i] === OUTSIDE || (this.isolated !== null && this.groups[i] !== this.isolated)) continue
      const far = (this.points[2 * i] - right * 65535) ** 2 + (this.points[2 * i + 1] - up * 65535) ** 2
      if (far <= least) [best, least] = [i, far]
    }
    return best
  }

  keyDown(event) {
    const move = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key]
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return
    const [x0, x1, y0, y1] = this.extent
    const step = event.shiftKey ? 0.1 : 0.01
    this.moveTo(this.place.x + move[0] * step * (x1 - x0), this.place.y + move[1] * step * (y1 - y0))
    event.preventDefault()
    event.stopPropagation()
  }

  // ---- words -------------------------------------------------------------------------------------------------

  countText() {
    const { outside } = this.header
    const all = `${this.n.toLocaleString("en-US")} pictures`
    if (!this.n) return ""
    return outside ? `${all}, ${outside.toLocaleString("en-US")} of them outside the frame` : all
  }

  announce() {
    const [x0, x1, y0, y1] = this.extent
    const { x, y } = this.place
    const near = this.nearest((x - x0) / (x1 - x0), (y - y0) / (y1 - y0), 2)
    this.find(".sr").textContent = `x ${text(x, this.digits)}, y ${text(y, this.digits)}.` +
      (near < 0 ? "" : ` The nearest picture is of class ${this.header.names[this.groups[near]]}.`)
  }

  // Titles and numbers along the edges.
  axes() {
    const [x0, x1, y0, y1] = this.extent
    this.ticks = { x: ticks(x0, x1), y: ticks(y0, y1) }
    const [xTitle, yTitle] = this.header.titles
    this.find(".x-title").textContent = xTitle && `${xTitle} \u2192`
    this.find(".y-title").textContent = yTitle && `\u2191 ${yTitle}`
    for (const [axis, side, share] of [["x", "left", (x) => (x - x0) / (x1 - x0)], ["y", "top", (y) => (y1 - y) / (y1 - y0)]]) {
      const labels = (axis === "y" ? [...this.ticks.y].reverse() : this.ticks.x).map(({ at, label }) => {
        const span = document.createElement("span")
        span.textContent = label
        span.style[side] = `${100 * share(at)}%`
        const edge = share(at) < 0.03 ? "start" : share(at) > 0.97 ? "end" : ""
        if (edge) span.dataset.edge = edge // kept from sticking out of the frame
        return span
      })
      this.find(`.${axis}-ticks`).replaceChildren(...labels)
    }
    const widest = Math.max(...this.ticks.y.map(({ label }) => label.length))
    this.root.style.setProperty("--labels", `calc(${0.62 * widest}em + 10px)`)
  }

  legend() {
    const legend = this.find(".legend")
    const { names } = this.header
    if (legend.children.length !== names.length || names.some((name, i) => legend.children[i].textContent !== name)) {
      legend.replaceChildren(...names.map((name, group) => {
        const button = document.createElement("button")
        button.type = "button"
        const words = document.createElement("span")
        words.textContent = name
        button.append(document.createElement("canvas"), words)
        button.onclick = () => {
          this.isolated = this.isolated === group ? null : group
          this.hover = -1
          this.legend()
          this.draw()
        }
        return button
      }))
    }
    legend.toggleAttribute("data-isolated", this.isolated !== null)
    const scale = window.devicePixelRatio || 1
    for (const [group, button] of [...legend.children].entries()) {
      button.setAttribute("aria-pressed", this.isolated === group)
      const swatch = button.querySelector("canvas")
      swatch.width = swatch.height = Math.round(18 * scale)
      const g = swatch.getContext("2d")
      const marker = this.marker(group, 6.5 * scale, scale)
      g.drawImage(marker, (swatch.width - marker.width) / 2, (swatch.height - marker.height) / 2)
    }
  }

  refresh() {
    const { x, y } = this.place
    this.find(".place").textContent = `(${text(x, this.digits)}, ${text(y, this.digits)})`
    this.hand.setAttribute("aria-label", `${this.title}. A plane with ${this.n} points. Arrow keys move the cross-hair, ` +
      "Shift with an arrow moves it ten times as far.")
    this.drawHand()
    this.drawTip()
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  theme(name, fallback) {
    return getComputedStyle(this.root).getPropertyValue(name).trim() || fallback
  }

  isDark() {
    const g = document.createElement("canvas").getContext("2d")
    g.fillStyle = this.theme("--st-background-color", "#fff") // comes back as #rrggbb
    const [r, green, b] = [1, 3, 5].map((i) => parseInt(g.fillStyle.slice(i, i + 2), 16))
    return 0.3 * r + 0.6 * green + 0.1 * b < 128
  }

  // Radius of a point: many points are small ones.
  radius(scale) {
    const size = clamp(7.6 - 1.3 * Math.log10(Math.max(this.n, 1)), 2.3, 6)
    return size * scale * clamp(this.hand.clientWidth / 520, 0.85, 1.3)
  }

  // A point of one class. Its outline has the colour of the page, towards which the picture below is faded too.
  marker(group, radius, scale) {
    const hues = this.header.hues[this.isDark() ? 1 : 0]
    const shape = SHAPES[Math.floor(group / hues.length) % SHAPES.length]
    const half = Math.ceil(radius + 2 * scale)
    const sprite = document.createElement("canvas")
    sprite.width = sprite.height = 2 * half
    const g = sprite.getContext("2d")
    g.translate(half, half)
    const path = (r) => {
      g.beginPath()
      if (shape === "circle") g.arc(0, 0, r, 0, 2 * Math.PI)
      else if (shape === "square") g.rect(-0.88 * r, -0.88 * r, 1.76 * r, 1.76 * r)
      else {
        g.moveTo(0, -1.15 * r)
        g.lineTo(1.08 * r, 0.8 * r)
        g.lineTo(-1.08 * r, 0.8 * r)
        g.closePath()
      }
      g.fill()
    }
    for (const [color, extra] of [[this.theme("--st-background-color", "#fff"), 0.9 * scale], [hues[group % hues.length], 0]]) {
      g.fillStyle = color
      path(radius + extra)
    }
    return sprite
  }

  fit(canvas) {
    const edge = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1))
    if (canvas.width !== edge) canvas.width = canvas.height = edge
    return edge
  }

  draw() {
    if (!this.header || !this.hand.clientWidth) return
    const scale = window.devicePixelRatio || 1
    const edge = this.fit(this.ground)
    const g = this.ground.getContext("2d")
    const { background } = this.pictures
    const picture = this.layers.background && background
    const points = this.n && this.layers.points
    g.globalAlpha = 1
    g.fillStyle = this.theme("--st-background-color", "#fff")
    g.fillRect(0, 0, edge, edge)
    if (picture) {
      g.globalAlpha = points ? 0.6 : 1
      g.imageSmoothingEnabled = picture.width > edge // smaller: evenly; larger: crisp
      g.imageSmoothingQuality = "high"
      g.drawImage(picture, 0, 0, edge, edge)
    } else {
      const [x0, x1, y0, y1] = this.extent
      g.strokeStyle = this.theme("--st-text-color", "#000")
      g.lineWidth = Math.max(1, Math.round(scale))
      const shift = (g.lineWidth % 2) / 2
      for (const { at } of this.ticks.x) this.line(g, ((at - x0) / (x1 - x0)) * edge, null, edge, shift, at === 0 ? 0.28 : 0.1)
      for (const { at } of this.ticks.y) this.line(g, null, ((y1 - at) / (y1 - y0)) * edge, edge, shift, at === 0 ? 0.28 : 0.1)
    }
    if (points) this.drawPoints(g, edge, scale)
    g.globalAlpha = 1
    this.refresh()
  }

  line(g, x, y, edge, shift, alpha) {
    g.globalAlpha = alpha
    g.beginPath()
    g.moveTo(x === null ? 0 : Math.round(x) + shift, y === null ? 0 : Math.round(y) + shift)
    g.lineTo(x === null ? edge : Math.round(x) + shift, y === null ? edge : Math.round(y) + shift)
    g.stroke()
  }

  // Each class has one sprite. Points come in a scattered order: where they are sorted by class, no class lies on top.
  drawPoints(g, edge, scale) {
    const sprites = this.header.names.map((_, group) => this.marker(group, this.radius(scale), scale))
    const { n, points, groups } = this
    const stride = 7919 % n && n > 1 ? 7919 : 1 // a prime: all indices come once
    const pass = (alpha, wanted) => {
      g.globalAlpha = alpha
      for (let k = 0; k < n; k++) {
        const i = (k * stride) % n
        const group = groups[i]
        if (group === OUTSIDE || !wanted(group)) continue
        const sprite = sprites[group]
        const half = sprite.width / 2
        g.drawImage(sprite, (points[2 * i] / 65535) * edge - half, (1 - points[2 * i + 1] / 65535) * edge - half)
      }
    }
    if (this.isolated === null) pass(0.92, () => true)
    else {
      pass(0.08, (group) => group !== this.isolated)
      pass(1, (group) => group === this.isolated)
    }
  }

  // Position in device pixels of a place in the plane's units.
  pixel(x, y, edge) {
    const [x0, x1, y0, y1] = this.extent
    return [((x - x0) / (x1 - x0)) * edge, ((y1 - y) / (y1 - y0)) * edge]
  }

  drawHand() {
    if (!this.header || !this.hand.clientWidth) return
    const scale = window.devicePixelRatio || 1
    const edge = this.fit(this.hand)
    const g = this.hand.getContext("2d")
    g.clearRect(0, 0, edge, edge)
    if (this.hover >= 0) {
      const [x, y] = this.spot(this.hover, edge)
      this.twice(g, scale, 2, () => { g.beginPath(); g.arc(x, y, this.radius(scale) + 3.5 * scale, 0, 2 * Math.PI) })
    }
    for (const [x, y, label] of this.marks) this.drawMark(g, scale, edge, ...this.pixel(x, y, edge), label)
    const [x, y] = this.pixel(this.place.x, this.place.y, edge).map((at) => Math.floor(at) + 0.5) // sharp lines
    const ring = 10 * scale
    this.twice(g, scale, 1.5, () => {
      g.beginPath()
      for (const [ax, ay, bx, by] of [[0, y, x - ring, y], [x + ring, y, edge, y], [x, 0, x, y - ring], [x, y + ring, x, edge]]) {
        g.moveTo(ax, ay)
        g.lineTo(bx, by)
      }
    })
    this.twice(g, scale, 2.5, () => { g.beginPath(); g.arc(x, y, ring, 0, 2 * Math.PI) })
  }

  // Dark on a white base: shows on any picture.
  twice(g, scale, width, path) {
    path()
    for (const [color, extra] of [["rgba(255, 255, 255, 0.9)", 2], ["#14171B", 0]]) {
      g.strokeStyle = color
      g.lineWidth = (width + extra) * scale
      g.stroke()
    }
  }

  drawMark(g, scale, edge, x, y, label) {
    g.font = `700 ${17 * scale}px ${this.theme("--st-font", "sans-serif")}`
    const half = Math.max(13 * scale, g.measureText(label).width / 2 + 7 * scale)
    x = clamp(x, half, edge - half)
    y = clamp(y, 13 * scale, edge - 13 * scale)
    g.beginPath()
    g.roundRect(x - half, y - 13 * scale, 2 * half, 26 * scale, 13 * scale)
    g.fillStyle = "#14171B"
    g.fill()
    g.strokeStyle = "#fff"
    g.lineWidth = 2 * scale
    g.stroke()
    g.fillStyle = "#fff"
    g.textAlign = "center"
    g.textBaseline = "middle"
    g.fillText(label, x, y + scale)
  }

  spot(i, edge) {
    return [(this.points[2 * i] / 65535) * edge, (1 - this.points[2 * i + 1] / 65535) * edge]
  }

  // The picture and the class of the point under the pointer.
  drawTip() {
    const tip = this.find(".tip")
    tip.hidden = this.hover < 0
    if (tip.hidden) return
    tip.querySelector("span").textContent = this.header.names[this.groups[this.hover]]
    const sheet = this.pictures.thumbnails
    const canvas = tip.querySelector("canvas")
    canvas.hidden = !sheet
    if (sheet) {
      const { columns } = this.header
      const [width, height] = [sheet.width / columns, sheet.height / Math.ceil(this.n / columns)]
      canvas.width = width
      canvas.height = height
      const [column, row] = [this.hover % columns, Math.floor(this.hover / columns)]
      canvas.getContext("2d").drawImage(sheet, column * width, row * height, width, height, 0, 0, width, height)
    }
    const edge = this.hand.clientWidth
    beside(tip, ...this.spot(this.hover, edge), edge)
  }

  // ---- the decoder's pictures --------------------------------------------------------------------------------

  hang(tiles) {
    this.fill(this.find(".tiles"), tiles)
  }

  close() {
    this.observer.disconnect()
    for (const timer of [this.patience, this.lost, this.rest]) clearTimeout(timer)
  }
}

export default mountMap(LatentMap, links, maps)
