// Makes style/assets/map/world.txt, the base map that needs no network, of Natural Earth's countries at 1:50 million.
//
//   npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
//   node data/world-map.mjs package/countries-50m.json > style/assets/map/world.txt
//
// Two lines: the path of the land, then that of the borders between countries, for an SVG's `d`. The world is a square of
// 16,384 units in Web Mercator, cut off at 85.05 degrees; after a ring's first point all are distances from the one before.
import { readFileSync } from "node:fs";

const SIZE = 16384;
const TOLERANCE = 2.5; // units: 6 km at the equator, about what the data knows
const SMALLEST = 8; // square units: what is smaller is no island, but a dot

const { arcs, transform, objects } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const [kx, ky] = transform.scale;
const [dx, dy] = transform.translate;

const mercator = (lon, lat) => {
  const bounded = Math.max(-85.0511, Math.min(85.0511, lat)) * (Math.PI / 180);
  const y = 0.5 - Math.log(Math.tan(Math.PI / 4 + bounded / 2)) / (2 * Math.PI);
  return [(lon / 360 + 0.5) * SIZE, y * SIZE];
};
const lines = arcs.map((arc) => {
  let x = 0;
  let y = 0;
  return simple(arc.map(([ax, ay]) => mercator((x += ax) * kx + dx, (y += ay) * ky + dy)));
});

// Douglas and Peucker: of each arc, so that neighbours keep meeting.
function simple(line) {
  const kept = new Set([0, line.length - 1]);
  const todo = [[0, line.length - 1]];
  while (todo.length) {
    const [a, b] = todo.pop();
    const [ax, ay] = line[a];
    const [bx, by] = line[b];
    const length = Math.hypot(bx - ax, by - ay);
    let far = TOLERANCE;
    let at = -1;
    for (let i = a + 1; i < b; i++) {
      const [x, y] = line[i];
      const off = length ? Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length : Math.hypot(x - ax, y - ay);
      if (off > far) [far, at] = [off, i];
    }
    if (at > 0) {
      kept.add(at);
      todo.push([a, at], [at, b]);
    }
  }
  return line.filter((_, i) => kept.has(i));
}

const of = (i) => (i < 0 ? [...lines[~i]].reverse() : lines[i]);
const joined = (ring) => ring.flatMap((i, n) => (n ? of(i).slice(1) : of(i)));
const area = (ring) => Math.abs(ring.reduce((sum, [x, y], i) => {
  const [nx, ny] = ring[(i + 1) % ring.length];
  return sum + x * ny - nx * y;
}, 0)) / 2;

function path(points, end) {
  let before = null;
  let text = "";
  for (const [x, y] of points.map(([x, y]) => [Math.round(x), Math.round(y)])) {
    if (!before) text = `M${x} ${y}l`;
    else if (x !== before[0] || y !== before[1]) text += `${text.endsWith("l") || x < before[0] ? "" : " "}${x - before[0]}${y < before[1] ? "" : " "}${y - before[1]}`;
    before = [x, y];
  }
  return text.endsWith("l") ? "" : text + end;
}

// A side that two countries share is a border; what one has alone is coast.
const used = new Map();
const rings = [];
for (const { type, arcs: parts = [] } of objects.countries.geometries) {
  for (const polygon of type === "Polygon" ? [parts] : parts) {
    for (const ring of polygon) {
      rings.push(ring);
      for (const i of ring) used.set(i < 0 ? ~i : i, (used.get(i < 0 ? ~i : i) ?? 0) + 1);
    }
  }
}
const land = rings.map(joined).filter((ring) => area(ring) >= SMALLEST).map((ring) => path(ring, "z"));
const borders = [...used].filter(([, times]) => times > 1).map(([i]) => path(lines[i], ""));
console.log(land.join(""));
console.log(borders.join(""));
