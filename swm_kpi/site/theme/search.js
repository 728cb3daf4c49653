/* How mkdocs' own search shows what it found: one result for each page, and how many there are. */
(function () {
  "use strict";
  var box = document.getElementById("mkdocs-search-results");
  var query = document.getElementById("mkdocs-search-query");
  if (!box || !query) return;

  function element(name, text, parent) {
    var made = document.createElement(name);
    made.textContent = text;
    parent.appendChild(made);
    return made;
  }

  function shortened(text) {
    return text.length > 180 ? text.slice(0, 180).replace(/\s+\S*$/, "") + "…" : text;
  }

  window.displayResults = function (results) {
    var pages = new Map();
    results.forEach(function (each) {
      var page = each.location.split("#")[0];
      var found = pages.get(page) || { title: "", summary: "", section: "" };
      if (each.location.indexOf("#") < 0) {
        found.title = each.title;
        found.summary = each.summary;
      } else {
        found.section = found.section || each.title;
      }
      pages.set(page, found);
    });
    box.textContent = "";
    if (!query.value.trim()) return;
    var count = pages.size;
    var words = count === 1 ? "1 page has" : count + " pages have";
    element("p", count ? words + " these words." : box.dataset.noResultsText, box);
    pages.forEach(function (found, page) {
      var article = document.createElement("article");
      var heading = element("h3", "", article);
      var link = element("a", found.title || found.section, heading);
      link.href = joinUrl(base_url, page);
      var name = found.title.replace(/^[^:]*: /, "");
      var after = found.summary.indexOf(name) + 1 && found.summary.split(name).slice(1).join(name);
      if (after || found.summary) element("p", shortened(after || found.summary), article);
      box.appendChild(article);
    });
  };
})();
