/**
 * @file Starts the project's own tslab (1.0.22) as a Jupyter kernel, with the repairs its unattended and
 * interactive use needs: node-support (old tfjs on new Node), source-maps and errors (messages that point into
 * the cell), find-packages (imports in any folder), cell-syntax (two forms tslab compiles wrongly), rebuild-timers (packages that
 * change while a notebook runs), cells (one at a
 * time, failures and interrupts), protocol (Jupyter's messages), progress (what `npm run reproduce` shows).
 */
"use strict";
require("./node-support.cjs"); // before anything can load TensorFlow
const { installPackageSearch } = require("./find-packages.cjs");
installPackageSearch();
const { installSourceMaps } = require("./source-maps.cjs");
const typescript = installSourceMaps(); // before tslab loads its compiler

const converter = require("tslab/dist/converter.js");
const executor = require("tslab/dist/executor.js");
const jupyter = require("tslab/dist/jupyter.js");
const { startKernel } = require("tslab/dist/main.js");
const tslab = require("tslab/package.json");
const { createCells } = require("./cells.cjs");
const { installProtocol } = require("./protocol.cjs");
const { installCellSyntax } = require("./cell-syntax.cjs");
const { watchParent } = require("./watch-parent.cjs");

Error.stackTraceLimit = 50; // a deep library stack must still reach the cell that called it

const cells = createCells();

// tslab writes the value of a cell, its diagnostics and its errors to the console it is given.
const createExecutor = executor.createExecutor;
executor.createExecutor = (root, converters) => createExecutor(root, converters, cells.console);

installCellSyntax(converter, typescript);
installProtocol({ jupyter, cells, versions: { tslab: tslab.version, typescript: typescript.version } });
startKernel({
  configPath: process.argv[2],
  enableFindLocal: false,
  jsKernel: false,
  globalVersion: tslab.version,
});

// tslab's own listeners only print.
for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.removeAllListeners(event);
  process.on(event, (error) => cells.fail(error));
}
process.on("SIGINT", () => cells.interrupt());
watchParent();
