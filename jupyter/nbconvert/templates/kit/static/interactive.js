/**
 * @file Draws the interactive figures of a page: the library is loaded when the page can be read and a figure is near, and each
 * figure is drawn in the reader's theme and again when that or the width of the window changes.
 */
(() => {
  const LIBRARY = new URL("plotly.js", document.currentScript.src).href;
  const NARROW_PX = 600;
  const theme = matchMedia("(prefers-color-scheme: dark)");
  let library;

  const loadPlotly = () =>
    (library ??= new Promise((loaded, failed) => {
      const script = document.createElement("script");
      script.src = LIBRARY;
      script.onload = () => loaded(window.Plotly);
      script.onerror = () => failed(new Error(`${LIBRARY} must load`));
      document.head.append(script);
    }));

  const styleOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /** The figure in the page's colours; on a phone its legend is below and its margins are small. */
  const dressed = (json, isNarrow) => {
    const colours = JSON.parse(json).layout?.meta?.dark ?? {};
    const text = theme.matches ? json.replace(/#[0-9A-Fa-f]{6}/g, (hex) => colours[hex] ?? hex) : json;
    const { data, layout = {}, config } = JSON.parse(text);
    const axes = Object.fromEntries(
      Object.keys(layout)
        .filter((name) => /^[xy]axis\d*$/.test(name))
        .map((name) => [
          name,
          { ...layout[name], gridcolor: styleOf("--line"), zerolinecolor: styleOf("--line") },
        ]),
    );
    const narrow = isNarrow && {
      legend: { orientation: "h", y: -0.25 },
      margin: { l: 45, r: 10, t: 60, b: 40 },
    };
    const font = { ...layout.font, color: styleOf("--ink"), ...(isNarrow && { size: 11 }) };
    const paper = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font };
    return { data, layout: { ...layout, ...axes, ...paper, ...narrow }, config };
  };

  const draw = async (place) => {
    const Plotly = await loadPlotly();
    const source = document.getElementById(`${place.id}-figure`);
    const { data, layout, config } = dressed(source.textContent, place.clientWidth < NARROW_PX);
    if (!place.classList.contains("js-plotly-plot")) place.textContent = "";
    await Plotly.react(place, data, layout, config);
  };

  const begin = () => {
    const places = [...document.querySelectorAll('script[type="application/json"][id$="-figure"]')]
      .map(({ id }) => document.getElementById(id.replace(/-figure$/, "")))
      .filter(Boolean);
    const seen = new Set();
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries)
          if (isIntersecting && !seen.has(target)) {
            seen.add(target);
            void draw(target);
          }
      },
      { rootMargin: "400px" },
    );
    for (const place of places) watcher.observe(place);
    theme.addEventListener("change", () => seen.forEach(draw));
    let width = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth < NARROW_PX !== width < NARROW_PX) seen.forEach(draw);
      width = innerWidth;
    });
  };
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
})();
