// Thousands of small marks on a canvas. A graphics card draws them by WebGL2. Where there is none, or where it is taken
// away while the page is open (a driver that crashed, too many pages), the pixels are written one by one and put on a
// 2-D canvas: without a card that is several times as quick as WebGL or drawImage. Both put each mark on whole pixels
// and so look the same.
//
// A sheet of marks is one canvas with a square cell a group, side by side, each an even number of pixels wide; the mark
// lies in the middle of its cell. Places are shares of a frame, y upwards; a view is the part of it that is on show.

import { context } from "./canvas.js"

/** @typedef {{ x: number, y: number, zoom: number }} View the middle of what is on show, in shares of the frame, y upwards */
/**
 * @typedef {object} Style
 * @property {View} view
 * @property {number} edge of the canvas, in pixels
 * @property {HTMLCanvasElement} sheet of marks
 * @property {number[]} paper red, green and blue of the canvas
 * @property {number | null} alone the group that stands in front of the others
 */
/** @typedef {Style & { places: Float32Array, groups: Uint8Array, stride: number }} Scene */
/** @typedef {[front: boolean, alpha: number][]} Layers */
/** @typedef {{ right: Int32Array, down: Int32Array, colors: Uint32Array, alphas: Int32Array }} Cell */

const VERTEX = `#version 300 es
uniform vec3 view; // x and y of the middle in shares of the frame, and the zoom
uniform float edge, side, cells; // pixels of the canvas, pixels of a cell, number of cells
uniform float alone; // the group in front, or -1
uniform bool front;
in vec2 place;
in float group;
out vec2 at;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 middle = floor(edge * (0.5 + view.z * (place - view.xy) * vec2(1.0, -1.0)) + 0.5); // y downwards
  gl_Position = vec4((2.0 * (middle + side * (corner - 0.5)) / edge - 1.0) * vec2(1.0, -1.0), 0.0, 1.0);
  if (alone >= 0.0 && (group == alone) != front) gl_Position = vec4(2.0, 2.0, 2.0, 1.0); // out of sight
  at = vec2((group + corner.x) / cells, corner.y);
}`
const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D sheet;
uniform float alpha;
in vec2 at;
out vec4 color;
void main() { color = alpha * texture(sheet, at); }`
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i // WebGL without a card; not all browsers say so
const BEHIND = 0.08 // alpha of the marks behind the group that stands in front

export class Points {
  /** @param {HTMLCanvasElement} canvas @param {() => void} lost the canvas was replaced by another one, on which nothing is drawn so far */
  constructor(canvas, lost) {
    this.canvas = canvas
    /** @type {HTMLCanvasElement | null} */
    this.read = null
    /** @type {ImageData | null} */
    this.image = null
    /** @type {Cell[]} */
    this.cells = []
    /** @type {Record<string, WebGLUniformLocation | null>} */
    this.uniforms = {}
    /** @type {Record<string, WebGLBuffer>} */
    this.buffers = {}
    this.gl = canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      preserveDrawingBuffer: true,
      failIfMajorPerformanceCaveat: true,
    })
    if (this.gl) {
      canvas.addEventListener("webglcontextlost", () => {
        if (!this.gl) return
        this.plain()
        lost()
      })
    }
    if (!this.gl || SOFTWARE.test(rendererOf(this.gl)) || !this.prepare(this.gl)) this.plain()
  }

  /** A canvas keeps the kind of its context for life: a 2-D one needs a canvas of its own. */
  plain() {
    this.close()
    this.read = null
    const fresh = /** @type {HTMLCanvasElement} */ (this.canvas.cloneNode())
    this.canvas.replaceWith(fresh)
    this.canvas = fresh
  }

  /** @param {Float32Array} places 2 n shares of the frame @param {Uint8Array} groups n numbers of cells @param {Style} style */
  draw(places, groups, style) {
    const { edge, alone } = style
    if (this.canvas.width !== edge || this.canvas.height !== edge) this.canvas.width = this.canvas.height = edge
    // The stride is a prime: every index comes once, and no class lies on top of all others.
    const scene = { ...style, places, groups, stride: groups.length % 7919 ? 7919 : 1 }
    /** @type {Layers} */
    const layers =
      alone === null
        ? [[true, 1]]
        : [
            [false, BEHIND],
            [true, 1],
          ]
    if (this.gl) this.drawFast(this.gl, scene, layers)
    else this.drawPlain(scene, layers)
  }

  close() {
    const { gl } = this
    this.gl = null // or the loss would count as an accident
    gl?.getExtension("WEBGL_lose_context")?.loseContext() // a browser keeps about 16 of them
  }

  // ---- with a graphics card -----------------------------------------------------------------------------------------

  /** @param {WebGL2RenderingContext} gl */
  prepare(gl) {
    const program = gl.createProgram()
    for (const { kind, text } of [
      { kind: gl.VERTEX_SHADER, text: VERTEX },
      { kind: gl.FRAGMENT_SHADER, text: FRAGMENT },
    ]) {
      const shader = gl.createShader(kind)
      if (!shader) return false
      gl.shaderSource(shader, text)
      gl.compileShader(shader)
      gl.attachShader(program, shader)
    }
    gl.linkProgram(program)
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return false
    gl.useProgram(program)
    for (const name of ["view", "edge", "side", "cells", "alone", "front", "alpha"]) {
      this.uniforms[name] = gl.getUniformLocation(program, name)
    }
    for (const { name, size, type } of [
      { name: "place", size: 2, type: gl.FLOAT },
      { name: "group", size: 1, type: gl.UNSIGNED_BYTE },
    ]) {
      this.buffers[name] = gl.createBuffer()
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name])
      const location = gl.getAttribLocation(program, name)
      gl.enableVertexAttribArray(location)
      gl.vertexAttribPointer(location, size, type, false, 0, 0)
      gl.vertexAttribDivisor(location, 1) // one value for the four corners of a mark
    }
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture())
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST)
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE)
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA) // of premultiplied colours
    return true
  }

  /** @param {WebGL2RenderingContext} gl @param {Scene} scene @param {Layers} layers */
  drawFast(gl, { places, groups, stride, view, edge, sheet, paper, alone }, layers) {
    const { uniforms } = this
    const mixed = mix(places, groups, stride)
    for (const [name, values] of Object.entries(mixed)) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name])
      gl.bufferData(gl.ARRAY_BUFFER, values, gl.DYNAMIC_DRAW)
    }
    if (this.read !== sheet) gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, sheet)
    this.read = sheet
    const [red, green, blue] = paper.map((value) => value / 255)
    gl.viewport(0, 0, edge, edge)
    gl.clearColor(red, green, blue, 1)
    gl.clear(gl.COLOR_BUFFER_BIT)
    gl.uniform3f(uniforms.view, view.x, view.y, view.zoom)
    gl.uniform1f(uniforms.edge, edge)
    gl.uniform1f(uniforms.side, sheet.height)
    gl.uniform1f(uniforms.cells, sheet.width / sheet.height)
    gl.uniform1f(uniforms.alone, alone ?? -1)
    for (const [front, alpha] of layers) {
      gl.uniform1i(uniforms.front, front ? 1 : 0)
      gl.uniform1f(uniforms.alpha, alpha)
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, groups.length)
    }
  }

  // ---- without one --------------------------------------------------------------------------------------------------

  /** @param {Scene} scene @param {Layers} layers */
  drawPlain(scene, layers) {
    const { edge, sheet, paper } = scene
    const g = context(this.canvas, { willReadFrequently: true }) // in main memory, where the pixels come from
    if (this.image?.width !== edge) this.image = g.createImageData(edge, edge)
    const out = new Uint32Array(this.image.data.buffer)
    out.fill((255 << 24) | (paper[2] << 16) | (paper[1] << 8) | paper[0])
    if (this.read !== sheet) this.cells = cellsOf(sheet)
    this.read = sheet
    for (const layer of layers) paint(out, scene, this.cells, layer)
    g.putImageData(this.image, 0, 0)
  }
}

/** Places and groups in a scattered order. @param {Float32Array} places @param {Uint8Array} groups @param {number} stride */
export function mix(places, groups, stride) {
  const count = groups.length
  const mixed = { place: new Float32Array(2 * count), group: new Uint8Array(count) }
  for (let k = 0; k < count; k++) {
    const i = (k * stride) % count
    mixed.place[2 * k] = places[2 * i]
    mixed.place[2 * k + 1] = places[2 * i + 1]
    mixed.group[k] = groups[i]
  }
  return mixed
}

/**
 * One layer onto the picture `out`: the group in front, or those behind it.
 *
 * @param {Uint32Array} out edge x edge pixels
 * @param {Pick<Scene, "places" | "groups" | "stride" | "view" | "edge" | "alone"> & { sheet: { height: number } }} scene
 * @param {Cell[]} cells
 * @param {[front: boolean, alpha: number]} layer
 */
export function paint(out, { places, groups, stride, view, edge, sheet, alone }, cells, [front, alpha]) {
  const half = sheet.height / 2
  for (let k = 0; k < groups.length; k++) {
    const i = (k * stride) % groups.length
    if (alone !== null && (groups[i] === alone) !== front) continue
    const x = Math.round(edge * (0.5 + view.zoom * (places[2 * i] - view.x)))
    const y = Math.round(edge * (0.5 - view.zoom * (places[2 * i + 1] - view.y)))
    if (x < -half || x > edge + half || y < -half || y > edge + half) continue
    const whole = x >= half && x + half <= edge && y >= half && y + half <= edge
    stamp(out, edge, { x, y, whole }, cells[groups[i]], alpha)
  }
}

/** @param {WebGL2RenderingContext} gl */
function rendererOf(gl) {
  const info = gl.getExtension("WEBGL_debug_renderer_info")
  return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
}

/** The cells of a sheet as the processor draws them. @param {HTMLCanvasElement} sheet */
function cellsOf(sheet) {
  const pixels = new Uint32Array(context(sheet).getImageData(0, 0, sheet.width, sheet.height).data.buffer)
  return Array.from({ length: sheet.width / sheet.height }, (_, group) =>
    cellOf(pixels, sheet.width, sheet.height, group),
  )
}

/**
 * The pixels of one cell that are not empty: where they lie from the middle, their colours, their alphas up to 256.
 *
 * @param {Uint32Array} pixels
 * @param {number} width
 * @param {number} side
 * @param {number} group
 * @returns {Cell}
 */
export function cellOf(pixels, width, side, group) {
  /** @type {number[][]} */
  const [right, down, colors, alphas] = [[], [], [], []]
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const pixel = pixels[row * width + group * side + column]
      if (pixel >>> 24 === 0) continue
      right.push(column - side / 2)
      down.push(row - side / 2)
      colors.push(pixel)
      alphas.push(Math.round(((pixel >>> 24) * 256) / 255))
    }
  }
  const [r, d, a] = [right, down, alphas].map((values) => Int32Array.from(values))
  return { right: r, down: d, colors: Uint32Array.from(colors), alphas: a }
}

/**
 * A cell onto the picture `out`. Red and blue share a product.
 *
 * @param {Uint32Array} out edge x edge pixels
 * @param {number} edge
 * @param {{ x: number, y: number, whole: boolean }} at whole: no part of it lies outside
 * @param {Cell} cell
 * @param {number} alpha
 */
export function stamp(out, edge, { x, y, whole }, { right, down, colors, alphas }, alpha) {
  const start = y * edge + x
  for (let k = 0; k < colors.length; k++) {
    if (!whole) {
      const [column, row] = [x + right[k], y + down[k]]
      if (column < 0 || column >= edge || row < 0 || row >= edge) continue
    }
    const at = start + down[k] * edge + right[k]
    const share = (alphas[k] * alpha) | 0
    const color = colors[k]
    if (share === 256) {
      out[at] = color
      continue
    }
    const below = out[at]
    const redBlue = ((color & 0xff00ff) * share + (below & 0xff00ff) * (256 - share)) >>> 8
    const green = ((color & 0xff00) * share + (below & 0xff00) * (256 - share)) >>> 8
    out[at] = 0xff000000 | (redBlue & 0xff00ff) | (green & 0xff00)
  }
}
