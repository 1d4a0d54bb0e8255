/* What every map of this package stands on: land and boundaries in the file, labels that keep clear
   of each other, popups, the list of layers, saving and printing, keyboard. Data are written with
   textContent: no string is ever parsed as markup.

   corridorsBase(map, data) -> base
     data.base, data.countries, data.waters, data.tiles, data.bounds: as outputs/basemap.py and
     outputs/map.py make them.
   Drawing    base.el(tag, class, text)  base.svgEl(tag, attributes, parent)  base.byId(id)
              base.paint(element, {line, text}): sets the colours --c and --t
              base.decode(text, digits): an encoded polyline as [lat, lon] pairs
              base.drawing: lanes.js, for lines that are cheap to draw again at every zoom
              base.pane(name, z), base.renderer(name): a pane and its SVG; "casing" 390, "routes" 400
              and "hits" 410 are there
   Reading    base.small(): narrower than 600 px  base.calm.matches: motion is not wanted
              base.width(text, size, weight, spacing): in pixels
   Labels     base.labellers.push(function (board) {...}): called in this order at every redraw, then
              waters and countries. board: size, zoom, offset, taken (boxes [left, top, right, bottom]
              in pixels of the map), trace(points), traceLine(x, y, from, to): layer points that names
              keep off, free(box, set), inside(box), offLines(box), put(class, text, x, y, colour) -> element
   Redraw     base.redrawers.push(function () {...}); base.redraw(); base.drawNames()
   Popups     base.rowsOf(rows) -> <dl>; base.room() -> options of a popup that fits
   Layers     base.section(title, [{text, on, set(on), radio, line}]); line: {color, weight, dash}, shown
              beside the text; base.toggle(layer) -> set function
              base.shownRows() -> rows for names and boundaries; base.background(): the tiles switch
   Saving     base.sheet(): the static <svg> to save; replace it to save another
   Framing    base.fit(bounds, left, below)
   Start      base.start(): after everything is added */
function corridorsBase(map, data) {
  "use strict";
  var SVG = "http://www.w3.org/2000/svg", base = { map: map, data: data, labellers: [], redrawers: [] };
  var calm = base.calm = matchMedia("(prefers-reduced-motion: reduce)");

  function byId(id) { return document.getElementById(id); }
  function el(tag, cls, text) {
    var e = document.createElement(tag);
    if (cls) e.className = cls;
    if (text != null) e.textContent = text;
    return e;
  }
  base.byId = byId; base.el = el;
  base.svgEl = function (tag, attrs, parent) {
    var e = document.createElementNS(SVG, tag);
    for (var k in attrs) e.setAttribute(k, attrs[k]);
    if (parent) parent.appendChild(e);
    return e;
  };
  base.paint = function (e, colours) { e.style.setProperty("--c", colours.line); e.style.setProperty("--t", colours.text); return e; };
  function small() { return map.getSize().x < 600; }
  base.small = small;

  /* Encoded polylines: differences in five-bit characters, latitude first. */
  function decode(text, digits) {
    var i = 0, lat = 0, lon = 0, out = [], scale = Math.pow(10, digits);
    function next() {
      var shift = 0, value = 0, bits;
      /* A backslash counts twice in JSON: the page writes an exclamation mark for it. */
      do { bits = text.charCodeAt(i++) - 63; if (bits < 0) bits = 29; value |= (bits & 31) << shift; shift += 5; } while (bits >= 32);
      return value & 1 ? ~(value >> 1) : value >> 1;
    }
    while (i < text.length) { lat += next(); lon += next(); out.push([lat / scale, lon / scale]); }
    return out;
  }
  base.decode = decode;

  /* ---- base map: stays below everything, works without a network */
  var renderers = {}, drawing = base.drawing = corridorsLines(map);
  base.pane = function (name, z) { var p = map.createPane(name); p.style.zIndex = z; return p; };
  base.renderer = function (name) { return renderers[name] || (renderers[name] = L.svg({ pane: name, padding: 0.3 })); };
  base.pane("ground", 210); base.pane("casing", 390); base.pane("routes", 400); base.pane("hits", 410);
  function worlds(texts) { return texts.map(function (text) { return drawing.world(decode(text, 2)); }); }
  function flat(trace, options) { return new drawing.Flat(trace, L.extend({ pane: "ground", renderer: base.renderer("ground"), interactive: false }, options)); }
  function area(polygons, options) {
    return flat(drawing.areas(worlds([].concat.apply([], polygons))), L.extend({ fill: true, fillOpacity: 1, fillRule: "evenodd" }, options));
  }
  function line(texts, options) { return flat(drawing.lines(worlds(texts)), L.extend({ fill: false }, options)); }
  var land = L.layerGroup([
    area(data.base.land, { color: "#b9c4cc", weight: 0.8, fillColor: "#f7f5f0" }),
    area(data.base.lakes, { color: "#b9c4cc", weight: 0.6, fillColor: "#dfe8ee" }),
    line(data.base.rivers, { color: "#cfdde6", weight: 0.9 })
  ]).addTo(map);
  var borders = L.layerGroup([
    line(data.base.borders, { color: "#c6c1b4", weight: 1 }),
    line(data.base.disputed, { color: "#b3ad9d", weight: 1.3, dashArray: "1.5 3" })
  ]).addTo(map);
  /* On a telephone half the Earth fits at a lower zoom only, and above the clock only if there is sea to push up. */
  if (small()) map.setMinZoom(1);
  var bounds = [[small() ? -78 : -58, -75], [84, 205]];
  map.setMaxBounds(bounds);
  map.options.maxBoundsViscosity = 0.8;
  map.attributionControl.setPrefix(false);
  map.attributionControl.addAttribution(small() ? "© OpenStreetMap contributors · Natural Earth" : "Lines © OpenStreetMap contributors (ODbL) · Land, boundaries: Natural Earth; dotted: disputed, no endorsement");
  L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(map);

  /* ---- labels: one pane, positioned in layer pixels */
  var names = el("div", "names leaflet-zoom-hide"), show = { names: true };
  base.pane("names", 620).append(names);
  map.getPane("names").style.pointerEvents = "none";
  var pen = document.createElement("canvas").getContext("2d"), face = getComputedStyle(document.body).fontFamily;
  var widths = new Map();
  base.width = function (text, size, weight, spacing) {
    var font = weight + " " + size + "px " + face, key = font + text;
    if (!widths.has(key)) { pen.font = font; widths.set(key, pen.measureText(text).width); }
    return widths.get(key) + (spacing || 0) * text.length;
  };
  /* What floats over the map is measured again only when it may have changed: measuring costs a layout. */
  var floats = null;
  base.measure = function () { floats = null; };
  function floating() {
    if (floats) return floats;
    var frame = map.getContainer().getBoundingClientRect();
    floats = [];
    document.querySelectorAll(".float, .leaflet-control").forEach(function (f) {
      var r = f.getBoundingClientRect();
      if (r.width) floats.push([r.left - frame.left, r.top - frame.top, r.right - frame.left, r.bottom - frame.top]);
    });
    return floats;
  }
  function newBoard() {
    var written = document.createDocumentFragment();
    var size = map.getSize(), lines = new Set(), offset = map.containerPointToLayerPoint([0, 0]), board = { size: size, zoom: map.getZoom(), offset: offset, taken: floating().slice() };
    /* Lines are remembered as cells of eight pixels: asking a box is then a handful of look-ups. */
    function remember(x, y) { if (x > 0 && y > 0 && x < size.x && y < size.y) lines.add((x >> 3) * 8192 + (y >> 3)); }
    board.trace = function (points) { points.forEach(function (q) { remember(q.x - offset.x, q.y - offset.y); }); };
    board.traceLine = function (xs, ys, from, to) {
      for (var i = from + 1; i < to; i++) {
        var ax = xs[i - 1] - offset.x, ay = ys[i - 1] - offset.y, dx = xs[i] - offset.x - ax, dy = ys[i] - offset.y - ay;
        if (Math.max(ax, ax + dx) < 0 || Math.max(ay, ay + dy) < 0 || Math.min(ax, ax + dx) > size.x || Math.min(ay, ay + dy) > size.y) continue;
        for (var k = 0, parts = Math.min(400, Math.max(1, Math.ceil((Math.abs(dx) + Math.abs(dy)) / 7))); k <= parts; k++) remember(ax + dx * k / parts, ay + dy * k / parts);
      }
    };
    board.offLines = function (b) {
      for (var x = b[0] >> 3; x <= b[2] >> 3; x++) for (var y = b[1] >> 3; y <= b[3] >> 3; y++) if (lines.has(x * 8192 + y)) return false;
      return true;
    };
    board.free = function (b, set) { return !set.some(function (t) { return b[0] < t[2] && b[2] > t[0] && b[1] < t[3] && b[3] > t[1]; }); };
    board.inside = function (b) { return b[0] > 3 && b[1] > 2 && b[2] < size.x - 3 && b[3] < size.y - 2; };
    board.put = function (cls, text, x, y, colour) {
      var e = el("div", cls, text);
      if (colour) e.style.color = colour;
      L.DomUtil.setPosition(e, L.point(x, y).add(offset));
      written.append(e);
      return e;
    };
    board.written = written;
    return board;
  }
  function drawNames() {
    var board = newBoard();
    base.labellers.forEach(function (label) { label(board); });
    if (show.names) [["n-water", data.waters, 12, 0], ["n-country", data.countries, small() ? 9.5 : 11, 1.5]].forEach(function (set) {
      set[1].slice().sort(function (a, b) { return a[3] - b[3]; }).forEach(function (label) {
        if (label[3] > board.zoom - (small() ? 1.5 : 1)) return;
        var p = map.latLngToContainerPoint([label[2], label[1]]), w = base.width(label[0], set[2], 400, set[3]) + 6, b = [p.x - w / 2, p.y - 8, p.x + w / 2, p.y + 8];
        if (board.inside(b) && board.free(b, board.taken) && board.offLines(b)) { board.taken.push(b); board.put(set[0], label[0], b[0] + 3, b[1]); }
      });
    });
    names.replaceChildren(board.written);
  }
  base.drawNames = drawNames;
  base.redraw = function () { base.redrawers.forEach(function (draw) { draw(); }); drawNames(); };

  /* ---- popups: they open between what floats above and below them */
  base.rowsOf = function (rows) {
    var list = el("dl");
    rows.forEach(function (row) { list.append(el("dt", null, row[0]), el("dd", row[1].length > 34 ? "long" : null, row[1])); });
    return list;
  };
  base.room = function () {
    var low = (byId("clock") ? byId("clock").offsetHeight : 0) + 20, top = small() ? 58 : 12;
    return { maxWidth: small() ? 260 : 320, maxHeight: Math.max(130, map.getSize().y - low - top - 84), autoPanPaddingTopLeft: [10, top], autoPanPaddingBottomRight: [10, low] };
  };

  /* ---- layers */
  var list = byId("layer-list");
  base.section = function (title, rows) {
    if (!list) return;
    list.append(el("p", null, title));
    rows.forEach(function (row) {
      var label = el("label"), input = el("input");
      input.type = row.radio ? "radio" : "checkbox";
      if (row.radio) input.name = "background";
      input.checked = row.on;
      input.addEventListener("change", function () { row.set(input.checked); base.redraw(); });
      label.append(input);
      if (row.line) {
        var swatch = base.svgEl("svg", { width: 26, height: 12, viewBox: "0 0 26 12", "aria-hidden": "true" });
        base.svgEl("path", { d: "M1 6H25", stroke: row.line.color, "stroke-width": row.line.weight || 4, "stroke-dasharray": row.line.dash || "none", "stroke-linecap": /^0?\.1 /.test(row.line.dash) ? "round" : "butt" }, swatch);
        label.append(swatch);
      }
      label.append(el("span", null, row.text));
      list.append(label);
      row.input = input;
    });
  };
  base.toggle = function (layer) { return function (on) { if (on) map.addLayer(layer); else map.removeLayer(layer); }; };
  base.shownRows = function () {
    return [
      { text: "Names", on: true, set: function (on) { show.names = on; } },
      { text: "Boundaries", on: true, set: base.toggle(borders) }
    ];
  };
  base.background = function () {
    if (!data.tiles || !list) return;
    var tiles = null, message = el("p"), plain = { text: "Plain, works offline", on: true, radio: true, set: function () { if (tiles) map.removeLayer(tiles); tiles = null; land.addTo(map); borders.addTo(map); message.textContent = ""; } };
    base.section("Background", [plain, { text: "Online tiles", on: false, radio: true, set: function () {
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
  };

  /* ---- saving, printing */
  base.sheet = function () { return document.querySelector("#static > svg"); };
  function sheetSvg() {
    var copy = base.sheet().cloneNode(true), box = copy.getAttribute("viewBox").split(" ").map(Number);
    copy.setAttribute("width", box[2]); copy.setAttribute("height", box[3]);
    return { text: new XMLSerializer().serializeToString(copy), width: box[2], height: box[3] };
  }
  function save(blob, ending) {
    var a = el("a");
    a.href = URL.createObjectURL(blob);
    a.download = (document.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 80) || "corridors") + ending;
    a.click();
    setTimeout(function () { URL.revokeObjectURL(a.href); }, 2000);
  }
  base.png = function (done) {
    var sheet = sheetSvg(), image = new Image();
    image.onload = function () {
      var canvas = el("canvas");
      canvas.width = sheet.width * 2; canvas.height = sheet.height * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(done, "image/png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(sheet.text);
  };
  var deeds = {
    svg: function () { save(new Blob([sheetSvg().text], { type: "image/svg+xml" }), ".svg"); },
    png: function () { base.png(function (blob) { save(blob, ".png"); }); },
    print: function () { window.print(); }
  };
  document.querySelectorAll("[data-do]").forEach(function (b) { b.addEventListener("click", deeds[b.dataset.do]); });

  /* ---- keyboard: focus enters a popup, Escape closes it, focus goes back */
  var opener = null;
  map.on("popupopen", function (e) {
    /* A popup near the rim moves the map beyond it: else its title would be cut off. */
    map.setMaxBounds(null);
    var box = e.popup.getElement(), title = box.querySelector("h2");
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", title ? title.textContent : "Details");
    var scrolled = box.querySelector(".leaflet-popup-scrolled");
    if (scrolled) scrolled.tabIndex = 0;
    var active = document.activeElement;
    if (active && active.matches(".leaflet-marker-icon, button[data-place]")) {
      opener = active;
      var close = box.querySelector(".leaflet-popup-close-button");
      if (close) setTimeout(function () { close.focus({ preventScroll: true }); }, 60);
    }
  });
  map.on("popupclose", function () { map.setMaxBounds(bounds); if (opener && opener.isConnected) opener.focus({ preventScroll: true }); opener = null; });
  document.addEventListener("keydown", function (e) { if (e.key === "Escape") map.closePopup(); });

  if (innerWidth <= 820 && byId("legend")) byId("legend").querySelector("details").open = false;
  document.querySelectorAll("#legend details, #layers details").forEach(function (e) { e.addEventListener("toggle", function () { base.measure(); drawNames(); }); });
  map.on("resize", base.measure);
  base.fit = function (bounds, left, below) {
    var b = bounds || data.bounds, tight = small();
    map.invalidateSize({ animate: false });
    base.measure();
    /* Reset: else it would be panned by whole pixels from wherever it was, and not be the same twice. */
    map.fitBounds([[b[1], b[0]], [b[3], b[2]]], { reset: true, paddingTopLeft: tight ? [14, 44] : [34 + (left || 0), 30], paddingBottomRight: [tight ? 40 : 70, (below || 0) + (tight ? 34 : 40)], animate: false, maxZoom: 7 });
  };
  base.start = function () {
    /* A zoom ends as a move ends: one redraw for both. */
    map.on("moveend", base.redraw);
    base.redraw();
  };
  return base;
}
