/* Show the results of mkdocs' search: one result for each page, and the number of pages. */
(function () {
  "use strict";
  var container = document.getElementById("mkdocs-search-results");
  var query = document.getElementById("mkdocs-search-query");
  if (!container || !query) return;

  function appendElement(name, text, parent) {
    var element = document.createElement(name);
    element.textContent = text;
    parent.appendChild(element);
    return element;
  }

  function shorten(text) {
    return text.length > 180 ? text.slice(0, 180).replace(/\s+\S*$/, "") + "…" : text;
  }

  window.displayResults = function (results) {
    var pages = new Map();
    results.forEach(function (result) {
      var address = result.location.split("#")[0];
      var page = pages.get(address) || { title: "", summary: "", section: "" };
      if (result.location.indexOf("#") < 0) {
        page.title = result.title;
        page.summary = result.summary;
      } else {
        page.section = page.section || result.title;
      }
      pages.set(address, page);
    });
    container.textContent = "";
    if (!query.value.trim()) return;
    var subject = pages.size === 1 ? "1 page has" : pages.size + " pages have";
    var count = pages.size ? subject + " these words." : container.dataset.noResultsText;
    appendElement("p", count, container);
    pages.forEach(function (page, address) {
      var article = document.createElement("article");
      var heading = appendElement("h3", "", article);
      var link = appendElement("a", page.title || page.section, heading);
      link.href = joinUrl(base_url, address);
      // A summary starts with the title again: leave it out.
      var title = page.title.replace(/^[^:]*: /, "");
      var hasTitle = page.summary.indexOf(title) >= 0;
      var text = hasTitle ? page.summary.split(title).slice(1).join(title) : "";
      if (text || page.summary) appendElement("p", shorten(text || page.summary), article);
      container.appendChild(article);
    });
  };
})();
