/* The map as it is seen, as one SVG that stands alone: finding, map, key, figures, sources.

   corridorsPicture(base, {title, headline, lines, table, notes}) -> <svg>
     lines: [text, colour] under the finding; table: rows of cells, the first row its head;
     notes: paragraphs below */
function corridorsPicture(base, words) {
  "use strict";
  var map = base.map, size = map.getSize(), wide = Math.max(760, size.x), EDGE = 20, INK = "#16202b", MUTED = "#55616e";
  var svg = base.svgEl("svg", { xmlns: "http://www.w3.org/2000/svg", role: "img", "font-family": 'Inter, "Segoe UI", "Noto Sans", "Helvetica Neue", Arial, sans-serif' });
  var paper = base.svgEl("rect", { width: wide, fill: "#fff" }, null), y = 26;
  base.svgEl("title", {}, svg).textContent = words.title;
  svg.appendChild(paper);
  function write(text, x, at, points, attrs, parent) {
    var e = base.svgEl("text", L.extend({ x: x, y: at, "font-size": points, fill: INK }, attrs), parent || svg);
    e.textContent = text;
    return e;
  }
  function wrap(text, room, points, weight) {
    var lines = [];
    text.split(/\s+/).forEach(function (word) {
      var longer = lines.length ? lines[lines.length - 1] + " " + word : word;
      if (lines.length && base.width(longer, points, weight) <= room) lines[lines.length - 1] = longer; else lines.push(word);
    });
    return lines;
  }
  function paragraph(text, points, weight, fill) {
    wrap(text, wide - 2 * EDGE, points, weight).forEach(function (line) { write(line, EDGE, y, points, { "font-weight": weight, fill: fill }); y += points * 1.4; });
  }
  words.lines.forEach(function (line) { paragraph(line[0], 13, 400, line[1]); });
  y += 8;
  paragraph(words.headline, 21, 650, INK);

  /* ---- the map: what its panes hold is in pixels already */
  var o = map.containerPointToLayerPoint([0, 0]), top = y - 6;
  var frame = base.svgEl("svg", { x: (wide - size.x) / 2, y: top, width: size.x, height: size.y, viewBox: [o.x, o.y, size.x, size.y].join(" ") }, svg);
  base.svgEl("rect", { x: o.x, y: o.y, width: size.x, height: size.y, fill: "#dfe8ee" }, frame);
  var panes = Array.from(map.getContainer().querySelectorAll(".leaflet-pane > svg")).filter(function (e) { return !/hits/.test(e.parentNode.className); });
  panes.sort(function (a, b) { return (a.parentNode.style.zIndex || 400) - (b.parentNode.style.zIndex || 400); });
  panes.forEach(function (e) { Array.from(e.children).forEach(function (g) { frame.appendChild(g.cloneNode(true)); }); });
  map.eachLayer(function (layer) {
    var e = layer instanceof L.Marker && layer.getElement(), shape = e && e.querySelector("svg");
    if (!shape) return;
    var p = map.latLngToLayerPoint(layer.getLatLng()), copy = shape.cloneNode(true);
    copy.setAttribute("x", p.x - copy.getAttribute("width") / 2); copy.setAttribute("y", p.y - copy.getAttribute("height") / 2);
    frame.appendChild(copy);
  });
  map.getPane("names").querySelectorAll(".names > div").forEach(function (e) {
    var p = L.DomUtil.getPosition(e), style = getComputedStyle(e), points = parseFloat(style.fontSize);
    if (e.className === "dot") { base.svgEl("circle", { cx: p.x + 4.5, cy: p.y + 4.5, r: 3.5, fill: "#fff", stroke: style.getPropertyValue("--c"), "stroke-width": 2 }, frame); return; }
    var text = write(e.textContent, p.x, p.y + points, points, { fill: style.color, "font-weight": style.fontWeight, "font-style": style.fontStyle, "letter-spacing": style.letterSpacing === "normal" ? 0 : style.letterSpacing }, frame);
    var halo = { stroke: "#fff", "stroke-width": 3.2, "stroke-linejoin": "round", "paint-order": "stroke" };
    if (!/n-country|n-water/.test(e.className)) Object.keys(halo).forEach(function (key) { text.setAttribute(key, halo[key]); });
  });
  map.getContainer().querySelectorAll(".mover").forEach(function (e) {
    if (e.style.display === "none") return;
    var p = L.DomUtil.getPosition(e), style = getComputedStyle(e), name = e.textContent, half = base.width(name, 11.5, 650) / 2 + 8, up = e.classList.contains("low") ? 11 : -29;
    base.svgEl("circle", { cx: p.x, cy: p.y, r: 6.5, fill: style.getPropertyValue("--c"), stroke: "#fff", "stroke-width": 2.5 }, frame);
    base.svgEl("rect", { x: p.x - half, y: p.y + up, width: 2 * half, height: 18, rx: 9, fill: style.getPropertyValue("--t") }, frame);
    write(name, p.x, p.y + up + 13, 11.5, { fill: "#fff", "font-weight": 650, "text-anchor": "middle" }, frame);
  });
  var rows = document.querySelectorAll("#legend li"), low = o.y + size.y - rows.length * 21 - 22;
  if (rows.length && !base.small()) {
    base.svgEl("rect", { x: o.x + 14, y: low, width: 214, height: rows.length * 21 + 10, rx: 8, fill: "#fff", "fill-opacity": 0.95 }, frame);
    rows.forEach(function (row, i) {
      var copy = row.querySelector("svg").cloneNode(true), high = Number(copy.getAttribute("height"));
      copy.setAttribute("x", o.x + 24); copy.setAttribute("y", low + 5 + i * 21 + (21 - high) / 2);
      frame.appendChild(copy);
      write(row.textContent, o.x + 74, low + 20 + i * 21, 12, {}, frame);
    });
  }
  y = top + size.y + 24;

  /* ---- figures and sources */
  words.table.forEach(function (cells, number) {
    cells.forEach(function (cell, i) {
      var last = cells.length - 1, at = i ? EDGE + 150 + (wide - 2 * EDGE - 150) * i / last : EDGE;
      write(cell, at, y, 13, { "font-weight": i || !number ? 400 : 650, fill: number ? INK : MUTED, "text-anchor": i ? "end" : "start" });
    });
    y += 20;
  });
  y += 4;
  words.notes.forEach(function (note) { paragraph(note, 11, 400, MUTED); });
  paper.setAttribute("height", y);
  svg.setAttribute("viewBox", "0 0 " + wide + " " + y);
  return svg;
}
