// A query, keys and values that can be edited; the steps of the look-up between them; the planes of their arrows.
//
// Who owns what is asked: the browser, until Python replaces it; a new count of `puts` says so. While an arrow or the
// temperature moves, `live` computes the steps here; after the release the numbers on show are Python's. The root says
// which: data-from="browser" or "python". See `update`.

const boxes = new WeakMap() // the mount function runs again with each change of data or theme: keep one instance

const TYPING_MS = 600 // after this long without a key a word is sent
const SLIDING_MS = 200 // the same for the temperature under the arrow keys
const PATIENCE_MS = 200 // after this long without an answer the old numbers fade: they belong to another question
const REST_MS = 500 // a screen reader hears what came out, not each step on the way

const element = (name, className, parent) => {
  const made = Object.assign(document.createElement(name), { className })
  parent?.append(made)
  return made
}
const three = (x) => minus(Math.abs(x) >= 99.95 ? x.toFixed(0) : Math.abs(x) >= 9.995 ? x.toFixed(1) : x.toFixed(2)).replace(/^\u2212(?=0\.?0*$)/, "")
const pair = ([x, y]) => minus(`(${x.toFixed(2)}, `) + minus(`${y.toFixed(2)})`)
const tidy = (word) => word.trim().replace(/\s+/g, " ")

class SoftDictionary {
  constructor(host) {
    this.root = host.querySelector(".soft-dictionary")
    this.find = (selector) => this.root.querySelector(selector)
    this.puts = null
    this.name = Math.random().toString(36).slice(2, 10) // makes each message of this instance unlike any other
    this.messages = 0
    this.stamp = "" // of the newest message
    this.open = false // whether its answer is still to come
    this.unsent = false // whether a gesture is under way
    const rested = () => this.send()
    this.keys = new ArrowPlane(this.find(".keys-plane"), (id, x, y) => this.move(id, x, y), rested)
    this.values = new ArrowPlane(this.find(".values-plane"), (id, x, y) => this.move(id, x, y), rested)
    this.listen()
  }

  listen() {
    this.word(this.find(".query"), (word) => { this.asked.query = word })
    const slider = this.find(".temperature")
    slider.oninput = () => {
      this.asked.t = Number(slider.value)
      this.compute()
      clearTimeout(this.pause)
    }
    slider.onchange = () => this.soon(SLIDING_MS)
    this.find(".add").onclick = () => this.add()
  }

  // An input whose word goes to Python when it is finished.
  word(input, keep) {
    input.oninput = (event) => {
      keep(tidy(input.value))
      this.unsent = true
      this.draw()
      if (!event.isComposing) this.soon(TYPING_MS)
    }
    input.onchange = () => this.soon(0)
    input.onkeydown = (event) => {
      if (event.key === "Enter" && !event.isComposing) this.soon(0)
    }
  }

  soon(ms) {
    this.unsent = true
    clearTimeout(this.pause)
    if (ms) this.pause = setTimeout(() => this.send(), ms)
    else this.send()
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, setStateValue) {
    this.setStateValue = setStateValue
    this.data = data
    const replaced = data.puts !== this.puts
    if (replaced) { // Python does not take a message on what it has replaced
      this.puts = data.puts
      clearTimeout(this.pause)
      this.unsent = false
      this.asked = structuredClone(data.asked)
      this.known = JSON.stringify(this.asked)
      this.write()
      this.land()
    }
    if (this.unsent || (this.open && data.stamp !== this.stamp)) { // a newer gesture than the one that is answered
      this.live()
      return
    }
    this.land()
    this.steps = data.rows.map((row) => row && { product: row[0], scaled: row[1], tempered: row[2], weight: row[3] })
    this.merged = data.merged
    this.root.dataset.from = "python"
    this.find(".query").setAttribute("aria-invalid", data.problems.some(([, field]) => field === "query"))
    this.problems()
    this.nearest()
    this.draw()
    this.root.dataset.shown = data.result_id
  }

  // Everything that is typed or set, into the fields.
  write() {
    const { asked, data } = this
    const put = (input, word) => { if (input.value !== word) input.value = word }
    put(this.find(".query"), asked.query)
    const slider = this.find(".temperature")
    slider.max = data.temperatures.length - 1
    slider.value = asked.t
    const rows = this.find(".rows")
    while (rows.children.length > asked.entries.length) rows.lastChild.remove()
    while (rows.children.length < asked.entries.length) rows.append(this.row(rows.children.length))
    asked.entries.forEach(([key, value], i) => {
      put(rows.children[i].querySelector(".key"), key)
      put(rows.children[i].querySelector(".value"), value)
    })
    for (const input of this.root.querySelectorAll("input[type=text]")) input.maxLength = data.longest
    this.ticks()
  }

  row(i) {
    const row = element("div", "row")
    row.setAttribute("role", "row")
    const cell = (className, parent = row) => {
      const made = element("div", className, parent)
      made.setAttribute("role", "cell")
      return made
    }
    const field = (name, parent) => {
      const input = element("input", name, parent)
      Object.assign(input, { type: "text", dir: "auto", autocomplete: "off", spellcheck: false, enterKeyHint: "done" })
      input.autocapitalize = "none"
      input.setAttribute("aria-label", `${name === "key" ? "Key" : "Value"} ${i + 1}`)
      return input
    }
    const key = cell("key-cell")
    this.word(field("key", key), (word) => { this.asked.entries[i][0] = word })
    element("span", "at", key)
    const steps = element("div", "steps", row)
    steps.setAttribute("role", "presentation")
    for (const name of ["product", "scaled", "tempered"]) {
      const step = cell(`number ${name}`, steps)
      element("i", "", step)
      element("span", "", step)
    }
    const weight = cell("weight")
    element("i", "", element("span", "track", weight))
    element("b", "", weight)
    const value = cell("value-cell")
    element("span", "times", value)
    this.word(field("value", value), (word) => { this.asked.entries[i][1] = word })
    element("span", "at", value)
    const remove = element("button", "remove", cell("tool"))
    remove.type = "button"
    remove.textContent = "×"
    remove.onclick = () => this.remove(i)
    return row
  }

  ticks() {
    const { temperatures } = this.data
    const last = temperatures.length - 1
    const named = [[0, "hard", "first"], ...[0.1, 1, 10].map((t) => [temperatures.indexOf(t), `${t}`, t === 1 ? "one" : ""]), [last, "average", "last"]]
    this.find(".ticks").replaceChildren(...named.filter(([at]) => at >= 0).map(([at, label, name]) => {
      const tick = element("span", name)
      tick.textContent = name === "one" ? "T = 1" : label
      tick.style.left = `${(100 * at) / last}%`
      return tick
    }))
  }

  // ---- the steps, while something moves ----------------------------------------------------------------------

  // The same as look_up in core/analysis/soft_lookup.py.
  live() {
    const { asked, data } = this
    const takes = (i) => !data.error && (data.own ? asked.entries[i][0] && asked.entries[i][1] && asked.query : data.rows[i])
    const long = ([x, y]) => {
      const length = data.unit ? Math.max(Math.hypot(x, y), 1e-12) : 1
      return [x / length, y / length]
    }
    const query = long(asked.at)
    this.steps = asked.entries.map(([, , x, y], i) => {
      if (!takes(i)) return null
      const key = long([x, y])
      const product = data.own ? query[0] * key[0] + query[1] * key[1] : data.rows[i][0]
      return { product, scaled: product / data.root }
    })
    const part = this.steps.filter(Boolean)
    const most = Math.max(...part.map(({ scaled }) => scaled))
    const t = data.temperatures[asked.t] // null: infinity
    for (const step of part) {
      step.tempered = t === 0 ? null : t === null ? 0 : step.scaled / t
      step.weight = t === 0 ? Number(step.scaled === most) : t === null ? 1 : Math.exp((step.scaled - most) / t)
    }
    const total = part.reduce((sum, { weight }) => sum + weight, 0)
    for (const step of part) step.weight /= total
    this.merged = this.chain().at(-1)
    this.root.dataset.from = "browser"
    this.draw()
  }

  compute() {
    this.unsent = true
    this.live()
  }

  // The value arrows as they count.
  valueAt(i) {
    const { asked, data } = this
    if (!data.own) return data.flat.values[i] ?? null
    const [x, y] = asked.entries[i].slice(4)
    const length = data.unit ? Math.max(Math.hypot(x, y), 1e-12) : 1
    return [x / length, y / length]
  }

  // w1 v1, w1 v1 + w2 v2, and so on; empty where a value that counts has no arrow.
  chain() {
    const points = [[0, 0]]
    for (const [i, step] of this.steps.entries()) {
      if (!step) continue
      const at = this.valueAt(i)
      if (!at) return []
      const [x, y] = points.at(-1)
      points.push([x + step.weight * at[0], y + step.weight * at[1]])
    }
    return points.length > 1 ? points : []
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  draw() {
    const { asked, data, steps } = this
    const t = data.temperatures[asked.t]
    const said = t === 0 ? "T → 0: a hard look-up" : t === null ? "T → ∞: a plain average" : `T = ${t}`
    this.find(".heat-now").textContent = said
    this.find(".temperature").setAttribute("aria-valuetext", said)
    this.find(".temperature").style.setProperty("--fill", `${(100 * asked.t) / (data.temperatures.length - 1)}%`)
    this.root.classList.toggle("own", data.own)
    this.find(".query-at").textContent = data.own ? pair(asked.at) : ""
    const root = data.root === 1 ? "not ÷ √d" : `÷ √${Math.round(data.root ** 2)}`
    const over = "÷ T"
    this.find(".over-root").textContent = root
    this.find(".over-t").textContent = over
    const most = Math.max(...steps.map((step) => step?.weight ?? -1))
    const rows = [...this.find(".rows").children]
    rows.forEach((row, i) => {
      const step = steps[i]
      row.toggleAttribute("data-out", !step)
      row.classList.toggle("most", !!step && step.weight === most)
      const show = (name, head, x) => {
        const cell = row.querySelector(`.${name}`)
        cell.querySelector("i").textContent = head
        cell.querySelector("span").textContent = x === undefined || x === null ? "–" : three(x)
        cell.dataset.number = x ?? ""
      }
      show("product", "q · k", step?.product)
      show("scaled", root, step?.scaled)
      show("tempered", over, step?.tempered)
      row.querySelector(".track i").style.width = `${100 * (step?.weight ?? 0)}%`
      row.querySelector(".track i").hidden = !step?.weight
      const weight = row.querySelector(".weight b")
      weight.textContent = step ? step.weight.toFixed(3) : "–"
      weight.dataset.number = step?.weight ?? ""
      row.querySelector(".key-cell .at").textContent = data.own ? pair(asked.entries[i].slice(2, 4)) : ""
      row.querySelector(".value-cell .at").textContent = data.own ? pair(asked.entries[i].slice(4)) : ""
      const remove = row.querySelector(".remove")
      remove.disabled = rows.length <= data.fewest
      remove.setAttribute("aria-label", `Remove ${asked.entries[i][0] || `entry ${i + 1}`}`)
    })
    this.find(".add").disabled = rows.length >= data.most
    this.sum()
    this.planes()
  }

  // 0.28 pomme + 0.26 banane + 0.46 citron
  sum() {
    const place = this.find(".sum")
    const part = this.steps.map((step, i) => step && [step.weight, this.asked.entries[i][1]]).filter(Boolean)
    place.classList.toggle("error", !part.length)
    place.replaceChildren()
    if (!part.length) place.textContent = this.data.error
    else {
      const head = element("bdi", "small", place)
      head.textContent = this.asked.query
      place.append(" ≈ ")
      part.forEach(([weight, value], i) => {
        if (i) place.append(" + ")
        const term = element("span", weight < 0.005 ? "small" : "", place)
        term.append(`${weight.toFixed(2)} `)
        element("bdi", "", term).textContent = value
      })
    }
    const vectors = this.find(".vectors")
    vectors.hidden = !this.data.own || !part.length
    if (!vectors.hidden) {
      const terms = this.steps.map((step, i) => step && `${step.weight.toFixed(2)} ${pair(this.valueAt(i))}`).filter(Boolean)
      vectors.textContent = `${terms.join(" + ")} = ${pair(this.merged)}`
    }
    if (this.merged) [place.dataset.x, place.dataset.y] = this.merged
    else { delete place.dataset.x; delete place.dataset.y }
    clearTimeout(this.rest)
    this.rest = setTimeout(() => {
      if (this.find("#spoken").textContent !== place.textContent) this.find("#spoken").textContent = place.textContent
    }, REST_MS)
  }

  planes() {
    const { asked, data } = this
    const reach = data.own ? data.reach : null
    this.find(".right").hidden = !data.own && !data.flat.query
    const asks = data.own ? asked.at : data.flat.query
    const keyAt = (i) => data.own ? asked.entries[i].slice(2, 4) : data.flat.keys[i]
    const valueAt = (i) => data.own ? asked.entries[i].slice(4) : data.flat.values[i]
    const arrows = (kind, at, word) => asked.entries
      .map((entry, i) => ({ id: `${kind}${i}`, kind, can: data.own, label: entry[word], name: `Arrow of the ${kind} ${entry[word] || i + 1}`, spot: at(i) }))
      .filter(({ spot }) => spot)
      .map((arrow) => ({ ...arrow, x: arrow.spot[0], y: arrow.spot[1] }))
    const keys = arrows("key", keyAt, 0)
    for (const arrow of keys) { // the weights stay in sight while an arrow is dragged on a small screen
      const step = this.steps[Number(arrow.id.slice(3))]
      if (step) arrow.note = step.weight.toFixed(2)
    }
    if (asks) keys.push({ id: "query", kind: "query", can: data.own, label: asked.query, name: `Arrow of the query ${asked.query}`, x: asks[0], y: asks[1] })
    const values = arrows("value", valueAt, 1)
    const chain = this.merged ? this.chain() : []
    if (this.merged) values.push({ id: "merged", kind: "merged", can: false, label: "merged", name: "", x: this.merged[0], y: this.merged[1] })
    this.find(".keys-title").textContent = data.own ? "Keys and query: drag the tips" : "Keys and query"
    this.find(".values-title").textContent = data.own ? "Values, merged tip to tail: drag the tips" : "Values, merged tip to tail"
    this.find(".about-keys").textContent = data.flat.about_keys
    this.find(".about-values").textContent = data.flat.about_values
    this.keys.draw({ arrows: keys, chain: [], reach, name: "Plane of the keys and the query" })
    this.values.draw({ arrows: values, chain, reach, name: "Plane of the values and the merged arrow" })
  }

  problems() {
    const { problems } = this.data
    this.find(".problems").replaceChildren(...problems.map(([sentence, field, row, words]) => {
      const line = element("div", "problem")
      element("span", "", line).textContent = sentence
      const fixes = element("div", "fixes", line)
      for (const word of words) {
        const button = element("button", "", fixes)
        button.type = "button"
        button.dir = "auto"
        button.textContent = word
        button.onclick = () => {
          if (field === "query") this.asked.query = word
          else this.asked.entries[row][field === "key" ? 0 : 1] = word
          this.write()
          this.soon(0)
          this.find(".query").focus({ preventScroll: true })
        }
      }
      return line
    }))
    const bad = new Set(problems.map(([, field, row]) => `${field}${row}`))
    ;[...this.find(".rows").children].forEach((row, i) => {
      for (const name of ["key", "value"]) row.querySelector(`input.${name}`).setAttribute("aria-invalid", bad.has(`${name}${i}`))
    })
  }

  nearest() {
    const { near, about_near: about } = this.data
    this.find(".nearest").hidden = !near.length && !about
    this.find(".near-head").hidden = this.find(".near").hidden = !near.length
    this.find(".near-head").textContent = "Words nearest to the merged vector, by cosine"
    this.find(".about-near").textContent = about
    this.find(".near").replaceChildren(...near.map(([word, cosine]) => {
      const item = element("li", "")
      element("bdi", "", item).textContent = word
      const number = element("span", "", item)
      number.textContent = minus(cosine.toFixed(3))
      number.dataset.number = cosine
      return item
    }))
  }

  // ---- gestures ----------------------------------------------------------------------------------------------

  move(id, x, y) {
    if (id === "query") this.asked.at = [x, y]
    else this.asked.entries[Number(id.at(-1))].splice(id.startsWith("key") ? 2 : 4, 2, x, y)
    this.compute()
  }

  add() {
    const i = this.asked.entries.length
    if (i >= this.data.most) return
    this.asked.entries.push(["", "", ...this.data.spare[i]])
    this.steps.push(null)
    this.write()
    this.draw()
    this.find(".rows").lastChild.querySelector(".key").focus()
    this.soon(0)
  }

  remove(i) {
    if (this.asked.entries.length <= this.data.fewest) return
    this.asked.entries.splice(i, 1)
    this.steps.splice(i, 1)
    this.write()
    this.draw()
    const rows = this.find(".rows").children
    rows[Math.min(i, rows.length - 1)].querySelector(".key").focus()
    this.soon(0)
  }

  send() {
    clearTimeout(this.pause)
    const state = JSON.stringify(this.asked)
    if (state === this.known) { // back where it was, or Enter and then the change of the field
      this.unsent = false
      if (!this.open) this.update(this.data, this.setStateValue)
      return
    }
    this.known = state
    this.messages += 1
    this.stamp = `${this.name}-${this.messages}`
    this.open = true
    this.unsent = false
    this.root.dataset.sent = this.messages
    clearTimeout(this.patience)
    if (this.root.dataset.from === "python") this.patience = setTimeout(() => { this.root.dataset.waiting = "" }, PATIENCE_MS)
    const { query, at, entries, t } = JSON.parse(state)
    // The stamp tells Python a new message from the old state that Streamlit sends along with every other widget.
    this.setStateValue("asked", { query, at, entries, t, puts: this.puts, stamp: this.stamp })
  }

  // The answer to the newest message is here, or is not to come.
  land() {
    clearTimeout(this.patience)
    this.open = false
    delete this.root.dataset.waiting
  }

  close() {
    for (const timer of [this.pause, this.patience, this.rest]) clearTimeout(timer)
    this.keys.close()
    this.values.close()
  }
}

export default function ({ data, parentElement, setStateValue }) {
  let box = boxes.get(parentElement)
  if (!box) {
    box = new SoftDictionary(parentElement)
    boxes.set(parentElement, box)
  }
  box.update(data, setStateValue)
  return () => {
    box.close()
    boxes.delete(parentElement)
  }
}
