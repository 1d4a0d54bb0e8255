/* Draws a corridor comparison on the base map: the answer as asked and, where the page carries
   them, what becomes of it in other cases. Everything shown comes from one JSON blob, or stands in
   the page as finished elements: no string from data is ever parsed as markup.

   data.lines: encoded lines; data.texts: what rows say more than once
   data.options: what a corridor is in one answer or in several; .seat is its place in the list
   data.marks: marks of places; their items name a corridor by its seat
   data.answers: {said, options, lanes, marks, bounds, fill}; the first one is the answer as
     asked. fill: for every slot of the page the elements that it holds in this answer. */
function corridorsMap(map, blobId) {
  "use strict";
  var data = JSON.parse(document.getElementById(blobId).textContent);
  var base = corridorsBase(map, data), byId = base.byId, el = base.el, svgEl = base.svgEl, paint = base.paint, small = base.small, calm = base.calm, room = base.room, drawing = base.drawing;
  var MODES = { rail: ["Rail", 4, null], road: ["Road", 4, "7 5"], ferry: ["Ferry", 5, "0.1 7.5"], sea: ["Sea", 3.6, "15 6"] };
  var KINDS = { end: "Origin or destination", shut: "Shut", wait: "Wait for a ship", gauge: "Change of gauge", border: "Border crossing", transfer: "Change of mode or ship", strait: "Strait, canal or cape", terminal: "Terminal" };
  var worlds = [];
  function world(number) { return worlds[number] || (worlds[number] = drawing.world(base.decode(data.lines[number], 3))); }
  function told(part) { return typeof part === "number" ? data.texts[part] : part; }
  function rowsOf(rows) { return base.rowsOf(rows.map(function (row) { return row.map(told); })); }

  /* ---- the corridors of an answer, built when it is first shown */
  var answer = 0, corridors = [], built = [], hidden = {}, chosen = null, hovered = null;
  function build(n) {
    return data.answers[n].options.map(function (pooled, place) {
      var option = data.options[pooled], group = L.layerGroup(), modes = {};
      var track = new drawing.Track(option.legs.map(function (leg, i) { return { world: leg.g == null ? { n: 0 } : world(leg.g), lanes: data.answers[n].lanes[place][i] }; }));
      var c = { option: option, track: track, group: group, lines: [], casings: [], seat: option.seat };
      option.legs.forEach(function (leg, i) { if (track.legs[i].world.n > 1) (modes[leg.mode] = modes[leg.mode] || []).push(i); });
      function stroke(name, legs, more) {
        var made = drawing.Stroke(track, legs, L.extend({ pane: name, renderer: base.renderer(name) }, more));
        group.addLayer(made);
        return made;
      }
      Object.keys(modes).forEach(function (name) {
        var mode = MODES[name], legs = modes[name];
        c.casings.push(stroke("casing", legs, { color: "#fff", weight: mode[1] + 3, interactive: false, opacity: 0.95 }));
        c.lines.push(stroke("routes", legs, { color: option.line, weight: mode[1], dashArray: mode[2], lineCap: name === "ferry" ? "round" : "butt", interactive: false, opacity: 1 }));
        legs.forEach(function (i) {
          stroke("hits", [i], { color: "#000", opacity: 0, weight: 16 })
            .on("mouseover", function () { hover(c.seat); echo([{ option: c.seat, leg: true, number: i }]); }).on("mouseout", function () { hover(null); echo([]); })
            .on("click", function (e) { choose(c.seat); L.popup(room()).setLatLng(e.latlng).setContent(legSheet(option, option.legs[i])).openOn(map); });
        });
      });
      return c;
    });
  }
  function sitting(seat) { return corridors.find(function (c) { return c.seat === seat; }); }
  function shown(c) { return map.hasLayer(c.group); }
  function hover(number) { hovered = number; light(); }
  function choose(number) {
    chosen = chosen === number ? null : number;
    press();
  }
  function press() {
    document.querySelectorAll(".card[data-option]").forEach(function (card) {
      var on = chosen != null && Number(card.dataset.option) === chosen;
      card.classList.toggle("chosen", on);
      card.querySelector("button").setAttribute("aria-pressed", String(on));
    });
    light();
  }
  function light() {
    var focus = hovered == null ? chosen : hovered;
    if (focus != null && !sitting(focus)) focus = null;
    corridors.forEach(function (c) {
      var on = focus == null || focus === c.seat;
      c.lines.forEach(function (l) { l.setStyle({ opacity: on ? 1 : 0.25 }); if (focus === c.seat) l.bringToFront(); });
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
    var c = sitting(step.option), ring = { color: "#16202b", interactive: false };
    if (!c) return;
    if (step.leg && c.track.legs[step.number].world.n > 1) {
      spot.addLayer(drawing.Stroke(c.track, [step.number], L.extend({ pane: "casing", renderer: base.renderer("casing"), weight: 13, opacity: 0.55, lineCap: "round" }, ring)));
    } else if (!step.leg && c.option.events[step.number].length > 3) {
      var e = c.option.events[step.number];
      spot.addLayer(L.circleMarker([e[3], e[2]], L.extend({ pane: "hits", renderer: base.renderer("hits"), radius: 17, weight: 4, fill: false }, ring)));
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
        if (item.option == null) { sheet.append(el("p", "kind", item.what)); return; }
        var option = sitting(item.option).option;
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
    else if (kind === "shut") { add("path", { d: "M0-8.6 8.8 6.8H-8.8Z", fill: "#c8102e", stroke: "#fff", "stroke-width": 1.6, "stroke-linejoin": "round" }); add("path", { d: "M0-3.4V1.6M0 4.3v.2", fill: "none", stroke: "#fff", "stroke-width": 2, "stroke-linecap": "round" }); }
    else if (kind === "gauge") add("path", L.extend({ d: "M0-7 7 0 0 7-7 0Z" }, pen));
    else if (kind === "border") add("rect", L.extend({ x: -4.6, y: -4.6, width: 9.2, height: 9.2 }, pen));
    else if (kind === "transfer") { add("circle", L.extend({ r: 5.4 }, pen)); add("circle", { r: 1.9, fill: "#16202b" }); }
    else if (kind === "strait") add("path", { d: "M0-6.6 6.8 5.4H-6.8Z", fill: "#ffd23f", stroke: "#16202b", "stroke-width": 1.5, "stroke-linejoin": "round" });
    else add("circle", L.extend({ r: 3.8 }, pen));
    return v;
  }
  var marksLayer = L.layerGroup().addTo(map), clusters = [], standing = {};
  function relevant(mark) {
    if (mark.kind === "end" || mark.kind === "shut") return true;
    return mark.items.some(function (item) { var c = sitting(item.option); return c && shown(c); });
  }
  function drawMarks() {
    var near = 27, next = [], kept = {}, scale = Math.pow(2, map.getZoom());
    data.answers[answer].marks.forEach(function (number) {
      var mark = data.marks[number], home = null;
      if (!relevant(mark)) return;
      if (!mark.at) mark.at = L.CRS.EPSG3857.latLngToPoint(L.latLng(mark.lat, mark.lon), 0);
      var x = mark.at.x * scale, y = mark.at.y * scale;
      next.some(function (c) { if (Math.hypot(x - c.x, y - c.y) < near) { home = c; return true; } return false; });
      if (home) { home.marks.push(mark); home.key += "," + number; } else next.push({ x: x, y: y, marks: [mark], key: String(number) });
    });
    next.forEach(function (c) { kept[c.key] = standing[c.key] || markerOf(c.marks); });
    Object.keys(standing).forEach(function (key) { if (!kept[key]) marksLayer.removeLayer(standing[key]); });
    next.forEach(function (c) { if (!standing[c.key]) setUp(kept[c.key], c.marks); });
    standing = kept; clusters = next;
  }
  function markerOf(marks) {
    var head = marks[0], box = el("div");
    box.append(glyph(head.kind));
    return L.marker([head.lat, head.lon], { icon: L.divIcon({ className: "mark", html: box, iconSize: [24, 24] }), alt: "", keyboard: true, riseOnHover: true, zIndexOffset: head.kind === "end" ? 400 : head.kind === "shut" ? 300 : 0 });
  }
  function setUp(marker, marks) {
    marker.addTo(marksLayer);
    var e = marker.getElement(), events = [];
    function open() { L.popup(room()).setLatLng(marker.getLatLng()).setContent(markSheet(marks)).openOn(map); }
    marker.on("click", open);
    if (!e) return;
    e.addEventListener("keydown", function (k) { if (k.key === "Enter" || k.key === " ") { k.preventDefault(); open(); } });
    marks.forEach(function (m) { m.items.forEach(function (item) { if (item.event != null) events.push({ option: item.option, leg: false, number: item.event }); }); });
    ["mouseover", "focus"].forEach(function (name) { e.addEventListener(name, function () { echo(events); }); });
    ["mouseout", "blur"].forEach(function (name) { e.addEventListener(name, function () { echo([]); }); });
    e.setAttribute("role", "button");
    e.setAttribute("aria-label", marks.map(function (m) { return m.name + ", " + KINDS[m.kind].toLowerCase(); }).join("; "));
    e.title = marks.map(function (m) { return m.name; }).join(", ");
  }

  /* ---- time: where each container is after so many days of mean hours */
  function at(c, days) {
    var hours = days * 24, times = c.option.times, span = null, share = 0, gone = 0;
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
    return { point: c.track.point(span[1], share), leg: c.option.legs[span[1]], event: span[4] < 0 ? null : c.option.events[span[4]], done: days >= c.option.days - 1e-6 };
  }

  /* ---- labels and moving containers */
  var movers = el("div", "names leaflet-zoom-hide"), show = { days: true }, day = 0, running = false;
  base.pane("movers", 640).append(movers);
  map.getPane("movers").style.pointerEvents = "none";
  base.labellers.push(function (board) {
    var spots = [], taken = board.taken, offset = board.offset, zoom = board.zoom, free = board.free;
    corridors.filter(shown).forEach(function (c) { c.track.place().ends.forEach(function (leg) { board.traceLine(c.track.x, c.track.y, leg[0], leg[1]); }); });
    /* At rest a container's name has right of way; while it plays, names stand still under it. */
    if (!running && !small()) corridors.filter(shown).forEach(function (c) {
      var a = at(c, day);
      if (!a || !a.point) return;
      var p = a.point.subtract(offset), w = base.width(c.option.short, 11.5, 650) + 18;
      var y = c.mover.classList.contains("low") ? p.y + 9 : p.y - 31;
      taken.push([p.x - w / 2, y, p.x + w / 2, y + 22]);
    });
    if (map.hasLayer(marksLayer)) {
      clusters.forEach(function (c) { c.at = map.latLngToContainerPoint([c.marks[0].lat, c.marks[0].lon]); spots.push([c.at.x - 9, c.at.y - 9, c.at.x + 9, c.at.y + 9]); });
      taken.push.apply(taken, spots);
      clusters.forEach(function (c) {
        var head = c.marks[0], end = head.kind === "end", s = end ? (small() ? 13 : 14.5) : (small() ? 11.5 : 12.5);
        if (small() && zoom < 3 && !end && head.kind !== "wait" && head.kind !== "shut") return;
        var w = base.width(head.label, s, 650) + 4, h = s * 1.25, best = null;
        var tries = [[12, 0], [-12 - w, 0], [9, -h - 1], [-9 - w, -h - 1], [9, h + 1], [-9 - w, h + 1], [-w / 2, -h - 4], [-w / 2, h + 4]];
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
        var half = data.depart && !small() ? 38 : 21, b = [p.x - half + 1, p.y - 25, p.x + half + 1, p.y - 9];
        if (board.inside(b) && free(b, taken)) { taken.push(b); board.put("n-day", "day " + d + (data.depart && !small() ? ", " + date(d) : ""), b[0] + 2, b[1], c.option.text); }
      }
    });
  });
  function sayWhere(c, a) {
    if (!a) return c.option.short + ": no times";
    if (day <= 0) return c.option.short + ": at the start";
    if (a.done) return c.option.short + ": arrived, day " + (Math.round(c.option.days * 2) / 2);
    if (a.event) return c.option.short + ": " + a.event[0].toLowerCase() + (a.event[1] ? ", " + a.event[1] : "");
    return c.option.short + ": " + MODES[a.leg.mode][0].toLowerCase() + " to " + a.leg.goal;
  }
  /* With a day of departure a number of days is a date too. */
  function date(days) {
    if (!data.depart) return "";
    var d = new Date(data.depart + "T00:00:00Z");
    d.setUTCDate(d.getUTCDate() + Math.floor(days + 1e-9));
    return d.getUTCDate() + " " + "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")[d.getUTCMonth()];
  }
  function dayWords(days) { return "Day " + Math.floor(days + 1e-9) + (data.depart ? " · " + date(days) : ""); }
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
    byId("day-label").textContent = dayWords(day);
    byId("day").setAttribute("aria-valuetext", dayWords(day) + ". " + corridors.map(function (c) { return c.status.textContent; }).join(". "));
  }
  base.redrawers.push(drawMarks, tick);

  /* ---- layers */
  base.section("Corridors", data.seats.map(function (name, seat) {
    var own = data.options.find(function (option) { return option.seat === seat; });
    return { text: name, on: true, line: own && { color: own.line }, set: function (on) {
      hidden[seat] = !on;
      var c = sitting(seat);
      if (c) base.toggle(c.group)(on);
    } };
  }));
  base.section("Shown", [
    { text: "Crossings, yards, ports, straits", on: true, set: base.toggle(marksLayer) },
    { text: "Ten-day marks", on: true, set: function (on) { show.days = on; } }
  ].concat(base.shownRows()));
  (data.overlays || []).forEach(function (overlay) { corridorsOverlay(base, overlay); });
  base.background();

  /* ---- the clock */
  var longest = 1;
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
    byId("day").addEventListener("input", function () { if (running) stop(); day = Number(byId("day").value); tick(); });
    byId("day").addEventListener("change", base.drawNames);
    byId("play").addEventListener("click", function () {
      if (running) { stop(); return; }
      if (day >= longest) day = 0;
      if (calm.matches) { day = Math.min(longest, day + 5); tick(); return; }
      running = true; before = 0; button("pause", "Pause the journey"); requestAnimationFrame(frame);
    });
  }

  /* ---- cards: some of them come and go with the answer */
  var cards = byId("cards");
  function seatOf(target) { var card = target.closest && target.closest(".card[data-option]"); return card ? Number(card.dataset.option) : null; }
  if (cards) {
    cards.addEventListener("click", function (e) { if (e.target.closest("button")) choose(seatOf(e.target)); });
    cards.addEventListener("mouseover", function (e) { var seat = seatOf(e.target); if (seat !== hovered) hover(seat); });
    cards.addEventListener("mouseleave", function () { hover(null); });
  }

  /* ---- cases: every element that an answer shows is in the page; answers share what is the same */
  var slots = {}, pool = {};
  document.querySelectorAll("[data-slot]").forEach(function (slot) { slots[slot.dataset.slot] = slot; pool[slot.dataset.slot] = Array.from(slot.children); pool[slot.dataset.slot].first = slot.children.length; });
  var spare = byId("cases-pool");
  if (spare) spare.content.querySelectorAll("[data-more]").forEach(function (more) {
    var list = pool[more.dataset.more];
    Array.from(more.children).forEach(function (e) { list.push(document.importNode(e, true)); });
  });
  function put(n) {
    var corner = data.answers[n];
    corridors.forEach(function (c) { c.group.remove(); });
    answer = n;
    corridors = built[n] || (built[n] = build(n));
    corridors.forEach(function (c) { if (!hidden[c.seat]) c.group.addTo(map); });
    if (data.answers.length > 1) Object.keys(slots).forEach(function (name) {
      var list = corner.fill[name], all = pool[name];
      slots[name].replaceChildren.apply(slots[name], list ? list.map(function (i) { return all[i]; }) : all.slice(0, all.first));
    });
    movers.textContent = "";
    if (byId("where")) byId("where").textContent = "";
    corridors.forEach(function (c) {
      if (!c.mover) {
        c.mover = paint(el("div", "mover"), c.option);
        c.mover.append(el("b"), el("span", null, c.option.short));
        c.status = paint(el("div"), c.option);
        c.status.append(el("span"));
      }
      movers.append(c.mover);
      if (byId("where")) byId("where").append(c.status);
    });
    if (way) way.renew(steps());
    dial();
    tick();
    document.body.classList.toggle("other-case", n > 0);
  }
  function steps() {
    return data.seats.map(function (name, seat) { var c = sitting(seat); return { short: c ? c.option.short : name, steps: c && c.option.steps || [] }; });
  }
  function dial() {
    if (!byId("clock")) return;
    byId("clock").hidden = !corridors.length;
    longest = Math.ceil(Math.max.apply(null, [1].concat(corridors.map(function (c) { return c.option.days; })))) + 1;
    day = Math.min(day, longest);
    byId("day").max = longest;
    byId("ticks").textContent = "";
    for (var d = 0, gap = longest > 60 ? 20 : 10; d <= longest; d += gap) {
      var t = el("i", null, d + (data.depart && d + gap / 2 < longest ? " · " + date(d) : ""));
      t.style.left = 100 * d / longest + "%";
      byId("ticks").append(t);
    }
  }
  document.querySelectorAll("#cases input").forEach(function (input) {
    input.checked = input.value === "0";
    input.addEventListener("change", function () {
      map.closePopup();
      if (running) stop();
      put(Number(input.value));
      press();
      settle();
      base.redraw();
      if (byId("live")) byId("live").textContent = data.answers[answer].said;
    });
  });
  /* Without scripts the table of all cases lies open; with them the buttons say the same. */
  document.querySelectorAll(".every").forEach(function (e) { e.open = false; });

  /* ---- another case has no sheet drawn beforehand: it is saved and printed as it is seen */
  var sheet = base.sheet;
  base.sheet = function () {
    if (!answer) return sheet();
    function said(query) { return Array.from(document.querySelectorAll(query)).map(function (e) { return e.textContent; }); }
    return corridorsPicture(base, {
      title: document.title,
      headline: said("h1")[0],
      lines: [[said(".finding .scope")[0], "#55616e"], [said(".finding .case")[0], "#a3121f"]],
      table: Array.from(document.querySelectorAll(".figures:not(.every) tr")).map(function (row) { return Array.from(row.cells).map(function (cell) { return cell.textContent; }); }),
      notes: said("#panel .notes p")
    });
  };
  var stage = byId("stage");
  addEventListener("beforeprint", function () {
    if (!answer) return;
    stage.style.width = "1050px"; stage.style.height = "440px";
    base.fit(data.answers[answer].bounds, 0, 0);
  });
  addEventListener("afterprint", function () {
    if (!answer) return;
    stage.style.width = stage.style.height = "";
    settle();
  });
  /* The clock grows with the number of corridors; what stands above it moves up. */
  function lift() {
    var clock = byId("clock");
    if (clock) document.documentElement.style.setProperty("--clock", clock.offsetHeight + 12 + "px");
  }
  function fit(left) {
    lift();
    base.fit(data.answers[answer].bounds, left, byId("clock") ? byId("clock").offsetHeight : 0);
  }
  put(0);
  day = corridors.length ? Math.round(Math.min.apply(null, corridors.map(function (c) { return c.option.days; })) * 0.6) : 0;
  if (byId("profile")) {
    way = corridorsProfile(byId("profile"), steps(), point);
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
      var track = c.track.place();
      for (var i = 0; i < track.x.length; i++) if (track.x[i] > o.x && track.y[i] > o.y && track.x[i] < o.x + box.width && track.y[i] < o.y + box.height) return true;
      return false;
    }) ? box.width + 10 : 0;
  }
  function settle() {
    fit();
    var aside = covered();
    if (!aside) return;
    fit(aside);
    /* At the smallest zoom there is no room to make: then the key is folded. */
    if (covered()) { byId("legend").querySelector("details").open = false; fit(); }
  }
  settle();
  if (byId("clock") && window.ResizeObserver) new ResizeObserver(lift).observe(byId("clock"));
  base.start();
  map.corridors = {
    data: data,
    answer: function () { return answer; },
    at: function (n, d) { return at(corridors[n], d); },
    rings: function (n) {
      var track = corridors[n].track.place();
      return track.ends.map(function (leg) { return track.x.slice(leg[0], leg[1]).map(function (x, i) { return { x: x, y: track.y[leg[0] + i] }; }); });
    },
    png: base.png
  };
}
