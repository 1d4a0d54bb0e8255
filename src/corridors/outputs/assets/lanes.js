/* Lines side by side: a corridor is sampled in pixels, each sample pushed to its lane.

   corridorsLanes(map, decode) -> {Track, Stroke}
     new Track(legs): legs with g (an encoded line) and lanes ([position, lane] runs);
       .legs[i].points, .rings(): one list of pixel points a leg at the present zoom
     new Stroke(track, leg, options): a Leaflet polyline along rings()[leg] */
function corridorsLanes(map, decode) {
  "use strict";
  var GAP = 6.2, STEP = 4, EASE = 36;
  function Track(legs) {
    this.legs = legs.map(function (leg) { return { lanes: leg.lanes, points: leg.g ? decode(leg.g, 3) : [] }; });
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
  return { Track: Track, Stroke: Stroke };
}
