// Shared by the painter and the sketch pad: a square canvas, and pictures beside it and below it.
// A subclass sets `size`, the largest edge of the canvas, and says in `ready` whether it has something to show.

class Desk extends Answer {
  hang(tiles) {
    const first = 2 * this.perRow
    this.fill(this.root.querySelector(".beside"), tiles.slice(0, first))
    this.fill(this.root.querySelector(".below"), tiles.slice(first))
  }

  arrived() {
    clearTimeout(this.patience)
    delete this.root.dataset.waiting
  }

  // Beside the canvas the pictures are exactly as high as the canvas: their edge follows from its height, and the
  // canvas takes about half the width. On a wide screen two rows of four fit beside it. Where the pictures would be
  // too small, everything is stacked.
  layout() {
    const width = this.root.clientWidth
    if (!width || !this.ready()) return
    const [gap, gutter, aside] = [16, 24, 160]
    const beside = this.root.querySelector(".beside")
    const figures = [...this.root.querySelectorAll("figure")]
    this.perRow = figures.length > 4 && width >= this.size + gutter + 4 * 180 + 3 * gap ? 4 : 2
    const columns = this.perRow
    if (beside.children.length !== Math.min(figures.length, 2 * columns)) {
      beside.append(...figures.slice(0, 2 * columns))
      this.root.querySelector(".below").append(...figures.slice(2 * columns))
    }
    const count = beside.children.length
    const media = count === 2
    const rows = count > 1 ? 2 : 1
    this.root.dataset.tools = width < 480 ? "narrow" : "wide"
    const headHeight = this.heightOf(this.root.querySelector(".head"))

    let edge = Math.min(this.size, width)
    if (count) {
      if (media) edge = Math.min(this.size, (width - gutter - gap - aside) / 1.5)
      else if (columns === 4) edge = Math.min(this.size, (width - gutter - gap + 2 * headHeight) / 3)
      else edge = Math.min(this.size, (width - gutter + (rows === 2 ? headHeight : 0)) / 2)
    }
    edge = Math.floor(edge)
    const wide = count > 0 && edge >= 330
    if (!wide) edge = Math.min(this.size, width)
    this.root.dataset.layout = wide ? "wide" : count ? "stacked" : "alone"
    this.style("--c", `${edge}px`)
    beside.toggleAttribute("data-media", wide && media)
    if (!wide) return
    this.style("--columns", media || count === 1 ? 1 : columns)
    // What the width leaves over goes between the two halves, up to a point: a wider hole would part them.
    const between = (right) => this.style("--gutter", `${clamp(width - edge - right, gutter, 4 * gutter)}px`)
    if (media) {
      const tile = Math.floor((headHeight + edge - gap) / 2)
      this.style("--t", `${tile}px`)
      between(tile + gap + aside)
      return
    }
    // Captions may wrap: measure them at the width found first, then share out what is left.
    let tile = (headHeight + edge - (rows - 1) * gap) / rows - headHeight
    for (let pass = 0; pass < 3; pass++) {
      this.style("--t", `${Math.floor(tile)}px`)
      let words = 0
      for (let row = 0; row < rows; row++) {
        const line = [...beside.children].slice(row * columns, (row + 1) * columns)
        words += Math.max(...line.map((f) => this.heightOf(f.querySelector("figcaption")) + this.heightOf(f.querySelector(".note"))))
      }
      tile = (headHeight + edge - (rows - 1) * gap - words) / rows
    }
    tile = Math.floor(tile)
    this.style("--t", `${tile}px`)
    between(count === 1 ? tile : columns * tile + (columns - 1) * gap)
    this.root.querySelector(".below").style.setProperty("--columns", Math.max(1, Math.floor((width + gap) / (tile + gap))))
  }

  heightOf(element) {
    if (element.hidden) return 0
    const { marginTop, marginBottom } = getComputedStyle(element)
    return element.offsetHeight + parseFloat(marginTop) + parseFloat(marginBottom)
  }

  style(name, value) {
    if (this.root.style.getPropertyValue(name) !== String(value)) this.root.style.setProperty(name, value)
  }
}
