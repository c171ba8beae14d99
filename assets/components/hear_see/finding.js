// What is found from a sound or from a picture, and a wave out of its bytes: without a browser.

/** Indices of numbers, the largest number first; of equal ones the first. @param {number[]} values */
export function ranked(values) {
  return values.map((_, i) => i).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b)
}

/**
 * The place that a key leads to from place `from`, of `count` in rows of `columns`; null where the key means nothing here.
 *
 * @param {string} key @param {number} from @param {number} count @param {number} columns
 */
export function next(key, from, count, columns) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }
  if (key === "Home") return 0
  if (key === "End") return count - 1
  if (!(key in steps)) return null
  const to = from + steps[/** @type {keyof typeof steps} */ (key)]
  return to < 0 || to >= count ? from : to
}

/** Numbers as shares between the smallest, 0, and the largest, 1. @param {number[]} values */
export function shares(values) {
  const low = Math.min(...values)
  const high = Math.max(...values)
  return values.map((value) => (high > low ? (value - low) / (high - low) : 0))
}

/** What a sound has found. @param {string} word @param {string[]} found the words of the nearest pictures */
export function toldOfSound(word, found) {
  const right = found.filter((other) => other === word).length
  return `“${word}” is heard: ${right} of the ${found.length} nearest pictures show it.`
}

/** What a picture has found. @param {string} word @param {string[]} found the words, the nearest first */
export function toldOfPicture(word, found) {
  const [first, second] = found
  if (first === word) return `A picture of “${word}”: its nearest sound is “${first}”, before “${second}”.`
  return `A picture of “${word}”: its nearest sound is “${first}”. “${word}” comes ${found.indexOf(word) + 1}th.`.replace(
    /\b(2th|3th)\b/,
    (found) => ({ "2th": "2nd", "3th": "3rd" })[found] ?? found,
  )
}

/**
 * A WAV file, 16 bits, of base64 mu-law samples (ITU-T G.711), as a data URI: not every browser plays mu-law itself.
 *
 * @param {string} packed @param {number} rate
 */
export function wave(packed, rate) {
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0))
  const file = new DataView(new ArrayBuffer(44 + 2 * bytes.length))
  const words = (/** @type {number} */ at, /** @type {string} */ text) =>
    [...text].forEach((sign, i) => {
      file.setUint8(at + i, sign.charCodeAt(0))
    })
  words(0, "RIFF")
  file.setUint32(4, 36 + 2 * bytes.length, true)
  words(8, "WAVEfmt ")
  file.setUint32(16, 16, true)
  file.setUint16(20, 1, true)
  file.setUint16(22, 1, true)
  file.setUint32(24, rate, true)
  file.setUint32(28, 2 * rate, true)
  file.setUint16(32, 2, true)
  file.setUint16(34, 16, true)
  words(36, "data")
  file.setUint32(40, 2 * bytes.length, true)
  bytes.forEach((byte, i) => {
    file.setInt16(44 + 2 * i, linear(byte), true)
  })
  let text = ""
  for (const byte of new Uint8Array(file.buffer)) text += String.fromCharCode(byte)
  return `data:audio/wav;base64,${btoa(text)}`
}

/** The sample, 16 bits, of a mu-law byte. @param {number} byte */
export function linear(byte) {
  const turned = ~byte & 0xff
  const size = (((turned & 0x0f) << 3) + 0x84) << ((turned & 0x70) >> 4)
  return turned & 0x80 ? 0x84 - size : size - 0x84
}
