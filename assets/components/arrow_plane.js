// A plane of arrows that start at the origin: some can be dragged by their tips, with pointer, finger or arrow keys.
//
// Shared code of the soft dictionary, prepended to its script. A plane owns no numbers: it tells its owner where a tip
// was moved to, and draws what it is given.

const SVG = "http://www.w3.org/2000/svg"
const EDGE = 12 // pixels that stay free around what is drawn
const STEP = 0.1 // of the plane's unit, for an arrow key; with Shift a tenth of it

const bounded = (x, low, high) => Math.min(high, Math.max(low, x))
const hundredths = (x) => Math.round(x * 100) / 100 + 0
const minus = (text) => text.replace("-", "\u2212")

function shape(name, className, parent) {
  const made = document.createElementNS(SVG, name)
  if (className) made.setAttribute("class", className)
  parent?.append(made)
  return made
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
}

class ArrowPlane {
  // moved(id, x, y): while a tip moves; rested(id): when it was let go, or the keys have rested.
  constructor(host, moved, rested) {
    this.host = host
    this.moved = moved
    this.rested = rested
    this.svg = shape("svg", "", host)
    this.svg.setAttribute("role", "group")
    this.grid = shape("g", "grid", this.svg)
    this.under = shape("g", "under", this.svg) // what is no arrow of its own: the chain
    this.arrows = shape("g", "arrows", this.svg)
    this.labels = shape("g", "labels", this.svg)
    this.handles = shape("g", "handles", this.svg) // kept from drawing to drawing: focus and pointer stay
    this.kept = new Map() // id -> handle
    this.drag = null
    this.observer = new ResizeObserver(() => this.given && this.draw(this.given))
    this.observer.observe(host)
  }

  // arrows: [{ id, label, note (behind the label), x, y, kind, can (be dragged), name (for a screen reader) }]; chain: [[x, y]...] from tip to tip;
  // reach: the plane goes so far each way, or null to fit what is drawn; name: of the plane.
  draw(given) {
    this.given = given
    const width = this.host.clientWidth
    const height = this.host.clientHeight
    if (!width || !height) return
    this.line = 1.3 * parseFloat(getComputedStyle(this.host).fontSize) // height of a label
    set(this.svg, { width, height, viewBox: `0 0 ${width} ${height}`, "aria-label": given.name })
    this.frame(width, height)
    this.drawGrid(width, height)
    this.drawChain()
    this.drawArrows()
    this.drawLabels(width, height)
    this.drawHandles()
  }

  // Where the origin lies and how long a unit is; while a tip is dragged the frame stays.
  frame(width, height) {
    const { arrows, chain, reach } = this.given
    if (reach) {
      this.unit = (Math.min(width, height) / 2 - EDGE) / reach
      this.origin = [width / 2, height / 2]
      return
    }
    const points = [[0, 0], ...arrows.map(({ x, y }) => [x, y]), ...chain]
    const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])]
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
    const room = Math.min(0.34 * width, 110) // right of the tips, for their words
    this.unit = Math.min((width - room - 2 * EDGE) / Math.max(right - left, 1e-9), (height - 2 * this.line) / Math.max(high - low, 1e-9))
    if (!Number.isFinite(this.unit) || this.unit > 1e6) this.unit = 1
    const spareHeight = height - 2 * this.line - (high - low) * this.unit
    this.origin = [EDGE - left * this.unit, this.line + spareHeight / 2 + high * this.unit]
  }

  at(x, y) {
    return [this.origin[0] + x * this.unit, this.origin[1] - y * this.unit]
  }

  drawGrid(width, height) {
    const lines = []
    const [ox, oy] = this.origin
    if (this.given.reach) {
      for (let i = -Math.floor(ox / this.unit); ox + i * this.unit <= width; i++) if (i) lines.push([ox + i * this.unit, 0, ox + i * this.unit, height, ""])
      for (let i = -Math.floor(oy / this.unit); oy + i * this.unit <= height; i++) if (i) lines.push([0, oy + i * this.unit, width, oy + i * this.unit, ""])
    }
    lines.push([ox, 0, ox, height, "axis"], [0, oy, width, oy, "axis"])
    this.grid.replaceChildren(...lines.map(([x1, y1, x2, y2, name]) => {
      const line = shape("line", name)
      set(line, { x1, y1, x2, y2 })
      return line
    }))
  }

  // An arrow as a line and a head; short ones are a line alone.
  arrow([x1, y1], [x2, y2], className, head) {
    const group = shape("g", className)
    const length = Math.hypot(x2 - x1, y2 - y1)
    const size = Math.min(head, 0.6 * length)
    const [ux, uy] = length ? [(x2 - x1) / length, (y2 - y1) / length] : [1, 0]
    set(shape("line", "", group), { x1, y1, x2: x2 - ux * size * 0.8, y2: y2 - uy * size * 0.8 })
    if (size > 3) {
      const [bx, by] = [x2 - ux * size, y2 - uy * size]
      const half = 0.42 * size
      set(shape("path", "", group), { d: `M${x2},${y2}L${bx - uy * half},${by + ux * half}L${bx + uy * half},${by - ux * half}Z` })
    }
    return group
  }

  drawChain() {
    const { chain } = this.given
    const steps = chain.slice(1).map((to, i) => this.arrow(this.at(...chain[i]), this.at(...to), "step", 10))
    this.under.replaceChildren(...steps)
  }

  drawArrows() {
    const drawn = this.given.arrows.map(({ x, y, kind }) => this.arrow(this.at(0, 0), this.at(x, y), kind, kind === "key" || kind === "value" ? 12 : 16))
    this.arrows.replaceChildren(...drawn)
  }

  // Words beside the tips, moved up and down until none covers another.
  drawLabels(width, height) {
    const items = this.given.arrows.filter(({ label }) => label).map((arrow) => {
      const [x, y] = this.at(arrow.x, arrow.y)
      const text = shape("text", arrow.kind)
      text.textContent = arrow.label.length > 16 ? `${arrow.label.slice(0, 15)}…` : arrow.label
      if (arrow.note) shape("tspan", "note", text).textContent = ` ${arrow.note}`
      this.labels.append(text)
      const wide = text.getComputedTextLength()
      const start = arrow.x >= 0 ? x + 14 : x - 14 - wide
      const inside = bounded(start, 2, Math.max(2, width - wide - 2))
      const off = inside === start ? 0 : 1.15 * this.line // no room beside the tip: above or below it
      return { text, wide, start: inside, y: y + (arrow.y >= 0 ? -off : off), top: y + (arrow.y >= 0 ? -off : off) }
    })
    items.sort((a, b) => a.y - b.y)
    const meet = (a, b) => a.start < b.start + b.wide + 6 && b.start < a.start + a.wide + 6
    for (let pass = 0; pass < 40; pass++) {
      let moved = false
      for (let i = 0; i < items.length; i++) {
        for (let j = i + 1; j < items.length; j++) {
          const gap = items[j].top - items[i].top
          if (!meet(items[i], items[j]) || gap >= this.line - 0.5) continue
          const shift = (this.line - gap) / 2
          items[i].top -= shift
          items[j].top += shift
          moved = true
        }
        items[i].top = bounded(items[i].top, this.line / 2, height - this.line / 2)
      }
      if (!moved) break
    }
    this.labels.replaceChildren(...items.map(({ text, start, top }) => {
      set(text, { x: start, y: top })
      return text
    }))
  }

  drawHandles() {
    const can = this.given.arrows.filter((arrow) => arrow.can)
    for (const [id, handle] of this.kept) {
      if (can.some((arrow) => arrow.id === id)) continue
      handle.remove()
      this.kept.delete(id)
    }
    can.forEach((arrow) => {
      const handle = this.kept.get(arrow.id) ?? this.handle(arrow.id)
      const [x, y] = this.at(arrow.x, arrow.y)
      set(handle, {
        class: `handle ${arrow.kind}`,
        transform: `translate(${x},${y})`,
        "aria-label": arrow.name,
        "aria-valuenow": hundredths(Math.hypot(arrow.x, arrow.y)),
        "aria-valuetext": minus(`right ${arrow.x.toFixed(2)}, `) + minus(`up ${arrow.y.toFixed(2)}`),
        "data-x": arrow.x,
        "data-y": arrow.y,
      })
      handle.now = arrow
    })
  }

  handle(id) {
    const handle = shape("g", "handle", this.handles)
    set(handle, { tabindex: 0, role: "slider", "aria-roledescription": "arrow in the plane", "aria-valuemin": 0, "data-id": id })
    set(shape("circle", "touch", handle), { r: 22 })
    set(shape("circle", "ring", handle), { r: 9 })
    handle.onpointerdown = (event) => {
      if (event.button || this.drag) return
      event.preventDefault()
      handle.focus({ preventScroll: true })
      handle.setPointerCapture(event.pointerId)
      const [x, y] = this.at(handle.now.x, handle.now.y)
      const box = this.svg.getBoundingClientRect()
      this.drag = { id, pointer: event.pointerId, dx: event.clientX - box.left - x, dy: event.clientY - box.top - y, moved: false }
    }
    handle.onpointermove = (event) => {
      if (this.drag?.pointer !== event.pointerId || this.drag.id !== id) return
      const box = this.svg.getBoundingClientRect()
      const x = (event.clientX - box.left - this.drag.dx - this.origin[0]) / this.unit
      const y = (this.origin[1] - event.clientY + box.top + this.drag.dy) / this.unit
      this.drag.moved = true
      this.move(id, x, y)
    }
    handle.onpointerup = handle.onpointercancel = (event) => {
      if (this.drag?.pointer !== event.pointerId) return
      const { moved } = this.drag
      this.drag = null
      if (moved) this.rested(id)
    }
    handle.onkeydown = (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key]
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      const step = event.shiftKey ? STEP / 10 : STEP
      this.move(id, handle.now.x + way[0] * step, handle.now.y + way[1] * step)
      clearTimeout(this.pause)
      this.pause = setTimeout(() => this.rested(id), 250)
    }
    this.kept.set(id, handle)
    return handle
  }

  move(id, x, y) {
    const reach = this.given.reach ?? 1
    this.moved(id, hundredths(bounded(x, -reach, reach)), hundredths(bounded(y, -reach, reach)))
  }

  close() {
    this.observer.disconnect()
    clearTimeout(this.pause)
  }
}
