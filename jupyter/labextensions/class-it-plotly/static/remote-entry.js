/**
 * @file A JupyterLab extension without a build: the container that JupyterLab asks for its module, and the renderer of
 * `application/vnd.plotly.v1+json`. The library is the project's plotly.js-dist, which `scripts/notebooks/start-lab.mjs` puts beside this
 * file; it is loaded when the first figure is shown.
 *
 * Differs from Plotly's own extension: a replaced output is drawn anew, so that curves can grow, and no picture of the figure is
 * written into the notebook.
 */
(() => {
  const MIME_TYPE = "application/vnd.plotly.v1+json";
  const here = document.currentScript.src;
  let library;

  /** @returns {Promise<object>} the library, loaded once */
  const loadPlotly = () =>
    (library ??= new Promise((loaded, failed) => {
      const script = document.createElement("script");
      script.src = new URL("plotly.js", here).href;
      script.onload = () => loaded(window.Plotly);
      script.onerror = () => failed(new Error(`${script.src} must load. Start JupyterLab with npm run lab.`));
      document.head.append(script);
    }));

  /** @param {new (...args: unknown[]) => object} Widget Lumino's, as JupyterLab shares it */
  const rendererClass = (Widget) =>
    class PlotlyWidget extends Widget {
      /** @param {{ data: Record<string, { data: object[], layout?: object, config?: object }> }} model */
      async renderModel({ data: { [MIME_TYPE]: figure } }) {
        const Plotly = await loadPlotly();
        // Read anew, because Plotly writes into what it is given.
        const json = JSON.stringify(figure);
        const colours = figure.layout?.meta?.dark ?? {};
        const isDark = document.body.dataset.jpThemeLight === "false";
        const text = isDark ? json.replace(/#[0-9A-Fa-f]{6}/g, (hex) => colours[hex] ?? hex) : json;
        const { data, layout, config } = JSON.parse(text);
        const color = getComputedStyle(document.body).getPropertyValue("--jp-ui-font-color1");
        const clear = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
        const font = { ...layout?.font, color };
        await Plotly.react(this.node, data, { height: 360, ...layout, ...clear, font }, config);
      }

      onResize() {
        if (this.node.classList.contains("js-plotly-plot")) window.Plotly.Plots.resize(this.node);
      }

      dispose() {
        if (this.node.classList.contains("js-plotly-plot")) window.Plotly.purge(this.node);
        super.dispose();
      }
    };

  let shared;
  const container = {
    /** @param {object} scope modules that JupyterLab shares, by name and version */
    init(scope) {
      shared = scope;
    },
    async get() {
      const [version] = Object.values(shared["@lumino/widgets"]);
      const { Widget } = (await version.get())();
      const PlotlyWidget = rendererClass(Widget);
      const extension = {
        id: "class-it-plotly:renderer",
        rank: 0,
        dataType: "json",
        rendererFactory: { safe: true, mimeTypes: [MIME_TYPE], createRenderer: () => new PlotlyWidget() },
      };
      return () => extension;
    },
  };
  window._JUPYTERLAB = { ...window._JUPYTERLAB, "class-it-plotly": container };
})();
