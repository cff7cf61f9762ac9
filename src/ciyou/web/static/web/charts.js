// Draws the tables of the summary as charts. The table is the source and stays beside the chart; without this script nothing is lost.

const own = document.getElementById("charts");
const echarts = await import(own.dataset.echarts);
const KINDS = ["yes", "undetermined", "presumed", "no"];

/** A color of the design system, as it is now (light or dark). */
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Rows of a table: the name and the four numbers of each. */
function read(table) {
  const labels = KINDS.map((kind) => table.querySelector(`[data-kind="${kind}"]`).textContent.trim());
  const rows = [...table.tBodies[0].rows].map((row) => ({
    name: row.cells[0].textContent.trim(),
    values: [...row.querySelectorAll("[data-value]")].map((cell) => Number(cell.dataset.value)),
  }));
  return { labels, rows };
}

/** The chart of one table: a bar per row, its parts by outcome; each part also has its own pattern. */
function option({ labels, rows }) {
  const ink = token("--ink");
  const colors = ["--chart-yes", "--chart-open", "--chart-presumed", "--chart-no"].map(token);
  const patterns = [
    undefined,
    { symbol: "rect", rotation: Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [2, 4], color: "rgba(0,0,0,0.35)" },
    { symbol: "circle", symbolSize: 0.5, color: "rgba(0,0,0,0.35)" },
    undefined,
  ];
  const narrow = window.innerWidth < 640;
  return {
    animation: false,
    color: colors,
    textStyle: { fontFamily: token("--font"), color: ink },
    aria: { enabled: true },
    // Most children are a (presumed) no: shown when asked for, or nobody could see the others.
    legend: {
      data: labels,
      top: 0,
      selected: { [labels[2]]: false, [labels[3]]: false },
      textStyle: { color: ink },
      inactiveColor: token("--rule-strong"),
    },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    grid: { left: 8, right: 16, top: narrow ? 56 : 36, bottom: 8, containLabel: true },
    xAxis: { type: "value", minInterval: 1, axisLabel: { color: ink, hideOverlap: true }, splitLine: { lineStyle: { color: token("--rule") } } },
    yAxis: {
      type: "category",
      inverse: true,
      data: rows.map((row) => row.name),
      axisLabel: { color: ink, width: narrow ? 110 : 220, overflow: "break" },
    },
    series: labels.map((label, index) => ({
      name: label,
      type: "bar",
      stack: "children",
      barMaxWidth: 22,
      itemStyle: { decal: patterns[index] },
      data: rows.map((row) => row.values[index]),
    })),
  };
}

function draw(place) {
  const table = place.parentElement.querySelector("[data-chart-table]");
  const content = read(table);
  if (!content.rows.length) return;
  place.hidden = false;
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", table.caption.textContent.trim());
  const chart = echarts.init(place, null, { renderer: "svg", height: Math.max(200, 70 + content.rows.length * 34) });
  place.classList.add("chart-drawn");
  chart.setOption(option(content));
  window.addEventListener("resize", () => chart.resize());
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(option(content)));
}

document.querySelectorAll('[data-chart="outcomes"]').forEach(draw);
