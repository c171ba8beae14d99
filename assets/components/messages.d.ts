// What Python sends to each component (`...Data`), and the value that both share (`Held<...>`), which comes back as
// { value, puts, stamp }. tests/contract/test_messages.py compares this file with what Python really sends.

import type { Held, Packed } from "./types.d.ts"

/** A picture beside a canvas: a data URI, a title above it and a note below it. */
export interface Tile {
  title: string
  uri: string
  note: string
  alt: string
}

// ---- act watch ----------------------------------------------------------------------------------------------------

/** act: the anchor of the act whose place this is. */
export interface ActWatchData {
  act: string
}

// ---- been there ----------------------------------------------------------------------------------------------------

/** lessons: the course's slugs. */
export interface BeenThereData {
  lessons: string[]
}

// ---- contents -----------------------------------------------------------------------------------------------------

/** key: of its container. also: keys of those that belong to it. prose: it explains, and is no step when presenting. */
export interface Act {
  anchor: string
  title: string
  key: string
  prose: boolean
  also: string[]
}

/** act: an anchor, "" for the stage. count: it grows each time that something is pointed at. */
export interface Pointed {
  act: string
  count: number
}

/** act: the anchor that the address names, "" for the stage. heard: the count of the newest message that Python took.
 * pointed: what a card of "Try this" has changed last. */
export interface ContentsData {
  prefix: string
  acts: Act[]
  act: string
  heard: number
  presenting: boolean
  pointed: Pointed
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
  few: boolean
}

// ---- roles --------------------------------------------------------------------------------------------------------

// biome-ignore lint/suspicious/noEmptyInterface: it is told nothing, it looks at the page
export interface RolesData {}

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

// ---- attention view -----------------------------------------------------------------------------------------------

/** The head that is shown large, the token whose row stays in sight, and how the head is drawn. */
export interface HeadChoice {
  layer: number
  column: number
  pin: number | null
  view: "both" | "heat" | "lines"
}

/** follows: the key of the view whose head this one shows, or "". digest: of the weights to be drawn. */
export interface AttentionViewData {
  key: string
  held: Held<HeadChoice>
  digest: string
  grid: boolean
  follows: string
  title: string
}

/** Behind the header: 256 colours (uint8 red, green, blue) and the weights. */
export type AttentionWeightsData = Packed<AttentionHeader>

/** bytes: of a weight, a share of its largest number. causal: weights behind the query are left out. */
export interface AttentionHeader {
  key: string
  digest: string
  shape: [layers: number, columns: number, tokens: number]
  bytes: 1 | 2
  columns: string[]
  labels: string[][]
  notes: string[][]
  tokens: string[]
  causal: boolean
  off: number[]
  result_id: string
}

// ---- attention steps ----------------------------------------------------------------------------------------------

export interface StepsToken {
  text: string
  long: boolean
}

/** A key: where it stands in the pictures, and its numbers; weight: null where the query may not see it. */
export interface StepsRow {
  token: StepsToken
  at: number
  product: string
  scaled: string
  weight: number | null
}

/** pictures: data URIs, a row a vector: "k" of `count` keys, "v" of the `seen` ones, "q" and "s" of one row. */
export interface AttentionStepsData {
  titles: string[]
  asks: StepsToken
  rows: StepsRow[]
  others: { text: string; together: number } | null
  says: string
  sum: number
  count: number
  seen: number
  pictures: Record<"k" | "v" | "q" | "s", string>
}

// ---- expression box -----------------------------------------------------------------------------------------------

export interface Typed {
  expression: string
}

/** rows: the best first; suggestions: for each unknown word, words to put in its place; room: rows that there is room for. */
export interface ExpressionBoxData {
  key: string
  held: Held<Typed>
  rows: [word: string, score: number, asked: boolean][]
  normal: string
  error: string
  suggestions: [unknown: string, words: string[]][]
  examples: string[]
  result_id: string
  score_name: string
  room: number
  title: string
  longest: number
}

/** UTF-8 text: the key of the box, then its words, one a line, the most frequent first. */
export type ExpressionWordsData = Uint8Array

// ---- glimpse ------------------------------------------------------------------------------------------------------

/** uri: of the picture; name: of it, so that another one is hidden again; seconds: how long it is on show. */
export interface GlimpseData {
  uri: string
  name: string
  seconds: number
}

// ---- page tools ---------------------------------------------------------------------------------------------------

export interface PageToolsData {
  present: boolean
  /** Python knows that the window is wide */
  wide?: true
}

// ---- soft dictionary ----------------------------------------------------------------------------------------------

export type Spot = [x: number, y: number]

/** at: the tip of the query's arrow; an entry has two words and the tips of their arrows; t: index of the temperature. */
export interface Asked {
  query: string
  at: Spot
  entries: [key: string, value: string, kx: number, ky: number, vx: number, vy: number][]
  t: number
}

/** Vectors as they lie in a plane; null for what has no vector. */
export interface Flat {
  query: Spot | null
  keys: (Spot | null)[]
  values: (Spot | null)[]
  about_keys: string
  about_values: string
}

/** temperatures: ascending, null for infinity; rows: null for an entry that takes no part; own: the arrows are the vectors. */
export interface SoftDictionaryData {
  held: Held<Asked>
  temperatures: (number | null)[]
  rows: ([product: number, scaled: number, tempered: number | null, weight: number] | null)[]
  root: number
  unit: boolean
  own: boolean
  merged: Spot | null
  flat: Flat
  near: [word: string, cosine: number][]
  about_near: string
  problems: [sentence: string, field: "query" | "key" | "value" | "", row: number, words: string[]][]
  error: string
  spare: [kx: number, ky: number, vx: number, vy: number][]
  result_id: string
  fewest: number
  most: number
  longest: number
  reach: number
}

// ---- forward and backward --------------------------------------------------------------------------------------------

/** start: which first weights; rate: index of the learning rate; at: position of the flow; reuse: whether what is known is one
 * block; values: x, y, and the weights and biases of each layer. */
export interface FlowState {
  start: number
  activation: "tanh" | "sigmoid" | "relu"
  rate: number
  at: number
  reuse: boolean
  values: number[]
}

/** starts: first values, as `FlowState.values` has them; limit: no value is larger. */
export interface ForwardBackwardData {
  held: Held<FlowState>
  starts: number[][]
  rates: number[]
  limit: number
}

// ---- latent map ---------------------------------------------------------------------------------------------------

/** What the canvas spans: x0, x1, y0, y1. */
export type Extent = [number, number, number, number]

/** Of the plane's message. parts: "points" (uint16, shares of 65,535), "groups" (uint8), "background" and "thumbnails". */
export interface PlaneHeader {
  link: string
  digest: string
  extent: Extent
  names: string[]
  hues: string[]
  columns: number
  outside: number
  titles: [x: string, y: string]
  parts: [name: string, bytes: number][]
}

export type LatentMapData = Packed<PlaneHeader>

export interface Place {
  x: number
  y: number
}

export interface LatentMapAnswerData {
  link: string
  held: Held<Place>
  tiles: Tile[]
  marks: [x: number, y: number, label: string][]
  result_id: string
  title: string
  size: number
}

// ---- embedding map ------------------------------------------------------------------------------------------------

/** Of the cloud's message. frame: x and y of the middle, half a side. parts: "layout", "groups" and "thumbnails". */
export interface CloudHeader {
  link: string
  digest: string
  count: number
  frame: [x: number, y: number, half: number]
  layouts: [name: string, title: string][]
  colourings: [name: string, title: string, names: string[]][]
  hues: string[]
  columns: number
  captions: string[]
  parts: [name: string, bytes: number][]
}

export type EmbeddingMapData = Packed<CloudHeader>

/** A point by its index, or a region by its corners in the layouts' units; "" as long as nobody chose a layout or a colouring. */
export interface MapChoice {
  point: number | null
  region: [x: number, y: number][]
  layout: string
  colouring: string
}

export interface EmbeddingMapAnswerData {
  link: string
  held: Held<MapChoice>
  layout: string
  colouring: string
  chosen: number | null
  neighbours: number[]
  mark: [x: number, y: number, label: string] | null
  result_id: string
  title: string
  size: number
}

// ---- layer maps ---------------------------------------------------------------------------------------------------

/** All that a training follows from. step: to which it has come. way: hundredths of a plane. pair: "pca" or two neurons, "1-2".
 * points: a person's own, five characters each. edits: of weights by hand, step:layer:index:value joined by "_". */
export interface LayerSetting {
  data: string
  noise: number
  activation: string
  depth: number
  width: number
  optimiser: string
  rate: number
  l2: number
  batch: number
  seed: number
  step: number
  way: number
  pair: string
  points: string
  edits: string
}

/** A menu: which field it sets, and its options with what they are called. */
export interface LayerControl {
  name: string
  label: string
  options: [value: string | number, shown: string][]
}

/** prefix: of the parameters in the address. */
export interface LayerMapsData {
  held: Held<LayerSetting>
  controls: LayerControl[]
  defaults: LayerSetting
  hues: string[]
  prefix: string
}

// ---- acts of the lesson "Layers as maps" --------------------------------------------------------------------------

/** What an act's menus, numbers and texts say, by the names of their parameters in the address. */
export interface ActMessage {
  held: Held<Record<string, string | number>>
  controls: LayerControl[]
  hues: string[]
}

export type TwoRunsData = ActMessage

export type OneOperationData = ActMessage

export type SumOfUnitsData = ActMessage

/** A menu of words. */
export interface WordControl {
  name: string
  label: string
  options: [value: string, shown: string][]
}

export interface OneDimensionData {
  held: Held<Record<string, string | number>>
  controls: WordControl[]
  hues: string[]
}

// ---- unit grid ----------------------------------------------------------------------------------------------------

/** uri: the tiles one above the other. names: of the units. faint: units that are dead. about: which layer of which network. */
export interface UnitGridData {
  held: Held<number>
  uri: string
  names: string[]
  faint: number[]
  about: string
}

// ---- hear and see -------------------------------------------------------------------------------------------------

/** What is chosen: a sound, or a picture, by its place among those that were sent. */
export interface HeardOrSeen {
  side: "sound" | "picture"
  index: number
}

/** spectra, pictures: data URIs, the tiles one above the other. words: what stands under each sound. names: of the ten digits. says,
 * shows: the digit of each sound and picture. audio: base64 of mu-law samples at `rate` Hz. similarity: a row a sound, in thousandths. */
export interface HearSeeData {
  held: Held<HeardOrSeen>
  who: string
  words: string[]
  names: string[]
  says: number[]
  shows: number[]
  spectra: string
  pictures: string
  audio: string[]
  rate: number
  similarity: number[][]
  result_id: string
}

// ---- colour pad ---------------------------------------------------------------------------------------------------

/** about: the name of the picture. hints: at most one a pixel, by the number of its swatch. temperature: in hundredths. pixel: the chosen one, row
 * by row. miss: whether the error stands in the place of the truth. */
export interface ColourState {
  about: string
  hints: [pixel: number, swatch: number][]
  temperature: number
  pixel: number
  miss: boolean
}

/** picture: base64 of its red, green and blue. guesses: base64 of the distributions, see colour_pad/guesses.js. regression: base64 of a and b + 128 at
 * each pixel. centres: a and b of the cells. most: hints at most. */
export interface ColourPadData {
  held: Held<ColourState>
  side: number
  picture: string
  guesses: string
  regression: string
  centres: [a: number, b: number][]
  swatches: [name: string, a: number, b: number][]
  swatch_lightness: number[]
  shades: [red: number, green: number, blue: number][]
  most: number
  result_id: string
}

// ---- word tiles ---------------------------------------------------------------------------------------------------

/** about: of which sentence. places: of the hidden words, from 0, ascending. */
export interface HiddenWords {
  about: string
  places: number[]
}

/** known: whether the model knows the word. fill, chance: what it fills into the blank, and how likely; "" for a word that is not hidden. */
export interface TiledWord {
  text: string
  known: boolean
  fill: string
  chance: string
}

export interface WordTilesData {
  held: Held<HiddenWords>
  words: TiledWord[]
}

// ---- clip player --------------------------------------------------------------------------------------------------

/** about: names clip and mask, so that what is painted belongs to them; hidden: four cubes a hexadecimal digit, the first one lowest. */
export interface ClipState {
  about: string
  hidden: string
}

/** original, filled: data URIs of `frames` pictures of `side` pixels side by side; slots, places: how the clip is cut into cubes;
 * about: the clip in words; note: the error in words. */
export interface ClipPlayerData {
  held: Held<ClipState>
  original: string
  filled: string
  frames: number
  side: number
  slots: number
  places: number
  about: string
  note: string
  result_id: string
}
