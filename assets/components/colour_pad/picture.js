// The picture on the pad: its lightness, its true colours, and numbers over its drawn pixels.

import { toLab, writeRgb } from "./cielab.js"

const PAPER = 0.08 // how far from the corner's colour a pixel counts as drawn: core/data/pixels.py

export class Picture {
  /** @param {Uint8Array} rgb row by row, the channels of a pixel side by side @param {number} side */
  constructor(rgb, side) {
    this.side = side
    this.pixels = side * side
    this.lightness = new Float32Array(this.pixels)
    this.truth = new Float32Array(2 * this.pixels)
    this.drawn = new Uint8Array(this.pixels)
    for (let i = 0; i < this.pixels; i++) {
      const [l, a, b] = toLab(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2])
      this.lightness[i] = l
      this.truth[2 * i] = a
      this.truth[2 * i + 1] = b
      for (let c = 0; c < 3; c++) if (Math.abs(rgb[3 * i + c] - rgb[c]) > 255 * PAPER) this.drawn[i] = 1
    }
    if (!this.drawn.includes(1)) this.drawn.fill(1)
  }

  /** Whether there is a truth to compare with. */
  get coloured() {
    return this.chroma(this.truth) > 1
  }

  /** The mean distance from gray over the drawn pixels. @param {Float32Array} ab */
  chroma(ab) {
    return this.mean((i) => Math.hypot(ab[2 * i], ab[2 * i + 1]))
  }

  /** The mean distance from the truth over the drawn pixels. @param {Float32Array} ab */
  error(ab) {
    return this.mean((i) => this.miss(ab, i))
  }

  /** How far a pixel's colour is from the truth. @param {Float32Array} ab @param {number} i */
  miss(ab, i) {
    return Math.hypot(ab[2 * i] - this.truth[2 * i], ab[2 * i + 1] - this.truth[2 * i + 1])
  }

  /** @param {(i: number) => number} of */
  mean(of) {
    let [sum, count] = [0, 0]
    for (let i = 0; i < this.pixels; i++) {
      if (!this.drawn[i]) continue
      sum += of(i)
      count += 1
    }
    return sum / count
  }

  /** As red, green, blue and alpha, in these colours; gray without. @param {Float32Array | null} ab */
  rgba(ab) {
    const out = new Uint8ClampedArray(4 * this.pixels)
    for (let i = 0; i < this.pixels; i++) {
      writeRgb(this.lightness[i], ab ? ab[2 * i] : 0, ab ? ab[2 * i + 1] : 0, out, 4 * i)
      out[4 * i + 3] = 255
    }
    return out
  }

  /** The error at each pixel in the shades given, dark for none; red, green, blue and alpha. @param {Float32Array} ab @param {number} top the largest that is told apart @param {[number, number, number][]} shades */
  map(ab, top, shades) {
    const out = new Uint8ClampedArray(4 * this.pixels)
    for (let i = 0; i < this.pixels; i++) {
      const at = Math.min(1, this.miss(ab, i) / top) * (shades.length - 1)
      const low = Math.min(shades.length - 2, Math.floor(at))
      for (let c = 0; c < 3; c++) out[4 * i + c] = shades[low][c] + (at - low) * (shades[low + 1][c] - shades[low][c])
      out[4 * i + 3] = 255
    }
    return out
  }
}
