/* What folium's own classes expect beside Leaflet, without jQuery, fonts or images from a network. */
delete L.Icon.Default.prototype._getIconUrl;
L.Icon.Default.mergeOptions("%%ICONS%%");
window.$ = window.$ || function (content) {
  if (typeof content !== "string") return { ready: function (run) { run(); } };
  var holder = document.createElement("template");
  holder.innerHTML = content.trim();
  return [holder.content.firstElementChild];
};
