"""What of a page cannot be read, has no name for a screen reader, or is wider than the screen: questions that run in the browser."""

# The contrast (WCAG 2.2, 1.4.3) of every visible text with what lies behind it. Canvas and SVG are left out with
# what stands on them, and so are the colours of highlighted code, which are Streamlit's own.
FAINT = """() => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
    .getContext("2d", { willReadFrequently: true })
  const known = new Map()
  const colour = (text) => { // any CSS colour -> [r, g, b, a]
    if (!known.has(text)) {
      pen.clearRect(0, 0, 1, 1)
      pen.fillStyle = text
      pen.fillRect(0, 0, 1, 1)
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data
      known.set(text, [r, g, b, a / 255])
    }
    return known.get(text)
  }
  const up = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3]))
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element, text) => { // what is painted below the element's text, or null where a picture is
    const layers = []
    for (let e = element; e; e = up(e)) {
      const style = getComputedStyle(e)
      const box = e.getBoundingClientRect()
      const [x, y] = [text.left + text.width / 2, text.top + text.height / 2]
      const beside = x < box.left || x > box.right || y < box.top || y > box.bottom // a label that stands out of its box
      if (beside && style.display !== "contents") continue
      if (style.backgroundImage !== "none") return null
      layers.push(colour(style.backgroundColor))
      if (layers.at(-1)[3] === 1) return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255])
    }
    return null
  }
  const faint = []
  const visit = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const element = node.parentElement ?? node.getRootNode().host
      const text = node.textContent.trim()
      if (!text || !element || element.closest("svg, canvas, style, script, noscript, [data-testid=stIconMaterial], [data-testid=stCode], .sr, .invite")) return
      if (element.closest("[disabled], [aria-disabled=true]")) return
      const range = document.createRange()
      range.selectNodeContents(node)
      const box = range.getBoundingClientRect()
      if (box.width < 2 || box.height < 2) return
      let opacity = 1
      for (let e = element; e; e = up(e)) {
        const style = getComputedStyle(e)
        if (style.visibility === "hidden" || style.clipPath.startsWith("inset(50%")) return
        opacity *= Number(style.opacity)
      }
      const ground = behind(element, box)
      if (!ground || opacity < 0.05) return
      const style = getComputedStyle(element)
      const ink = colour(style.color)
      const [a, b] = [light(over([...ink.slice(0, 3), ink[3] * opacity], ground)), light(ground)]
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      const size = parseFloat(style.fontSize)
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${text.slice(0, 60)}`)
      if (!element.closest(".katex")) visit.seen += 1 // each letter of a formula is a text of its own: one formula would outweigh an act
      return
    }
    if (node.shadowRoot) node.shadowRoot.childNodes.forEach(visit)
    node.childNodes.forEach(visit)
  }
  visit.seen = 0
  visit(document.body)
  return { faint, seen: visit.seen }
}"""


def _of_each(wrong: str) -> str:
    """A question to each element of the page and of its components: `wrong` is a function of an element that returns what
    is to be said of it, if anything."""
    return (
        """() => {
  const wrong = WRONG
  const found = []
  const visit = (root) => {
    for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) visit(e.shadowRoot)
      const said = wrong(e)
      if (said) found.push(said)
    }
  }
  visit(document)
  return found
}"""
    ).replace("WRONG", wrong)


# Every control with which something can be done and that a screen reader cannot name, and every picture without words.
NAMELESS = _of_each("""(e) => {
    if (!e.getClientRects().length || e.closest("[aria-hidden=true]")) return
    if (e.matches("img") && !e.hasAttribute("alt")) return e.outerHTML.slice(0, 80)
    const control = "button, a[href], input, select, textarea, [role=slider], [role=application], [role=radio]"
    if (!e.matches(control) || e.closest("[hidden]")) return
    const by = (e.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => e.getRootNode().getElementById?.(id))
    const labels = [...(e.labels ?? [])].concat(by.filter(Boolean)).map((l) => l.textContent || l.getAttribute("aria-label"))
    const inside = [...e.querySelectorAll("img[alt]")].map((i) => i.alt)
    const names = [e.getAttribute("aria-label"), e.title, e.textContent, ...labels, ...inside]
    return names.some((text) => text?.trim()) ? undefined : e.outerHTML.slice(0, 160)
  }""")

# Every picture that a component draws, and that is neither decoration nor said in words; and each description without a word.
UNTOLD = _of_each("""(e) => {
    if (!e.getClientRects().length || e.closest("[aria-hidden=true], .tip, [data-testid=stDataFrame]")) return
    const told = e.getAttribute("aria-describedby")
    const silent = told && e.matches("canvas") && !e.getRootNode().getElementById(told)?.textContent.trim()
    const unnamed = e.matches("canvas, svg[role]") && !e.closest("[role][aria-label]")
    return silent || unnamed ? e.outerHTML.slice(0, 160) : undefined
  }""")

# What is wider than the screen or cut at its right edge, but for what scrolls by itself or is clipped on purpose.
TOO_WIDE = _of_each("""(e) => {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e)
    if (!box.width || !box.height || style.visibility === "hidden" || +style.opacity === 0) return
    if (e.closest?.("[data-testid=stSidebar]") || (box.right <= innerWidth + 1 && box.width <= innerWidth + 1)) return
    const clips = (up) => ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX) &&
      up !== document.body && !up.matches("[data-testid=stMain], [data-testid=stApp], [data-testid=stAppViewContainer]")
    for (let up = e; up; up = up.parentElement ?? up.getRootNode().host) if (clips(up)) return
    return `${Math.round(box.right)} ${e.outerHTML.slice(0, 120)}`
  }""")

# Every control of a component that is pressed, chosen or ticked and looks the same without that. Streamlit's own say it by data-selected.
UNMARKED = _of_each("""(e) => {
    const state = ["aria-pressed", "aria-selected", "aria-checked"].find((name) => e.getAttribute(name) === "true")
    if (!state || !e.getClientRects().length || e.hasAttribute("data-selected")) return
    const of = (one, part) => {
      const s = getComputedStyle(one, part)
      return [s.backgroundColor, s.backgroundImage, s.color, s.border, s.outline, s.boxShadow, s.textDecoration, s.fontWeight, s.fill, s.content, s.height]
    }
    const look = () => JSON.stringify([[e], [e, "::before"], [e, "::after"], ...[...e.querySelectorAll("*")].map((x) => [x])].map((a) => of(...a)))
    const on = look()
    e.setAttribute(state, "false")
    const off = look()
    e.setAttribute(state, "true")
    return on === off ? `${state} ${e.outerHTML.slice(0, 160)}` : undefined
  }""")
