// An input for sums of words, with completion, and the words that come out of it.
//
// The vocabulary comes with a second component and is found in a registry of the page under the box's key, in either
// order. Who owns the text: the browser, until Python replaces it; a new count of `puts` says so. See `update`.

const links = (globalThis[Symbol.for("latent-lab-expression-boxes")] ??= new Map()) // key -> { box, words }
const boxes = new WeakMap() // the mount function runs again with each change of data or theme: keep one instance

const PAUSE_MS = 350 // after this long without a key the expression is sent, if it can be a finished one
const PATIENCE_MS = 150 // after this long without an answer the old one fades: it belongs to another expression
const LOST_MS = 3000 // an answer that is not here after this long is not waited for
const MOST = 8 // words offered
// The signs that Python reads as operators, brackets and quotes: none is part of a word. A hyphen can be, see `wordAt`.
const GAP = /[\s+＋*×·⋅∗＊/÷∕／−–—－()（）"“”„‟«»＂]/
const BARE = /^[\p{L}\p{M}\p{N}\u200c\u200d]+((\.?-|[.'])[\p{L}\p{M}\p{N}\u200c\u200d]+)*\.?$/u // other words need quotes

// Small letters, and the plain ones of the signs that keyboards put into words.
const fold = (word) => word.normalize("NFC").toLowerCase().replace(/[‐‑]/g, "-").replace(/’/g, "'")
const quoted = (word) => BARE.test(word) ? word : `"${word}"`
const element = (name, className) => Object.assign(document.createElement(name), { className })
const number = (score) => score.toFixed(3).replace(/^-(?=0\.000$)/, "").replace("-", "\u2212")

// Give `parent` as many children as there are items. Children are kept and refilled, so that focus stays where it is.
function fill(parent, items, make, refill) {
  while (parent.children.length > items.length) parent.lastChild.remove()
  while (parent.children.length < items.length) parent.append(make())
  items.forEach((item, i) => refill(parent.children[i], item, i))
}

// Words in order of frequency, found by how they begin.
class Words {
  constructor(text) {
    this.words = text.split("\n")
    this.rank = new Map() // folded word -> its place in `words`; of words that differ by case, the most frequent
    this.words.forEach((word, i) => {
      const folded = fold(word)
      if (!this.rank.has(folded)) this.rank.set(folded, i)
    })
    this.sorted = [...this.rank.keys()].sort()
  }

  has(word) {
    return this.rank.has(fold(word))
  }

  // Where the words that are not below `start` begin, in order.
  from(start) {
    let [low, high] = [0, this.sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.sorted[middle] < start) low = middle + 1
      else high = middle
    }
    return low
  }

  begins(start) {
    const folded = fold(start)
    return this.sorted[this.from(folded)]?.startsWith(folded) ?? false
  }

  // The most frequent words that begin so and are longer.
  like(start) {
    const folded = fold(start)
    const best = [] // ranks, ascending
    for (let i = this.from(folded); this.sorted[i]?.startsWith(folded); i++) {
      const rank = this.rank.get(this.sorted[i])
      if (this.sorted[i] === folded || (best.length === MOST && rank > best[MOST - 1])) continue
      let at = best.length
      while (at > 0 && best[at - 1] > rank) at -= 1
      best.splice(at, 0, rank)
      best.length = Math.min(best.length, MOST)
    }
    return best.map((rank) => this.words[rank])
  }
}

class ExpressionBox {
  constructor(host) {
    this.root = host.querySelector(".expression-box")
    this.find = (selector) => this.root.querySelector(selector)
    this.input = this.find("input")
    this.words = null
    this.options = [] // words offered
    this.active = -1 // the one that Enter takes
    this.spot = null // the word that they complete
    this.composing = false
    this.puts = null
    this.known = null // the expression that Python has, or is about to
    this.tooLong = ""
    this.name = Math.random().toString(36).slice(2, 10) // makes each message of this instance unlike any other
    this.messages = 0
    this.stamp = "" // of the newest message
    this.open = false // whether its answer is still to come
    this.listen()
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, setStateValue) {
    this.setStateValue = setStateValue
    this.data = data
    this.find(".title").textContent = data.title
    this.root.style.setProperty("--room", data.room)
    const replaced = data.puts !== this.puts
    if (replaced) { // Python does not take a message on what it has replaced
      this.puts = data.puts
      this.known = data.expression
      this.write(data.expression)
      this.land()
    }
    fill(this.find(".examples"), data.examples, () => this.button("example"), (button, text) => {
      button.textContent = text
      button.onclick = () => this.say(text)
    })
    this.show()
    this.root.dataset.shown = data.result_id
    if (this.open && data.stamp === this.stamp) {
      this.land()
      performance.mark("expression-shown", { detail: data.stamp })
    }
  }

  // Another vocabulary, or none any more. Sorting 50,000 words takes as long as some frames: the box is drawn first.
  learn() {
    this.words = null
    const soon = globalThis.requestIdleCallback ?? setTimeout
    const words = links.get(this.data.key)?.words
    if (words) soon(() => {
      if (links.get(this.data.key)?.words !== words) return // another one came meanwhile
      this.words = new Words(words)
      this.root.dataset.words = this.words.words.length
    })
    this.close()
    delete this.root.dataset.words
  }

  // ---- the answer --------------------------------------------------------------------------------------------

  // Words go in as text, never as markup.
  show() {
    const { data } = this
    const error = this.tooLong || data.error
    const rows = error ? [] : data.rows
    const held = this.root.getRootNode().activeElement
    this.find(".head").hidden = !!error
    this.find(".trouble").hidden = !error
    this.find(".error").textContent = error
    this.input.setAttribute("aria-invalid", !!error)
    const normal = data.normal && `${data.normal} ≈`
    this.find(".normal").textContent = this.find(".normal").title = normal
    this.find(".score-name").textContent = rows.length ? data.score_name : ""
    const full = Math.max(1, ...rows.map(([, score]) => score)) // a cosine's bar is full at 1
    const first = rows.findIndex(([, , asked]) => !asked)
    fill(this.find(".rows"), rows, () => this.row(), (row, [word, score, asked], i) => {
      row.classList.toggle("asked", asked)
      row.classList.toggle("first", i === first)
      row.querySelector(".rank").textContent = i + 1
      const button = row.querySelector(".word")
      button.textContent = button.title = word
      button.onclick = () => this.say(quoted(word))
      row.querySelector(".note").textContent = asked ? "in the query" : ""
      row.querySelector(".bar i").style.width = `${Math.max(0, (100 * score) / full)}%`
      row.querySelector(".score").textContent = number(score)
    })
    fill(this.find(".repairs"), this.tooLong ? [] : data.suggestions, () => element("div", "repair"), (line, [unknown, words]) => {
      const ask = element("span", "")
      ask.dir = "auto"
      ask.textContent = data.suggestions.length > 1 ? `${unknown}: did you mean` : "Did you mean"
      line.replaceChildren(ask, ...words.map((word) => {
        const button = this.button("")
        button.textContent = word
        button.onclick = () => this.repair(unknown, word)
        return button
      }))
      line.hidden = !words.length
    })
    if (held && !held.isConnected) this.input.focus({ preventScroll: true }) // a button that is gone had the focus
    const spoken = error || (rows.length ? `${rows.length} ${rows.length > 1 ? "results" : "result"} for ${data.normal}: ${rows[0][0]} comes first.` : "")
    if (this.find(".sr").textContent !== spoken) this.find(".sr").textContent = spoken
  }

  row() {
    const row = element("li", "")
    const bar = element("span", "bar")
    bar.append(element("i", ""), element("span", "note"))
    const word = this.button("word")
    row.append(element("span", "rank"), word, bar, element("span", "score"))
    return row
  }

  // A button that leaves the focus, and with it the keyboard of a phone, where it is.
  button(className) {
    const button = element("button", className)
    button.type = "button"
    button.dir = "auto"
    button.onmousedown = (event) => event.preventDefault()
    return button
  }

  // Another word in the place of an unknown one, wherever that stands.
  repair(unknown, word) {
    const gap = GAP.source.replace("[", "[-")
    const literal = unknown.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/-/g, "[-‐‑]").replace(/'/g, "['’]")
    const pattern = new RegExp(`(^|${gap})(?:["“”]${literal}["“”]|${literal})(?=$|${gap})`, "giu")
    const text = this.input.value.normalize("NFC").replace(pattern, (found, before) => before + quoted(word))
    if (text !== this.input.value) this.say(text)
    this.input.focus({ preventScroll: true })
  }

  // ---- to Python ---------------------------------------------------------------------------------------------

  write(text) {
    clearTimeout(this.pause)
    this.close()
    this.tooLong = ""
    if (this.input.value !== text) this.input.value = text
  }

  say(text) {
    this.write(text)
    this.send()
  }

  send() {
    clearTimeout(this.pause)
    const expression = this.input.value.trim()
    const length = [...expression].length
    if (length > this.data.longest) {
      const count = (n) => n.toLocaleString("en")
      this.tooLong = `An expression has at most ${count(this.data.longest)} characters; this one has ${count(length)}.`
      this.show()
      return
    }
    this.known = expression
    this.messages += 1
    this.stamp = `${this.name}-${this.messages}`
    this.open = true
    this.root.dataset.sent = this.messages
    clearTimeout(this.patience)
    this.patience = setTimeout(() => { this.root.dataset.waiting = "" }, PATIENCE_MS)
    clearTimeout(this.lost)
    this.lost = setTimeout(() => { delete this.root.dataset.waiting }, LOST_MS)
    performance.mark("expression-sent", { detail: this.stamp })
    // The stamp tells Python a new message from the old state that Streamlit sends along with every other widget.
    this.setStateValue("expression", { expression, puts: this.puts, stamp: this.stamp })
  }

  // The answer to the newest message is here, or is not to come.
  land() {
    clearTimeout(this.patience)
    clearTimeout(this.lost)
    this.open = false
    delete this.root.dataset.waiting
  }

  changed() {
    const bare = (text) => text.trim().replace(/\s+/g, " ")
    return bare(this.input.value) !== bare(this.known)
  }

  // Whether the text can be a finished expression: it ends in a word of the vocabulary, no word is half typed where the
  // caret stands, and the brackets are closed.
  finished() {
    const text = this.input.value
    const here = this.wordAt(this.input.selectionEnd).whole
    const last = this.wordAt(text.replace(/[\s)）"”]+$/, "").length).whole
    const count = (bracket) => text.split(bracket).length
    return this.words?.has(last) && (!here || this.words.has(here)) && count(/[(（]/) === count(/[)）]/)
  }

  // ---- completion --------------------------------------------------------------------------------------------

  // The word in which `caret` stands, or right behind which: where it begins and ends, and what stands before the caret.
  // "king-man" is a subtraction unless a word begins so.
  wordAt(caret) {
    const text = this.input.value
    let start = caret
    while (start > 0 && !GAP.test(text[start - 1])) start -= 1
    while (start < caret && text[start] === "-") start += 1
    const cut = text.slice(0, caret).lastIndexOf("-") + 1
    if (cut > start && !this.words?.begins(text.slice(start, caret))) start = cut
    let end = caret
    while (end < text.length && text[end] !== "-" && !GAP.test(text[end])) end += 1
    return { start, end, typed: text.slice(start, caret), whole: text.slice(start, end) }
  }

  offer() {
    this.spot = this.wordAt(this.input.selectionEnd)
    const { typed } = this.spot
    const isNumber = /^[\d.,]+$/.test(typed) // most likely a weight
    this.options = this.words && typed && !isNumber ? this.words.like(typed) : []
    this.active = -1
    this.refresh()
  }

  close() {
    if (!this.options.length) return
    this.options = []
    this.active = -1
    this.refresh()
  }

  refresh() {
    const list = this.find(".options")
    const some = this.options.length > 0
    list.hidden = !some
    this.find(".examples").toggleAttribute("data-covered", some)
    this.input.setAttribute("aria-expanded", some)
    fill(list, this.options, () => Object.assign(element("div", "option"), { role: "option", dir: "auto" }), (option, word, i) => {
      option.id = `option-${i}`
      option.textContent = word
      option.setAttribute("aria-selected", i === this.active)
      option.onmousedown = (event) => event.preventDefault() // the input keeps the focus
      option.onclick = () => this.take(i)
    })
    if (this.active < 0) {
      this.input.removeAttribute("aria-activedescendant")
      list.scrollLeft = 0
    } else {
      this.input.setAttribute("aria-activedescendant", `option-${this.active}`)
      const { offsetLeft, offsetWidth } = list.children[this.active]
      const left = offsetLeft - list.offsetLeft // not scrollIntoView, which would move the page, too
      if (left < list.scrollLeft) list.scrollLeft = left - 4
      else if (left + offsetWidth > list.scrollLeft + list.clientWidth) list.scrollLeft = left + offsetWidth + 4 - list.clientWidth
    }
  }

  take(i) {
    const { start, end } = this.spot
    const inQuotes = this.input.value[start - 1] === '"'
    this.input.setRangeText(inQuotes ? this.options[i] : quoted(this.options[i]), start, end, "end")
    this.input.focus({ preventScroll: true })
    this.close()
    this.rest()
  }

  // ---- keyboard ----------------------------------------------------------------------------------------------

  listen() {
    const { input } = this
    // No `oncompositionstart`: browsers have no such property.
    input.addEventListener("compositionstart", () => { this.composing = true; clearTimeout(this.pause); this.close() })
    input.addEventListener("compositionend", () => { this.composing = false; this.typed() })
    input.oninput = () => { if (!this.composing) this.typed() }
    input.onkeydown = (event) => this.keyDown(event)
    input.onpointerdown = () => this.close() // the caret goes elsewhere
    input.onblur = () => {
      this.composing = false
      this.close()
      if (this.changed()) this.send()
    }
  }

  typed() {
    if (this.tooLong) {
      this.tooLong = ""
      this.show()
    }
    this.offer()
    this.rest()
  }

  rest() {
    clearTimeout(this.pause)
    this.pause = setTimeout(() => { if (this.changed() && this.finished()) this.send() }, PAUSE_MS)
  }

  keyDown(event) {
    if (event.isComposing || event.keyCode === 229) return // the keys of an input method are its own
    const { key } = event
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[key]
    if (step) {
      if (!this.options.length) this.offer()
      if (!this.options.length) return
      const count = this.options.length + 1 // one more: none of them
      this.active = ((this.active + 1 + step + count) % count) - 1
      this.refresh()
    } else if (key === "Enter") {
      if (this.active >= 0) this.take(this.active)
      else {
        this.close()
        this.send()
      }
    } else if (key === "Tab" && !event.shiftKey && this.options.length && (this.active >= 0 || !this.words.has(this.spot.whole))) {
      this.take(Math.max(this.active, 0)) // behind a complete word Tab goes on its way
    } else if (key === "Escape" && this.options.length) {
      this.close()
      event.stopPropagation()
    } else {
      if (key === "ArrowLeft" || key === "ArrowRight" || key === "Home" || key === "End") this.close()
      return
    }
    event.preventDefault()
  }

  unmount() {
    for (const timer of [this.pause, this.patience, this.lost]) clearTimeout(timer)
  }
}

export default function ({ data, parentElement, setStateValue }) {
  let box = boxes.get(parentElement)
  if (!box) {
    box = new ExpressionBox(parentElement)
    boxes.set(parentElement, box)
  }
  box.update(data, setStateValue)
  const link = links.get(data.key) ?? {}
  links.set(data.key, link)
  if (link.box !== box) {
    link.box = box
    box.learn()
  }
  return () => {
    box.unmount()
    boxes.delete(parentElement)
    if (link.box === box) delete link.box
  }
}
