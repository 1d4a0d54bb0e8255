/* Draws a corridor comparison on a Leaflet map. Everything shown comes from one JSON blob and is
   written with textContent: no string from data is ever parsed as markup. */
function corridorsMap(map, blobId) {
  "use strict";
  var data = JSON.parse(document.getElementById(blobId).textContent);
  var MODES = { rail: ["Rail", 4, null], road: ["Road", 4, "7 5"], ferry: ["Ferry", 5, "0.1 7.5"], sea: ["Sea", 3.6, "15 6"] };
  var KINDS = { end: "Origin or destination", wait: "Wait for a ship", gauge: "Change of gauge", border: "Border crossing", transfer: "Change of mode or ship", strait: "Strait, canal or cape", terminal: "Terminal" };
  var GAP = 6.2, STEP = 4, EASE = 36, SVG = "http://www.w3.org/2000/svg";
  var calm = matchMedia("(prefers-reduced-motion: reduce)");

  function byId(id) { return document.getElementById(id); }
  function el(tag, cls, text) {
    var e = document.createElement(tag);
    if (cls) e.className = cls;
    if (text != null) e.textContent = text;
    return e;
  }
  function svgEl(tag, attrs, parent) {
    var e = document.createElementNS(SVG, tag);
    for (var k in attrs) e.setAttribute(k, attrs[k]);
    if (parent) parent.appendChild(e);
    return e;
  }
  function paint(e, option) { e.style.setProperty("--c", option.line); e.style.setProperty("--t", option.text); return e; }
  function small() { return map.getSize().x < 600; }

  /* Encoded polylines: differences in five-bit characters, latitude first. */
  function decode(text, digits) {
    var i = 0, lat = 0, lon = 0, out = [], scale = Math.pow(10, digits);
    function next() {
      var shift = 0, value = 0, bits;
      do { bits = text.charCodeAt(i++) - 63; value |= (bits & 31) << shift; shift += 5; } while (bits >= 32);
      return value & 1 ? ~(value >> 1) : value >> 1;
    }
    while (i < text.length) { lat += next(); lon += next(); out.push([lat / scale, lon / scale]); }
    return out;
  }
  function decodeBase(text) { return decode(text, 2); }

  /* ---- base map: stays below everything, works without a network */
  function pane(name, z) { var p = map.createPane(name); p.style.zIndex = z; return p; }
  pane("ground", 210); pane("casing", 390); pane("routes", 400); pane("hits", 410);
  var ground = L.svg({ pane: "ground", padding: 0.3 });
  function still(options) { return L.extend({ pane: "ground", renderer: ground, interactive: false, smoothFactor: 1 }, options); }
  var base = data.base;
  var land = L.layerGroup([
    L.polygon(base.land.map(function (p) { return p.map(decodeBase); }), still({ color: "#b9c4cc", weight: 0.8, fillColor: "#f7f5f0", fillOpacity: 1 })),
    L.polygon(base.lakes.map(function (p) { return p.map(decodeBase); }), still({ color: "#b9c4cc", weight: 0.6, fillColor: "#dfe8ee", fillOpacity: 1 })),
    L.polyline(base.rivers.map(decodeBase), still({ color: "#cfdde6", weight: 0.9 }))
  ]).addTo(map);
  var borders = L.layerGroup([
    L.polyline(base.borders.map(decodeBase), still({ color: "#c6c1b4", weight: 1 })),
    L.polyline(base.disputed.map(decodeBase), still({ color: "#b3ad9d", weight: 1.3, dashArray: "1.5 3" }))
  ]).addTo(map);
  map.setMaxBounds([[-58, -75], [84, 205]]);
  map.options.maxBoundsViscosity = 0.8;
  map.attributionControl.setPrefix(false);
  map.attributionControl.addAttribution(small() ? "© OpenStreetMap contributors · Natural Earth" : "Lines © OpenStreetMap contributors (ODbL) · Land, boundaries: Natural Earth; dotted: disputed, no endorsement");
  L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(map);

  /* ---- lanes: a corridor is sampled in pixels, each sample pushed to its lane */
  function Track(option) {
    this.legs = option.legs.map(function (leg) { return { lanes: leg.lanes, points: leg.g ? decode(leg.g, 3) : [] }; });
    this.key = null;
  }
  Track.prototype.rings = function () {
    var origin = map.getPixelOrigin(), key = map.getZoom() + ":" + origin.x + ":" + origin.y;
    if (this.key === key) return this.out;
    this.key = key;
    var step = map.getZoom() > 6.5 ? STEP * 3 : STEP, xs = [], ys = [], lane = [], ends = [], any = false;
    this.legs.forEach(function (leg) {
      var p = leg.points.map(function (ll) { var q = map.project(ll); return [q.x - origin.x, q.y - origin.y]; });
      var start = xs.length, run = -1;
      for (var i = 0; i + 1 < p.length; i++) {
        var dx = p[i + 1][0] - p[i][0], dy = p[i + 1][1] - p[i][1], length = Math.hypot(dx, dy);
        var parts = Math.max(1, Math.ceil(length / step)), last = i + 2 === p.length ? parts : parts - 1;
        for (var k = 0; k <= last; k++) {
          var t = k / parts, at = i + t;
          while (run + 1 < leg.lanes.length && leg.lanes[run + 1][0] <= at) run++;
          var value = run < 0 ? 0 : leg.lanes[run][1];
          if (value) any = true;
          xs.push(p[i][0] + dx * t); ys.push(p[i][1] + dy * t); lane.push(value);
        }
      }
      ends.push([start, xs.length]);
    });
    if (any) shift(xs, ys, lane);
    this.out = ends.map(function (span) {
      var ring = [];
      for (var i = span[0]; i < span[1]; i++) ring.push(L.point(xs[i], ys[i]));
      return ring;
    });
    for (var j = 1, joined = this.out; j < joined.length; j++) {
      if (joined[j].length && joined[j - 1].length) joined[j][0] = joined[j - 1][joined[j - 1].length - 1];
    }
    return this.out;
  };
  function shift(xs, ys, lane) {
    var n = xs.length, along = [0], ease = [], i, from = 0, to = 0, sum = 0;
    for (i = 1; i < n; i++) along.push(along[i - 1] + Math.hypot(xs[i] - xs[i - 1], ys[i] - ys[i - 1]));
    for (i = 0; i < n; i++) {
      while (to < n && along[to] <= along[i] + EASE) sum += lane[to++];
      while (along[from] < along[i] - EASE) sum -= lane[from++];
      ease.push(sum / (to - from));
    }
    var nx = [], ny = [];
    for (i = 0; i < n; i++) {
      var a = i, b = i;
      while (a > 0 && along[i] - along[a] < 14) a--;
      while (b < n - 1 && along[b] - along[i] < 14) b++;
      var dx = xs[b] - xs[a], dy = ys[b] - ys[a], length = Math.hypot(dx, dy) || 1;
      nx.push(-dy / length); ny.push(dx / length);
    }
    for (i = 0; i < n; i++) { xs[i] += nx[i] * ease[i] * GAP; ys[i] += ny[i] * ease[i] * GAP; }
  }
  var Stroke = L.Polyline.extend({
    initialize: function (track, leg, options) { this.track = track; this.leg = leg; L.Polyline.prototype.initialize.call(this, track.legs[leg].points, options); },
    _projectLatlngs: function (latlngs, result, bounds) {
      var ring = this.track.rings()[this.leg];
      ring.forEach(function (p) { bounds.extend(p); });
      result.push(ring);
    }
  });
  var renderers = {};
  ["casing", "routes", "hits"].forEach(function (name) { renderers[name] = L.svg({ pane: name, padding: 0.3 }); });

  var chosen = null, hovered = null;
  var corridors = data.options.map(function (option, number) {
    var track = new Track(option), group = L.layerGroup(), lines = [], casings = [];
    option.legs.forEach(function (leg, i) {
      if (track.legs[i].points.length < 2) return;
      var mode = MODES[leg.mode], common = { smoothFactor: 0.6, lineJoin: "round" };
      function stroke(name, more) { return new Stroke(track, i, L.extend({ pane: name, renderer: renderers[name] }, common, more)); }
      var casing = stroke("casing", { color: "#fff", weight: mode[1] + 3, interactive: false, opacity: 0.95 });
      var line = stroke("routes", { color: option.line, weight: mode[1], dashArray: mode[2], lineCap: leg.mode === "ferry" ? "round" : "butt", interactive: false, opacity: 1 });
      var hit = stroke("hits", { color: "#000", opacity: 0, weight: 16 });
      hit.on("mouseover", function () { hover(number); echo([{ option: number, leg: true, number: i }]); }).on("mouseout", function () { hover(null); echo([]); })
        .on("click", function (e) { choose(number); L.popup(room()).setLatLng(e.latlng).setContent(legSheet(option, leg)).openOn(map); });
      casings.push(casing); lines.push(line);
      [casing, line, hit].forEach(function (layer) { group.addLayer(layer); });
    });
    group.addTo(map);
    return { option: option, track: track, group: group, lines: lines, casings: casings, number: number };
  });
  function shown(c) { return map.hasLayer(c.group); }
  function hover(number) { hovered = number; light(); }
  function choose(number) {
    chosen = chosen === number ? null : number;
    document.querySelectorAll(".card[data-option]").forEach(function (card) {
      var on = Number(card.dataset.option) === chosen;
      card.classList.toggle("chosen", on);
      card.querySelector("button").setAttribute("aria-pressed", String(on));
    });
    light();
  }
  function light() {
    var focus = hovered == null ? chosen : hovered;
    corridors.forEach(function (c) {
      var on = focus == null || focus === c.number;
      c.lines.forEach(function (l) { l.setStyle({ opacity: on ? 1 : 0.25 }); if (focus === c.number) l.bringToFront(); });
      c.casings.forEach(function (l) { l.setStyle({ opacity: on ? 0.95 : 0.5 }); });
    });
    if (way) way.dim(focus);
  }

  /* ---- the profile below the map: a step chosen there is shown here, and the other way round */
  var way = null, spot = L.layerGroup().addTo(map);
  function echo(list) { if (way) way.mark(list); }
  function point(step) {
    spot.clearLayers();
    hover(step && step.option);
    if (!step) return;
    var c = corridors[step.option], ring = { color: "#16202b", interactive: false, fill: false };
    if (step.leg && c.track.legs[step.number].points.length > 1) {
      spot.addLayer(new Stroke(c.track, step.number, L.extend({ pane: "casing", renderer: renderers.casing, weight: 13, opacity: 0.55, lineCap: "round" }, ring)));
    } else if (!step.leg && c.option.events[step.number].length > 3) {
      var e = c.option.events[step.number];
      spot.addLayer(L.circleMarker([e[3], e[2]], L.extend({ pane: "hits", renderer: renderers.hits, radius: 17, weight: 4 }, ring)));
    }
  }

  /* ---- popups */
  function rowsOf(rows) {
    var list = el("dl");
    rows.forEach(function (row) { list.append(el("dt", null, row[0]), el("dd", row[1].length > 34 ? "long" : null, row[1])); });
    return list;
  }
  function legSheet(option, leg) {
    var sheet = el("div", "sheet"), title = paint(el("h3", null, option.name), option);
    sheet.append(el("h2", null, MODES[leg.mode][0] + ", " + leg.from + " to " + leg.to), title, rowsOf(leg.rows));
    return sheet;
  }
  function markSheet(marks) {
    var sheet = el("div", "sheet");
    marks.forEach(function (mark) {
      sheet.append(el("h2", null, mark.name), el("p", "kind", KINDS[mark.kind]));
      mark.items.forEach(function (item) {
        var option = data.options[item.option];
        var place = item.place && item.place !== mark.name ? " · " + item.place : "";
        sheet.append(paint(el("h3", null, option.short + ": " + item.what + place), option), rowsOf(item.rows));
      });
    });
    return sheet;
  }

  /* ---- marks: shapes by kind; what would overlap at this zoom is shown as the most telling one */
  function glyph(kind) {
    var v = svgEl("svg", { width: 22, height: 22, viewBox: "-11 -11 22 22", "aria-hidden": "true" });
    var pen = { fill: "#fff", stroke: "#16202b", "stroke-width": 1.8 };
    function add(tag, attrs) { svgEl(tag, attrs, v); }
    if (kind === "end") { add("circle", { r: 8, fill: "#16202b", stroke: "#fff", "stroke-width": 2 }); add("circle", { r: 2.8, fill: "#fff" }); }
    else if (kind === "wait") { add("circle", L.extend({ r: 6.4 }, pen)); add("path", { d: "M0-3.8V.4L2.8 2", fill: "none", stroke: "#16202b", "stroke-width": 1.6, "stroke-linecap": "round" }); }
    else if (kind === "gauge") add("path", L.extend({ d: "M0-7 7 0 0 7-7 0Z" }, pen));
    else if (kind === "border") add("rect", L.extend({ x: -4.6, y: -4.6, width: 9.2, height: 9.2 }, pen));
    else if (kind === "transfer") { add("circle", L.extend({ r: 5.4 }, pen)); add("circle", { r: 1.9, fill: "#16202b" }); }
    else if (kind === "strait") add("path", { d: "M0-6.6 6.8 5.4H-6.8Z", fill: "#ffd23f", stroke: "#16202b", "stroke-width": 1.5, "stroke-linejoin": "round" });
    else add("circle", L.extend({ r: 3.8 }, pen));
    return v;
  }
  var marksLayer = L.layerGroup().addTo(map), clusters = [], clusterKey = "";
  function relevant(mark) {
    if (mark.kind === "end") return true;
    return mark.items.some(function (item) { return shown(corridors[item.option]); });
  }
  /* A popup opens between what floats above and below it. */
  function room() {
    var low = (byId("clock") ? byId("clock").offsetHeight : 0) + 20, top = small() ? 58 : 12;
    return { maxWidth: small() ? 260 : 320, maxHeight: Math.max(130, map.getSize().y - low - top - 84), autoPanPaddingTopLeft: [10, top], autoPanPaddingBottomRight: [10, low] };
  }
  function drawMarks() {
    var near = 27, next = [];
    data.marks.filter(relevant).forEach(function (mark) {
      var p = map.project([mark.lat, mark.lon]), home = null;
      next.some(function (c) { if (p.distanceTo(c.p) < near) { home = c; return true; } return false; });
      if (home) home.marks.push(mark); else next.push({ p: p, marks: [mark] });
    });
    var key = JSON.stringify(next.map(function (c) { return c.marks.map(function (m) { return [m.lon, m.lat]; }); }));
    if (key === clusterKey) return;
    clusterKey = key; clusters = next;
    marksLayer.clearLayers();
    clusters.forEach(function (c) {
      var head = c.marks[0], box = el("div");
      box.append(glyph(head.kind));
      var label = c.marks.map(function (m) { return m.name + ", " + KINDS[m.kind].toLowerCase(); }).join("; ");
      var marker = L.marker([head.lat, head.lon], { icon: L.divIcon({ className: "mark", html: box, iconSize: [24, 24] }), alt: "", riseOnHover: true, zIndexOffset: head.kind === "end" ? 400 : 0 });
      marker.addTo(marksLayer);
      marker.bindPopup(function () { return markSheet(c.marks); }, room());
      var e = marker.getElement();
      var events = [];
      c.marks.forEach(function (m) { m.items.forEach(function (item) { if (item.event != null) events.push({ option: item.option, leg: false, number: item.event }); }); });
      ["mouseover", "focus"].forEach(function (name) { e.addEventListener(name, function () { echo(events); }); });
      ["mouseout", "blur"].forEach(function (name) { e.addEventListener(name, function () { echo([]); }); });
      e.setAttribute("role", "button"); e.setAttribute("aria-label", label); e.title = c.marks.map(function (m) { return m.name; }).join(", ");
    });
  }

  /* ---- time: where each container is after so many days of mean hours */
  function along(ring, share) {
    if (!ring.length) return null;
    var total = 0, i, gone = 0;
    for (i = 1; i < ring.length; i++) total += ring[i].distanceTo(ring[i - 1]);
    for (i = 1; i < ring.length; i++) {
      var d = ring[i].distanceTo(ring[i - 1]);
      if (gone + d >= total * share && d) {
        var t = (total * share - gone) / d;
        return L.point(ring[i - 1].x + (ring[i].x - ring[i - 1].x) * t, ring[i - 1].y + (ring[i].y - ring[i - 1].y) * t);
      }
      gone += d;
    }
    return ring[ring.length - 1];
  }
  function at(c, days) {
    var hours = days * 24, times = c.option.times, rings = c.track.rings(), span = null, share = 0, gone = 0;
    for (var i = 0; i < times.length; i++) {
      span = times[i];
      if (gone + span[0] > hours || i === times.length - 1) {
        var t = span[0] ? Math.max(0, Math.min(1, (hours - gone) / span[0])) : 0;
        share = span[2] + (span[3] - span[2]) * t;
        break;
      }
      gone += span[0];
    }
    if (!span) return null;
    return { point: along(rings[span[1]], share), leg: c.option.legs[span[1]], event: span[4] < 0 ? null : c.option.events[span[4]], done: days >= c.option.days - 1e-6 };
  }

  /* ---- labels and moving containers: one pane, positioned in layer pixels */
  var names = el("div", "names leaflet-zoom-hide"), movers = el("div", "names leaflet-zoom-hide");
  pane("names", 620).append(names); pane("movers", 640).append(movers);
  map.getPane("names").style.pointerEvents = map.getPane("movers").style.pointerEvents = "none";
  var pen = document.createElement("canvas").getContext("2d"), face = getComputedStyle(document.body).fontFamily;
  var show = { names: true, days: true };
  function width(text, size, weight, spacing) { pen.font = weight + " " + size + "px " + face; return pen.measureText(text).width + (spacing || 0) * text.length; }
  var day = 0, running = false;
  function drawNames() {
    names.textContent = "";
    var size = map.getSize(), zoom = map.getZoom(), taken = [], spots = [], lines = new Set(), offset = map.containerPointToLayerPoint([0, 0]);
    /* Lines are remembered as cells of eight pixels: asking a box is then a handful of look-ups. */
    function cell(x, y) { return (x >> 3) * 8192 + (y >> 3); }
    function offLines(b) {
      for (var x = b[0] >> 3; x <= b[2] >> 3; x++) for (var y = b[1] >> 3; y <= b[3] >> 3; y++) if (lines.has(x * 8192 + y)) return false;
      return true;
    }
    function free(b, set) { return !set.some(function (t) { return b[0] < t[2] && b[2] > t[0] && b[1] < t[3] && b[3] > t[1]; }); }
    function inside(b) { return b[0] > 3 && b[1] > 2 && b[2] < size.x - 3 && b[3] < size.y - 2; }
    function put(cls, text, x, y, colour) {
      var e = el("div", cls, text);
      if (colour) e.style.color = colour;
      L.DomUtil.setPosition(e, L.point(x, y).add(offset));
      names.append(e);
      return e;
    }
    var frame = map.getContainer().getBoundingClientRect();
    document.querySelectorAll(".float, .leaflet-control").forEach(function (f) {
      var r = f.getBoundingClientRect();
      if (r.width) taken.push([r.left - frame.left, r.top - frame.top, r.right - frame.left, r.bottom - frame.top]);
    });
    corridors.filter(shown).forEach(function (c) {
      c.track.rings().forEach(function (ring) {
        ring.forEach(function (q) {
          var x = q.x - offset.x, y = q.y - offset.y;
          if (x > 0 && y > 0 && x < size.x && y < size.y) lines.add(cell(x, y));
        });
      });
    });
    /* At rest a container's name has right of way; while it plays, names stand still under it. */
    if (!running && !small()) corridors.filter(shown).forEach(function (c) {
      var a = at(c, day);
      if (!a || !a.point) return;
      var p = a.point.subtract(offset), w = width(c.option.short, 11.5, 650) + 18;
      taken.push([p.x - w / 2, p.y - 31, p.x + w / 2, p.y - 9]);
    });
    if (map.hasLayer(marksLayer)) {
      clusters.forEach(function (c) { c.at = map.latLngToContainerPoint([c.marks[0].lat, c.marks[0].lon]); spots.push([c.at.x - 9, c.at.y - 9, c.at.x + 9, c.at.y + 9]); });
      taken = taken.concat(spots);
      clusters.forEach(function (c) {
        var head = c.marks[0], end = head.kind === "end", s = end ? (small() ? 13 : 14.5) : (small() ? 11.5 : 12.5);
        if (small() && zoom < 3 && !end && head.kind !== "wait") return;
        var w = width(head.label, s, 650) + 4, h = s * 1.25, best = null;
        var tries = [[12, 0], [-12 - w, 0], [8, -h - 1], [-8 - w, -h - 1], [8, h + 1], [-8 - w, h + 1], [-w / 2, -h - 4], [-w / 2, h + 4]];
        [true, false].some(function (strict) {
          return tries.some(function (o) {
            var x = c.at.x + o[0], y = c.at.y + o[1] - h / 2, b = [x, y, x + w, y + h];
            if (!inside(b) || !free(b, taken) || (strict && !offLines(b))) return false;
            best = b; return true;
          });
        });
        if (best) { taken.push(best); put(end ? "n-end" : "n-place", head.label, best[0] + 1, best[1]); }
      });
    }
    if (show.days) corridors.filter(shown).forEach(function (c) {
      var every = small() ? 20 : 10;
      for (var d = every; d < c.option.days - 1; d += every) {
        var a = at(c, d);
        if (!a || !a.point) continue;
        var p = a.point.subtract(offset);
        if (!free([p.x - 5, p.y - 5, p.x + 5, p.y + 5], spots)) continue;
        paint(put("dot", null, p.x - 4.5, p.y - 4.5), c.option);
        var b = [p.x - 20, p.y - 25, p.x + 22, p.y - 9];
        if (inside(b) && free(b, taken)) { taken.push(b); put("n-day", "day " + d, b[0] + 2, b[1], c.option.text); }
      }
    });
    if (show.names) [["n-water", data.waters, 12, 0], ["n-country", data.countries, small() ? 9.5 : 11, 1.5]].forEach(function (set) {
      set[1].slice().sort(function (a, b) { return a[3] - b[3]; }).forEach(function (label) {
        if (label[3] > zoom - (small() ? 1.5 : 1)) return;
        var p = map.latLngToContainerPoint([label[2], label[1]]), w = width(label[0], set[2], 400, set[3]) + 6, b = [p.x - w / 2, p.y - 8, p.x + w / 2, p.y + 8];
        if (inside(b) && free(b, taken) && offLines(b)) { taken.push(b); put(set[0], label[0], b[0] + 3, b[1]); }
      });
    });
  }
  corridors.forEach(function (c) {
    c.mover = paint(el("div", "mover"), c.option);
    c.mover.append(el("b"), el("span", null, c.option.short));
    movers.append(c.mover);
    c.status = paint(el("div"), c.option);
    c.status.append(el("span"));
    if (byId("where")) byId("where").append(c.status);
  });
  function sayWhere(c, a) {
    if (!a) return c.option.short + ": no times";
    if (day <= 0) return c.option.short + ": at the start";
    if (a.done) return c.option.short + ": arrived, day " + (Math.round(c.option.days * 2) / 2);
    if (a.event) return c.option.short + ": " + a.event[0].toLowerCase() + (a.event[1] ? ", " + a.event[1] : "");
    return c.option.short + ": " + MODES[a.leg.mode][0].toLowerCase() + " to " + a.leg.goal;
  }
  function tick() {
    var up = [];
    corridors.forEach(function (c) {
      var a = at(c, day), visible = shown(c) && a && a.point;
      c.mover.style.display = visible ? "" : "none";
      if (visible) {
        L.DomUtil.setPosition(c.mover, a.point);
        c.mover.classList.toggle("waits", !!a.event && !a.done);
        /* Two names on one spot: the later one goes below its container. */
        c.mover.classList.toggle("low", up.some(function (p) { return Math.abs(p.x - a.point.x) < 66 && Math.abs(p.y - a.point.y) < 19; }));
        if (!c.mover.classList.contains("low")) up.push(a.point);
      }
      c.status.firstChild.textContent = sayWhere(c, a);
    });
    if (way) way.day(day);
    if (!byId("day")) return;
    byId("day").value = day;
    byId("day-label").textContent = "Day " + Math.floor(day + 1e-9);
    byId("day").setAttribute("aria-valuetext", "Day " + Math.floor(day + 1e-9) + ". " + corridors.map(function (c) { return c.status.textContent; }).join(". "));
  }
  function redraw() { drawMarks(); drawNames(); tick(); }

  /* ---- layers */
  var list = byId("layer-list");
  function section(title, rows) {
    if (!list) return;
    list.append(el("p", null, title));
    rows.forEach(function (row) {
      var label = el("label"), input = el("input");
      input.type = row.radio ? "radio" : "checkbox";
      if (row.radio) input.name = "background";
      input.checked = row.on;
      input.addEventListener("change", function () { row.set(input.checked); redraw(); });
      label.append(input, document.createTextNode(row.text));
      list.append(label);
      row.input = input;
    });
  }
  function toggle(layer) { return function (on) { if (on) map.addLayer(layer); else map.removeLayer(layer); }; }
  section("Corridors", corridors.map(function (c) { return { text: c.option.short, on: true, set: toggle(c.group) }; }));
  section("Shown", [
    { text: "Crossings, yards, ports, straits", on: true, set: toggle(marksLayer) },
    { text: "Ten-day marks", on: true, set: function (on) { show.days = on; } },
    { text: "Names", on: true, set: function (on) { show.names = on; } },
    { text: "Boundaries", on: true, set: toggle(borders) }
  ]);
  if (data.tiles && list) {
    var tiles = null, message = el("p"), plain = { text: "Plain, works offline", on: true, radio: true, set: function () { if (tiles) map.removeLayer(tiles); tiles = null; land.addTo(map); borders.addTo(map); message.textContent = ""; } };
    section("Background", [plain, { text: "Online tiles", on: false, radio: true, set: function () {
      var good = 0, bad = 0, credit = data.tiles.attribution.replace(/[&<>]/g, function (c) { return "&#" + c.charCodeAt(0) + ";"; });
      tiles = L.tileLayer(data.tiles.url, { maxZoom: 9, referrerPolicy: "origin-when-cross-origin", attribution: credit });
      tiles.on("tileload", function () { if (!good++) { map.removeLayer(land); map.removeLayer(borders); } });
      tiles.on("tileerror", function () {
        if (++bad < 3 || good) return;
        plain.set(); plain.input.checked = true;
        message.textContent = "Tiles cannot be reached. The plain map stays.";
      });
      tiles.addTo(map);
    } }]);
    list.append(message);
  }

  /* ---- the clock */
  var longest = Math.ceil(Math.max.apply(null, [1].concat(corridors.map(function (c) { return c.option.days; })))) + 1;
  var before = 0, icon = { play: "M3 1.5v13l11-6.5z", pause: "M3 2h4v12H3zM9 2h4v12H9z" };
  function button(name, label) { byId("play").querySelector("path").setAttribute("d", icon[name]); byId("play").setAttribute("aria-label", label); }
  function stop() { running = false; button("play", "Play the journey"); drawNames(); }
  function frame(now) {
    if (!running) return;
    if (before) day = Math.min(longest, day + (now - before) / 1000 * 2.6);
    before = now;
    if (day >= longest) stop();
    tick();
    if (running) requestAnimationFrame(frame);
  }
  if (byId("clock")) {
    if (!corridors.length) byId("clock").hidden = true;
    byId("day").max = longest;
    for (var d = 0, gap = longest > 60 ? 20 : 10; d <= longest; d += gap) { var t = el("i", null, d); t.style.left = 100 * d / longest + "%"; byId("ticks").append(t); }
    byId("day").addEventListener("input", function () { if (running) stop(); day = Number(byId("day").value); tick(); });
    byId("day").addEventListener("change", drawNames);
    byId("play").addEventListener("click", function () {
      if (running) { stop(); return; }
      if (day >= longest) day = 0;
      if (calm.matches) { day = Math.min(longest, day + 5); tick(); return; }
      running = true; before = 0; button("pause", "Pause the journey"); requestAnimationFrame(frame);
    });
    day = Math.round(Math.min.apply(null, [longest].concat(corridors.map(function (c) { return c.option.days; }))) * 0.6);
  }

  /* ---- cards, saving, printing */
  document.querySelectorAll(".card[data-option]").forEach(function (card) {
    var number = Number(card.dataset.option);
    card.querySelector("button").addEventListener("click", function () { choose(number); });
    card.addEventListener("mouseenter", function () { hover(number); });
    card.addEventListener("mouseleave", function () { hover(null); });
  });
  function sheetSvg() {
    var copy = document.querySelector("#static > svg").cloneNode(true), box = copy.viewBox.baseVal;
    copy.setAttribute("width", box.width); copy.setAttribute("height", box.height);
    return { text: new XMLSerializer().serializeToString(copy), width: box.width, height: box.height };
  }
  function save(blob, ending) {
    var a = el("a");
    a.href = URL.createObjectURL(blob);
    a.download = (document.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 80) || "corridors") + ending;
    a.click();
    setTimeout(function () { URL.revokeObjectURL(a.href); }, 2000);
  }
  function png(done) {
    var sheet = sheetSvg(), image = new Image();
    image.onload = function () {
      var canvas = el("canvas");
      canvas.width = sheet.width * 2; canvas.height = sheet.height * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(done, "image/png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(sheet.text);
  }
  var deeds = {
    svg: function () { save(new Blob([sheetSvg().text], { type: "image/svg+xml" }), ".svg"); },
    png: function () { png(function (blob) { save(blob, ".png"); }); },
    print: function () { window.print(); }
  };
  document.querySelectorAll("[data-do]").forEach(function (b) { b.addEventListener("click", deeds[b.dataset.do]); });

  /* ---- keyboard: focus enters a popup, Escape closes it, focus goes back */
  var opener = null;
  map.on("popupopen", function (e) {
    var box = e.popup.getElement(), title = box.querySelector("h2");
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", title ? title.textContent : "Details");
    var scrolled = box.querySelector(".leaflet-popup-scrolled");
    if (scrolled) scrolled.tabIndex = 0;
    var active = document.activeElement;
    if (active && active.classList.contains("leaflet-marker-icon")) {
      opener = active;
      var close = box.querySelector(".leaflet-popup-close-button");
      if (close) setTimeout(function () { close.focus({ preventScroll: true }); }, 60);
    }
  });
  map.on("popupclose", function () { if (opener && opener.isConnected) opener.focus({ preventScroll: true }); opener = null; });
  document.addEventListener("keydown", function (e) { if (e.key === "Escape") map.closePopup(); });

  if (innerWidth <= 820 && byId("legend")) byId("legend").querySelector("details").open = false;
  document.querySelectorAll("#legend details, #layers details").forEach(function (e) { e.addEventListener("toggle", drawNames); });
  /* The clock grows with the number of corridors; what stands above it moves up. */
  function lift() {
    var clock = byId("clock");
    if (clock) document.documentElement.style.setProperty("--clock", clock.offsetHeight + 12 + "px");
  }
  function fit(left) {
    lift();
    var b = data.bounds, tight = small(), below = byId("clock") ? byId("clock").offsetHeight : 0;
    map.invalidateSize({ animate: false });
    map.fitBounds([[b[1], b[0]], [b[3], b[2]]], { paddingTopLeft: tight ? [14, 44] : [34 + (left || 0), 30], paddingBottomRight: [tight ? 40 : 70, below + (tight ? 34 : 40)], animate: false, maxZoom: 7 });
  }
  if (byId("profile")) {
    way = corridorsProfile(byId("profile"), data.steps, point);
    var fold = byId("profile").querySelector("details");
    /* A map too low to read is worse than a profile one click away. */
    if (innerWidth > 820 && map.getContainer().offsetHeight < 560) fold.open = false;
    fold.addEventListener("toggle", settle);
  }
  /* A key that would lie on a corridor: make room for it on the left. */
  function covered() {
    var key = byId("legend"), box = key && key.getBoundingClientRect(), frame = map.getContainer().getBoundingClientRect();
    if (!key || small()) return 0;
    var o = map.containerPointToLayerPoint([box.left - frame.left, box.top - frame.top]);
    return corridors.some(function (c) {
      return c.track.rings().some(function (ring) { return ring.some(function (p) { return p.x > o.x && p.y > o.y && p.x < o.x + box.width && p.y < o.y + box.height; }); });
    }) ? box.width + 10 : 0;
  }
  function settle() {
    fit();
    var aside = covered();
    if (aside) fit(aside);
  }
  settle();
  if (byId("clock") && window.ResizeObserver) new ResizeObserver(lift).observe(byId("clock"));
  map.on("zoomend moveend resize", redraw);
  redraw();
  map.corridors = { data: data, at: function (n, d) { return at(corridors[n], d); }, rings: function (n) { return corridors[n].track.rings(); }, png: png };
}
