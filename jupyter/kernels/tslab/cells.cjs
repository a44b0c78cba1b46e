/**
 * @file Runs cells one after another: what a failure does to the cells waiting behind it, what an interrupt
 * does, and which cell a late error belongs to; protocol.cjs brings the requests.
 */
"use strict";
const { setTimeout: wait } = require("node:timers/promises");
const util = require("node:util");
const { Diagnostic, describeErrors } = require("./errors.cjs");
const { reportProgress } = require("./progress.cjs");
const { beginCell } = require("./source-maps.cjs");

const DISPLAY = Symbol.for("Jupyter.display"); // as in Deno's kernel: a value that brings its own MIME bundle
const QUIET_MS = 30; // requests sent together arrive within a few milliseconds of each other

class Interrupted extends Error {
  name = "Interrupted";
  message = "the cell was interrupted";
  stack = ""; // where the loop happened to be says nothing
}

/** What the first lines of a progress display call a cell. */
const firstLine = (code) => (code.split("\n").find((line) => line.trim() !== "") ?? "").trim().slice(0, 80);

/** Makes the runner of a kernel's cells. */
function createCells() {
  /** The running cell: { errors, publish, count, interrupt }, or null between cells. */
  let cell = null;
  let lastCell = null;
  /** Errors that came between cells; the next cell fails with them, so that no run passes over them. */
  let late = [];
  let queue = Promise.resolve();
  const waiting = new Set();
  let lastArrival = 0;

  /** Where tslab writes the value of a cell, and its errors. */
  const console_ = {
    log(value) {
      const bundle = typeof value?.[DISPLAY] === "function" ? value[DISPLAY]() : null;
      const data = bundle ?? { "text/plain": util.inspect(value) };
      cell?.publish("execute_result", { execution_count: cell.count, data, metadata: {} });
    },
    error(...args) {
      // The only call with five arguments is that for a diagnostic: format, file, line, column, text.
      if (args.length === 5) fail(new Diagnostic(args[1].trim(), args[2], args[3], args[4]));
      else fail(args.length === 1 ? args[0] : new Error(util.format(...args)));
    },
  };

  /** Records an error; between cells it is shown below the last one and kept for the next. */
  function fail(error) {
    if (cell !== null) {
      const stopped = error?.message === "Interrupted asynchronously";
      const killed = error?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
      if (killed) cell.interrupt.abort();
      cell.errors.push(stopped || killed ? new Interrupted() : error);
      return;
    }
    late.push(error);
    const output = describeErrors([error], "");
    reportProgress({ type: "lateError", name: output.ename, message: output.evalue });
    if (lastCell === null) process.stderr.write(`${output.traceback.join("\n")}\n`);
    else lastCell.publish("error", output);
  }

  /** Ends the running cell: its promise is given up by tslab, its loops see the signal. */
  function interrupt() {
    cell?.interrupt.abort();
  }

  /** Waits until no request has come in for a moment: those were sent before the failure could be seen. */
  async function untilQuiet() {
    do await wait(QUIET_MS);
    while (performance.now() - lastArrival < QUIET_MS);
  }

  /** Runs one cell in tslab and describes its failure. */
  async function execute(server, request, publish) {
    const { code } = request.content;
    const { handler } = server;
    const count = handler.execCount + 1;
    beginCell(count, code);
    const interrupt = new AbortController();
    globalThis.__classItInterrupt = { signal: interrupt.signal };
    publish("execute_input", { code, execution_count: count });
    reportProgress({ type: "cell", index: count, name: firstLine(code) });
    const mine = { errors: late, publish, count, interrupt };
    late = [];
    cell = lastCell = mine;
    const isLate = mine.errors.length > 0;
    try {
      if (isLate) handler.execCount = count;
      else await handler.handleExecuteImpl(request.content, ...server.outputs(publish));
    } catch (error) {
      // tslab throws the execution count of a failed cell, whose error it has given to the console.
      if (mine.errors.length === 0) mine.errors.push(error);
    }
    await new Promise((done) => setImmediate(done)); // rejections of this cell arrive now
    cell = null;
    if (mine.errors.length === 0)
      return { status: "ok", execution_count: count, user_expressions: {}, payload: [] };
    const output = describeErrors(mine.errors, code);
    if (isLate)
      output.traceback.push("This cell did not run: the error came after an earlier cell had ended.");
    return { status: "error", execution_count: count, ...output };
  }

  /** Reports a failure to the progress channel and aborts what was sent before it could be seen. */
  async function settleFailure(content, tolerated) {
    const { execution_count: index, ename: name, evalue: message, traceback } = content;
    reportProgress({ type: "error", index, tolerated, name, message, traceback });
    if (tolerated) return;
    await untilQuiet();
    for (const place of waiting) place.aborted = true;
  }

  /**
   * Runs the cell of an `execute_request` after those before it, or aborts it when one of them failed.
   *
   * @param {object} server tslab's ZmqServer
   * @param {object} request message read by messages.cjs
   * @param {(type: string, content: object) => void} publish to all clients
   * @param {(content: object) => void} reply to the client that asked
   */
  async function run(server, request, publish, reply) {
    lastArrival = performance.now();
    const place = { aborted: false };
    waiting.add(place);
    const turn = queue;
    let leave = () => {};
    queue = new Promise((done) => (leave = done));
    await turn;
    waiting.delete(place);
    publish("status", { execution_state: "busy" });
    try {
      const content = place.aborted ? { status: "aborted" } : await execute(server, request, publish);
      if (content.status === "error") {
        await settleFailure(content, request.content.stop_on_error === false);
        const { ename, evalue, traceback } = content;
        publish("error", { ename, evalue, traceback });
      }
      reply(content);
    } finally {
      publish("status", { execution_state: "idle" });
      leave();
    }
  }

  return { console: console_, fail, interrupt, run };
}

module.exports = { createCells };
