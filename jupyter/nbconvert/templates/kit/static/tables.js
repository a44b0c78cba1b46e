/**
 * @file Makes long tables of the kit sortable and searchable, in the report and in JupyterLab. DataTables is beside this file and is
 * loaded when such a table is near; without scripts a table is read as it is.
 */
(() => {
  const LIBRARY = new URL("datatables.js", document.currentScript.src).href;
  const TABLES = "table.dataframe:has(> caption), table.sortable";
  const LEAST_ROWS = 8;
  const NUMBER = /^([−+-]?)([\d,]*\.?\d+(?:e[+-]?\d+)?)(?=$|[\s%±[(])/;
  // Colours are those around the table: the report and JupyterLab have their own.
  const STYLE = `
    .dt-container .dt-search { display: flex; gap: 0.5em; align-items: center; margin: 0.6em 0 0; font-size: 0.9rem; }
    .dt-search input { font: inherit; color: inherit; background: transparent; border: 1px solid; border-radius: 4px; padding: 0.15em 0.5em; }
    .dt-search input::-webkit-search-cancel-button { color: inherit; }
    .dt-column-header, .dt-column-header > * { display: inline; }
    th.dt-orderable-asc { cursor: pointer; }
    .dt-column-order::after { content: "\\2009↕"; opacity: 0.6; }
    .dt-ordering-asc .dt-column-order::after { content: "\\2009↑"; opacity: 1; }
    .dt-ordering-desc .dt-column-order::after { content: "\\2009↓"; opacity: 1; }
    @media print { .dt-search, .dt-column-order { display: none !important; } }`;
  let library;

  const loadLibrary = () =>
    (library ??= new Promise((loaded, failed) => {
      const style = document.createElement("style");
      style.textContent = STYLE;
      const script = document.createElement("script");
      script.src = LIBRARY;
      script.onload = () => loaded(window.DataTable);
      script.onerror = () => failed(new Error(`${LIBRARY} must load`));
      document.head.append(style, script);
    }));

  const rowsOf = (table) => [...(table.tBodies[0]?.rows ?? [])];

  /** Tells the library what to sort by: "−1.5 [−2, 0]" is −1.5 in a column whose cells all begin with a number. */
  const markNumbers = (table) => {
    const rows = rowsOf(table);
    for (const { cellIndex } of table.tHead.rows[0].cells) {
      const column = rows.map(({ cells }) => cells[cellIndex]);
      const texts = column.map((cell) => cell.textContent.trim());
      if (texts.some((text) => text !== "" && !NUMBER.test(text))) continue;
      for (const [at, text] of texts.entries()) {
        const [, sign, digits] = NUMBER.exec(text) ?? [];
        column[at].dataset.order =
          digits === undefined ? "" : Number(`${sign.replace("−", "-")}${digits.replaceAll(",", "")}`);
      }
    }
  };

  const enhance = async (table) => {
    const DataTable = await loadLibrary();
    if (!table.isConnected) return;
    markNumbers(table);
    new DataTable(table, {
      ...{ paging: false, info: false, autoWidth: false, order: [] },
      layout: { topStart: "search", topEnd: null, bottomStart: null, bottomEnd: null },
      language: { search: "Search", zeroRecords: "No row has this." },
    });
  };

  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) {
          watcher.unobserve(target);
          void enhance(target);
        }
    },
    { rootMargin: "400px" },
  );

  const seen = new WeakSet();
  const watch = () => {
    for (const table of document.querySelectorAll(TABLES))
      if (!seen.has(table) && table.tHead && rowsOf(table).length >= LEAST_ROWS) {
        seen.add(table);
        watcher.observe(table);
      }
  };

  // A notebook gets tables as its cells run; each turn of the page looks for them once.
  let isPlanned = false;
  const plan = () => {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => {
      isPlanned = false;
      watch();
    });
  };
  const begin = () => {
    watch();
    if (document.body.dataset.jpThemeLight !== undefined || window._JUPYTERLAB)
      new MutationObserver(plan).observe(document.body, { childList: true, subtree: true });
  };
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
})();
