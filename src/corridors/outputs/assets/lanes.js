/* Lines that are cheap to draw again at every zoom, and lines side by side.

   corridorsLines(map) -> {world, Flat, Track, Stroke, areas, lines}
     world(points): [lat, lon] pairs projected once, as {x, y, n} in pixels of zoom 0
     new Flat(trace, options): a Leaflet path; trace(frame) gives its "d", once for every view.
       frame: scale, ox, oy (pixel = world * scale - o), left, top, right, bottom (what can be seen)
     areas(rings), lines(list): trace functions for lists of world lines, thinned to the pixel
     new Track(legs): a corridor of {world, lanes} legs, lanes being [position, lane] runs;
       sampled in pixels, each sample pushed to its lane.
       .place(): works it out for the present view; .x, .y, .ends ([from, to] for each leg)
       .point(leg, share): where a container is, as a layer point
     new Stroke(track, legs, options): some legs of a track as one path */
function corridorsLines(map) {
  "use strict";
  var GAP = 6.2, STEP = 5, EASE = 36, THIN = 1.1;
  function world(points) {
    var n = points.length, out = { x: new Float64Array(n), y: new Float64Array(n), n: n };
    for (var i = 0; i < n; i++) {
      var p = L.CRS.EPSG3857.latLngToPoint(L.latLng(points[i]), 0);
      out.x[i] = p.x; out.y[i] = p.y;
    }
    return out;
  }

  /* ---- paths: where a point lies beyond the view, as bits; two with one bit in common see nothing between them */
  function beyond(x, y, f) { return (x < f.left ? 1 : x > f.right ? 2 : 0) | (y < f.top ? 4 : y > f.bottom ? 8 : 0); }
  function tenth(v) { return Math.round(v * 10) / 10; }
  function open(x, y, from, to, f) {
    var d = "", drawing = false, last = 0;
    for (var i = from; i < to; i++) {
      var code = beyond(x[i], y[i], f);
      if (i > from) {
        if (code & last) drawing = false;
        else {
          if (!drawing) d += "M" + tenth(x[i - 1]) + " " + tenth(y[i - 1]);
          d += "L" + tenth(x[i]) + " " + tenth(y[i]);
          drawing = true;
        }
      }
      last = code;
    }
    return d;
  }
  function areas(rings) {
    return function (f) {
      var d = "";
      rings.forEach(function (ring) {
        var x = 0, y = 0, first = true, last = 0, kept = 0, piece = "";
        for (var i = 0; i < ring.n; i++) {
          var px = ring.x[i] * f.scale - f.ox, py = ring.y[i] * f.scale - f.oy, code = beyond(px, py, f);
          if (!first && i + 1 < ring.n) {
            if (Math.abs(px - x) + Math.abs(py - y) < THIN) continue;
            /* Along one side beyond the view only the last point before it turns matters. */
            if (code & last && code & beyond(ring.x[i + 1] * f.scale - f.ox, ring.y[i + 1] * f.scale - f.oy, f)) continue;
          }
          piece += (first ? "M" : "L") + tenth(px) + " " + tenth(py);
          x = px; y = py; last = code; first = false; kept++;
        }
        if (kept > 2) d += piece + "Z";
      });
      return d;
    };
  }
  function lines(list) {
    return function (f) {
      var d = "";
      list.forEach(function (line) {
        var xs = [], ys = [], x = 0, y = 0;
        for (var i = 0; i < line.n; i++) {
          var px = line.x[i] * f.scale - f.ox, py = line.y[i] * f.scale - f.oy;
          if (i && i + 1 < line.n && Math.abs(px - x) + Math.abs(py - y) < THIN) continue;
          xs.push(px); ys.push(py); x = px; y = py;
        }
        d += open(xs, ys, 0, xs.length, f);
      });
      return d;
    };
  }
  var Flat = L.Path.extend({
    initialize: function (trace, options) { this.trace = trace; L.Util.setOptions(this, options); },
    onAdd: function () { this._key = null; L.Path.prototype.onAdd.call(this); },
    _project: function () {},
    _reset: function () { this._update(); },
    _update: function () {
      var bounds = this._renderer && this._renderer._bounds;
      if (!this._map || !bounds) return;
      var zoom = map.getZoom(), o = map.getPixelOrigin(), key = [zoom, o.x, o.y, bounds.min.x, bounds.min.y, bounds.max.x, bounds.max.y].join();
      if (key === this._key) return;
      this._key = key;
      this._renderer._setPath(this, this.trace({
        key: key, scale: Math.pow(2, zoom), ox: o.x, oy: o.y,
        left: bounds.min.x - 9, top: bounds.min.y - 9, right: bounds.max.x + 9, bottom: bounds.max.y + 9
      }) || "M0 0");
    }
  });

  /* ---- lanes */
  function Track(legs) { this.legs = legs; this.key = null; }
  Track.prototype.place = function () {
    var origin = map.getPixelOrigin(), zoom = map.getZoom(), key = zoom + ":" + origin.x + ":" + origin.y;
    if (this.key === key) return this;
    this.key = key; this.far = null; this.paths = {};
    var scale = Math.pow(2, zoom), step = zoom > 6.5 ? STEP * 3 : STEP, xs = [], ys = [], lane = [], ends = [];
    var any = this.legs.some(function (leg) { return leg.lanes.some(function (run) { return run[1]; }); });
    this.legs.forEach(function (leg) {
      var w = leg.world, start = xs.length, run = -1, n = w.n, runs = leg.lanes, px, py, from = 0;
      function push(x, y, at) {
        while (run + 1 < runs.length && runs[run + 1][0] <= at) run++;
        xs.push(x); ys.push(y); lane.push(run < 0 ? 0 : runs[run][1]);
      }
      for (var i = 0; i < n; i++) {
        var x = w.x[i] * scale - origin.x, y = w.y[i] * scale - origin.y;
        if (i) {
          var dx = x - px, dy = y - py, length = Math.hypot(dx, dy);
          if (length < THIN && i + 1 < n) continue;
          /* Only lines that are pushed aside need points between the bends. */
          var parts = any ? Math.max(1, Math.ceil(length / step)) : 1;
          for (var k = 1; k < parts; k++) push(px + dx * k / parts, py + dy * k / parts, from + (i - from) * k / parts);
        }
        push(x, y, i);
        px = x; py = y; from = i;
      }
      ends.push([start, xs.length]);
    });
    if (any) shift(xs, ys, lane);
    for (var j = 1; j < ends.length; j++) {
      var a = ends[j - 1], b = ends[j];
      if (a[1] > a[0] && b[1] > b[0]) { xs[b[0]] = xs[a[1] - 1]; ys[b[0]] = ys[a[1] - 1]; }
    }
    this.x = xs; this.y = ys; this.ends = ends;
    return this;
  };
  function shift(xs, ys, lane) {
    var n = xs.length, along = new Float64Array(n), i, from = 0, to = 0, sum = 0, a = 0, b = 0, nx = new Float64Array(n), ny = new Float64Array(n);
    for (i = 1; i < n; i++) along[i] = along[i - 1] + Math.hypot(xs[i] - xs[i - 1], ys[i] - ys[i - 1]);
    for (i = 0; i < n; i++) {
      while (to < n && along[to] <= along[i] + EASE) sum += lane[to++];
      while (along[from] < along[i] - EASE) sum -= lane[from++];
      /* From about 14 pixels behind to 14 ahead. */
      while (a + 1 < i && along[i] - along[a + 1] >= 14) a++;
      while (b < n - 1 && along[b] - along[i] < 14) b++;
      var dx = xs[b] - xs[a], dy = ys[b] - ys[a], length = Math.hypot(dx, dy) || 1, off = sum / (to - from) * GAP;
      nx[i] = -dy / length * off; ny[i] = dx / length * off;
    }
    for (i = 0; i < n; i++) { xs[i] += nx[i]; ys[i] += ny[i]; }
  }
  Track.prototype.point = function (leg, share) {
    this.place();
    var from = this.ends[leg][0], to = this.ends[leg][1], far = this.far, i;
    if (to <= from) return null;
    if (!far) {
      far = this.far = new Float64Array(this.x.length);
      for (i = 1; i < far.length; i++) far[i] = far[i - 1] + Math.hypot(this.x[i] - this.x[i - 1], this.y[i] - this.y[i - 1]);
    }
    var wanted = far[from] + (far[to - 1] - far[from]) * share, low = from, high = to - 1;
    while (high - low > 1) { var middle = (low + high) >> 1; if (far[middle] <= wanted) low = middle; else high = middle; }
    var length = far[high] - far[low], t = length ? Math.max(0, Math.min(1, (wanted - far[low]) / length)) : 0;
    return L.point(this.x[low] + (this.x[high] - this.x[low]) * t, this.y[low] + (this.y[high] - this.y[low]) * t);
  };
  Track.prototype.path = function (leg, f) {
    this.place();
    if (this.seen !== f.key) { this.seen = f.key; this.paths = {}; }
    if (this.paths[leg] == null) this.paths[leg] = open(this.x, this.y, this.ends[leg][0], this.ends[leg][1], f);
    return this.paths[leg];
  };
  function Stroke(track, legs, options) {
    return new Flat(function (f) { return legs.map(function (leg) { return track.path(leg, f); }).join(""); }, L.extend({ fill: false, lineJoin: "round" }, options));
  }
  return { world: world, Flat: Flat, areas: areas, lines: lines, Track: Track, Stroke: Stroke };
}
