(function () {
  var slides = Array.prototype.slice.call(document.querySelectorAll("main > section"));
  function at() {
    var best = 0, near = Infinity;
    slides.forEach(function (slide, n) {
      var away = Math.abs(slide.getBoundingClientRect().top);
      if (away < near) { near = away; best = n; }
    });
    return best;
  }
  function go(n) { slides[Math.max(0, Math.min(slides.length - 1, n))].scrollIntoView(); }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    var key = event.key;
    if (key === "ArrowRight" || key === "ArrowDown" || key === "PageDown" || key === " ") { go(at() + 1); }
    else if (key === "ArrowLeft" || key === "ArrowUp" || key === "PageUp") { go(at() - 1); }
    else if (key === "Home") { go(0); }
    else if (key === "End") { go(slides.length - 1); }
    else if (key === "n" || key === "N") {
      var all = document.querySelectorAll("details"), open = !all.length || !all[0].open;
      all.forEach(function (notes) { notes.open = open; });
    } else { return; }
    event.preventDefault();
  });
})();
