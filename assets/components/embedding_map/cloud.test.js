import assert from "node:assert/strict"
import { test } from "node:test"
import { aCloud } from "./cloud.testing.js"
import { View } from "./view.js"

const [RIGHT, LEFT, UP, DOWN] = [1, 2, 3, 4] // where the points lie around point 0

test("it opens on the last layout and the first colouring", () => {
  const cloud = aCloud()
  assert.deepEqual(cloud.onShow, { layout: "now", colouring: "class" })
  assert.equal(cloud.place(RIGHT)[0].toFixed(4), "0.9000")
  assert.deepEqual([cloud.layoutOf("0"), cloud.layoutOf("mars"), cloud.colouringOf("half")], [0, -1, 1])
})

test("the nearest point within reach", () => {
  const cloud = aCloud()
  assert.equal(cloud.nearest(0.52, 0.5, 0.05), 0)
  assert.equal(cloud.nearest(0.9, 0.9, 0.05), -1)
  assert.equal(cloud.nearest(0.9, 0.9, 10), RIGHT)
})

test("a group that stands alone leaves the others neither near nor in sight", () => {
  const cloud = aCloud()
  cloud.isolated = 1
  assert.equal(cloud.nearest(0.52, 0.5, 10), UP)
  assert.deepEqual(cloud.inSight(new View()), [LEFT, UP])
  cloud.colouring = 1
  assert.deepEqual(cloud.inSight(new View()), [RIGHT, UP], "the groups of another colouring")
})

test("arrow keys lead to the nearest point in a cone", () => {
  const cloud = aCloud()
  assert.deepEqual([cloud.next(0, 1, 0), cloud.next(0, -1, 0)], [RIGHT, LEFT])
  assert.deepEqual([cloud.next(0, 0, 1), cloud.next(0, 0, -1)], [UP, DOWN])
  assert.equal(cloud.next(RIGHT, 1, 0), -1, "nothing lies there")
  cloud.isolated = 1
  assert.equal(cloud.next(UP, -1, 0), LEFT, "the only one of its group")
})

test("fewer points are in sight where the view is closer", () => {
  const cloud = aCloud()
  const view = new View()
  assert.equal(cloud.inSight(view).length, 5)
  view.zoomAt(0.5, 0.5, 2.5)
  assert.deepEqual(cloud.inSight(view), [0])
})

test("points on their way between two layouts", () => {
  const cloud = aCloud()
  cloud.between(cloud.layouts[0], cloud.layouts[1], 0.25)
  assert.equal(cloud.place(RIGHT)[0].toFixed(4), "0.6000")
  cloud.settle()
  assert.equal(cloud.place(RIGHT)[0].toFixed(4), "0.9000")
})

test("a point in words", () => {
  const cloud = aCloud()
  assert.equal(cloud.words(1), "Picture 1, a boot, class: a.")
  cloud.colouring = 1
  assert.equal(cloud.words(3), "Picture 3, half: odd.")
})

test("the layouts' units and shares of the frame", () => {
  const cloud = aCloud()
  assert.deepEqual(cloud.toShares(6, 4), [0, 1])
  assert.deepEqual(cloud.toUnits(0.75, 0.5), [12, 0])
})

test("the groups on show, where the layout has them", () => {
  const cloud = aCloud()
  assert.equal(
    cloud.told(),
    "Where the groups lie on average, from the left and from below: a (3) 67%, 43%; <b>b</b> (2) 35%, 63%.",
  )
  cloud.layout = 0
  assert.match(cloud.told(), /: a \(3\) 50%, 50%; /)
  cloud.colouring = 1
  assert.match(cloud.told(), /: even \(3\) 50%, 50%; odd \(2\) 50%, 50%\.$/)
})
