/* Draws a corridor comparison on the base map. Everything shown comes from one JSON blob and is
   written with textContent: no string from data is ever parsed as markup. */
function corridorsMap(map, blobId) {
  "use strict";
  var data = JSON.parse(document.getElementById(blobId).textContent);
  var base = corridorsBase(map, data), byId = base.byId, el = base.el, svgEl = base.svgEl, paint = base.paint, small = base.small, calm = base.calm, room = base.room, rowsOf = base.rowsOf;
  var drawing = corridorsLanes(map, base.decode), Track = drawing.Track, Stroke = drawing.Stroke;
  var MODES = { rail: ["Rail", 4, null], road: ["Road", 4, "7 5"], ferry: ["Ferry", 5, "0.1 7.5"], sea: ["Sea", 3.6, "15 6"] };
  var KINDS = { end: "Origin or destination", wait: "Wait for a ship", gauge: "Change of gauge", border: "Border crossing", transfer: "Change of mode or ship", strait: "Strait, canal or cape", terminal: "Terminal" };
  var chosen = null, hovered = null;
  var corridors = data.options.map(function (option, number) {
    var track = new Track(option.legs), group = L.layerGroup(), lines = [], casings = [];
    option.legs.forEach(function (leg, i) {
      if (track.legs[i].points.length < 2) return;
      var mode = MODES[leg.mode], common = { smoothFactor: 0.6, lineJoin: "round" };
      function stroke(name, more) { return new Stroke(track, i, L.extend({ pane: name, renderer: base.renderer(name) }, common, more)); }
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
      spot.addLayer(new Stroke(c.track, step.number, L.extend({ pane: "casing", renderer: base.renderer("casing"), weight: 13, opacity: 0.55, lineCap: "round" }, ring)));
    } else if (!step.leg && c.option.events[step.number].length > 3) {
      var e = c.option.events[step.number];
      spot.addLayer(L.circleMarker([e[3], e[2]], L.extend({ pane: "hits", renderer: base.renderer("hits"), radius: 17, weight: 4 }, ring)));
    }
  }

  /* ---- popups */
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

  /* ---- labels and moving containers */
  var movers = el("div", "names leaflet-zoom-hide"), show = { days: true }, day = 0, running = false;
  base.pane("movers", 640).append(movers);
  map.getPane("movers").style.pointerEvents = "none";
  base.labellers.push(function (board) {
    var spots = [], taken = board.taken, offset = board.offset, zoom = board.zoom, free = board.free;
    corridors.filter(shown).forEach(function (c) { c.track.rings().forEach(board.trace); });
    /* At rest a container's name has right of way; while it plays, names stand still under it. */
    if (!running && !small()) corridors.filter(shown).forEach(function (c) {
      var a = at(c, day);
      if (!a || !a.point) return;
      var p = a.point.subtract(offset), w = base.width(c.option.short, 11.5, 650) + 18;
      taken.push([p.x - w / 2, p.y - 31, p.x + w / 2, p.y - 9]);
    });
    if (map.hasLayer(marksLayer)) {
      clusters.forEach(function (c) { c.at = map.latLngToContainerPoint([c.marks[0].lat, c.marks[0].lon]); spots.push([c.at.x - 9, c.at.y - 9, c.at.x + 9, c.at.y + 9]); });
      taken.push.apply(taken, spots);
      clusters.forEach(function (c) {
        var head = c.marks[0], end = head.kind === "end", s = end ? (small() ? 13 : 14.5) : (small() ? 11.5 : 12.5);
        if (small() && zoom < 3 && !end && head.kind !== "wait") return;
        var w = base.width(head.label, s, 650) + 4, h = s * 1.25, best = null;
        var tries = [[12, 0], [-12 - w, 0], [8, -h - 1], [-8 - w, -h - 1], [8, h + 1], [-8 - w, h + 1], [-w / 2, -h - 4], [-w / 2, h + 4]];
        [true, false].some(function (strict) {
          return tries.some(function (o) {
            var x = c.at.x + o[0], y = c.at.y + o[1] - h / 2, b = [x, y, x + w, y + h];
            if (!board.inside(b) || !free(b, taken) || (strict && !board.offLines(b))) return false;
            best = b; return true;
          });
        });
        if (best) { taken.push(best); board.put(end ? "n-end" : "n-place", head.label, best[0] + 1, best[1]); }
      });
    }
    if (show.days) corridors.filter(shown).forEach(function (c) {
      var every = small() ? 20 : 10;
      for (var d = every; d < c.option.days - 1; d += every) {
        var a = at(c, d);
        if (!a || !a.point) continue;
        var p = a.point.subtract(offset);
        if (!free([p.x - 5, p.y - 5, p.x + 5, p.y + 5], spots)) continue;
        paint(board.put("dot", null, p.x - 4.5, p.y - 4.5), c.option);
        var b = [p.x - 20, p.y - 25, p.x + 22, p.y - 9];
        if (board.inside(b) && free(b, taken)) { taken.push(b); board.put("n-day", "day " + d, b[0] + 2, b[1], c.option.text); }
      }
    });
  });
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
  base.redrawers.push(drawMarks, tick);

  /* ---- layers */
  base.section("Corridors", corridors.map(function (c) { return { text: c.option.short, on: true, set: base.toggle(c.group) }; }));
  base.section("Shown", [
    { text: "Crossings, yards, ports, straits", on: true, set: base.toggle(marksLayer) },
    { text: "Ten-day marks", on: true, set: function (on) { show.days = on; } }
  ].concat(base.shownRows()));
  base.background();

  /* ---- the clock */
  var longest = Math.ceil(Math.max.apply(null, [1].concat(corridors.map(function (c) { return c.option.days; })))) + 1;
  var before = 0, icon = { play: "M3 1.5v13l11-6.5z", pause: "M3 2h4v12H3zM9 2h4v12H9z" };
  function button(name, label) { byId("play").querySelector("path").setAttribute("d", icon[name]); byId("play").setAttribute("aria-label", label); }
  function stop() { running = false; button("play", "Play the journey"); base.drawNames(); }
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
    byId("day").addEventListener("change", base.drawNames);
    byId("play").addEventListener("click", function () {
      if (running) { stop(); return; }
      if (day >= longest) day = 0;
      if (calm.matches) { day = Math.min(longest, day + 5); tick(); return; }
      running = true; before = 0; button("pause", "Pause the journey"); requestAnimationFrame(frame);
    });
    day = Math.round(Math.min.apply(null, [longest].concat(corridors.map(function (c) { return c.option.days; }))) * 0.6);
  }

  /* ---- cards */
  document.querySelectorAll(".card[data-option]").forEach(function (card) {
    var number = Number(card.dataset.option);
    card.querySelector("button").addEventListener("click", function () { choose(number); });
    card.addEventListener("mouseenter", function () { hover(number); });
    card.addEventListener("mouseleave", function () { hover(null); });
  });
  /* The clock grows with the number of corridors; what stands above it moves up. */
  function lift() {
    var clock = byId("clock");
    if (clock) document.documentElement.style.setProperty("--clock", clock.offsetHeight + 12 + "px");
  }
  function fit(left) {
    lift();
    base.fit(data.bounds, left, byId("clock") ? byId("clock").offsetHeight : 0);
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
  base.start();
  map.corridors = { data: data, at: function (n, d) { return at(corridors[n], d); }, rings: function (n) { return corridors[n].track.rings(); }, png: base.png };
}
