/* One layer of a theme (projects, pipelines, reach, chokepoints) on a map that corridorsBase made,
   and the page of a theme map. Words come out of the blob and are written with textContent. */
function corridorsOverlay(base, overlay) {
  "use strict";
  var map = base.map, level = corridorsOverlay.count = (corridorsOverlay.count || 0) + 1;
  var under = "theme" + level + "-" + map._leaflet_id, NEAR = 24;
  base.pane(under, 330 + level); base.pane(under + "-hits", 360 + level);
  var groups = overlay.classes.map(function (c) { var g = L.layerGroup(); if (c.on) g.addTo(map); return g; });
  var marks = L.layerGroup().addTo(map), clusters = [], key = "", found = { lines: [], points: [] };
  var thin = base.small() ? 0.65 : 1;
  function shown(c) { return map.hasLayer(groups[c]); }

  function sheet(things) {
    var box = base.el("div", "sheet");
    things.forEach(function (thing) {
      var style = overlay.classes[thing.c];
      box.append(base.el("h2", null, thing.name), base.el("p", "kind", style.label), base.rowsOf(thing.rows));
    });
    return box;
  }
  function stroke(thing, latlngs, more) {
    var style = overlay.classes[thing.c], dash = thing.dash == null ? style.dash : thing.dash;
    return L.polyline(latlngs, L.extend({ pane: under, renderer: base.renderer(under), interactive: false, smoothFactor: 0.7, lineJoin: "round", dashArray: dash || null, lineCap: /^0\.1 /.test(dash) ? "round" : "butt" }, more));
  }
  overlay.lines.forEach(function (line) {
    var style = overlay.classes[line.c], weight = (line.weight || style.weight) * thin, group = groups[line.c];
    var parts = line.g.map(function (g) { return base.decode(g, 2); });
    line.parts = parts;
    if (line.rows.length && !line.bare) stroke(line, parts, { color: "#fff", weight: weight + 2.5, dashArray: null, opacity: 0.9 }).addTo(group);
    stroke(line, parts, { color: style.color, weight: weight, opacity: 1 }).addTo(group);
    if (style.shape === "tube") stroke(line, parts, { color: "#fff", weight: weight * 0.4, opacity: 1, dashArray: null }).addTo(group);
    if (!line.rows.length) return;
    var hit = L.polyline(parts, { pane: under + "-hits", renderer: base.renderer(under + "-hits"), color: "#000", opacity: 0, weight: 16, smoothFactor: 0.7 }).addTo(group);
    line.open = function (at) { L.popup(base.room()).setLatLng(at || middle(parts)).setContent(sheet([line])).openOn(map); };
    hit.on("click", function (e) { line.open(e.latlng); });
    found.lines.push(line);
  });
  function middle(parts) {
    var longest = parts.reduce(function (a, b) { return b.length > a.length ? b : a; }, []);
    return longest[Math.floor((longest.length - 1) / 2)];
  }

  function glyph(point) {
    var style = overlay.classes[point.c];
    return corridorsGlyph(base, point.mark || style.mark, point.size || style.size, style.color);
  }
  base.redrawers.push(function () {
    var next = [];
    overlay.points.forEach(function (point) {
      if (!shown(point.c)) return;
      var p = map.project([point.lat, point.lon]), home = null;
      next.some(function (c) { if (p.distanceTo(c.p) < NEAR) { home = c; return true; } return false; });
      if (home) home.points.push(point); else next.push({ p: p, points: [point] });
    });
    var now = JSON.stringify(next.map(function (c) { return c.points.map(function (q) { return overlay.points.indexOf(q); }); }));
    if (now === key) return;
    key = now; clusters = next;
    marks.clearLayers();
    clusters.forEach(function (c) {
      var head = c.points[0], box = base.el("div");
      box.append(glyph(head));
      var marker = L.marker([head.lat, head.lon], { icon: L.divIcon({ className: "mark", html: box, iconSize: [24, 24] }), alt: "", riseOnHover: true, zIndexOffset: (head.mark || overlay.classes[head.c].mark) === "end" ? 900 : -level * 100 });
      marker.addTo(marks).bindPopup(function () { return sheet(c.points); }, base.room());
      var e = marker.getElement(), names = c.points.slice(0, 6).map(function (q) { return q.name; }).join(", ") + (c.points.length > 6 ? " and " + (c.points.length - 6) + " more" : "");
      e.setAttribute("role", "button"); e.title = names;
      e.setAttribute("aria-label", names + ", " + overlay.classes[head.c].label.toLowerCase());
    });
  });

  found.trace = function (board) {
    clusters.forEach(function (c) { c.at = map.latLngToContainerPoint([c.points[0].lat, c.points[0].lon]); board.taken.push([c.at.x - 8, c.at.y - 8, c.at.x + 8, c.at.y + 8]); });
    overlay.lines.forEach(function (line) {
      if (!shown(line.c) || !line.rows.length) return;
      line.parts.forEach(function (part) { board.trace(even(part)); });
    });
  };
  found.names = function (board) {
    function put(text, spots, away, bold) {
      var s = base.small() ? 11.5 : 12.5, w = base.width(text, s, bold ? 650 : 500) + 4, h = s * 1.25, best = null;
      var tries = [[away, 0], [-away - w, 0], [8, -h - 1], [-8 - w, -h - 1], [8, h + 1], [-8 - w, h + 1], [-w / 2, -h - 5], [-w / 2, h + 5], [14, -2 * h - 2], [-14 - w, -2 * h - 2], [14, 2 * h + 2], [-14 - w, 2 * h + 2]];
      if (overlay.quiet) { tries = tries.slice(0, 8); bold = false; }
      (overlay.quiet ? [true] : [true, false]).some(function (strict) {
        return spots.some(function (at) {
          return tries.some(function (o) {
            var x = at.x + o[0], y = at.y + o[1] - h / 2, b = [x, y, x + w, y + h];
            if (!board.inside(b) || !board.free(b, board.taken) || (strict && !board.offLines(b))) return false;
            best = b; return true;
          });
        });
      });
      if (best) { board.taken.push(best); board.put(bold ? "n-place" : "n-place n-quiet", text, best[0] + 1, best[1]); }
    }
    if (base.small() && board.zoom < 3.4) return;
    clusters.forEach(function (c) { if (c.points[0].label) put(c.points[0].label, [c.at], 12, true); });
    overlay.lines.forEach(function (line) {
      if (!shown(line.c) || !line.label) return;
      var all = even(line.parts.reduce(function (a, b) { return b.length > a.length ? b : a; }, []));
      if (!all.length) return;
      var spots = [0.5, 0.35, 0.65, 0.2, 0.8, 0, 1].map(function (share) { return all[Math.floor((all.length - 1) * share)].subtract(board.offset); });
      put(line.label, spots, 10, overlay.classes[line.c].shape !== "tube");
    });
  };
  base.labellers.push(found.trace, found.names);
  /* Points of a line every few pixels: labels keep off the line, not only off its corners. */
  function even(part) {
    var out = [], size = map.getSize(), frame = L.bounds(map.containerPointToLayerPoint([-60, -60]), map.containerPointToLayerPoint([size.x + 60, size.y + 60]));
    for (var i = 0, last = null; i < part.length; i++) {
      var p = map.latLngToLayerPoint(part[i]);
      if (last && (frame.contains(p) || frame.contains(last))) {
        for (var n = Math.max(1, Math.ceil(p.distanceTo(last) / 6)), k = 1; k <= n; k++) out.push(L.point(last.x + (p.x - last.x) * k / n, last.y + (p.y - last.y) * k / n));
      }
      last = p;
    }
    return out;
  }
  base.section(overlay.title, overlay.classes.map(function (c, number) {
    var line = c.shape === "point" ? null : { color: c.color, weight: c.weight, dash: c.dash };
    return { text: c.label, on: c.on, set: base.toggle(groups[number]), line: line };
  }));
  /* The key of a corridor map grows by this layer; a theme's page has its key already. */
  var key2 = document.querySelector("#legend ul");
  if (key2 && !base.keyed) overlay.classes.forEach(function (c) {
    var item = base.el("li"), v = base.svgEl("svg", { width: 40, height: 20, viewBox: "0 0 40 20", "aria-hidden": "true" });
    var line = { d: "M2 10H38", stroke: c.color, "stroke-width": c.weight, "stroke-linecap": /^0\.1 /.test(c.dash) ? "round" : "butt" };
    if (c.dash) line["stroke-dasharray"] = c.dash;
    if (c.shape !== "point") base.svgEl("path", line, v);
    if (c.shape === "tube") base.svgEl("path", { d: "M2 10H38", stroke: "#fff", "stroke-width": c.weight * 0.4 }, v);
    if (c.mark) { var g = base.svgEl("g", { transform: "translate(20 10)" }, v); g.append.apply(g, corridorsGlyph(base, c.mark, c.size, c.color).childNodes); }
    item.append(v, document.createTextNode(c.label));
    key2.append(item);
  });
  found.points = overlay.points;
  found.open = function (point) {
    groups[point.c].addTo(map);
    map.setView([point.lat, point.lon], Math.max(map.getZoom(), 5), { animate: false });
    L.popup(base.room()).setLatLng([point.lat, point.lon]).setContent(sheet([point])).openOn(map);
  };
  found.show = function (line) {
    groups[line.c].addTo(map);
    map.fitBounds(L.latLngBounds(line.parts.reduce(function (a, b) { return a.concat(b); }, [])), { padding: [60, 60], maxZoom: 6, animate: false });
    line.open();
  };
  return found;
}
function corridorsGlyph(base, mark, r, color) {
  "use strict";
  var v = base.svgEl("svg", { width: 24, height: 24, viewBox: "-12 -12 24 24", "aria-hidden": "true" });
  function add(tag, attrs) { base.svgEl(tag, attrs, v); }
  var edge = { stroke: "#fff", "stroke-width": 1.6, fill: color };
  if (mark === "triangle") add("path", L.extend({ d: "M0 " + -r * 1.15 + " " + r * 1.15 + " " + r * 0.95 + "H" + -r * 1.15 + "Z", "stroke-linejoin": "round" }, edge));
  else if (mark === "square") add("rect", L.extend({ x: -r * 0.85, y: -r * 0.85, width: r * 1.7, height: r * 1.7 }, edge));
  else if (mark === "end") { add("circle", { r: 8, fill: "#16202b", stroke: "#fff", "stroke-width": 2 }); add("circle", { r: 2.8, fill: "#fff" }); }
  else if (mark === "ring" || mark === "half") {
    add("circle", { r: r, fill: "#fff", stroke: color, "stroke-width": 2.4, "stroke-dasharray": mark === "ring" ? "2.6 2" : "none" });
    if (mark === "half") add("path", { d: "M0 " + -r + "A" + r + " " + r + " 0 0 0 0 " + r + "Z", fill: color });
  } else add("circle", L.extend({ r: r }, edge));
  return v;
}
function corridorsTheme(map, blobId) {
  "use strict";
  var data = JSON.parse(document.getElementById(blobId).textContent), base = corridorsBase(map, data);
  base.keyed = true;
  var layers = data.overlays.map(function (o) { return corridorsOverlay(base, o); });
  base.section("Shown", base.shownRows());
  base.background();
  /* Names keep off the lines of all layers, and those of the highest layer come first. */
  base.labellers = layers.map(function (l) { return l.trace; }).concat(layers.map(function (l) { return l.names; }).reverse());
  /* A row of the table leads to its place. */
  document.querySelectorAll("button[data-place]").forEach(function (b) {
    var at = b.dataset.place.split(" "), layer = layers[at[0]], thing = data.overlays[at[0]][at[1]][at[2]];
    b.addEventListener("click", function () { map.getContainer().scrollIntoView({ block: "nearest" }); if (at[1] === "points") layer.open(thing); else layer.show(thing); });
  });
  base.fit();
  base.start();
  map.corridors = { data: data, png: base.png };
}
