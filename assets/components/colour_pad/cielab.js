// sRGB and CIE Lab, as core/nn/cielab.py has them.

const XYZ_OF_RGB = [0.412453, 0.35758, 0.180423, 0.212671, 0.71516, 0.072169, 0.019334, 0.119193, 0.950227]
const RGB_OF_XYZ = inverse(XYZ_OF_RGB)
const WHITE = [0.95047, 1, 1.08883]
const DARK = 0.008856
const SLOPE = 7.787
const SHIFT = 16 / 116
const EDGE = Math.cbrt(DARK)

/** L, a and b of red, green and blue up to 255. @param {number} red @param {number} green @param {number} blue @returns {[number, number, number]} */
export function toLab(red, green, blue) {
  const [r, g, b] = [red, green, blue].map((v) => {
    const share = v / 255
    return share > 0.04045 ? ((share + 0.055) / 1.055) ** 2.4 : share / 12.92
  })
  const [x, y, z] = WHITE.map((white, i) => {
    const m = XYZ_OF_RGB.slice(3 * i, 3 * i + 3)
    const t = (m[0] * r + m[1] * g + m[2] * b) / white
    return t > DARK ? Math.cbrt(t) : SLOPE * t + SHIFT
  })
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

/**
 * Red, green and blue up to 255, written into `out` at `at`: a colour that no screen shows is brought to the nearest values of it.
 *
 * @param {number} lightness @param {number} a @param {number} b @param {Uint8ClampedArray} out @param {number} at
 */
export function writeRgb(lightness, a, b, out, at) {
  const y = (lightness + 16) / 116
  const x = WHITE[0] * cubed(y + a / 500)
  const z = WHITE[2] * cubed(Math.max(0, y - b / 200))
  const m = RGB_OF_XYZ
  const level = cubed(y)
  for (let i = 0; i < 3; i++) {
    const linear = m[3 * i] * x + m[3 * i + 1] * level + m[3 * i + 2] * z
    out[at + i] = 255 * (linear > 0.0031308 ? 1.055 * linear ** (1 / 2.4) - 0.055 : 12.92 * linear)
  }
}

/** As CSS writes it. @param {number} lightness @param {number} a @param {number} b */
export function css(lightness, a, b) {
  const rgb = new Uint8ClampedArray(3)
  writeRgb(lightness, a, b, rgb, 0)
  return `rgb(${rgb[0]} ${rgb[1]} ${rgb[2]})`
}

/** @type {[string, number][]} names of hues and the angles, in degrees, at which they end */
const HUES = [
  ["pink", 20],
  ["red", 52],
  ["orange", 80],
  ["yellow", 112],
  ["green", 165],
  ["teal", 220],
  ["blue", 308],
  ["violet", 332],
  ["pink", 360],
]

/** What a colour is called. @param {number} a @param {number} b */
export function named(a, b) {
  if (Math.hypot(a, b) < 10) return "gray"
  const angle = ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360
  return (HUES.find(([, end]) => angle < end) ?? HUES[0])[0]
}

/** @param {number} f */
function cubed(f) {
  return f > EDGE ? f ** 3 : (f - SHIFT) / SLOPE
}

/** Of a 3 x 3 matrix, row by row. @param {number[]} m */
function inverse([a, b, c, d, e, f, g, h, i]) {
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ].map((v) => v / det)
}
