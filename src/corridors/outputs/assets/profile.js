/* A profile that answers: pointing at a step, or walking with the arrow keys, says what it is.
   The picture is drawn already; nothing from data is parsed as markup. */
function corridorsProfile(root, options, onStep) {
  "use strict";
  var SVG = "http://www.w3.org/2000/svg", REACH = 18, at = null, first = null;
  var walk = root.querySelector(".walk"), reading = root.querySelector(".reading"), charts = [];
  var hint = reading.textContent;
  root.querySelectorAll(".pane svg").forEach(function (svg) {
    var glow = document.createElementNS(SVG, "path");
    glow.setAttribute("class", "glow");
    var scale = svg.querySelector("[data-scale]");
    scale.insertBefore(glow, scale.querySelector(".over"));
    svg.setAttribute("aria-hidden", "true");
    var chart = { svg: svg, steps: [], glow: glow, now: svg.querySelector(".now"), zero: Number(scale.dataset.zero), scale: Number(scale.dataset.scale) };
    charts.push(chart);
    svg.addEventListener("pointermove", function (e) { point(svg, chart.steps, e); });
    svg.addEventListener("pointerdown", function (e) { point(svg, chart.steps, e); });
    svg.addEventListener("pointerleave", function () { tell(null); });
  });
  /* What the picture shows may be another one when the case changes. */
  function read() {
    charts.forEach(function (chart) {
      chart.steps = [];
      chart.svg.querySelectorAll(".line").forEach(function (line) {
        line.querySelectorAll("path").forEach(function (path, index) {
          var d = path.getAttribute("d"), points = d.slice(1).split("L").map(function (p) { return p.split(" ").map(Number); });
          chart.steps.push({ option: Number(line.dataset.o), index: index, points: points, d: d });
        });
      });
    });
    first = null;
    options.forEach(function (o, n) { if (!first && o.steps.length) first = { option: n, index: 0 }; });
    if (first) say(first);
  }
  function point(svg, steps, e) {
    var m = svg.getScreenCTM();
    if (!m) return;
    var x = (e.clientX - m.e) / m.a, y = (e.clientY - m.f) / m.d, best = REACH, found = null;
    steps.forEach(function (step) {
      for (var i = 1; i < step.points.length; i++) {
        var away = apart(x, y, step.points[i - 1], step.points[i]);
        if (away < best) { best = away; found = step; }
      }
    });
    tell(found && { option: found.option, index: found.index });
  }
  function apart(x, y, a, b) {
    var dx = b[0] - a[0], dy = b[1] - a[1], size = dx * dx + dy * dy;
    var t = size ? Math.max(0, Math.min(1, ((x - a[0]) * dx + (y - a[1]) * dy) / size)) : 0;
    return Math.hypot(x - a[0] - t * dx, y - a[1] - t * dy);
  }
  function place(at) {
    var steps = options[at.option].steps;
    for (var i = 0; i < steps.length; i++) if (!!steps[i][0] === at.leg && steps[i][1] === at.number) return { option: at.option, index: i };
    return null;
  }
  function dollars() { var usd = root.querySelector("[value=usd]"); return usd && usd.checked; }
  function sentence(spot) {
    var s = options[spot.option].steps[spot.index][2].split("\n"), usd = dollars();
    return options[spot.option].short + ": " + s[0] + ", " + s[usd ? 4 : 2] + ". After it " + s[1] + ", " + s[usd ? 5 : 3] + ".";
  }
  function same(a, b) { return a === b || (a && b && a.option === b.option && a.index === b.index); }
  function tell(spot) {
    if (same(at, spot)) return;
    at = spot;
    mark(spot ? [spot] : []);
    var row = spot && options[spot.option].steps[spot.index];
    if (onStep) onStep(spot && { option: spot.option, leg: !!row[0], number: row[1] });
  }
  /* Show steps as chosen; several at once when a mark on a map stands for several. */
  function mark(spots) {
    charts.forEach(function (chart) {
      chart.glow.setAttribute("d", chart.steps.filter(function (step) {
        return spots.some(function (spot) { return same(spot, step); });
      }).map(function (step) { return step.d; }).join(""));
    });
    dim(spots.length === 1 ? spots[0].option : null);
    reading.textContent = spots.length ? spots.slice(0, 2).map(sentence).join(" ") : hint;
  }
  function dim(option) {
    root.querySelectorAll(".pane [data-o]").forEach(function (e) { e.classList.toggle("dim", option != null && Number(e.getAttribute("data-o")) !== option); });
  }
  root.querySelectorAll(".bar input").forEach(function (input) {
    input.addEventListener("change", function () { root.classList.toggle("dollars", dollars()); mark(at ? [at] : []); });
  });
  root.classList.toggle("dollars", !!dollars());
  /* One control for the keyboard: left and right along the way, up and down between corridors. */
  walk.tabIndex = 0;
  walk.setAttribute("role", "slider");
  walk.setAttribute("aria-label", "Steps along the way. Left and right walk, up and down change the corridor");
  walk.setAttribute("aria-valuemin", "1");
  function say(spot) {
    walk.setAttribute("aria-valuemax", options[spot.option].steps.length);
    walk.setAttribute("aria-valuenow", spot.index + 1);
    walk.setAttribute("aria-valuetext", sentence(spot));
  }
  read();
  walk.addEventListener("keydown", function (e) {
    if (!first) return;
    var now = at || first, option = now.option, index = now.index;
    if (e.key === "ArrowRight") index = at ? Math.min(index + 1, options[option].steps.length - 1) : index;
    else if (e.key === "ArrowLeft") index = Math.max(index - 1, 0);
    else if (e.key === "Home") index = 0;
    else if (e.key === "End") index = options[option].steps.length - 1;
    else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      do option = (option + (e.key === "ArrowDown" ? 1 : options.length - 1)) % options.length; while (!options[option].steps.length);
      index = Math.min(index, options[option].steps.length - 1);
    } else if (e.key === "Escape") { tell(null); return; }
    else return;
    e.preventDefault();
    tell({ option: option, index: index });
    say(at);
  });
  walk.addEventListener("blur", function () { tell(null); });
  return {
    mark: function (list) { at = null; mark(list.map(place).filter(Boolean)); },
    dim: dim,
    renew: function (others) { options = others; at = null; mark([]); read(); },
    day: function (day) {
      charts.forEach(function (chart) {
        if (!chart.now) return;
        chart.now.setAttribute("transform", "translate(0 " + (chart.zero - day * chart.scale).toFixed(1) + ")");
        chart.now.setAttribute("visibility", chart.zero - day * chart.scale > 0 ? "visible" : "hidden");
      });
    }
  };
}
