"use strict";
// Turns a panel's data into Plotly's traces and layout. Nothing here knows where the data comes from.
window.millrace = (() => {
  const root = document.documentElement;
  const HOUR = 3600000;
  const state = { picked: [] };

  // ---- Colours are read from the style sheet, so that each is defined once.
  const known = new Map();
  const forgetColours = () => known.clear();
  const parts = (name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    root.append(probe);
    const found = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
    probe.remove();
    return found;
  };
  const colour = (name, alpha = 1) => {
    if (!known.has(name)) known.set(name, parts(name));
    const [red, green, blue, own = 1] = known.get(name);
    return `rgba(${red},${green},${blue},${own * alpha})`;
  };
  const tones = {
    accent: () => colour("accent", 0.78), muted: () => colour("muted", 0.55), warning: () => colour("warning"), bad: () => colour("bad"),
  };
  const narrow = () => innerWidth < 620;
  // Local times are text without a zone. Read as UTC they keep their distances in any time zone of the browser.
  const millis = (text) => Date.parse(`${text}Z`);
  const local = (value) => new Date(value).toISOString().slice(0, 19);
  const clock = (text) => text.slice(11, 16);
  const escaped = (text) => text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
  const number = (value, digits = 1) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

  const timeAxis = (range, zone) => ({
    type: "date", range, fixedrange: true, tickformat: "%H:%M", hoverformat: "%H:%M:%S", ticks: "outside", ticklen: 4,
    dtick: (millis(range[1]) - millis(range[0]) > 12 * HOUR ? 4 : 2) * (narrow() ? 2 : 1) * HOUR,
    tickcolor: colour("line"), linecolor: colour("line"), showgrid: false, zeroline: false, ticklabeloverflow: "allow",
    showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "solid", spikecolor: colour("muted"),
    title: { text: `local time, ${zone}`, font: { size: 12 }, standoff: 8 },
  });
  const valueAxis = () => ({
    fixedrange: true, rangemode: "tozero", gridcolor: colour("line"), zeroline: false, ticks: "", nticks: 6,
  });
  const unitLabel = (unit) => ({
    text: escaped(unit), xref: "paper", yref: "paper", x: 0, y: 1, xanchor: "left", yanchor: "bottom", yshift: 6,
    xshift: -36, showarrow: false, font: { size: 12, color: colour("muted") },
  });
  const layout = (overrides) => ({
    autosize: true, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, dragmode: false,
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("muted") },
    margin: { l: 38, r: 18, t: 30, b: 46 },
    hoverlabel: {
      bgcolor: colour("surface"), bordercolor: colour("line"), align: "left",
      font: { color: colour("ink"), size: 13, family: getComputedStyle(document.body).fontFamily },
    },
    ...overrides,
  });

  // ---- One function per kind of panel: (chart, panel) -> traces and layout.
  const within = (line, range) =>
    line.x.map((x, i) => ({ x, y: line.y[i] })).filter((p) => p.y !== null && p.x >= range[0] && p.x < range[1]);

  // A filled area does not stop at a hole as a line does, so it is drawn piece by piece.
  const pieces = (line) => {
    const found = [[]];
    line.x.forEach((x, i) => (line.y[i] === null ? found.push([]) : found.at(-1).push({ x, y: line.y[i] })));
    return found.filter((piece) => piece.length);
  };

  const extremes = (points, range) => {
    if (points.length < 2) return [];
    const high = points.reduce((a, b) => (b.y > a.y ? b : a));
    const low = points.reduce((a, b) => (b.y < a.y ? b : a));
    const edge = narrow() ? 0.22 : 0.1;
    const place = (p) => (millis(p.x) - millis(range[0])) / (millis(range[1]) - millis(range[0]));
    return [[high, "peak", "bottom", 7], [low, "low", "top", -7]].map(([p, word, yanchor, yshift]) => ({
      x: p.x, y: p.y, text: `${word} ${number(p.y)} at ${clock(p.x)}`, showarrow: false, yanchor, yshift,
      xanchor: place(p) < edge ? "left" : place(p) > 1 - edge ? "right" : "center", font: { color: colour("ink"), size: 12 },
      point: p,
    }));
  };

  const bands = (chart, range) => {
    const shapes = [];
    const notes = [];
    const across = { xref: "x", yref: "paper", y0: 0, y1: 1, layer: "below", line: { width: 0 } };
    const length = millis(range[1]) - millis(range[0]);
    if (chart.window && range[0] < chart.window[0]) {
      shapes.push({ ...across, x0: chart.window[0], x1: chart.window[1], fillcolor: colour("shade") });
      const text = `${escaped(chart.window_label)}, ${clock(chart.window[0])} to ${clock(chart.window[1])}`;
      notes.push({ x: chart.window[0], text, xanchor: "left", yanchor: "bottom", yshift: 6 });
    }
    for (const gap of chart.gaps) {
      shapes.push({ ...across, x0: gap.start, x1: gap.end, fillcolor: colour("hole") });
      const middle = local((millis(gap.start) + millis(gap.end)) / 2);
      if (gap.minutes * 60000 > length / 60) {
        notes.push({ x: middle, y: 0, yanchor: "bottom", text: `no data<br>${gap.minutes} min`, xanchor: "center", yshift: 4 });
      }
    }
    const style = { yref: "paper", y: 1, yanchor: "top", showarrow: false, font: { size: 12, color: colour("muted") } };
    return { shapes, notes: notes.map((note) => ({ ...style, ...note })) };
  };

  const timeseries = (chart, panel) => {
    const choice = document.querySelector(`input[name="${panel.name}-view"]:checked`);
    const range = choice?.value === "window" ? chart.window : chart.day;
    const { shapes, notes } = bands(chart, range);
    const marks = extremes(within(chart.lines[0], range), range);
    const traces = [...usual(chart.band, panel.unit), ...chart.lines.flatMap((line) => [
      ...pieces(line).filter((piece) => piece.length > 1).map((piece) => ({
        type: "scatter", mode: "none", x: piece.map((p) => p.x), y: piece.map((p) => p.y), hoverinfo: "skip",
        fill: "tozeroy", fillcolor: colour(line.tone, 0.1),
      })),
      {
        type: "scatter", mode: "lines", x: line.x, y: line.y, name: line.label, connectgaps: false,
        line: { color: colour(line.tone), width: 1.8 },
        hovertemplate: `${chart.lines.length > 1 ? `${escaped(line.label)} ` : ""}%{y:.2f} ${escaped(panel.unit)}<extra></extra>`,
      },
    ])];
    // A single snapshot between two gaps makes no line: it is drawn as a dot.
    for (const line of chart.lines) {
      const alone = pieces(line).filter((piece) => piece.length === 1).flat();
      traces.push({
        type: "scatter", mode: "markers", x: alone.map((p) => p.x), y: alone.map((p) => p.y), hoverinfo: "skip",
        marker: { size: 4, color: colour(line.tone) },
      });
    }
    traces.push({
      type: "scatter", mode: "markers", x: marks.map((m) => m.point.x), y: marks.map((m) => m.point.y), hoverinfo: "skip",
      marker: { size: 8, color: colour("surface"), line: { color: colour(chart.lines[0].tone), width: 2 } },
    });
    const annotations = [unitLabel(panel.unit), ...notes, ...marks.map(({ point, ...rest }) => rest)];
    const tops = (chart.band?.pieces || []).flatMap((piece) => within({ x: piece.x, y: piece.high }, range));
    const highest = Math.max(...[...chart.lines.flatMap((line) => within(line, range)), ...tops].map((p) => p.y), 1);
    return [traces, layout({
      shapes, annotations, hovermode: "x unified", xaxis: timeAxis(range, chart.zone),
      yaxis: { ...valueAxis(), range: [0, highest * 1.16] },
    })];
  };

  // The line above and the bars below have separate axes, so that neither is read on the scale of the other.
  const line_over_bars = (chart, panel) => {
    const { shapes, notes } = bands(chart, chart.day);
    const [line] = chart.lines;
    const bars = { domain: [0, 0.27], nticks: 4 };
    const steps = chart.bars.x.slice(1).map((x, i) => millis(x) - millis(chart.bars.x[i])).filter((step) => step > 0);
    const nothing = chart.bars.y.some((value) => value > 0) ? {} : { range: [0, 1] };
    return [[
      {
        type: "scatter", mode: "lines", x: line.x, y: line.y, connectgaps: false, line: { color: colour("accent"), width: 1.8 },
        hovertemplate: `%{y:.1f} ${escaped(panel.unit)}<extra></extra>`,
      },
      {
        type: "bar", x: chart.bars.x, y: chart.bars.y, yaxis: "y2", width: Math.min(HOUR, ...steps), marker: { color: colour("accent", 0.5) },
        hovertemplate: `%{y:.2f} ${escaped(chart.bars.label)}<extra></extra>`,
      },
    ], layout({
      shapes, annotations: [unitLabel(panel.unit), ...notes, { ...unitLabel(chart.bars.label), y: 0.27 }],
      hovermode: "x unified", hoversubplots: "axis", xaxis: { ...timeAxis(chart.day, chart.zone), anchor: "y2" },
      yaxis: { ...valueAxis(), domain: [0.38, 1] }, yaxis2: { ...valueAxis(), ...bars, ...nothing },
    })];
  };

  // Everything of an hour is at its middle, so that hovering shows all that belongs to the same hour.
  const stacked_bars = (chart, panel) => {
    const middles = chart.x.map((x) => local(millis(x) + HOUR / 2));
    const hatched = { shape: "/", size: 5, solidity: 0.3, fillmode: "overlay", fgcolor: colour("surface") };
    const traces = chart.bars.map((bar) => ({
      type: "bar", x: middles, y: bar.y, name: bar.label, width: 0.86 * HOUR,
      marker: { color: tones[bar.tone](), pattern: bar.tone === "bad" ? hatched : {} },
      hovertemplate: `%{y} ${escaped(bar.label)}<extra></extra>`,
    }));
    const annotations = [unitLabel(panel.unit), { ...unitLabel(chart.name), x: 1, xanchor: "right", xshift: 0 }];
    return [[...traces, ...(chart.expected ? coverage(chart, middles) : [])], layout({
      annotations, barmode: "stack", hovermode: "x unified", yaxis: valueAxis(),
      xaxis: { ...timeAxis(chart.day, chart.zone), hoverformat: "hour from %H:00" },
    })];
  };

  const coverage = (chart, middles) => {
    const last = local(millis(chart.x.at(-1)) + HOUR);
    const gaps = chart.x.map((_, i) => i).filter((i) => chart.gaps[i] > 0);
    const labelled = (i) => chart.longest[i] > (narrow() ? Math.max(...chart.longest) - 1 : 5);
    return [{
      type: "scatter", mode: "lines", x: [...chart.x, last], y: [...chart.expected, chart.expected.at(-1)], hoverinfo: "skip",
      line: { color: colour("ink"), width: 1.4, dash: "dot", shape: "hv" },
    }, {
      type: "scatter", mode: "markers", x: middles, y: chart.expected, hovertemplate: "%{y} expected<extra></extra>",
      marker: { symbol: "line-ew", size: 6, opacity: 0 },
    }, {
      type: "scatter", mode: "markers+text", textposition: "top center", cliponaxis: false,
      x: gaps.map((i) => middles[i]), y: gaps.map((i) => (chart.expected[i] || 0) * 1.06),
      text: gaps.map((i) => (labelled(i) ? `${number(chart.longest[i], 0)} min` : "")),
      textfont: { size: 11, color: colour("warning") }, marker: { symbol: "triangle-down", size: 9, color: colour("warning") },
      hovertemplate: gaps.map((i) => `${chart.gaps[i]} ${escaped(chart.gap_means)}, longest ${chart.longest[i]} min<extra></extra>`),
    }];
  };

  // A few cells have the highest values. Colour follows the square root, so that the others remain distinguishable.
  const ramp = () => {
    const [low, high] = [colour("heat-low"), colour("accent")].map((c) => c.match(/[\d.]+/g).map(Number));
    return Array.from({ length: 21 }, (_, i) => {
      const share = Math.sqrt(i / 20);
      return [i / 20, `rgb(${[0, 1, 2].map((k) => Math.round(low[k] + (high[k] - low[k]) * share)).join(",")})`];
    });
  };

  const isPicked = (name) => state.picked.includes(name);
  const chosenBold = (name) => (isPicked(name) ? `<b>${escaped(name)}</b>` : escaped(name));
  const heatmap = (chart, panel) => {
    const trace = {
      type: "heatmap", x: chart.edges, y: chart.y.map(chosenBold), z: chart.z, xgap: 1, ygap: 1, zmin: 0, zmax: chart.highest,
      hoverongaps: false, colorscale: ramp(), showscale: false, customdata: chart.z.map(() => chart.edges.slice(0, -1).map(clock)),
      hovertemplate: `%{y}, hour from %{customdata}<br>%{z:.1f} ${escaped(panel.unit)}<extra></extra>`,
    };
    return [[trace], layout({
      hovermode: "closest", margin: { l: 8, r: 18, t: 6, b: 46 }, xaxis: { ...timeAxis(chart.day, chart.zone), showspikes: false },
      yaxis: { autorange: "reversed", fixedrange: true, automargin: true, ticks: "", showgrid: false, dtick: 1, ticksuffix: " " },
    })];
  };

  // The usual range: each piece is one closed shape, with the median through it.
  const usual = (band, unit) => (band?.pieces || []).flatMap((piece) => [
    {
      type: "scatter", mode: "none", fill: "toself", fillcolor: colour("muted", 0.2), hoverinfo: "skip",
      x: [...piece.x, ...[...piece.x].reverse()], y: [...piece.high, ...[...piece.low].reverse()],
    },
    {
      type: "scatter", mode: "lines", x: piece.x, y: piece.median, line: { color: colour("muted"), width: 1.2, dash: "dash" },
      customdata: piece.x.map((_, i) => [piece.low[i], piece.high[i]]), name: "usual",
      hovertemplate: `usual %{y:.1f} (%{customdata[0]:.1f} to %{customdata[1]:.1f}) ${escaped(unit)}<extra></extra>`,
    },
  ]);

  // Names that would overlap are left out; what the reader picked has priority, then those with the most nearby.
  const placed = (chart, width, height, ranges) => {
    const at = (value, [low, high], size) => ((value - low) / (high - low)) * size;
    const weight = ({ x, y }) => {
      const column = Math.round((x - chart.x[0]) / (chart.x[1] - chart.x[0] || 1));
      const line = Math.round((y - chart.y[0]) / (chart.y[1] - chart.y[0] || 1));
      let sum = 0;
      for (let j = -2; j <= 2; j += 1) for (let i = -2; i <= 2; i += 1) sum += chart.z[line + j]?.[column + i] || 0;
      return sum;
    };
    const chosen = (name) => isPicked(name.name);
    const order = chart.names.map((name) => ({ ...name, weight: weight(name) }))
      .sort((a, b) => chosen(b) - chosen(a) || b.weight - a.weight);
    const boxes = [];
    return order.filter((name) => {
      if (!name.weight && !chosen(name)) return false;
      const [x, y] = [at(name.x, ranges.x, width), at(name.y, ranges.y, height)];
      const half = titled(name.name).length * 3.3;
      if (x < half || x > width - half) return false;
      if (boxes.some((box) => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < 14)) return false;
      boxes.push({ x, y, half });
      return true;
    });
  };
  const titled = (text) => text.toLowerCase().replace(/(^|[\s-])\p{L}/gu, (c) => c.toUpperCase());

  // Away from the equator a degree of longitude is shorter than one of latitude: the map keeps its shape at any width.
  const map = (chart, panel, place) => {
    const [west, east, south, north] = chart.extent || [Infinity, -Infinity, Infinity, -Infinity];
    const [left, right] = [Math.min(chart.x[0], west), Math.max(chart.x.at(-1), east)];
    const [low, high] = [Math.min(chart.y[0], south), Math.max(chart.y.at(-1), north)];
    const stretch = 1 / Math.cos((((low + high) / 2) * Math.PI) / 180);
    const width = Math.max(place.clientWidth - 16, 200);
    const height = (width * stretch * (high - low || 1e-3)) / (right - left || 1e-3);
    const names = placed(chart, width, height, { x: [left, right], y: [low, high] });
    const cells = {
      type: "heatmap", x: chart.x, y: chart.y, z: chart.z, zmin: 0, zmax: chart.highest, colorscale: ramp(), showscale: false,
      hoverongaps: false, hovertemplate: `%{y:.3f} N, %{x:.3f} E<br>%{z:.1f} ${escaped(panel.unit)}<extra></extra>`,
    };
    const centres = {
      type: "scatter", mode: "markers", x: chart.names.map((n) => n.x), y: chart.names.map((n) => n.y),
      marker: { size: 4, color: colour("ink", 0.55) }, hovertemplate: "%{text}<extra></extra>", text: chart.names.map((n) => escaped(titled(n.name))),
    };
    const annotations = names.map((n) => ({
      x: n.x, y: n.y, text: isPicked(n.name) ? `<b>${escaped(titled(n.name))}</b>` : escaped(titled(n.name)),
      showarrow: false, yshift: 9, font: { size: isPicked(n.name) ? 13 : 11, color: colour("ink") },
      bgcolor: colour("surface", 0.6), borderpad: 0,
    }));
    const axis = { visible: false, fixedrange: true, showgrid: false, zeroline: false };
    return [[cells, centres], layout({
      annotations, hovermode: "closest", height: height + 16, margin: { l: 8, r: 8, t: 8, b: 8 },
      xaxis: { ...axis, range: [left, right] }, yaxis: { ...axis, range: [low, high], scaleanchor: "x", scaleratio: stretch, constrain: "domain" },
    })];
  };

  const ranking = (chart, panel) => {
    const bars = (part, axes, shade) => ({
      type: "bar", orientation: "h", y: part.y.map((n) => escaped(titled(n))), x: part.x, ...axes, width: 0.7,
      marker: { color: part.x.map(shade) }, hovertemplate: `%{y}<br>%{x:.1f} ${escaped(panel.unit)}<extra></extra>`,
    });
    const name = (text, y) => ({
      text: escaped(text), xref: "paper", yref: "paper", x: 0, y, xanchor: "left", yanchor: "bottom", yshift: 4, showarrow: false,
      font: { size: 12, color: colour("muted") },
    });
    const value = { fixedrange: true, gridcolor: colour("line"), zerolinecolor: colour("muted"), nticks: 5 };
    const names = { autorange: "reversed", fixedrange: true, automargin: true, ticks: "", ticksuffix: " ", dtick: 1 };
    const traces = [bars(chart.top, {}, () => tones.accent())];
    if (chart.movers.y.length) traces.push(bars(chart.movers, { xaxis: "x2", yaxis: "y2" }, (x) => (x < 0 ? tones.warning() : tones.accent())));
    return [traces, layout({
      height: 440, margin: { l: 8, r: 18, t: 24, b: 30 }, hovermode: "closest",
      annotations: [name(`most ${panel.unit}`, 1), ...(chart.movers.y.length ? [name("change from the hour before", 0.44)] : [])],
      xaxis: { ...value, rangemode: "tozero" }, yaxis: { ...names, domain: [0.58, 1] },
      xaxis2: { ...value, anchor: "y2" }, yaxis2: { ...names, domain: [0, 0.44] },
    })];
  };

  const kinds = { timeseries, line_over_bars, stacked_bars, heatmap, map, ranking };
  const options = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false };

  // An error of one panel is shown in that panel.
  function draw(panel) {
    if (!window.Plotly) return;
    panel.charts.forEach((chart, index) => {
      const place = document.getElementById(`${panel.name}-chart-${index}`);
      try {
        const [traces, look] = kinds[panel.kind](chart, panel, place);
        Plotly.react(place, traces, look, options);
      } catch (error) {
        place.textContent = `This chart could not be drawn (${error.message}). The table below holds its figures.`;
      }
    });
  }

  // A result of any columns: the first that is not a number is the x axis; up to four numbers are drawn over it.
  function drawResult(place, columns, rows) {
    const numeric = (type) => /int|double|real|decimal|float/.test(type);
    const numbers = columns.map((c, i) => ({ ...c, i })).filter((c) => numeric(c.type)).slice(0, 4);
    const across = columns.map((c, i) => ({ ...c, i })).find((c) => !numeric(c.type));
    if (!numbers.length || rows.length < 2 || !window.Plotly) return false;
    const timed = across && /timestamp|date/.test(across.type);
    const x = rows.map((row, i) => (across ? row[across.i] : i + 1));
    const colours = ["accent", "warning", "bad", "muted"];
    const traces = numbers.map((c, k) => ({
      type: timed || !across ? "scatter" : "bar", mode: "lines", x, y: rows.map((row) => row[c.i]), name: escaped(c.name),
      line: { color: colour(colours[k]), width: 1.8 }, marker: { color: colour(colours[k], 0.8) },
    }));
    Plotly.react(place, traces, layout({
      showlegend: true, legend: { orientation: "h", y: 1.12 }, height: 300, hovermode: "x unified",
      xaxis: { fixedrange: true, automargin: true, type: timed ? "date" : across ? "category" : "linear", showgrid: false },
      yaxis: { fixedrange: true, gridcolor: colour("line"), automargin: true },
    }), options);
    return true;
  }

  return { state, draw, drawResult, narrow, forgetColours };
})();
