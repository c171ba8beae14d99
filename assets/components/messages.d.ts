// What Python sends to each component (`...Data`), and the value that both share (`Held<...>`), which comes back as
// { value, puts, stamp }. tests/contract/test_messages.py compares this file with what Python really sends.

import type { Held } from "./types.d.ts"

/** A picture beside a canvas: a data URI, a title above it and a note below it. */
export interface Tile {
  title: string
  uri: string
  note: string
  alt: string
}

// ---- patch painter ------------------------------------------------------------------------------------------------

/** Sorted, row-major indices of the hidden patches of an n by n grid; the hidden patch whose attention is kept on show. */
export interface Painted {
  n: number
  cells: number[]
  pinned: number | null
}

/** Base64 of n⁴ bytes, a row a hidden patch, and what each row's bytes are multiplied by. */
export interface Attention {
  weights: string
  scales: number[]
}

export interface PatchPainterData {
  held: Held<Painted>
  image: string
  tiles: Tile[]
  attention: Attention | null
  result_id: string
  size: number
  title: string
}

// ---- sketch pad ---------------------------------------------------------------------------------------------------

/** Base64 of side x side pixels of 1 or 3 bytes; revision: of the picture below. */
export interface Drawing {
  side: number
  channels: number
  revision: string
  pixels: string
}

export interface SketchPadData {
  key: string
  held: Held<Drawing>
  base: string
  tiles: Tile[]
  result_id: string
  size: number
  pens: [name: string, colour: string][]
  title: string
}
