// The distributions over cells of colour at each pixel, as they travel, and the one colour that they say at a temperature.

/** A cell's centre. @typedef {[a: number, b: number]} Centre */

export class Guesses {
  /**
   * bytes: of each pixel how many cells it has, then of all of them their numbers, then the roots of their shares up to 255.
   *
   * @param {Uint8Array} bytes @param {number} pixels @param {Centre[]} centres
   */
  constructor(bytes, pixels, centres) {
    this.pixels = pixels
    this.centres = centres
    /** Where each pixel's cells begin. */
    this.starts = new Uint32Array(pixels + 1)
    for (let i = 0; i < pixels; i++) this.starts[i + 1] = this.starts[i] + bytes[i]
    const total = this.starts[pixels]
    this.cells = bytes.slice(pixels, pixels + total)
    /** Logarithms of the shares, in units of the pixel's likeliest. */
    this.logs = new Float32Array(total)
    for (let i = 0; i < pixels; i++) {
      let most = 1
      for (let k = this.starts[i]; k < this.starts[i + 1]; k++) most = Math.max(most, bytes[pixels + total + k])
      for (let k = this.starts[i]; k < this.starts[i + 1]; k++) {
        this.logs[k] = 2 * Math.log(Math.max(1, bytes[pixels + total + k]) / most)
      }
    }
  }

  /** The cells of a pixel with their shares at a temperature, the likeliest first. @param {number} pixel @param {number} [temperature] @returns {[cell: number, share: number][]} */
  at(pixel, temperature = 1) {
    /** @type {[number, number][]} */
    const found = []
    let sum = 0
    for (let k = this.starts[pixel]; k < this.starts[pixel + 1]; k++) {
      const share = this.weight(k, temperature)
      sum += share
      found.push([this.cells[k], share])
    }
    return /** @type {[number, number][]} */ (found.map(([cell, share]) => [cell, share / sum])).sort(
      (one, other) => other[1] - one[1],
    )
  }

  /** @param {number} k @param {number} temperature */
  weight(k, temperature) {
    if (temperature > 0) return Math.exp(this.logs[k] / temperature)
    return this.logs[k] === 0 ? 1 : 0
  }

  /** The colour of a pixel: the mean over its cells. @param {number} pixel @param {number} temperature @returns {Centre} */
  colour(pixel, temperature) {
    let [sum, a, b] = [0, 0, 0]
    for (let k = this.starts[pixel]; k < this.starts[pixel + 1]; k++) {
      const weight = this.weight(k, temperature)
      if (!weight) continue
      const [x, y] = this.centres[this.cells[k]]
      sum += weight
      a += weight * x
      b += weight * y
      if (temperature <= 0) break
    }
    return [a / sum, b / sum]
  }

  /** a and b of all pixels, one after the other. @param {number} temperature */
  colours(temperature) {
    const out = new Float32Array(2 * this.pixels)
    for (let i = 0; i < this.pixels; i++) {
      const [a, b] = this.colour(i, temperature)
      out[2 * i] = a
      out[2 * i + 1] = b
    }
    return out
  }

  /** The colours of a pixel from the mode to the mean. @param {number} pixel @param {number} steps @returns {Centre[]} */
  path(pixel, steps) {
    return Array.from({ length: steps + 1 }, (_, i) => this.colour(pixel, i / steps))
  }
}
