/**
 * @file Answers Jupyter's requests in place of tslab's server, which drops requests after a failure, answers
 * some under the wrong name and warns about others; cells.cjs runs what is to be run.
 */
"use strict";
const { TextDecoder } = require("node:util");
const { readMessage, sendMessage, untilSent } = require("./messages.cjs");

/** What the kernel says about its language; notebooks and nbconvert choose their highlighting by it. */
function kernelInfo({ tslab, typescript }) {
  return {
    status: "ok",
    protocol_version: "5.3",
    implementation: "tslab",
    implementation_version: tslab,
    banner: `TypeScript ${typescript} (tslab ${tslab}, Node ${process.version})`,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "javascript", mode: "typescript", typescript: true },
    },
    help_links: [],
  };
}

/**
 * Replaces the request handling of tslab's server.
 *
 * @param {{ jupyter: object, cells: ReturnType<typeof import("./cells.cjs").createCells>,
 *   versions: { tslab: string, typescript: string } }} parts `jupyter` is tslab's module of that name
 */
function installProtocol({ jupyter, cells, versions }) {
  const server = jupyter.ZmqServer.prototype;
  const { bindSocket } = server;

  /** Replies by request type; the reply's type is the request's with `_reply`. */
  const replies = {
    kernel_info_request: () => kernelInfo(versions),
    is_complete_request: (self, request) => self.handler.handleIsComplete(request.content),
    inspect_request: (self, request) => self.handler.handleInspect(request.content),
    complete_request: (self, request) => self.handler.handleComplete(request.content),
    comm_info_request: () => ({ status: "ok", comms: {} }),
    history_request: () => ({ status: "ok", history: [] }), // none is kept
    shutdown_request: (_self, request) => ({ status: "ok", restart: request.content.restart === true }),
  };

  server.handleShellMessage = async function (socket, ...frames) {
    const { key } = this.connInfo;
    let request;
    try {
      request = readMessage(key, frames);
    } catch (error) {
      process.stderr.write(`${error.message}\n`);
      return;
    }
    const type = request.header.msg_type;
    const publish = (kind, content) => sendMessage({ socket: this.iopub, key }, request, kind, content);
    const reply = (content) =>
      sendMessage({ socket, key }, request, type.replace(/_request$/, "_reply"), content);
    if (type === "execute_request") return cells.run(this, request, publish, reply);
    publish("status", { execution_state: "busy" });
    try {
      const content = replies[type]?.(this, request); // other requests, such as comm_open, ask for no answer
      if (content !== undefined) reply(content);
    } catch (error) {
      reply({ status: "error", ename: error.name, evalue: error.message, traceback: [String(error)] });
    }
    publish("status", { execution_state: "idle" });
    if (type === "shutdown_request") this.close();
  };

  /** tslab's two ways to write output: stream text, and display data or its update. */
  server.outputs = (publish) => [
    (name, text) => publish("stream", { name, text }),
    (data, isUpdate) => publish(isUpdate ? "update_display_data" : "display_data", data),
  ];

  // A cell that prints faster than ZeroMQ sends must not lose lines: no limit on what waits. Jupyter chooses ports and lets go
  // of them; another process may take one before the kernel does, and a kernel that lives on without it is waited for in vain.
  server.bindSocket = async function (socket, port) {
    if (socket === this.iopub) socket.sendHighWaterMark = 0;
    try {
      await bindSocket.call(this, socket, port);
    } catch (error) {
      process.stderr.write(`kernel: port ${port} must be free, got "${error.message}". Start it again.\n`);
      process.exit(1);
    }
  };

  // tslab never calls the callback of a write, and who awaits it would wait forever.
  jupyter.JupyterHandlerImpl.prototype.createWriteToIopub = (name, writeStream) => {
    const decoder = new TextDecoder();
    return (chunk, encoding, callback) => {
      writeStream(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      const done = typeof encoding === "function" ? encoding : callback;
      if (done !== undefined) process.nextTick(done);
      return true;
    };
  };

  // A timer or socket that a cell left open must not keep the kernel alive. The heartbeat's socket stays open to the end:
  // tslab answers one that came just before, and on a closed socket that would count as an error of the notebook.
  server.close = async function () {
    await untilSent(1000);
    this.handler.close();
    for (const socket of [this.iopub, this.shell, this.control, this.stdin]) socket.close();
    setTimeout(() => process.exit(0), 50);
  };
}

module.exports = { installProtocol };
