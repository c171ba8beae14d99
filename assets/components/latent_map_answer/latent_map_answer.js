// The tiny half of the latent map: where the cross-hair stands, and the pictures of that place.

import { MapAnswer } from "../kit/map_answer.js"

/** @extends {MapAnswer<import("../messages.d.ts").LatentMapAnswerData>} */
export default class LatentMapAnswer extends MapAnswer {}
