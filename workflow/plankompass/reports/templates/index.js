(function () {
  "use strict";
  var form = document.getElementById("filter");
  var table = document.getElementById("kommuner");
  var count = document.getElementById("antall");
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var language = document.documentElement.lang;
  function plain(text) {
    return text.toLocaleLowerCase(language).normalize("NFD").replace(/[\u0300-\u0329\u032b-\u036f]/g, "")
      .replace(/đ/g, "d").replace(/ŋ/g, "n").replace(/ŧ/g, "t");
  }
  // Both as typed and with the marks of Sami letters taken off, so that either spelling finds the name.
  var names = rows.map(function (row) {
    var text = row.cells[0].textContent;
    return text.toLocaleLowerCase(language) + " " + plain(text);
  });
  function update() {
    var words = document.getElementById("q").value.toLocaleLowerCase(language).trim().split(/\s+/);
    var county = document.getElementById("fylke").value;
    var group = document.getElementById("gruppe").value;
    var status = document.getElementById("status").value;
    var shown = 0;
    rows.forEach(function (row, i) {
      var hit = words.every(function (w) { return names[i].indexOf(w) >= 0; })
        && (!county || row.dataset.county === county) && (!group || row.dataset.group === group)
        && (!status || row.dataset.status === status);
      row.hidden = !hit;
      if (hit) { shown += 1; }
    });
    count.textContent = shown ? count.dataset.pattern.replace("{shown}", shown).replace("{total}", rows.length)
      : count.dataset.none;
  }
  function sort(header, button) {
    var column = header.cellIndex;
    var down = header.getAttribute("aria-sort") === "ascending";
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    var numeric = header.dataset.sort === "completeness";
    rows.slice().sort(function (a, b) {
      var order = numeric ? a.dataset.share - b.dataset.share
        : a.cells[column].textContent.localeCompare(b.cells[column].textContent, language);
      return down ? -order : order;
    }).forEach(function (row) { body.appendChild(row); });
    button.focus();
  }
  Array.prototype.forEach.call(table.querySelectorAll("th[data-sort]"), function (header) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = header.textContent;
    header.textContent = "";
    header.appendChild(button);
    button.addEventListener("click", function () { sort(header, button); });
  });
  form.addEventListener("input", update);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(update, 0); });
  form.hidden = false;
}());
