// The tiny half of the embedding map: what is chosen, and its neighbours.

import { MapAnswer } from "../kit/map_answer.js"

/** @extends {MapAnswer<import("../messages.d.ts").EmbeddingMapAnswerData>} */
export default class EmbeddingMapAnswer extends MapAnswer {}
