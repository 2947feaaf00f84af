(function () {
  "use strict";
  var texts = JSON.parse(document.getElementById("search-index").textContent);
  var words = document.getElementById("words"), folder = document.getElementById("folder"), tag = document.getElementById("tag");
  var found = document.getElementById("found"), finder = document.getElementById("finder");
  var items = Array.prototype.slice.call(document.querySelectorAll("[data-prompt]"));
  var groups = Array.prototype.slice.call(document.querySelectorAll(".folder"));
  function plain(text) { return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  var plains = texts.map(function (row) { return plain(row.text); });
  function look() {
    var wanted = plain(words.value).split(/\s+/).filter(Boolean), count = 0;
    items.forEach(function (item) {
      var at = Number(item.getAttribute("data-prompt")), row = texts[at];
      var inside = !folder.value || row.folder === folder.value || row.folder.indexOf(folder.value + "/") === 0;
      var fits = inside && (!tag.value || row.tags.indexOf(tag.value) >= 0) && wanted.every(function (word) { return plains[at].indexOf(word) >= 0; });
      item.hidden = !fits;
      if (fits) { count += 1; }
    });
    groups.forEach(function (group) { group.hidden = !group.querySelector("[data-prompt]:not([hidden])"); });
    found.textContent = count === items.length ? items.length + (items.length === 1 ? " prompt" : " prompts") : count + " of " + items.length + " prompts";
  }
  [words, folder, tag].forEach(function (field) { field.addEventListener("input", look); });
  finder.addEventListener("submit", function (event) { event.preventDefault(); });
  finder.hidden = false;
  look();
})();
