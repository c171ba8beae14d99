// Prints what a stack makes of some numbers, for a test in another language.

import { stackOf, steps } from "./functions.js"

const { names, numbers } = JSON.parse(process.argv[2])
console.log(JSON.stringify(numbers.map((/** @type {number} */ x) => steps(stackOf(names), x))))
