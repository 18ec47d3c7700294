"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const [text, status, error, result, chart] = ["text", "status", "error", "result", "chart"].map((id) => byId(`sql-${id}`));
  const buttons = ["run", "csv", "parquet"].map((id) => byId(`sql-${id}`));
  if (!text) return;
  let examples = [];
  let last;

  const fail = (message) => { error.textContent = message; error.hidden = !message; };
  const make = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  // ---- Parameters: a field for each :name outside quotes and comments; what the page's pickers have starts as it shows it.
  const parameterNames = (sql) => {
    const bare = sql.replace(/--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"/g, " ");
    return [...new Set([...bare.matchAll(/(?<!:):([A-Za-z_]\w*)/g)].map((found) => found[1]))];
  };
  const shown = () => Object.fromEntries(byId("pickers") ? new FormData(byId("pickers")) : []);
  const initial = (name, preset) => (preset && preset !== "newest" && (name === "day" || !shown()[name]) ? preset : shown()[name] || preset || "");
  function fields(presets = {}) {
    const place = byId("sql-parameters");
    const old = Object.fromEntries([...place.querySelectorAll("input")].map((input) => [input.name, input.value]));
    const names = parameterNames(text.value);
    if (names.join() === Object.keys(old).join() && !Object.keys(presets).length) return;
    place.replaceChildren(...names.map((name) =>
      make("label", {}, `:${name} `, make("input", { name, value: name in presets ? initial(name, presets[name]) : old[name] ?? initial(name, ""), autocomplete: "off" }))));
  }
  const parameters = () => Object.fromEntries([...byId("sql-parameters").querySelectorAll("input")].map((input) => [input.name, input.value]));

  async function ask(form) {
    fail("");
    status.textContent = "Running…";
    buttons.forEach((button) => { button.disabled = true; });
    try {
      const answer = await fetch("/api/query", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ sql: text.value, parameters: parameters(), form }),
      });
      if (!answer.ok) throw new Error((await answer.json()).error);
      return await (form === "rows" ? answer.json() : answer.blob());
    } catch (problem) {
      status.textContent = "";
      fail(problem.message);
      return null;
    } finally {
      buttons.forEach((button) => { button.disabled = false; });
    }
  }
  async function run() {
    const found = await ask("rows");
    if (!found) return;
    last = found;
    const count = found.rows.length.toLocaleString("en");
    status.textContent = `${found.more ? `The first ${count} rows` : found.rows.length === 1 ? "1 row" : `${count} rows`}, ${found.seconds.toFixed(2)} s.`;
    showRows(found);
    drawLast();
  }
  function showRows({ columns, rows }) {
    const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col", title: column.type }, column.name)));
    const body = rows.map((row) => make("tr", {}, ...row.map((value, i) =>
      make(i ? "td" : "th", i ? {} : { scope: "row" }, value === null ? "" : typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 6, useGrouping: false }) : String(value)))));
    const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
    const scroll = make("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Rows of the query" }, table);
    result.replaceChildren(scroll);
  }
  function drawLast() {
    if (!last) return;
    chart.hidden = false;
    if (!window.millrace.drawResult(chart, last.columns, last.rows)) chart.hidden = true;
  }
  async function download(form) {
    const found = await ask(form);
    if (!found) return;
    status.textContent = `Downloaded ${found.size.toLocaleString("en")} bytes.`;
    const link = make("a", { href: URL.createObjectURL(found), download: `millrace.${form}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  // ---- Keys: Tab indents unless Escape was pressed before, so that the keyboard is never trapped in the field.
  let leaving = false;
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); return; }
    if (event.key === "Tab" && !event.shiftKey && !leaving && text.value) {
      event.preventDefault();
      text.setRangeText("    ", text.selectionStart, text.selectionEnd, "end");
    }
    leaving = event.key === "Escape";
  });
  text.addEventListener("input", () => fields());
  buttons[0].addEventListener("click", run);
  buttons[1].addEventListener("click", () => download("csv"));
  buttons[2].addEventListener("click", () => download("parquet"));
  document.addEventListener("redraw", drawLast);

  byId("sql-example").addEventListener("change", (event) => {
    const example = examples.find((one) => one.name === event.target.value);
    if (!example) return;
    text.value = example.sql;
    fields(example.parameters);
  });

  async function loadTables() {
    const answer = await fetch("/api/tables");
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error);
    examples = found.examples;
    byId("sql-example").append(...examples.map((one) => new Option(one.title, one.name)));
    byId("sql-table-list").append(...found.tables.flatMap((table) => [
      make("button", { type: "button", title: "Insert this name into the SQL", onclick: () => text.setRangeText(table.name, text.selectionStart, text.selectionEnd, "end") }, table.name),
      make("ul", {}, ...table.columns.map((column) => make("li", { title: column.description }, `${column.name} ${column.type}`))),
    ]));
    byId("sql").dataset.ready = "yes";
  }
  loadTables().catch((problem) => fail(problem.message));
})();
