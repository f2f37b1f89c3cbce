// The page of `backplane explain`: draws the graph of the explanation in #data, coloured by
// execution provider; panel.js, which follows, tells about it. Texts come from a model: they are only
// ever set as text.

"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const SIZE = { width: 160, height: 42, port: 30, pad: 16, title: 30 };
const byId = (id) => document.getElementById(id);
const stage = byId("stage"), world = byId("world"), panel = byId("panel");
window.addEventListener("error", (event) => {
  document.documentElement.dataset.error = event.message;
});

// -- small helpers -------------------------------------------------------------------------------

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else if (key === "style") made.style.cssText = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function draw(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const endOf = (text, length) => (text.length <= length ? text : "…" + text.slice(1 - length));
const beginningOf = (text, length) => (text.length <= length ? text : text.slice(0, length - 1) + "…");
const shortEp = (ep) => ep.replace(/(.)ExecutionProvider$/, "$1");
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const operatorOf = (node) => (node.domain ? `${node.domain}::${node.type}` : node.type);
const titleOf = (index) => data.nodes[index].name || `#${index}`;
const shapeText = (value) =>
  `${value.type}${value.shape ? ` [${value.shape.map((d) => d ?? "?").join(", ")}]` : ""}`;

function copyText(copy) {
  const when = copy.once ? ", once" : copy.graph ? " in each turn of a body" : " in each run";
  return `${bytesText(copy.bytes)}${when}`;
}

function bytesText(bytes) {
  if (bytes === null) return "a size known when it runs";
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  for (; bytes >= 1000 && unit + 1 < units.length; ++unit) bytes /= 1024;
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

// The last EP is the host's: it takes what is left, and is drawn in grey.
const colours = new Map();
data.eps.forEach((ep, i) => colours.set(ep.name, i === data.eps.length - 1 ? "host" : String(i % 8)));
const colourOf = (ep) => colours.get(ep) ?? "host";
const isOddRefusal = (node) =>
  node.refused_by.some(({ reason }) => reason === "claim-refused" || reason === "capability-failed");

// -- the graph as boxes ----------------------------------------------------------------------------

const producers = new Map();  // value -> node
const readers = new Map();    // value -> nodes
data.nodes.forEach((node, index) => {
  for (const value of node.outputs) if (value !== null) producers.set(value, index);
  for (const value of node.inputs) {
    if (value === null) continue;
    if (!readers.has(value)) readers.set(value, []);
    readers.get(value).push(index);
  }
});

// Nodes of the main graph under -1, those of subgraphs by path under the node around them.
const children = new Map();
data.nodes.forEach((node, index) => {
  const parent = node.parent ?? -1;
  if (!children.has(parent)) children.set(parent, new Map());
  const levels = children.get(parent);
  if (!levels.has(node.graph)) levels.set(node.graph, []);
  levels.get(node.graph).push(index);
});

// A level: boxes (nodes, and the main graph's inputs and outputs) with their places, and edges.
function layoutLevel(nodes, ports) {
  const boxes = [];
  for (const value of ports.inputs) boxes.push(portBox(value, "input"));
  for (const index of nodes) boxes.push(nodeBox(index));
  for (const value of ports.outputs) boxes.push(portBox(value, "output"));
  const placeOf = new Map();
  boxes.forEach((box, i) => { if (box.node !== undefined) placeOf.set(box.node, i); });
  const inputOf = new Map();
  boxes.forEach((box, i) => { if (box.port === "input") inputOf.set(box.value, i); });

  const edges = [], values = [];
  const add = (value, to) => {
    const from = inputOf.get(value) ?? placeOf.get(producers.get(value));
    if (from === undefined || from === to) return;
    edges.push([from, to]);
    values.push(value);
  };
  boxes.forEach((box, i) => {
    if (box.port === "output") add(box.value, i);
    if (box.node === undefined) return;
    for (const value of new Set(data.nodes[box.node].inputs)) if (value !== null) add(value, i);
  });
  const placed = layoutGraph(boxes, edges);
  boxes.forEach((box, i) => { box.x = placed.x[i]; box.y = placed.y[i]; });
  const lines = edges.map(([from, to], i) => ({
    from: boxes[from], to: boxes[to], value: values[i], points: placed.paths[i],
  }));
  return { width: placed.width, height: placed.height, boxes, lines };
}

function portBox(value, port) {
  const text = data.values[value].name;
  return { port, value, w: Math.min(260, Math.max(70, 8 * text.length + 24)), h: SIZE.port };
}

// A control-flow node is as large as its subgraphs side by side.
function nodeBox(index) {
  const box = { node: index, w: SIZE.width, h: SIZE.height, inner: [] };
  for (const [path, nodes] of children.get(index) ?? []) {
    const level = layoutLevel(nodes, { inputs: [], outputs: [] });
    box.inner.push({ path, level });
  }
  if (box.inner.length === 0) return box;
  let x = SIZE.pad;
  for (const inner of box.inner) {
    inner.x = x;
    inner.w = Math.max(inner.level.width + 2 * SIZE.pad, 120);
    x += inner.w + SIZE.pad;
    box.h = Math.max(box.h, inner.level.height + SIZE.height + SIZE.title + 2 * SIZE.pad);
  }
  box.w = Math.max(SIZE.width, x);
  return box;
}

// -- drawing ---------------------------------------------------------------------------------------

const drawn = new Map();       // node -> <g>
const places = new Map();      // node -> {x, y, w, h} in the world
const edgesOf = new Map();     // node -> <path>s
const copied = new Map();      // value -> its copies, one for each EP that it is copied to
for (const copy of data.copies) copied.set(copy.value, [...(copied.get(copy.value) ?? []), copy]);

function linePath(line) {
  const points = line.points ?? [
    [line.from.x + line.from.w / 2, line.from.y + line.from.h], [line.to.x + line.to.w / 2, line.to.y]];
  let path = `M${points[0][0]},${points[0][1]}`;
  for (let i = 1; i < points.length; ++i) {
    const [ax, ay] = points[i - 1], [bx, by] = points[i];
    const middle = (ay + by) / 2;
    path += ax === bx ? `L${bx},${by}` : `C${ax},${middle} ${bx},${middle} ${bx},${by}`;
  }
  return path;
}

function drawLine(line, layer) {
  const from = line.from.node, to = line.to.node;
  const crosses = from !== undefined && to !== undefined && data.nodes[from].ep !== data.nodes[to].ep;
  const value = data.values[line.value];
  const copy = copied.get(value.name)?.find(({ to: ep }) => to === undefined || data.nodes[to].ep === ep);
  const path = draw("path", { class: `edge${crosses ? " border" : ""}${copy ? " copy" : ""}`, d: linePath(line) });
  const words = `${value.name}\n${shapeText(value)}${copy ? `\ncopied: ${copyText(copy)}` : ""}`;
  path.append(draw("title", {}, words));
  layer.append(path);
  for (const node of [from, to]) {
    if (node === undefined) continue;
    if (!edgesOf.has(node)) edgesOf.set(node, []);
    edgesOf.get(node).push(path);
  }
}

function drawPort(box, layer) {
  const group = draw("g", { class: "port", transform: `translate(${box.x},${box.y})` });
  const value = data.values[box.value];
  group.append(draw("rect", { width: box.w, height: box.h }),
               draw("text", { x: box.w / 2, y: 19 }, endOf(value.name, 30)),
               draw("title", {}, `${box.port} ${value.name}\n${shapeText(value)}`));
  layer.append(group);
}

function drawNode(box, layer, x, y) {
  const node = data.nodes[box.node];
  const group = draw("g", {
    class: `node ep${colourOf(node.ep)}${box.inner.length ? " compound" : ""}`, transform: `translate(${box.x},${box.y})`,
    "data-node": box.node, "data-ep": node.ep, role: "button", "aria-label": `${node.type} ${node.name}, ${node.ep}`,
  });
  const last = node.name.split("/").filter(Boolean).pop() ?? "";
  group.append(draw("rect", { width: box.w, height: box.h }),
               draw("text", { class: "type", x: 10, y: 18 }, beginningOf(operatorOf(node), node.group === null ? 18 : 14)),
               draw("text", { class: "name", x: 10, y: 33 }, endOf(last || `#${box.node}`, 24)));
  if (node.group !== null)
    group.append(draw("text", { class: "group", x: box.w - 8, y: 14 }, `g${node.group}`));
  if (isOddRefusal(node)) group.append(draw("circle", { class: "warn", cx: box.w - 9, cy: box.h - 10, r: 4 }));
  layer.append(group);
  drawn.set(box.node, group);
  places.set(box.node, { x: x + box.x, y: y + box.y, w: box.w, h: box.h });
  for (const inner of box.inner) {
    const frame = draw("g", { class: "frame", transform: `translate(${inner.x},${SIZE.height})` });
    frame.append(draw("rect", { width: inner.w, height: box.h - SIZE.height - SIZE.pad }),
                 draw("text", { x: 10, y: 18 }, inner.path.split("/").pop()));
    group.append(frame);
    const offset = [SIZE.pad, SIZE.title];
    const inside = draw("g", { transform: `translate(${offset})` });
    frame.append(inside);
    drawLevel(inner.level, inside, x + box.x + inner.x + offset[0], y + box.y + SIZE.height + offset[1]);
  }
}

function drawLevel(level, layer, x, y) {
  for (const line of level.lines) drawLine(line, layer);
  for (const box of level.boxes) {
    if (box.node === undefined) drawPort(box, layer);
    else drawNode(box, layer, x, y);
  }
}

const main = layoutLevel(children.get(-1)?.get("") ?? [], { inputs: data.inputs, outputs: data.outputs });
drawLevel(main, world, 0, 0);

// -- zoom and pan ----------------------------------------------------------------------------------

const view = { x: 0, y: 0, scale: 1 };
const limits = { least: 0.02, most: 4, far: 0.32 };

function show() {
  world.setAttribute("transform", `translate(${view.x},${view.y}) scale(${view.scale})`);
  world.classList.toggle("far", view.scale < limits.far);
  drawMap();
}

function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const scale = Math.min(limits.most, Math.max(limits.least, view.scale * factor));
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
  show();
}

function fit(whole) {
  const margin = 30;
  const wide = (stage.clientWidth - 2 * margin) / Math.max(main.width, 1);
  const high = (stage.clientHeight - 2 * margin) / Math.max(main.height, 1);
  view.scale = Math.min(1, whole ? Math.min(wide, high) : Math.max(Math.min(wide, 1), Math.min(0.5, high * 8)));
  view.scale = Math.max(view.scale, limits.least);
  view.x = (stage.clientWidth - main.width * view.scale) / 2;
  view.y = whole ? (stage.clientHeight - main.height * view.scale) / 2 : margin;
  show();
}

function centerOn(x, y) {
  view.x = stage.clientWidth / 2 - x * view.scale;
  view.y = stage.clientHeight / 2 - y * view.scale;
  show();
}

stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = stage.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });

let drag = null;
byId("graph").addEventListener("pointerdown", (event) => {
  drag = { x: event.clientX, y: event.clientY, moved: false };
});
window.addEventListener("pointermove", (event) => {
  if (drag === null) return;
  const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
  if (!drag.moved && Math.hypot(dx, dy) < 4) return;
  Object.assign(drag, { x: event.clientX, y: event.clientY, moved: true });
  stage.classList.add("dragging");
  view.x += dx;
  view.y += dy;
  show();
});
window.addEventListener("pointerup", (event) => {
  const clicked = drag !== null && !drag.moved;
  drag = null;
  stage.classList.remove("dragging");
  if (!clicked) return;
  const node = event.target.closest?.("[data-node]");
  select(node ? Number(node.dataset.node) : null);
});

// -- the map in the corner ---------------------------------------------------------------------------

const map = byId("map");
let mapScale = { x: 1, y: 1 };
function drawMap() {
  const room = { w: 150, h: Math.max(120, stage.clientHeight - 30) };
  const fits = Math.min(room.w / Math.max(main.width, 1), room.h / Math.max(main.height, 1));
  // Long graphs are drawn wider than they are.
  const scale = { x: Math.max(fits, 64 / Math.max(main.width, 1)), y: fits };
  const w = main.width * scale.x, h = Math.max(24, main.height * scale.y);
  const ratio = window.devicePixelRatio || 1;
  map.style.width = `${w}px`;
  map.style.height = `${h}px`;
  map.width = w * ratio;
  map.height = h * ratio;
  const pen = map.getContext("2d");
  pen.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  for (const [index, place] of places) {
    pen.fillStyle = style.getPropertyValue(`--edge${colourOf(data.nodes[index].ep)}`);
    pen.globalAlpha = children.has(index) ? 0.25 : 0.9;
    pen.fillRect(place.x * scale.x, place.y * scale.y, Math.max(2, place.w * scale.x), Math.max(1, place.h * scale.y));
  }
  pen.globalAlpha = 1;
  pen.strokeStyle = style.getPropertyValue("--accent");
  pen.lineWidth = 1.5;
  pen.strokeRect((-view.x / view.scale) * scale.x, (-view.y / view.scale) * scale.y,
                 (stage.clientWidth / view.scale) * scale.x, (stage.clientHeight / view.scale) * scale.y);
  mapScale = scale;
}
map.addEventListener("pointerdown", (event) => {
  centerOn(event.offsetX / mapScale.x, event.offsetY / mapScale.y);
});
