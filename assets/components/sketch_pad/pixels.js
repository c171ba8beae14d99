// Small pictures as bytes: row by row, the channels of a pixel side by side.

/** @param {string} text base64 */
export const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))

/** @param {Uint8Array} bytes */
export const toText = (bytes) => btoa(String.fromCharCode(...bytes))

/**
 * The mean of each block of a large picture: what the network gets.
 *
 * @param {ArrayLike<number>} data red, green, blue and alpha of (side · block)² pixels
 * @param {number} side
 * @param {number} channels 1 takes red
 * @param {number} block
 */
export function reduce(data, side, channels, block) {
  const sums = new Uint32Array(side * side * channels)
  for (let y = 0, at = 0; y < side * block; y++) {
    const line = Math.floor(y / block) * side
    for (let column = 0; column < side; column++) {
      const cell = (line + column) * channels
      for (let x = 0; x < block; x++, at += 4) {
        for (let c = 0; c < channels; c++) sums[cell + c] += data[at + c]
      }
    }
  }
  return Uint8Array.from(sums, (sum) => Math.round(sum / (block * block)))
}

/** Opaque red, green, blue and alpha of small pixels; one channel is gray. @param {Uint8Array} bytes @param {number} channels */
export function rgba(bytes, channels) {
  const out = new Uint8ClampedArray((4 * bytes.length) / channels)
  for (let i = 0; i < out.length / 4; i++) {
    for (let c = 0; c < 3; c++) out[4 * i + c] = bytes[channels * i + (channels === 3 ? c : 0)]
    out[4 * i + 3] = 255
  }
  return out
}

/**
 * Where a drawing differs from the picture below it, in words.
 *
 * @param {ArrayLike<number>} base
 * @param {ArrayLike<number>} drawing
 * @param {number} side
 * @param {number} channels
 */
export function drawn(base, drawing, side, channels) {
  /** @type {[row: number, column: number][]} */
  const found = []
  for (let i = 0; i < side * side; i++) {
    let other = false
    for (let c = 0; c < channels; c++) other ||= base[i * channels + c] !== drawing[i * channels + c]
    if (other) found.push([Math.floor(i / side) + 1, (i % side) + 1])
  }
  if (!found.length) return "Nothing is drawn on it."
  const columns = found.map(([, column]) => column)
  return (
    `Drawn on are ${found.length} of ${side * side} pixels, in rows ${found[0][0]} to ${found[found.length - 1][0]} ` +
    `and columns ${Math.min(...columns)} to ${Math.max(...columns)}.`
  )
}

/** Whether a picture is light on the whole. @param {Uint8Array} bytes */
export const isLight = (bytes) => bytes.reduce((sum, value) => sum + value, 0) > 127 * bytes.length

/** Whether all its bytes are one value. @param {Uint8Array} bytes */
export const isBlank = (bytes) => bytes.every((value) => value === bytes[0])
