// The panel beside the graph of graph.js: the overview, a node's details, choosing and finding; and
// the beginning of it all.

// -- the panel ---------------------------------------------------------------------------------------

const hidden = new Set();  // EPs whose nodes are faded

function chip(ep) {
  const colour = colourOf(ep);
  return element("span", {
    class: "chip", style: `background: var(--fill${colour}); border-color: var(--edge${colour})`, title: ep,
  }, shortEp(ep));
}

function section(title, ...content) {
  panel.append(element("h2", {}, title), ...content);
}

function list(items) {
  return element("ul", {}, ...items);
}

function nodeLink(index) {
  const text = element("span", { class: "link", onclick: () => { select(index); reveal(index); } },
                       `${data.nodes[index].type} `, element("span", { class: "dim" }, titleOf(index)));
  return element("li", {}, text);
}

function legendRow(ep) {
  const colour = colourOf(ep.name);
  const words = plural(ep.nodes, "node") + (ep.groups > 0 ? `, ${plural(ep.groups, "group")}` : "");
  const row = element("button", { class: `legend${hidden.has(ep.name) ? " off" : ""}`, title: `${ep.name}: fade its nodes` },
    element("span", { class: "swatch", style: `background: var(--fill${colour}); border-color: var(--edge${colour})` }),
    shortEp(ep.name), element("span", { class: "count" }, words));
  row.addEventListener("click", () => {
    if (!hidden.delete(ep.name)) hidden.add(ep.name);
    for (const [index, group] of drawn) group.classList.toggle("off", hidden.has(data.nodes[index].ep));
    overview();
  });
  return element("li", {}, row, ...(ep.devices.length ? [element("div", { class: "device dim" }, ep.devices.join(", "))] : []));
}

// How often which EP gave which reason.
function reasonRows() {
  const rows = new Map();
  data.nodes.forEach((node, index) => {
    for (const { ep, reason, text } of node.refused_by) {
      const key = JSON.stringify([ep, reason, reason === "not-claimed" ? "" : text]);
      if (!rows.has(key)) rows.set(key, []);
      rows.get(key).push(index);
    }
  });
  return [...rows].sort((a, b) => b[1].length - a[1].length).slice(0, 40).map(([key, nodes]) => {
    const [ep, reason, text] = JSON.parse(key);
    const types = new Map();
    for (const index of nodes) types.set(data.nodes[index].type, (types.get(data.nodes[index].type) ?? 0) + 1);
    const words = [...types].sort((a, b) => b[1] - a[1]).slice(0, 6).map(([type, count]) => `${type} ×${count}`);
    const row = element("li", { class: "link", onclick: () => highlight(nodes) }, chip(ep), " ",
      element("span", { class: "reason" }, reason), ` ${plural(nodes.length, "node")}`,
      ...(text ? [element("div", {}, text)] : []), element("div", { class: "dim" }, words.join(", ")));
    return row;
  });
}

// What is copied in all, and each copy: largest first, with a link to the node that makes the value.
function copyRows() {
  const makers = new Map([...producers].map(([value, node]) => [data.values[value].name, node]));
  const sum = (copies) => copies.reduce((bytes, copy) => bytes + (copy.bytes ?? 0), 0);
  const total = ([once, words]) => {
    const copies = data.copies.filter((copy) => copy.once === once);
    const known = copies.every((copy) => copy.bytes !== null) ? "" : "at least ";
    return copies.length ? [element("p", {}, `${known}${bytesText(sum(copies))} ${words} (${copies.length})`)] : [];
  };
  const row = (copy) => {
    const maker = makers.get(copy.value);
    const link = maker === undefined ? {} : { class: "link", onclick: () => { select(maker); reveal(maker); } };
    return element("li", link, element("span", { class: "mono" }, copy.value),
      element("div", { class: "dim" }, `${shortEp(copy.from)} → ${shortEp(copy.to)}, ${copyText(copy)}`));
  };
  const shown = [...data.copies].sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0)).slice(0, 200);
  return [...[[false, "in each run"], [true, "once"]].flatMap(total), list(shown.map(row))];
}

function overview() {
  panel.replaceChildren();
  const bar = element("div", { class: "bar" });
  for (const ep of data.eps) {
    if (ep.nodes > 0)
      bar.append(element("span", { style: `flex: ${ep.nodes}; background: var(--edge${colourOf(ep.name)})` }));
  }
  section("Execution providers", bar, list(data.eps.map(legendRow)));
  const added = data.kernels.filter((kernel) => kernel.nodes.length === 0).length;
  section("Executed as", element("p", {}, `${plural(data.nodes.length, "node")} of the model run as ` +
    `${plural(data.kernels.length, "step")}${added ? `, ${added} of them added` : ""}.`));
  const reasons = reasonRows();
  if (reasons.length) section("Passed over", list(reasons));
  if (data.copies.length) section("Copies", ...copyRows());
  if (data.notes.length) {
    section("Not in use", list(data.notes.map((note) => element("li", {}, element("b", {}, note.ep), " ",
      element("span", { class: "reason" }, note.reason), element("div", { class: "dim" }, note.text)))));
  }
}

function valueRows(indices) {
  return indices.filter((value) => value !== null).map((index) => {
    const value = data.values[index];
    const row = element("li", {}, element("span", { class: "mono" }, value.name || "(no name)"),
      element("div", { class: "dim" }, shapeText(value) + (value.constant ? ", constant" : "")));
    const maker = producers.get(index);
    if (maker !== undefined && maker !== selected) {
      row.classList.add("link");
      row.addEventListener("click", () => { select(maker); reveal(maker); });
    }
    return row;
  });
}

function details(index) {
  const node = data.nodes[index];
  panel.replaceChildren(element("button", { class: "back", onclick: () => select(null) }, "Overview"),
    element("h3", {}, operatorOf(node)), element("p", { class: "mono dim" }, titleOf(index)),
    element("p", {}, "runs on ", chip(node.ep)));
  if (node.graph) panel.append(element("p", { class: "dim" }, `inside of ${node.graph}`));
  if (node.refused_by.length) {
    section("Why not another", list(node.refused_by.map(({ ep, reason, text }) => element("li", {}, chip(ep), " ",
      element("span", { class: "reason" }, reason), ...(reason === "not-claimed" ? [] : [element("div", {}, text)])))));
  }
  if (node.remarks) section("Remarks", list(node.remarks.map((text) => element("li", {}, chip(node.ep), " ", text))));
  if (node.group !== null) {
    const group = data.groups[node.group];
    section(`Group ${node.group}: ${plural(group.nodes.length, "node")}`, element("p", { class: "mono dim" }, group.name),
            list(group.nodes.slice(0, 60).map(nodeLink)));
  }
  const kernel = node.kernel === null ? null : data.kernels[node.kernel];
  if (kernel === null) {
    section("Executed as", element("p", {}, "Nothing: it was folded or is not needed."));
  } else if (node.group === null) {
    const others = kernel.nodes.filter((other) => other !== index);
    const name = (kernel.domain ? `${kernel.domain}::` : "") + kernel.type;
    section("Executed as", element("p", {}, others.length ? `${name}, together with` : name), list(others.map(nodeLink)));
  }
  section("Inputs", list(valueRows(node.inputs)));
  section("Outputs", list(valueRows(node.outputs)));
  const next = new Set(node.outputs.flatMap((value) => readers.get(value) ?? []));
  if (next.size) section("Read by", list([...next].slice(0, 60).map(nodeLink)));
}

// -- choosing and finding ------------------------------------------------------------------------------

let selected = null;

function clearMarks(name) {
  for (const marked of world.querySelectorAll(`.${name}`)) marked.classList.remove(name);
}

function highlight(nodes) {
  clearMarks("match");
  for (const index of nodes) drawn.get(index)?.classList.add("match");
}

function select(index) {
  for (const name of ["selected", "mate", "lit"]) clearMarks(name);
  selected = index !== null && drawn.has(index) ? index : null;
  if (selected === null) {
    history.replaceState(null, "", location.pathname);
    overview();
    return;
  }
  history.replaceState(null, "", `#node=${selected}`);
  drawn.get(selected).classList.add("selected");
  const node = data.nodes[selected];
  const mates = node.group !== null ? data.groups[node.group].nodes
    : node.kernel !== null ? data.kernels[node.kernel].nodes : [];
  for (const mate of mates) if (mate !== selected) drawn.get(mate)?.classList.add("mate");
  for (const path of edgesOf.get(selected) ?? []) path.classList.add("lit");
  details(selected);
}

function reveal(index) {
  const place = places.get(index);
  if (place === undefined) return;
  if (view.scale < 0.6) view.scale = 0.8;
  centerOn(place.x + place.w / 2, place.y + Math.min(place.h, 80) / 2);
}

const search = byId("search");
let matches = [], match = -1;
function find() {
  const wanted = search.value.trim().toLowerCase();
  matches = [];
  match = -1;
  if (wanted !== "") {
    data.nodes.forEach((node, index) => {
      const values = [...node.inputs, ...node.outputs].filter((v) => v !== null).map((v) => data.values[v].name);
      if ([node.name, node.type, node.ep, ...values].some((text) => text.toLowerCase().includes(wanted))) matches.push(index);
    });
  }
  highlight(matches);
  byId("found").textContent = wanted === "" ? "" : plural(matches.length, "node");
}
function step(by) {
  if (matches.length === 0) return;
  match = (match + by + matches.length) % matches.length;
  byId("found").textContent = `${match + 1} of ${matches.length}`;
  select(matches[match]);
  reveal(matches[match]);
}
search.addEventListener("input", find);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
  if (event.key === "Escape") { search.value = ""; find(); stage.focus(); }
});
window.addEventListener("keydown", (event) => {
  if (event.target === search || event.ctrlKey || event.metaKey || event.altKey) return;
  const pan = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] }[event.key];
  if (event.key === "/") { event.preventDefault(); search.focus(); }
  else if (event.key === "+") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else if (event.key === "0") fit(true);
  else if (event.key === "Escape") select(null);
  else if (pan) { view.x += pan[0]; view.y += pan[1]; show(); }
});

// -- light and dark, and the beginning -----------------------------------------------------------------

const darkWished = window.matchMedia("(prefers-color-scheme: dark)");
function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  drawMap();
}
darkWished.addEventListener("change", (event) => setTheme(event.matches));
byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme !== "dark"));
byId("zoom-in").addEventListener("click", () => zoom(1.25));
byId("zoom-out").addEventListener("click", () => zoom(0.8));
byId("fit").addEventListener("click", () => fit(true));
window.addEventListener("resize", show);

byId("model").textContent = data.model.split("/").pop() + (data.graph ? ` · ${data.graph}` : "");
byId("model").title = data.model;
byId("summary").textContent = data.summary;
document.title = `${data.model.split("/").pop()}: what runs where`;
setTheme(darkWished.matches);
fit(false);
overview();
const asked = /^#node=(\d+)$/.exec(location.hash);
if (asked && data.nodes[Number(asked[1])]) {
  select(Number(asked[1]));
  reveal(Number(asked[1]));
}
document.documentElement.dataset.ready = "1";
