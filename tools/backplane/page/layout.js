// Layered drawing of an acyclic graph: nodes in rows by longest path, rows ordered to cross few
// edges, positions as near to their neighbours as the room allows. Knows nothing about models.

"use strict";

const LAYOUT = { columnGap: 26, rowGap: 44, dummyWidth: 10, maxDummies: 30000, sweeps: 8, middle: 0.03 };

// nodes: [{w, h}] in an order in which every edge goes forward; edges: [[from, to]].
// Returns {width, height, x, y (top left corners), paths: for each edge [[x, y], ...] or null}.
function layoutGraph(nodes, edges) {
  const forward = edges.map(([from, to]) => from < to);
  const rank = rankNodes(nodes.length, edges.filter((_, i) => forward[i]));
  const items = nodes.map((node, i) => ({ w: node.w, h: node.h, rank: rank[i], up: [], down: [] }));
  const chains = nodes.map(() => []);
  const routes = routeEdges(items, edges, forward, chains);
  const rows = orderRows(items);
  placeColumns(items, rows);
  straighten(items, chains);
  const { tops, height } = placeRows(items, rows);

  const left = Math.min(...items.map((item) => item.x - item.w / 2), 0);
  const right = Math.max(...items.map((item) => item.x + item.w / 2), 0);
  const bottomOf = (item) => tops[item.rank] + item.h;
  const paths = routes.map((route) => {
    if (route === null) return null;
    return route.flatMap((index, step) => {
      const item = items[index];
      const x = item.x - left;
      if (step === 0) return [[x, bottomOf(item)]];
      if (step === route.length - 1) return [[x, tops[item.rank]]];
      return [[x, tops[item.rank]], [x, tops[item.rank] + rows.heights[item.rank]]];
    });
  });
  return {
    width: right - left,
    height,
    x: nodes.map((_, i) => items[i].x - items[i].w / 2 - left),
    y: nodes.map((_, i) => tops[items[i].rank]),
    paths,
  };
}

function rankNodes(count, edges) {
  const rank = new Array(count).fill(0);
  const byTarget = Array.from({ length: count }, () => []);
  const bySource = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) {
    byTarget[to].push(from);
    bySource[from].push(to);
  }
  for (let node = 0; node < count; ++node)
    for (const from of byTarget[node]) rank[node] = Math.max(rank[node], rank[from] + 1);
  // What nothing leads to stands right above what it leads to.
  for (let node = count - 1; node >= 0; --node)
    if (byTarget[node].length === 0 && bySource[node].length > 0)
      rank[node] = Math.min(...bySource[node].map((to) => rank[to])) - 1;
  return rank;
}

// Adds a place in each row that a long edge passes to the chain of its source; edges of one source
// share them. Returns for each edge the items that it goes through; null for those that are not
// drawn through rows.
function routeEdges(items, edges, forward, chains) {
  let dummies = 0;
  const connect = (a, b) => {
    if (items[a].down.includes(b)) return;
    items[a].down.push(b);
    items[b].up.push(a);
  };
  return edges.map(([from, to], i) => {
    if (!forward[i]) return null;
    const span = items[to].rank - items[from].rank;
    if (dummies + span > LAYOUT.maxDummies) return null;
    const chain = chains[from];
    while (chain.length < span - 1) {
      const index = items.length;
      items.push({ w: LAYOUT.dummyWidth, h: 0, rank: items[from].rank + chain.length + 1, up: [], down: [],
                   dummy: true });
      connect(chain.length === 0 ? from : chain[chain.length - 1], index);
      chain.push(index);
      ++dummies;
    }
    const route = [from, ...chain.slice(0, span - 1), to];
    connect(route[route.length - 2], to);
    return route;
  });
}

function orderRows(items) {
  const rows = [];
  items.forEach((item, index) => (rows[item.rank] ??= []).push(index));
  for (let r = 0; r < rows.length; ++r) rows[r] ??= [];
  const place = () => rows.forEach((row) => row.forEach((index, i) => { items[index].order = i; }));
  place();
  const center = (item, side) => {
    const neighbours = item[side];
    if (neighbours.length === 0) return item.order;
    return neighbours.reduce((sum, n) => sum + items[n].order, 0) / neighbours.length;
  };
  for (let sweep = 0; sweep < LAYOUT.sweeps; ++sweep) {
    const downwards = sweep % 2 === 0;
    for (let step = 0; step < rows.length; ++step) {
      const row = rows[downwards ? step : rows.length - 1 - step];
      const key = new Map(row.map((index) => [index, center(items[index], downwards ? "up" : "down")]));
      row.sort((a, b) => key.get(a) - key.get(b) || items[a].order - items[b].order);
      row.forEach((index, i) => { items[index].order = i; });
    }
  }
  rows.heights = rows.map((row) => Math.max(0, ...row.map((index) => items[index].h)));
  return rows;
}

// Each row in turn comes as near to the centres of its neighbours as order and widths allow.
function placeColumns(items, rows) {
  for (const row of rows) {
    let x = 0;
    for (const index of row) {
      items[index].x = x + items[index].w / 2;
      x += items[index].w + LAYOUT.columnGap;
    }
    for (const index of row) items[index].x -= x / 2;
  }
  const wish = (item, sides) => {
    let sum = 0, weight = LAYOUT.middle;  // a little towards the middle, else long graphs drift away
    for (const side of sides) {
      for (const n of item[side]) {
        const w = item.dummy && items[n].dummy ? 8 : item.dummy || items[n].dummy ? 2 : 1;
        sum += w * items[n].x;
        weight += w;
      }
    }
    return weight === LAYOUT.middle ? [item.x, 0.01] : [sum / weight, weight];
  };
  const move = (sides, downwards) => {
    for (let step = 0; step < rows.length; ++step) {
      const row = rows[downwards ? step : rows.length - 1 - step];
      if (row.length > 0) settleRow(items, row, row.map((index) => wish(items[index], sides)));
    }
  };
  for (let round = 0; round < 4; ++round) {
    move(["up"], true);
    move(["down"], false);
  }
  for (let round = 0; round < 6; ++round) move(["up", "down"], round % 2 === 0);
}

// Long edges run straight down where that moves them by less than the room beside them.
function straighten(items, chains) {
  const room = LAYOUT.columnGap - 4;
  for (const chain of chains) {
    for (let first = 0; first < chain.length;) {
      let end = first, least = Infinity, most = -Infinity;
      for (; end < chain.length; ++end) {
        const x = items[chain[end]].x;
        if (Math.max(most, x) - Math.min(least, x) > room) break;
        least = Math.min(least, x);
        most = Math.max(most, x);
      }
      for (; first < end; ++first) items[chain[first]].x = (least + most) / 2;
    }
  }
}

// Least squares with a minimum distance between neighbours: pool adjacent violators.
function settleRow(items, row, wishes) {
  let offset = 0;
  const offsets = row.map((index, i) => {
    if (i > 0) offset += (items[row[i - 1]].w + items[index].w) / 2 + LAYOUT.columnGap;
    return offset;
  });
  const pools = [];
  row.forEach((_, i) => {
    const [target, weight] = wishes[i];
    pools.push({ sum: weight * (target - offsets[i]), weight, count: 1 });
    while (pools.length > 1) {
      const last = pools[pools.length - 1], before = pools[pools.length - 2];
      if (before.sum / before.weight <= last.sum / last.weight) break;
      before.sum += last.sum;
      before.weight += last.weight;
      before.count += last.count;
      pools.pop();
    }
  });
  let i = 0;
  for (const pool of pools)
    for (let n = 0; n < pool.count; ++n, ++i) items[row[i]].x = pool.sum / pool.weight + offsets[i];
}

function placeRows(items, rows) {
  const tops = [];
  let y = 0;
  rows.forEach((row, r) => {
    tops.push(y);
    y += rows.heights[r] + LAYOUT.rowGap;
  });
  return { tops, height: Math.max(0, y - LAYOUT.rowGap) };
}

if (typeof module !== "undefined") module.exports = { layoutGraph };
