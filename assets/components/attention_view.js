// All attention heads of a transformer on one sentence, and one of them large: as a heat map and as lines.
//
// The weights come with a second component and are found in a registry of the page under the view's key, in either
// order. Who owns the choice: the browser, until Python replaces it; a new count of `puts` says so. Everything is drawn
// from what is here already. At most one message is under way; when its answer is here, the newest choice goes out.

const links = (globalThis[Symbol.for("latent-lab-attention-views")] ??= new Map()) // key -> { view, large }
const views = new WeakMap() // the mount function runs again with each change of data or theme: keep one instance

const LOST_MS = 3000 // a message without an answer for this long is taken for lost
const REST_MS = 300 // a screen reader hears where the choice came to rest, not each step
const WIDE = 1040 // below this width heat map and lines do not fit beside each other
const NARROW = 680 // and below this one nothing fits beside the heads
const HEIGHT_REM = 25.6 // of heat map and lines
const MARGIN = 3 // around each small picture: the frame of the chosen one
const PITCH = 92 // from one small picture to the next, at most
const MOST = 5 // numbers beside the lines of one token
const LINES = 6 // a token, on average, where none is pointed at
const HELD = 1.08 // the width of a token in bold letters
const SHADES = 12 // lines are drawn in so many steps of strength

const clamp = (x, low, high) => Math.min(Math.max(x, low), high)
const number = (weight) => weight > 0 && weight < 0.005 ? "<0.01" : weight.toFixed(2)
const element = (name, className) => Object.assign(document.createElement(name), { className })

// Give `parent` as many children as there are items. Children are kept and refilled, so that focus stays where it is.
function fill(parent, items, make, refill) {
  while (parent.children.length > items.length) parent.lastChild.remove()
  while (parent.children.length < items.length) parent.append(make())
  items.forEach((item, i) => refill(parent.children[i], item, i))
}

const JOINS = /[\u200c\u200d\u{e0020}-\u{e007f}]/u // belong to the signs around them: families, flags, Persian
const SEEN = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2]/ // format characters that have a shape

// A token as it is shown: [text, whether that stands for a sign which one would not see].
function spell(token) {
  const parts = []
  const add = (text, mark) => {
    const last = parts.at(-1)
    if (last && last[1] === mark) last[0] += text
    else parts.push([text, mark])
  }
  const alone = !/[^\p{C}\p{Z}]/u.test(token)
  for (const sign of token) {
    const code = sign.codePointAt(0)
    const named = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`
    if (code < 0x20) add(String.fromCodePoint(0x2400 + code), true)
    else if (code === 0x7f) add("␡", true)
    else if (/\p{Zs}/u.test(sign)) add("·", true)
    else if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(sign)) add(named, true)
    else if (JOINS.test(sign) ? alone : /\p{Cf}/u.test(sign) && !SEEN.test(sign)) add(named, true) // U+202E turns what follows
    else {
      if (!parts.length && /\p{M}/u.test(sign)) add("◌", true) // an accent without its letter
      add(sign, false)
    }
  }
  return parts.length ? parts : [["∅", true]]
}

class AttentionView {
  constructor(host) {
    this.root = host.querySelector(".attention-view")
    this.find = (selector) => this.root.querySelector(selector)
    this.canvas = { grid: this.find(".grid"), map: this.find(".map"), web: this.find(".web canvas"), legend: this.find(".legend canvas") }
    this.large = null // what is drawn: the message with the weights
    this.choice = null
    this.hover = null // { side: "query" or "key", i, other }: the token whose weights are shown, and the one it is shown with
    this.over = null // the small picture under the pointer
    this.puts = null
    this.unsent = false
    this.flight = null // stamp of the message that is under way
    this.name = Math.random().toString(36).slice(2, 10) // makes each message of this instance unlike any other
    this.messages = 0
    this.listen()
    this.observer = new ResizeObserver(() => { if (this.root.clientWidth !== this.width) this.draw() })
    this.observer.observe(this.root)
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, setStateValue) {
    this.setStateValue = setStateValue
    this.data = data
    this.link = links.get(data.key)
    if (data.puts !== this.puts) { // Python does not take a message on what it has replaced
      this.puts = data.puts
      this.choice = { ...data.choice }
      this.unsent = false
      const leader = links.get(data.follows)?.view
      if (leader?.choice) this.take(leader.choice) // its newest choice may still be on its way to Python
      this.land()
    }
    this.show()
  }

  // Other weights are here, of another sentence as a rule. They are drawn at once where there are as many heads as before; what
  // Python says about the view comes a moment later.
  learn() {
    const { shape, digest } = this.link.large.header
    if (this.ready && shape[0] === this.L && shape[1] === this.C) {
      this.data = { ...this.data, digest }
      if (this.choice.pin >= shape[2]) this.choice = { ...this.choice, pin: null } // Python drops it, too
    }
    this.show()
  }

  // Draw, once the weights are here that the view was told of.
  show() {
    const { data } = this
    const large = this.link?.large
    if (large?.header.digest !== data?.digest) return
    if (large !== this.large) this.unpack(large)
    this.find(".title").textContent = data.title
    this.find(".title").hidden = !data.title
    this.root.dataset.heads = data.grid
    this.off = new Set(this.header.off)
    this.canvas.grid.setAttribute("aria-label", `${data.title || "Attention"}: all heads, ${this.L} layers of ${this.C}. Arrow keys choose one.`)
    this.draw()
    this.describe()
    this.root.dataset.shown = this.header.result_id
    if (this.flight && data.stamp === this.flight) {
      performance.mark("attention-shown", { detail: data.stamp })
      this.land()
    }
  }

  // Whether what is here belongs together: with another sentence, weights and choice come one after the other.
  get ready() {
    return this.large !== null && this.large.header.digest === this.data.digest
  }

  unpack(large) {
    const { header, body } = large
    const { shape, tokens } = header
    this.large = large
    this.header = header
    ;[this.L, this.C, this.T] = shape
    this.palette = body.subarray(0, 768)
    const raw = body.slice(768)
    const sent = header.bytes === 2 ? new Uint16Array(raw.buffer) : raw
    this.weights = header.causal ? this.square(sent) : sent
    this.top = header.bytes === 2 ? 65535 : 255
    this.made = {}
    this.colours = this.mixColours()
    this.hover = this.over = null
    this.spelled = tokens.map(spell)
    this.plain = this.spelled.map((parts) => parts.map(([text]) => text).join(""))
    for (const side of ["left", "top"]) {
      fill(this.find(`.heat .${side}`), this.spelled, () => Object.assign(element("span", ""), { dir: "auto" }), (span, _, i) => {
        span.parts = null // written when it is to be seen: of a long sentence that is one in a hundred
        span.style[side === "left" ? "top" : "left"] = `${(100 * (i + 0.5)) / this.T}%`
      })
    }
    for (const side of ["queries", "keys"]) {
      fill(this.find(`.${side}`), this.spelled, () => this.tokenRow(), (row, parts, i) => {
        const button = row.querySelector("button")
        this.write(button, parts, i)
        button.tabIndex = i ? -1 : 0
      })
    }
    fill(this.find(".rows"), Array(this.L).fill(), () => element("span", ""), (span, _, i) => { span.textContent = `layer ${i + 1}` })
    fill(this.find(".names"), header.columns, () => element("span", ""), (span, name) => { span.textContent = name })
    fill(this.find(".labels"), header.labels.flat(), () => element("span", ""), (span, label) => { span.textContent = label })
    this.heads = header.columns.map((name) => /^\d+$/.test(name)) // the others are made of them
    this.firstMade = this.heads.indexOf(false)
  }

  // Of causal heads come only the weights that are not forbidden: row after row, each longer by one than the one before.
  square(sent) {
    const { L, C, T } = this
    const weights = new sent.constructor(L * C * T * T)
    let at = 0
    for (let row = 0; row < L * C * T; row++) {
      const seen = (row % T) + 1
      weights.set(sent.subarray(at, at + seen), row * T)
      at += seen
    }
    return weights
  }

  tokenRow() {
    const row = element("div", "token")
    const button = Object.assign(element("button", ""), { type: "button", dir: "auto" })
    row.append(button, element("span", "number"))
    return row
  }

  // Tokens go in as text, never as markup.
  write(target, parts, i) {
    target.replaceChildren(...this.nodes(parts))
    target.title = this.plain[i]
  }

  nodes(parts) {
    return parts.map(([text, mark]) => {
      if (!mark) return document.createTextNode(text)
      const sign = element("i", "mark")
      sign.textContent = text
      return sign
    })
  }

  token(i) {
    const isolated = element("bdi", "name")
    isolated.append(...this.nodes(this.spelled[i]))
    return isolated
  }

  at(query, key) {
    const { layer, column } = this.choice
    return this.weights[((layer * this.C + column) * this.T + query) * this.T + key] / this.top
  }

  isForbidden(query, key) {
    return this.header.causal && key > query
  }

  // ---- to Python ---------------------------------------------------------------------------------------------

  choose(change) {
    if (!this.ready) return
    const next = { ...this.choice, ...change }
    if (Object.keys(next).every((name) => next[name] === this.choice[name])) return
    this.choice = next
    this.unsent = true
    for (const { view } of links.values()) if (view?.data?.follows === this.data.key) view.follow(next)
    this.draw()
    this.describe()
    this.pump()
  }

  // Another view, to which this one belongs, shows another head now.
  follow(choice) {
    if (!this.ready) return
    this.take(choice)
    this.draw()
    this.describe()
  }

  take({ layer, column, view }) {
    const [layers, columns] = this.header?.shape ?? [0, 0]
    if (layer < layers && column < columns) Object.assign(this.choice, { layer, column })
    this.choice.view = view
  }

  pump() {
    if (!this.unsent || this.flight) return
    this.unsent = false
    this.messages += 1
    this.flight = `${this.name}-${this.messages}`
    this.root.dataset.sent = this.messages
    this.lost = setTimeout(() => this.land(), LOST_MS)
    performance.mark("attention-sent", { detail: this.flight })
    // The stamp tells Python a new message from the old state that Streamlit sends along with every other widget.
    this.setStateValue("choice", { ...this.choice, puts: this.puts, stamp: this.flight })
  }

  // The answer to the message under way is here, or is not to come.
  land() {
    clearTimeout(this.lost)
    this.flight = null
    this.pump()
  }

  // ---- pointer and keyboard ----------------------------------------------------------------------------------

  listen() {
    const { grid, map } = this.canvas
    const fine = (event) => event.pointerType !== "touch" // a finger does not hover
    grid.onpointermove = (event) => { if (fine(event)) this.lookAt(this.headUnder(event), event) }
    grid.onpointerleave = () => this.lookAt(null)
    grid.onclick = (event) => {
      const head = this.headUnder(event)
      if (head) this.choose(head)
    }
    grid.onkeydown = (event) => this.gridKey(event)
    map.onpointermove = (event) => { if (fine(event)) this.pointAt(event) }
    map.onpointerleave = () => this.point(null)
    map.onclick = (event) => {
      const cell = this.cellUnder(event)
      if (!cell) return
      this.pin(cell.i)
      this.pointAt(event)
    }
    for (const button of this.root.querySelectorAll("[data-view]")) button.onclick = () => this.choose({ view: button.dataset.view })
    const web = this.find(".web")
    const under = (event) => {
      const row = event.target.closest?.(".token")
      return row && { side: row.parentElement.classList.contains("queries") ? "query" : "key", i: [...row.parentElement.children].indexOf(row) }
    }
    web.onpointerover = (event) => { if (fine(event)) this.point(under(event) ?? null) }
    web.onpointerleave = (event) => { if (fine(event)) this.point(null) }
    web.addEventListener("focusin", (event) => {
      const spot = under(event)
      for (const row of event.target.closest(".tokens").children) row.firstChild.tabIndex = row.contains(event.target) ? 0 : -1
      if (event.target.matches(":focus-visible") || spot.side === "key") this.point(spot)
      this.tell(spot)
    })
    web.addEventListener("focusout", () => this.point(null))
    web.onclick = (event) => {
      const spot = under(event)
      if (spot?.side === "query") this.pin(spot.i)
    }
    web.onkeydown = (event) => this.tokenKey(event, under(event))
  }

  pin(i) {
    this.choose({ pin: this.choice.pin === i ? null : i })
  }

  headUnder(event) {
    if (!this.geometry) return null
    const { lefts, size, pitchY } = this.geometry
    const box = this.canvas.grid.getBoundingClientRect()
    const column = lefts.findLastIndex((left) => event.clientX - box.left >= left - MARGIN)
    const layer = Math.floor((event.clientY - box.top) / pitchY)
    if (column < 0 || layer < 0 || layer >= this.L || event.clientX - box.left > lefts[column] + size + MARGIN) return null
    return { layer, column }
  }

  cellUnder(event) {
    const box = this.canvas.map.getBoundingClientRect()
    const [i, other] = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width].map((share) => Math.floor(share * this.T))
    return i >= 0 && other >= 0 && i < this.T && other < this.T ? { side: "query", i, other } : null
  }

  lookAt(head, event) {
    const same = head?.layer === this.over?.layer && head?.column === this.over?.column
    this.over = head
    if (!same) {
      this.drawGrid()
      const name = element("b", "")
      if (head) name.textContent = this.headName(head)
      const note = element("div", "")
      if (head) note.textContent = this.noteOf(head)
      this.tip(head && [name, note])
    }
    if (head) this.placeTip(event)
  }

  pointAt(event) {
    if (!this.ready) return
    const cell = this.cellUnder(event)
    this.point(cell)
    if (!cell) return
    const { i, other } = cell
    const said = this.isForbidden(i, other) ? " comes later and is not seen" : `: ${number(this.at(i, other))}`
    this.tip([this.token(i), " → ", this.token(other), said])
    this.placeTip(event)
  }

  point(spot) {
    const same = ["side", "i", "other"].every((name) => this.hover?.[name] === spot?.[name])
    if (spot?.other === undefined) this.tip(null)
    if (same) return
    this.hover = spot
    this.drawMap()
    this.drawWeb()
  }

  gridKey(event) {
    const move = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0], Home: [0, -this.C], End: [0, this.C] }[event.key]
    if (!move || event.ctrlKey || event.metaKey || event.altKey || !this.ready) return
    const { layer, column } = this.choice
    this.choose({ layer: clamp(layer + move[0], 0, this.L - 1), column: clamp(column + move[1], 0, this.C - 1) })
    event.preventDefault()
    event.stopPropagation()
  }

  tokenKey(event, spot) {
    if (!spot || event.ctrlKey || event.metaKey || event.altKey) return
    const { key } = event
    const column = { ArrowLeft: "queries", ArrowRight: "keys" }[key] ?? (spot.side === "query" ? "queries" : "keys")
    const i = { ArrowDown: spot.i + 1, ArrowUp: spot.i - 1, Home: 0, End: this.T - 1 }[key] ?? spot.i
    if (key === "Escape" && this.choice.pin !== null) this.choose({ pin: null })
    else if (!/^(Arrow|Home|End)/.test(key)) return
    else this.find(`.${column}`).children[clamp(i, 0, this.T - 1)].firstChild.focus()
    event.preventDefault()
    event.stopPropagation()
  }

  // ---- words -------------------------------------------------------------------------------------------------

  headName({ layer, column }) {
    const name = this.header.columns[column]
    const label = this.header.labels[layer][column]
    const off = this.off.has(layer * this.C + column)
    return `Layer ${layer + 1}, ${this.heads[column] ? "head " : ""}${name}${label && `, ${label}`}${off ? ", switched off" : ""}`
  }

  noteOf({ layer, column }) {
    return this.header.notes[layer][column]
  }

  // What is chosen, in words, and for a screen reader in more words once it came to rest.
  describe() {
    const name = this.headName(this.choice)
    const note = this.noteOf(this.choice)
    this.find(".card .head").textContent = name
    this.find(".card .note").textContent = note
    this.canvas.map.setAttribute("aria-label", `Heat map of ${this.T} by ${this.T} weights. ${name}`)
    clearTimeout(this.rest)
    this.rest = setTimeout(() => {
      if (!this.ready) return
      this.say(note ? `${name}: ${note}` : name)
      fill(this.find(".strongest"), this.plain, () => element("li", ""), (line, token, query) => {
        const [key] = this.strongest({ side: "query", i: query })
        line.textContent = key === undefined ? `${token} looks nowhere.` : `${token} looks most at ${this.plain[key]}: ${number(this.at(query, key))}.`
      })
    }, REST_MS)
  }

  tell(spot) {
    clearTimeout(this.rest)
    this.rest = setTimeout(() => {
      if (!this.ready) return
      const [how, value] = spot.side === "query"
        ? ["looks at", (j) => this.at(spot.i, j)]
        : ["is looked at by", (j) => this.at(j, spot.i)]
      const found = this.strongest(spot).map((j) => `${this.plain[j]} ${number(value(j))}`)
      this.say(`${this.plain[spot.i]} ${how} ${found.join(", ") || "nothing"}.`)
    }, REST_MS)
  }

  say(text) {
    const live = this.find("[aria-live]")
    if (live.textContent !== text) live.textContent = text
  }

  // The tokens at the other ends of its five largest weights, the largest first.
  strongest({ side, i }) {
    const value = (j) => side === "query" ? this.at(i, j) : this.at(j, i)
    return Array.from({ length: this.T }, (_, j) => j)
      .filter((j) => value(j) >= 0.005)
      .sort((a, b) => value(b) - value(a) || a - b)
      .slice(0, MOST)
  }

  tip(children) {
    const tip = this.find(".tip")
    tip.hidden = !children
    tip.replaceChildren(...(children ?? []))
  }

  placeTip(event) {
    const tip = this.find(".tip")
    const box = this.root.getBoundingClientRect()
    const [x, y] = [event.clientX - box.left, event.clientY - box.top]
    const above = y - 14 - tip.offsetHeight
    tip.style.left = `${clamp(x + 14, 0, Math.max(0, box.width - tip.offsetWidth))}px`
    tip.style.top = `${above < -box.top ? y + 20 : above}px`
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  theme(name) {
    return getComputedStyle(this.root).getPropertyValue(`--st-${name}`).trim()
  }

  // Context of a canvas that is so many CSS pixels large, in these units.
  fit(canvas, width, height) {
    const scale = window.devicePixelRatio || 1
    const [w, h] = [width, height].map((x) => Math.max(1, Math.round(x * scale)))
    if (canvas.width !== w) canvas.width = w
    if (canvas.height !== h) canvas.height = h
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
    const g = canvas.getContext("2d")
    g.setTransform(scale, 0, 0, scale, 0, 0)
    g.clearRect(0, 0, width, height)
    return g
  }

  // The colours of all weights. Brightness follows the square root: 0.01 has a tenth of the scale, not a hundredth.
  mixColours() {
    const { top, palette } = this
    return Uint32Array.from({ length: top + 1 }, (_, v) => {
      const at = 3 * Math.round(255 * Math.sqrt(v / top))
      return (0xff000000 | (palette[at + 2] << 16) | (palette[at + 1] << 8) | palette[at]) >>> 0
    })
  }

  // Heads as one picture, each of them `edge` by `edge` pixels; forbidden weights are left out. Where there are more weights
  // than pixels, a pixel shows the largest of its weights: the thin diagonal of a head that looks at the token before it
  // would fade in their mean.
  picture(layers, columns, edge) {
    const { C, T, weights, colours } = this
    const { causal } = this.header
    const image = new ImageData(columns.length * edge, layers.length * edge)
    const pixels = new Uint32Array(image.data.buffer)
    const largest = new Uint16Array(edge * edge)
    const to = Uint16Array.from({ length: T }, (_, i) => Math.floor((i * edge) / T))
    layers.forEach((layer, below) => columns.forEach((column, beside) => {
      const from = (layer * C + column) * T * T
      largest.fill(0)
      for (let query = 0; query < T; query++) {
        const row = to[query] * edge
        const seen = causal ? query + 1 : T
        for (let key = 0; key < seen; key++) {
          const weight = weights[from + query * T + key]
          const at = row + to[key]
          if (weight > largest[at]) largest[at] = weight
        }
      }
      for (let y = 0; y < edge; y++) {
        const start = (below * edge + y) * columns.length * edge + beside * edge
        const seen = causal ? y + 1 : edge
        for (let x = 0; x < seen; x++) pixels[start + x] = colours[largest[y * edge + x]]
      }
    }))
    const canvas = document.createElement("canvas")
    canvas.width = image.width
    canvas.height = image.height
    canvas.getContext("2d").putImageData(image, 0, 0)
    return canvas
  }

  // What `make` makes, a picture or a number, from the last time if it was of the same.
  kept(name, what, make) {
    if (this.made[name]?.what !== what) this.made[name] = { what, value: make() }
    return this.made[name].value
  }

  // A pixel a weight, or as many pixels as there is room for.
  edge(size) {
    return clamp(Math.floor(size * (window.devicePixelRatio || 1) + 1e-6), 1, this.T)
  }

  draw() {
    if (!this.ready || !this.root.clientWidth) return
    const style = getComputedStyle(this.root)
    this.size = parseFloat(style.fontSize)
    this.ruler ??= document.createElement("canvas").getContext("2d")
    this.ruler.font = `${this.size}px ${style.fontFamily}`
    this.widest = Math.max(...this.plain.map((text) => this.ruler.measureText(text).width))
    const width = this.width = this.root.clientWidth
    const narrow = width < (this.data.grid ? NARROW : 0.75 * NARROW)
    const wide = width >= (this.data.grid ? WIDE : NARROW)
    const view = this.choice.view === "both" && !wide ? "heat" : this.choice.view
    this.root.dataset.room = narrow ? "narrow" : wide ? "wide" : "middle"
    this.root.dataset.view = view
    for (const button of this.root.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", button.dataset.view === view)
    this.high = narrow ? Infinity : HEIGHT_REM * parseFloat(getComputedStyle(document.documentElement).fontSize)
    this.layOutGrid(narrow)
    this.drawGrid()
    this.drawLegend()
    this.drawMap()
    this.drawWeb()
  }

  // Where the small pictures stand. Names of columns that are wider than a picture are turned.
  layOutGrid(narrow) {
    if (!this.data.grid) return
    const { C, L } = this
    const side = this.find(".side")
    const columns = this.header.columns
    const gap = this.firstMade > 0 ? 10 : 0
    const before = Math.ceil(this.ruler.measureText(`layer ${L}`).width) + 10
    const ideal = before + gap + PITCH * C
    this.root.style.setProperty("--side", `${ideal}px`)
    const width = Math.min(side.clientWidth, ideal)
    const room = narrow ? Infinity : 0.62 * this.high // below stand the words
    let pitch = clamp(Math.floor((width - before - gap) / C), narrow ? 34 : 16, PITCH)
    const line = 1.15 * this.size
    const labelled = pitch >= 4.3 * this.size && L * (pitch + 2 * line) <= room && this.header.labels.flat().some(Boolean)
    const below = labelled ? 2 * line + 4 : 0
    pitch = Math.max(Math.min(pitch, Math.floor(room / L - below)), 10)
    // Where a whole number of pixels for each weight does not cost much, all of them are equally large.
    const scale = window.devicePixelRatio || 1
    const whole = (Math.floor(((pitch - 4) * scale) / this.T) * this.T) / scale
    const size = whole >= 0.75 * (pitch - 2 * MARGIN) ? whole : pitch - 2 * MARGIN
    const topmost = Math.floor(((pitch - size) / 2) * scale) / scale
    const lefts = columns.map((_, column) => column * pitch + topmost + (this.firstMade > 0 && column >= this.firstMade ? gap : 0))
    this.geometry = { lefts, topmost, size, pitchY: pitch + below, width: C * pitch + gap, height: L * (pitch + below) }
    this.find(".heads").style.gridTemplateColumns = `${before}px ${this.geometry.width}px`
    const wide = Math.max(...columns.map((name) => this.ruler.measureText(name).width))
    const turned = wide > pitch
    const names = this.find(".names")
    names.toggleAttribute("data-turned", turned)
    names.style.height = `${turned ? wide + 6 : 1.4 * this.size}px`
    columns.forEach((_, column) => { names.children[column].style.left = `${lefts[column] + size / 2}px` })
    for (let layer = 0; layer < L; layer++) this.find(".rows").children[layer].style.top = `${layer * this.geometry.pitchY + pitch / 2}px`
    const labels = this.find(".labels")
    labels.hidden = !labelled
    if (!labelled) return
    ;[...labels.children].forEach((span, head) => {
      span.style.left = `${lefts[head % C] - topmost}px`
      span.style.top = `${Math.floor(head / C) * this.geometry.pitchY + pitch}px`
      span.style.width = `${pitch}px`
    })
  }

  drawGrid() {
    if (!this.ready || !this.data.grid || !this.geometry) return
    const { C, L } = this
    const { lefts, topmost, size, pitchY, width, height } = this.geometry
    const g = this.fit(this.canvas.grid, width, height)
    const ink = this.theme("text-color")
    const edge = this.edge(size)
    const all = this.kept("all", edge, () => this.picture([...Array(L).keys()], [...Array(C).keys()], edge))
    g.imageSmoothingEnabled = false
    for (let layer = 0; layer < L; layer++) {
      for (let column = 0; column < C; column++) {
        const [x, y] = [lefts[column], layer * pitchY + topmost]
        const off = this.off.has(layer * C + column)
        g.globalAlpha = 0.12
        g.fillStyle = ink
        g.fillRect(x, y, size, size) // the ground of what is forbidden
        g.globalAlpha = off ? 0.3 : 1
        g.drawImage(all, column * edge, layer * edge, edge, edge, x, y, size, size)
        g.globalAlpha = 1
        if (off) this.cross(g, x, y, size)
      }
    }
    if (this.over) this.frame(g, this.over, 1.5, ink)
    this.frame(g, this.choice, MARGIN, this.accent())
    const heads = this.find(".heads")
    if (heads.scrollWidth > heads.clientWidth && this.framed !== this.choice.column) {
      const before = this.find(".rows").offsetWidth
      const left = lefts[this.choice.column] - MARGIN // not scrollIntoView, which would move the page, too
      const seen = heads.clientWidth - before
      if (left < heads.scrollLeft) heads.scrollLeft = left
      else if (left + size + 2 * MARGIN > heads.scrollLeft + seen) heads.scrollLeft = left + size + 2 * MARGIN - seen
    }
    this.framed = this.choice.column
  }

  // The accent, lighter on a dark page.
  accent() {
    return getComputedStyle(this.find(".card .head")).borderLeftColor
  }

  frame(g, { layer, column }, width, colour) {
    const { lefts, topmost, size, pitchY } = this.geometry
    g.strokeStyle = colour
    g.lineWidth = width
    g.strokeRect(lefts[column] - width / 2, layer * pitchY + topmost - width / 2, size + width, size + width)
  }

  cross(g, x, y, size) {
    for (const [colour, width] of [[this.theme("background-color"), 4], [this.theme("text-color"), 2]]) {
      g.strokeStyle = colour
      g.lineWidth = width
      g.beginPath()
      g.moveTo(x + 1, y + 1)
      g.lineTo(x + size - 1, y + size - 1)
      g.moveTo(x + size - 1, y + 1)
      g.lineTo(x + 1, y + size - 1)
      g.stroke()
    }
  }

  drawLegend() {
    const canvas = this.canvas.legend
    canvas.width = 256
    canvas.height = 1
    const g = canvas.getContext("2d")
    const image = g.createImageData(256, 1)
    for (let i = 0; i < 256; i++) image.data.set([...this.palette.subarray(3 * i, 3 * i + 3), 255], 4 * i)
    g.putImageData(image, 0, 0)
    const ticks = [0, 0.1, 0.5, 1]
    fill(this.find(".legend .ticks"), ticks, () => element("span", ""), (span, weight) => {
      span.textContent = weight
      span.style.left = `${100 * Math.sqrt(weight)}%`
    })
    const words = "Weight, from dark for 0 to bright for 1. Brightness follows its square root, so that small weights show."
    this.find(".legend").setAttribute("aria-label", words)
    this.find(".legend").title = words
    this.find(".least").textContent = `Lines from ${number(this.least())} on; point at a token for its own`
  }

  // Half of an even share: the weight from which on a line is drawn where no token is pointed at. Of a long sentence it is
  // more, so that there are no more than a few lines a token: thousands are a haze, and take longer than all else.
  least() {
    const { layer, column } = this.choice
    return this.kept("least", `${layer}/${column}`, () => {
      const even = Math.max(0.5 / this.T, 0.01)
      const first = (layer * this.C + column) * this.T * this.T
      const some = this.weights.subarray(first, first + this.T * this.T).filter((weight) => weight >= even * this.top)
      return some.length > LINES * this.T ? some.sort()[some.length - LINES * this.T] / this.top : even
    })
  }

  active() {
    return this.hover ?? (this.choice.pin === null ? null : { side: "query", i: this.choice.pin })
  }

  drawMap() {
    const box = this.find(".heat")
    if (!this.ready || !box.clientWidth) return
    const { T } = this
    const { layer, column, pin } = this.choice
    const gutter = Math.ceil(clamp(HELD * this.widest + 10, 24, Math.min(6.5 * this.size, 0.3 * box.clientWidth)))
    const edge = Math.floor(Math.max(Math.min(box.clientWidth - gutter, this.high - gutter), 60))
    box.toggleAttribute("data-cut", HELD * this.widest + 10 > gutter)
    this.map = { gutter, edge }
    const cell = edge / T
    const fits = cell >= 11.5
    box.style.gridTemplate = `${gutter}px ${edge}px / ${gutter}px ${edge}px`
    box.style.setProperty("--gutter", `${gutter}px`)
    box.style.setProperty("--label", `${fits ? clamp(cell * 0.95, 11, this.size) : this.size}px`)
    const active = this.active()
    for (const side of ["left", "top"]) {
      [...this.find(`.heat .${side}`).children].forEach((span, i) => {
        const held = side === "left" ? active?.side === "query" && active.i === i : active?.side === "key" ? active.i === i : active?.other === i
        span.classList.toggle("held", !!held)
        span.hidden = !fits && !held
        if (!span.hidden && span.parts !== this.spelled[i]) this.write(span, span.parts = this.spelled[i], i)
      })
    }
    const g = this.fit(this.canvas.map, edge, edge)
    if (this.header.causal) this.hatch(g, edge, cell)
    const fine = this.edge(edge)
    g.imageSmoothingEnabled = false
    g.drawImage(this.kept("one", `${layer}/${column}/${fine}`, () => this.picture([layer], [column], fine)), 0, 0, edge, edge)
    const bars = [pin !== null && [0, pin * cell, edge, cell, "#6DB9E8"]]
    // On the heat map the accent is as light as on a dark page: its colours are the same in both themes.
    if (this.hover?.side === "query") bars.push([0, this.hover.i * cell, edge, cell, "#fff"])
    if (this.hover?.side === "key") bars.push([this.hover.i * cell, 0, cell, edge, "#fff"])
    if (this.hover?.other !== undefined) bars.push([this.hover.other * cell, this.hover.i * cell, cell, cell, "#fff"])
    for (const bar of bars.filter(Boolean)) this.twice(g, edge, ...bar)
  }

  // A frame that shows on any picture.
  twice(g, edge, x, y, width, height, colour) {
    const [left, top, right, bottom] = [x, y, x + width, y + height].map((at) => clamp(at, 1.5, edge - 1.5))
    for (const [ink, line] of [["#14171B", 4], [colour, 2]]) {
      g.strokeStyle = ink
      g.lineWidth = line
      g.strokeRect(left, top, right - left, bottom - top)
    }
  }

  hatch(g, edge, cell) {
    g.save()
    g.beginPath()
    g.moveTo(edge, 0) // a staircase: one shape is clipped to sooner than a hundred
    for (let query = 0; query < this.T; query++) {
      g.lineTo((query + 1) * cell, query * cell)
      g.lineTo((query + 1) * cell, (query + 1) * cell)
    }
    g.lineTo(edge, edge)
    g.closePath()
    g.clip()
    g.globalAlpha = 0.3
    g.strokeStyle = this.theme("text-color")
    g.lineWidth = 1
    g.beginPath()
    for (let x = -edge; x < edge; x += 8) {
      g.moveTo(x, edge)
      g.lineTo(x + edge, 0)
    }
    g.stroke()
    g.restore()
  }

  drawWeb() {
    const box = this.find(".lines")
    if (!this.ready || !box.clientWidth) return
    const { T } = this
    const coarse = matchMedia("(pointer: coarse)").matches
    const high = Number.isFinite(this.high) ? this.high : 460
    const head = 1.6 * this.size
    const beside = this.root.dataset.view === "both" && this.map.edge / T // the rows of the heat map
    const smallest = (coarse ? 2.2 : 1.1) * this.size
    const row = beside >= smallest ? beside : clamp(Math.floor((high - head) / T), smallest, 2.6 * this.size)
    const width = box.clientWidth - (T * row + head > high + 1 ? 14 : 0) // a scroll bar
    this.find(".ends").style.height = `${beside >= smallest ? this.map.gutter : head}px`
    const side = Math.ceil(clamp(HELD * this.widest + 16, 44, 0.34 * width))
    box.toggleAttribute("data-cut", HELD * this.widest + 16 > side)
    const web = this.find(".web")
    const middle = width - 2 * side
    box.style.maxHeight = `${high}px`
    box.style.minHeight = this.root.dataset.view === "lines" && this.data.grid ? `${Math.min(this.find(".side").offsetHeight, high)}px` : ""
    box.style.setProperty("--row", `${row}px`)
    box.style.setProperty("--token", `${side}px`)
    this.find(".ends").style.width = `${width}px`
    web.style.gridTemplateColumns = `${side}px ${middle}px ${side}px`
    const active = this.active()
    const found = active ? this.strongest(active) : []
    for (const [name, kind] of [["queries", "query"], ["keys", "key"]]) {
      [...this.find(`.${name}`).children].forEach((line, i) => {
        const [button, value] = line.children
        const held = active?.side === kind && active.i === i
        const shown = active && active.side !== kind && found.includes(i)
        line.classList.toggle("held", !!held)
        line.classList.toggle("found", !!shown)
        value.textContent = shown ? number(kind === "key" ? this.at(active.i, i) : this.at(i, active.i)) : ""
        if (kind === "query") button.setAttribute("aria-pressed", this.choice.pin === i)
      })
    }
    const g = this.fit(this.canvas.web, middle, T * row)
    g.strokeStyle = this.accent()
    g.lineCap = "round"
    const strokes = Array.from({ length: SHADES + 1 }, () => [])
    const least = active ? 0.005 : this.least()
    const add = (query, key) => {
      const weight = this.at(query, key)
      if (weight >= least) strokes[Math.round(SHADES * weight)].push(query, key)
    }
    if (active) for (let j = 0; j < T; j++) active.side === "query" ? add(active.i, j) : add(j, active.i)
    else for (let query = 0; query < T; query++) for (let key = 0; key < T; key++) add(query, key)
    strokes.forEach((ends, step) => {
      if (!ends.length) return
      const weight = step / SHADES
      g.globalAlpha = active ? 0.35 + 0.65 * weight : 0.14 + 0.76 * weight
      g.lineWidth = 1 + 5 * weight
      g.beginPath()
      for (let n = 0; n < ends.length; n += 2) {
        const [from, to] = [(ends[n] + 0.5) * row, (ends[n + 1] + 0.5) * row]
        g.moveTo(4, from)
        g.bezierCurveTo(0.45 * middle, from, 0.55 * middle, to, middle - 4, to)
      }
      g.stroke()
    })
    g.globalAlpha = 1
  }

  unmount() {
    this.observer.disconnect()
    clearTimeout(this.lost)
    clearTimeout(this.rest)
  }
}

export default function ({ data, parentElement, setStateValue }) {
  let view = views.get(parentElement)
  if (!view) {
    view = new AttentionView(parentElement)
    views.set(parentElement, view)
  }
  const link = links.get(data.key) ?? {}
  links.set(data.key, link)
  link.view = view
  view.update(data, setStateValue)
  return () => {
    view.unmount()
    views.delete(parentElement)
    if (link.view === view) delete link.view
  }
}
