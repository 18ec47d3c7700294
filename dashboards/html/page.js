"use strict";
(() => {
  const page = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const { state, draw, narrow, forgetColours } = window.millrace;
  const byId = (id) => document.getElementById(id);
  const pickers = byId("pickers");
  const panels = new Map(page.panels.map((panel) => [panel.name, panel]));
  Object.assign(state, { picked: Object.values(page.head?.picked || {}) });
  let shown = page.head || {};
  const tags = { ...shown.tags };
  const ofKind = (...kinds) => [...panels.values()].filter((panel) => kinds.includes(panel.kind)).map((panel) => panel.name);

  // ---- Theme: the system's, until the reader chooses one; the choice is stored where the browser allows it.
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const remember = (theme) => { try { localStorage.setItem("millrace-theme", theme); } catch { /* a private window */ } };
  const recall = () => { try { return localStorage.getItem("millrace-theme"); } catch { return null; } };
  const showTheme = () => { button.textContent = isDark() ? "Light theme" : "Dark theme"; };
  if (["light", "dark"].includes(recall())) root.dataset.theme = recall();
  button.hidden = false;
  showTheme();
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(root.dataset.theme);
    showTheme();
    repaint();
  });
  system.addEventListener("change", () => { showTheme(); repaint(); });

  // ---- Drawing: panels on the screen at once; the others when the browser is idle, or when they scroll into view.
  const onScreen = new Set();
  const stale = new Set();
  let waiting = 0;
  let refreshing = 0; // while it is above 0, panels off the screen are not drawn
  const soon = window.requestIdleCallback || ((work) => setTimeout(work, 30));
  const drawNow = (name) => { stale.delete(name); draw(panels.get(name)); };
  const ready = () => Boolean(window.Plotly) || !panels.size; // before that, nothing is drawn
  function redraw(...names) {
    if (!ready()) return;
    names.forEach((name) => stale.add(name));
    names.filter((name) => onScreen.has(name)).forEach(drawNow);
    drawRest();
  }
  function drawRest() {
    if (waiting || refreshing || !ready()) return;
    if (!stale.size) { root.dataset.drawn = "yes"; return; }
    waiting = soon(() => {
      waiting = 0;
      if (stale.size) drawNow(stale.values().next().value);
      drawRest();
    });
  }
  const drawAll = () => { redraw(...panels.keys()); document.dispatchEvent(new Event("redraw")); };
  const repaint = () => { forgetColours(); drawAll(); };
  const visibility = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) onScreen.add(target.id); else onScreen.delete(target.id);
      if (isIntersecting && stale.has(target.id)) drawNow(target.id);
    }
  });
  panels.forEach((_, name) => visibility.observe(byId(name)));
  addEventListener("beforeprint", () => [...stale].forEach(drawNow));

  // ---- Where a panel comes from: this server, or the days and options that are embedded in this file. A choice is the
  // day, and a value for each picker by its name.
  const pickedOf = ({ day, ...picked }) => picked;
  const fetched = async (path, query) => {
    const answer = await fetch(`${path}?${new URLSearchParams(query)}`, { cache: "no-cache" });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error || `the server answered ${answer.status}`);
    return found;
  };
  // A table is most of a panel's text, so it is fetched only while it is open.
  const tableOf = (name) => byId(name).querySelector("[data-part=table]");
  const isOpen = (name) => Boolean(tableOf(name)?.closest("details").open);
  const served = {
    head: (choice) => fetched("/api/page", choice),
    panel: (name, choice) => fetched(`/api/panels/${name}`, { ...choice, table: isOpen(name) ? "yes" : "no" }),
  };
  let unpacked;
  const embedded = {
    others: async () => (unpacked ??= JSON.parse(await unpack("others"))),
    head: async ({ day, ...picked }) => {
      const found = (await embedded.others())[day];
      if (!found) throw new Error(`this file does not contain ${day}`);
      return { ...shown, ...found.head, tags: null, day, picked };
    },
    panel: async (name, { day, ...picked }) => {
      const found = (await embedded.others())[day].panels;
      const address = [name, ...Object.values(picked).map((value) => `${name}|${value}`)].find((one) => found[one]);
      return found[address] || { ...panels.get(name), html: "", charts: [] };
    },
  };
  const source = page.live ? served : embedded;

  // ---- The address contains the choice: in its query on a server, in its fragment in a file.
  const read = () => {
    const asked = new URLSearchParams(page.live ? location.search : location.hash.slice(1));
    return Object.fromEntries(["day", ...Object.keys(shown.picked || {})].map((name) => [name, asked.get(name) || ""]));
  };
  const write = (choice, keep) => {
    const text = new URLSearchParams(Object.entries(choice).filter(([, value]) => value)).toString();
    const address = page.live ? location.pathname + (text && `?${text}`) : `#${text}`;
    if (keep) history.pushState(null, "", address); else history.replaceState(null, "", address);
  };

  // ---- Showing: only elements that changed are replaced, so that nothing flickers and the reader's place is kept.
  const put = (place, html) => {
    if (place && place.dataset.html !== html) { place.innerHTML = html; place.dataset.html = html; }
  };
  const shape = (section) => [...section.querySelectorAll("[data-part], .chart, fieldset")].map((e) => e.dataset.part || e.id || e.tagName).join();
  function showPanel(panel) {
    const before = panels.get(panel.name);
    const section = byId(panel.name);
    if (before.html === panel.html && before.text === JSON.stringify(panel.charts)) return;
    const fresh = new DOMParser().parseFromString(panel.html || "", "text/html").body.firstElementChild;
    if (fresh && shape(fresh) === shape(section)) {
      for (const part of fresh.querySelectorAll("[data-part]")) {
        const old = section.querySelector(`[data-part="${part.dataset.part}"]`);
        if (old.innerHTML !== part.innerHTML) old.innerHTML = part.innerHTML;
      }
    } else {
      section.replaceChildren(...(fresh ? fresh.childNodes : []));
      listen(panel.name);
    }
    section.removeAttribute("aria-busy");
    const text = JSON.stringify(panel.charts);
    panels.set(panel.name, { ...panel, text });
    if (text !== before.text || !drawnOnce(panel)) redraw(panel.name);
  }
  // The element of a chart is empty after it was replaced.
  const drawnOnce = (panel) => panel.charts.every((_, index) => byId(`${panel.name}-chart-${index}`)?.hasChildNodes());
  function failPanel(name, error) {
    const section = byId(name);
    let place = section.querySelector(".late");
    if (!place) {
      place = Object.assign(document.createElement("p"), { className: "error late" });
      place.setAttribute("role", "alert");
      section.querySelector("header").after(place);
    }
    place.textContent = `This panel could not be refreshed: ${error.message}`;
  }
  const options = (select, values, chosen, label = (v) => v) => {
    const key = `${values.join("|")}#${chosen}`;
    if (select.dataset.key === key) return;
    select.replaceChildren(...values.map((v) => new Option(label(v), v, v === chosen, v === chosen)));
    select.dataset.key = key;
  };
  const dayLabel = (day) => new Date(`${day}T00:00Z`).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).replace(",", "");
  function showHead(head) {
    shown = head;
    if (head.title) document.title = head.title;
    for (const name of ["banner", "heading", "problems", "figures", "provenance"]) if (head[name] !== undefined) put(byId(name), head[name]);
    const offered = { days: page.offered?.days || head.days, options: page.offered?.options || head.options };
    const within = (list, one) => (list.includes(one) || !one ? list : [one, ...list]);
    options(pickers.elements.day, within(offered.days, head.day), head.day, dayLabel);
    for (const [name, value] of Object.entries(head.picked)) options(pickers.elements[name], within(offered.options[name], value), value);
  }

  let turn = 0;
  async function show(choice) {
    const mine = (turn += 1);
    const began = performance.now();
    const head = await source.head(choice);
    if (mine !== turn || !head.day) return;
    const given = Object.fromEntries(Object.entries(pickedOf(choice)).filter(([, value]) => value));
    const picked = { ...head.picked, ...given };
    const exact = { day: head.day, ...picked };
    const moved = state.picked.join("|") !== Object.values(picked).join("|");
    state.picked = Object.values(picked);
    showHead({ ...head, picked });
    const same = (name) => head.tags && tags[name] === head.tags[name] && !byId(name).querySelector(".late");
    const changed = [...panels.keys()].filter((name) => !same(name));
    const refresh = (names, answered = () => {}) => Promise.all(names.map(async (name) => {
      try {
        const panel = await source.panel(name, exact).finally(answered);
        if (mine !== turn) return;
        byId(name).querySelector(".late")?.remove();
        showPanel(panel);
        if (head.tags) tags[name] = head.tags[name];
      } catch (error) {
        if (mine === turn) failPanel(name, error);
      }
    }));
    const measure = (name) => performance.measure(name, { start: began, end: performance.now() });
    // Panels on the screen come first; while they are drawn, the server works on the others.
    const first = changed.filter((name) => onScreen.has(name));
    const others = changed.filter((name) => !first.includes(name));
    let missing = first.length;
    let rest = missing ? null : refresh(others);
    await refresh(first, () => { missing -= 1; if (!missing) rest = refresh(others); });
    if (moved) redraw(...ofKind("map", "heatmap")); // they show what is picked
    measure("refresh");
    await rest;
    if (mine !== turn) return;
    root.dataset.shown = [exact.day, ...state.picked].join(" ");
    measure("refresh-all");
  }
  async function showOrComplain(choice) {
    refreshing += 1;
    try {
      await show(choice);
      byId("trouble").textContent = "";
      if (page.live) byId("updated").textContent = `Updated ${new Date().toTimeString().slice(0, 8)}`;
      root.dataset.refreshes = Number(root.dataset.refreshes || 0) + 1;
    } catch (error) {
      byId("updated").textContent = "";
      byId("trouble").textContent = page.live ? `Not up to date: ${error.message}` : error.message;
    } finally {
      refreshing -= 1;
      drawRest();
    }
  }

  if (pickers) {
    if (page.offered) showHead({ ...shown });
    pickers.addEventListener("change", () => {
      // The address leaves out the newest day, so that the page moves on to the next day when that has data.
      const choice = Object.fromEntries(new FormData(pickers));
      const days = page.live ? shown.days : page.offered.days;
      write({ ...choice, day: choice.day === days[0] ? "" : choice.day }, true);
      showOrComplain(page.live ? read() : choice);
    });
    pickers.addEventListener("submit", (event) => event.preventDefault());
    const again = () => {
      const asked = Object.entries(read()).filter(([, value]) => value);
      const first = page.live ? {} : { day: page.head.day, ...page.head.picked };
      showOrComplain({ ...first, ...Object.fromEntries(asked) });
    };
    addEventListener("popstate", again);
    if (!page.live) { if (Object.values(read()).some(Boolean)) again(); addEventListener("hashchange", again); }
    if (page.live) {
      byId("updated").textContent = `Updated ${new Date().toTimeString().slice(0, 8)}`;
      const refresh = async () => { if (!document.hidden) await showOrComplain(read()); setTimeout(refresh, page.refresh_seconds * 1000); };
      setTimeout(refresh, page.refresh_seconds * 1000);
    }
  } else if (page.live) {
    setTimeout(() => location.reload(), page.refresh_seconds * 1000);
  }

  // Opening a table that was left out fetches it.
  document.addEventListener("toggle", async ({ target }) => {
    const place = target.open && page.live && target.querySelector("[data-part=table]:empty");
    const name = place && place.closest(".panel").id;
    if (!name) return;
    try {
      showPanel(await source.panel(name, { day: shown.day, ...shown.picked }));
    } catch (error) {
      failPanel(name, error);
    }
  }, true);

  function listen(name) {
    for (const input of document.querySelectorAll(`input[name="${name}-view"]`)) input.addEventListener("change", () => drawNow(name));
  }
  panels.forEach((panel, name) => { panel.text = JSON.stringify(panel.charts); listen(name); });
  let width = innerWidth;
  addEventListener("resize", () => {
    if (width === innerWidth) return;
    const crossed = width < 620 !== narrow();
    width = innerWidth;
    if (crossed) drawAll(); else redraw(...ofKind("map"));
  });

  // ---- The charting library: compressed in this file, or an asset of the server.
  async function unpack(id) {
    const packed = atob(byId(id).textContent);
    const bytes = new Uint8Array(packed.length);
    for (let i = 0; i < bytes.length; i += 1) bytes[i] = packed.charCodeAt(i);
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  }
  async function load() {
    const script = document.createElement("script");
    if (!page.live) {
      script.textContent = await unpack("library");
      document.head.append(script);
      return;
    }
    script.src = byId("library").content;
    await new Promise((done, failed) => {
      script.onload = done;
      script.onerror = () => failed(new Error("the charting library could not be loaded"));
      document.head.append(script);
    });
  }

  // The text is painted first; the library's 4.8 MB are read when the browser reports that. A tab in the background
  // paints nothing, and some browsers do not report it: then the library is read after a second.
  const painted = new Promise((done) => {
    setTimeout(done, 1000);
    if (!PerformanceObserver.supportedEntryTypes?.includes("paint")) return;
    const report = (list) => { if (list.getEntriesByName("first-contentful-paint").length) done(); };
    new PerformanceObserver(report).observe({ type: "paint", buffered: true });
  });
  painted.then(async () => {
    try {
      performance.mark("charts-begin");
      if (page.panels.length && !window.Plotly) await load();
      performance.mark("charts-loaded");
      drawAll();
      performance.mark("charts-drawn");
    } catch (error) {
      for (const place of document.querySelectorAll(".chart")) {
        place.textContent = `This browser cannot draw the charts (${error.message}). The tables hold all figures.`;
      }
    }
  });
})();
