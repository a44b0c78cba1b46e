/**
 * @file A JupyterLab extension without a build that loads the report's `tables.js`. `scripts/notebooks/start-lab.mjs` puts that script and
 * DataTables beside this file.
 */
(() => {
  const here = document.currentScript.src;
  const extension = {
    id: "class-it-tables:plugin",
    autoStart: true,
    activate() {
      const script = document.createElement("script");
      script.src = new URL("tables.js", here).href;
      document.head.append(script);
    },
  };
  const container = { init() {}, get: async () => () => extension };
  window._JUPYTERLAB = { ...window._JUPYTERLAB, "class-it-tables": container };
})();
