// Thousands of small marks on a canvas, drawn by WebGL2. Where there is none, or where it is taken away while the page is open (a
// driver that crashed, too many pages), a 2-D canvas draws the same marks from the same sheet.
//
// A sheet of marks is one canvas with a square cell a group, side by side; the mark lies in the middle of its cell, which is
// empty along its edge. Places are shares of a frame, y upwards; a view says which part of the frame the canvas shows.

const VERTEX = `#version 300 es
uniform vec3 view; // x and y of the middle in shares of the frame, and the zoom
uniform float side; // of a cell, in shares of the canvas
uniform float cells, alone;
uniform bool front;
in vec2 place;
in float group;
out vec2 at;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(2.0 * (view.z * (place - view.xy) + side * (corner - 0.5)), 0.0, 1.0);
  if (alone >= 0.0 && (group == alone) != front) gl_Position = vec4(2.0, 2.0, 2.0, 1.0); // out of sight
  at = vec2((group + corner.x) / cells, 1.0 - corner.y);
}`
const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D sheet;
uniform float alpha;
in vec2 at;
out vec4 color;
void main() { color = alpha * texture(sheet, at); }`
const [OPAQUE, ALONE, BEHIND] = [0.92, 1, 0.08] // alpha of marks: with all others, of the one group, and of those behind it

class Points {
  // lost: called when the canvas was replaced by another one, on which nothing is drawn so far.
  constructor(canvas, lost) {
    this.canvas = canvas
    this.gl = canvas.getContext("webgl2", { antialias: false, preserveDrawingBuffer: true })
    if (this.gl) canvas.addEventListener("webglcontextlost", () => { if (this.gl) { this.plain(); lost() } })
    if (!this.gl || !this.prepare()) this.plain()
  }

  // A canvas keeps the kind of its context for life: a 2-D one needs a canvas of its own.
  plain() {
    this.gl = null
    const fresh = this.canvas.cloneNode()
    this.canvas.replaceWith(fresh)
    this.canvas = fresh
  }

  prepare() {
    const { gl } = this
    const program = gl.createProgram()
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind)
      gl.shaderSource(shader, text)
      gl.compileShader(shader)
      gl.attachShader(program, shader)
    }
    gl.linkProgram(program)
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return false
    gl.useProgram(program)
    this.uniforms = Object.fromEntries(
      ["view", "side", "cells", "alone", "front", "alpha"].map((name) => [name, gl.getUniformLocation(program, name)]),
    )
    this.buffers = {}
    for (const [name, size, type] of [["place", 2, gl.FLOAT], ["group", 1, gl.UNSIGNED_BYTE]]) {
      this.buffers[name] = gl.createBuffer()
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name])
      const location = gl.getAttribLocation(program, name)
      gl.enableVertexAttribArray(location)
      gl.vertexAttribPointer(location, size, type, false, 0, 0)
      gl.vertexAttribDivisor(location, 1) // one value for the four corners of a mark
    }
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture())
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.LINEAR)
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE)
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA) // of premultiplied colours
    return true
  }

  // places: 2 n shares of the frame; groups: n numbers of cells; edge: of the canvas, in device pixels; alone: the group that
  // stands before the others, or null.
  draw(places, groups, { view, edge, sheet, alone }) {
    if (this.canvas.width !== edge || this.canvas.height !== edge) this.canvas.width = this.canvas.height = edge
    const count = groups.length
    const stride = count % 7919 ? 7919 : 1 // a prime: every index comes once, and no class lies on top of all
    const layers = alone === null ? [[true, OPAQUE]] : [[false, BEHIND], [true, ALONE]]
    if (this.gl) this.drawFast(places, groups, stride, view, edge, sheet, alone, layers)
    else this.drawPlain(places, groups, stride, view, edge, sheet, alone, layers)
  }

  drawFast(places, groups, stride, view, edge, sheet, alone, layers) {
    const { gl, uniforms } = this
    const count = groups.length
    const mixed = new Float32Array(2 * count)
    const mixedGroups = new Uint8Array(count)
    for (let k = 0; k < count; k++) {
      const i = (k * stride) % count
      mixed[2 * k] = places[2 * i]
      mixed[2 * k + 1] = places[2 * i + 1]
      mixedGroups[k] = groups[i]
    }
    for (const [name, values] of [["place", mixed], ["group", mixedGroups]]) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name])
      gl.bufferData(gl.ARRAY_BUFFER, values, gl.DYNAMIC_DRAW)
    }
    if (this.sheet !== sheet) gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, sheet)
    this.sheet = sheet
    gl.viewport(0, 0, edge, edge)
    gl.clear(gl.COLOR_BUFFER_BIT)
    gl.uniform3f(uniforms.view, view.x, view.y, view.zoom)
    gl.uniform1f(uniforms.side, sheet.height / edge)
    gl.uniform1f(uniforms.cells, sheet.width / sheet.height)
    gl.uniform1f(uniforms.alone, alone ?? -1)
    for (const [front, alpha] of layers) {
      gl.uniform1i(uniforms.front, front ? 1 : 0)
      gl.uniform1f(uniforms.alpha, alpha)
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count)
    }
  }

  drawPlain(places, groups, stride, view, edge, sheet, alone, layers) {
    const g = this.canvas.getContext("2d")
    const side = sheet.height
    g.clearRect(0, 0, edge, edge)
    for (const [front, alpha] of layers) {
      g.globalAlpha = alpha
      for (let k = 0; k < groups.length; k++) {
        const i = (k * stride) % groups.length
        if (alone !== null && (groups[i] === alone) !== front) continue
        const x = ((places[2 * i] - view.x) * view.zoom + 0.5) * edge - side / 2
        const y = (0.5 - (places[2 * i + 1] - view.y) * view.zoom) * edge - side / 2
        if (x < -side || x > edge || y < -side || y > edge) continue
        g.drawImage(sheet, groups[i] * side, 0, side, side, x, y, side, side)
      }
    }
  }

  close() {
    const { gl } = this
    this.gl = null // or the loss would count as an accident
    gl?.getExtension("WEBGL_lose_context")?.loseContext() // a browser keeps about 16 of them
  }
}
