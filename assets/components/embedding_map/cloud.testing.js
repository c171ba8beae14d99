// A small cloud for tests.

import { Cloud } from "./cloud.js"

/** @param {number[]} values */
const places = (...values) => new Uint8Array(Uint16Array.from(values, (value) => Math.round(value * 65535)).buffer)

/**
 * Five points in two layouts: all in the middle, and as a cross around the first one. Two colourings.
 *
 * @param {Partial<import("../messages.d.ts").CloudHeader>} [changed]
 */
export function aCloud(changed) {
  const header = {
    link: "map",
    digest: "d",
    count: 5,
    frame: /** @type {[number, number, number]} */ ([10, 0, 4]),
    layouts: /** @type {[string, string][]} */ ([
      ["0", "untrained"],
      ["now", "trained"],
    ]),
    colourings: /** @type {[string, string, string[]][]} */ ([
      ["class", "class", ["a", "<b>b</b>"]],
      ["half", "half", ["even", "odd", "none"]],
    ]),
    hues: ["#000"],
    columns: 2,
    captions: ["", "a boot", "", "", ""],
    parts: [],
    ...changed,
  }
  const middle = Array(10).fill(0.5)
  return new Cloud(header, [
    ["layout", places(...middle)],
    ["layout", places(0.5, 0.5, 0.9, 0.6, 0.2, 0.5, 0.5, 0.75, 0.6, 0.2)],
    ["groups", Uint8Array.from([0, 0, 1, 1, 0])],
    ["groups", Uint8Array.from([0, 1, 0, 1, 0])],
    ["thumbnails", new Uint8Array(3)],
  ])
}
