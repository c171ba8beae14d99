// The weights of all heads on one sentence: how they travel, what is asked of them, and what colour each has.

/** @typedef {import("../messages.d.ts").AttentionHeader} Header */
/** @typedef {{ layer: number, column: number }} Head */
/** A token on one side; other: the one on the other side that it is shown with. @typedef {{ side: "query" | "key", i: number, other?: number }} Spot */
/** The message of Python, taken apart. @typedef {{ header: Header, body: Uint8Array<ArrayBuffer> }} Large */

const COLOURS = 256
const MOST = 5 // tokens that are named beside one
const LINES = 6 // a token, on average, where none is pointed at
const FAINT = 0.005 // less is not told of a token: it would read 0.00

/** The header of a message: its length (uint32), then JSON. @param {Uint8Array} bytes @returns {Header} */
export function headerOf(bytes) {
  return JSON.parse(new TextDecoder().decode(bytes.subarray(4, start(bytes))))
}

/** What stands behind the header: colours, then weights. @param {Uint8Array} bytes @returns {Uint8Array<ArrayBuffer>} a copy: ours */
export function bodyOf(bytes) {
  return Uint8Array.from(bytes.subarray(start(bytes)))
}

/** @param {Uint8Array} bytes */
const start = (bytes) => 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)

export class Weights {
  /** @param {Large} large */
  constructor({ header, body }) {
    this.header = header
    const [L, C, T] = header.shape
    this.L = L
    this.C = C
    this.T = T
    this.palette = body.subarray(0, 3 * COLOURS)
    const raw = body.slice(3 * COLOURS) // a copy, so that 16 bits are aligned
    const sent = header.bytes === 2 ? new Uint16Array(raw.buffer) : raw
    this.values = header.causal ? squares(sent, L * C * T, T) : sent
    /** The level of weight 1. */
    this.top = header.bytes === 2 ? 65_535 : 255
    this.colours = colours(this.palette, this.top)
    this.off = new Set(header.off)
    /** Which columns are heads; the others are made of them, and stand behind. */
    this.isHead = header.columns.map((name) => /^\d+$/.test(name))
    this.firstMade = this.isHead.indexOf(false)
    /** @type {Map<string, { what: unknown, value: any }>} */
    this.memory = new Map()
  }

  /** @param {Head} head @param {number} query @param {number} key */
  at(head, query, key) {
    return this.values[this.first(head) + query * this.T + key] / this.top
  }

  /** The place of a head's first weight. @param {Head} head */
  first({ layer, column }) {
    return (layer * this.C + column) * this.T * this.T
  }

  /** @param {Head} head */
  isOff({ layer, column }) {
    return this.off.has(layer * this.C + column)
  }

  /** Whether the query may not see the key. @param {number} query @param {number} key */
  isForbidden(query, key) {
    return this.header.causal && key > query
  }

  /** The weight between a token and one on the other side. @param {Head} head @param {Spot} spot @param {number} other */
  between(head, { side, i }, other) {
    return side === "query" ? this.at(head, i, other) : this.at(head, other, i)
  }

  /** The tokens at the other ends of its five largest weights, the largest first. @param {Head} head @param {Spot} spot */
  strongest(head, spot) {
    return Array.from({ length: this.T }, (_, j) => ({ j, weight: this.between(head, spot, j) }))
      .filter(({ weight }) => weight >= FAINT)
      .sort((a, b) => b.weight - a.weight || a.j - b.j)
      .slice(0, MOST)
      .map(({ j }) => j)
  }

  /**
   * Half of an even share: the weight from which on a line is drawn where no token is pointed at. Of a long sentence it is
   * more, so that there are no more than a few lines a token: thousands are a haze, and take longer than all else.
   *
   * @param {Head} head
   */
  least(head) {
    return this.kept("least", `${head.layer}/${head.column}`, () => {
      const { T, top } = this
      const even = Math.max(0.5 / T, 0.01)
      const first = this.first(head)
      const some = this.values.subarray(first, first + T * T).filter((level) => level >= even * top)
      return some.length > LINES * T ? some.sort()[some.length - LINES * T] / top : even
    })
  }

  /**
   * The weights that have a line: [query, key, weight]. With a spot those of its token, else those of the head that say most.
   *
   * @param {Head} head @param {Spot | null} spot
   */
  lines(head, spot) {
    const { T } = this
    const least = spot ? FAINT : this.least(head)
    /** @type {[query: number, key: number, weight: number][]} */
    const found = []
    /** @param {number} query @param {number} key */
    const add = (query, key) => {
      const weight = this.at(head, query, key)
      if (weight >= least) found.push([query, key, weight])
    }
    if (spot) for (let j = 0; j < T; j++) spot.side === "query" ? add(spot.i, j) : add(j, spot.i)
    else for (let query = 0; query < T; query++) for (let key = 0; key < T; key++) add(query, key)
    return found
  }

  /**
   * Heads as one picture, each of them `edge` by `edge` pixels; forbidden weights are left out. Where there are more weights
   * than pixels, a pixel shows the largest of its weights: the thin diagonal of a head that looks at the token before it
   * would fade in their mean.
   *
   * @param {number[]} layers @param {number[]} columns @param {number} edge
   */
  pixels(layers, columns, edge) {
    const { T, colours } = this
    const { causal } = this.header
    const width = columns.length * edge
    const pixels = new Uint32Array(width * layers.length * edge)
    const largest = new Uint16Array(edge * edge)
    const to = Uint16Array.from({ length: T }, (_, i) => Math.floor((i * edge) / T))
    layers.forEach((layer, below) => {
      columns.forEach((column, beside) => {
        this.shrink({ layer, column }, edge, to, largest)
        for (let y = 0; y < edge; y++) {
          const start = (below * edge + y) * width + beside * edge
          const seen = causal ? y + 1 : edge
          for (let x = 0; x < seen; x++) pixels[start + x] = colours[largest[y * edge + x]]
        }
      })
    })
    return { width, height: layers.length * edge, pixels }
  }

  /** The largest level of each pixel. @param {Head} head @param {number} edge @param {Uint16Array} to which pixel @param {Uint16Array} largest */
  shrink(head, edge, to, largest) {
    const { T, values } = this
    const { causal } = this.header
    const from = this.first(head)
    largest.fill(0)
    for (let query = 0; query < T; query++) {
      const row = to[query] * edge
      const seen = causal ? query + 1 : T
      for (let key = 0; key < seen; key++) {
        const level = values[from + query * T + key]
        const at = row + to[key]
        if (level > largest[at]) largest[at] = level
      }
    }
  }

  /**
   * What `make` makes, from the last time if it was of the same.
   *
   * @template T
   * @param {string} name @param {unknown} what @param {() => T} make
   * @returns {T}
   */
  kept(name, what, make) {
    const last = this.memory.get(name)
    if (last && last.what === what) return last.value
    const value = make()
    this.memory.set(name, { what, value })
    return value
  }
}

/**
 * Of causal heads come only the weights that are not forbidden: row after row, each longer by one than the one before.
 *
 * @template {Uint8Array | Uint16Array} Levels
 * @param {Levels} sent @param {number} rows @param {number} T
 * @returns {Levels}
 */
function squares(sent, rows, T) {
  const levels = /** @type {Levels} */ (
    sent instanceof Uint16Array ? new Uint16Array(rows * T) : new Uint8Array(rows * T)
  )
  let at = 0
  for (let row = 0; row < rows; row++) {
    const seen = (row % T) + 1
    levels.set(sent.subarray(at, at + seen), row * T)
    at += seen
  }
  return levels
}

/**
 * The colour of each level. Brightness follows the square root: 0.01 has a tenth of the scale, not a hundredth.
 *
 * @param {Uint8Array} palette @param {number} top
 */
function colours(palette, top) {
  return Uint32Array.from({ length: top + 1 }, (_, level) => {
    const at = 3 * Math.round((COLOURS - 1) * Math.sqrt(level / top))
    return (0xff000000 | (palette[at + 2] << 16) | (palette[at + 1] << 8) | palette[at]) >>> 0
  })
}
