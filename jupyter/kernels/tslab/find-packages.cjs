/**
 * @file Lets a notebook in any folder import the kit and the packages it comes with. Node falls back on the project's
 * node_modules when a cell runs; for the compiler, those packages appear in a node_modules of the notebook's folder, because
 * it refuses to write down types of packages that it could not import from there.
 */
"use strict";
const Module = require("node:module");
const path = require("node:path");

const PROJECT = path.resolve(__dirname, "../../..");
const PACKAGES = path.join(PROJECT, "node_modules");

/** Whether the notebook's folder is outside the project, whose packages it then does not find by itself. */
const isAway = () => path.relative(PROJECT, process.cwd()).startsWith("..");

/** Adds the project's packages to those Node falls back on. Call it before the kernel starts. */
function installPackageSearch() {
  if (!isAway()) return;
  const folders = [process.env["NODE_PATH"], PACKAGES];
  process.env["NODE_PATH"] = folders.filter(Boolean).join(path.delimiter);
  Module._initPaths();
}

/** Shows the compiler the same packages. Call it before tslab is loaded. */
function installTypeSearch({ sys }) {
  if (!isAway()) return;
  const shown = path.join(process.cwd(), "node_modules");
  const { fileExists, directoryExists, readFile, getDirectories, realpath, watchFile } = sys;
  const isShown = (place) => place === shown || place.startsWith(shown + path.sep);
  /** Where it really is: the notebook's own packages come first. */
  const real = (place) =>
    isShown(place) && !fileExists(place) && !directoryExists(place)
      ? PACKAGES + place.slice(shown.length)
      : place;
  sys.fileExists = (file) => fileExists(real(file));
  sys.directoryExists = (folder) => directoryExists(real(folder));
  sys.readFile = (file, ...rest) => readFile(real(file), ...rest);
  sys.getDirectories = (folder) => getDirectories(real(folder));
  sys.realpath = (place) => (real(place) === place ? realpath(place) : place);
  sys.watchFile = (file, ...rest) => watchFile(real(file), ...rest);
}

module.exports = { installPackageSearch, installTypeSearch };
