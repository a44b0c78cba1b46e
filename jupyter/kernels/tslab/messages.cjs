/**
 * @file Jupyter's wire format (messaging protocol 5.3): frames of a ZeroMQ message to an object and back.
 * tslab has the same inside its server class but exports neither.
 */
"use strict";
const { createHmac, randomUUID, timingSafeEqual } = require("node:crypto");

const DELIMITER = "<IDS|MSG>";
const SESSION = randomUUID();

/** Signature of the four JSON parts; empty when the connection has no key. */
function sign(key, parts) {
  if (key === "") return "";
  const hash = createHmac("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * Reads one message.
 *
 * @param {string} key of the connection file
 * @param {Buffer[]} frames as ZeroMQ delivered them
 * @returns {{ identities: Buffer[], header: { msg_type: string, username: string }, content: Record<string, any> }}
 * @throws {Error} when the frames are no Jupyter message or not signed with the key
 */
function readMessage(key, frames) {
  const at = frames.findIndex((frame) => frame.toString() === DELIMITER);
  if (at < 0 || frames.length < at + 6) throw new Error("readMessage: frames must be a Jupyter message");
  const [signature, ...parts] = frames.slice(at + 1, at + 6);
  const expected = Buffer.from(sign(key, parts));
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
    throw new Error("readMessage: the signature must be made with the connection's key");
  return {
    identities: frames.slice(0, at),
    header: JSON.parse(parts[0].toString()),
    content: JSON.parse(parts[3].toString()),
  };
}

/**
 * Sends a message that belongs to a request.
 *
 * @param {{ socket: { send(frames: (Buffer | string)[]): Promise<void> }, key: string }} channel
 * @param {ReturnType<typeof readMessage>} request
 * @param {string} type such as `execute_reply`
 * @param {object} content
 */
function sendMessage({ socket, key }, request, type, content) {
  const header = {
    version: "5.3",
    date: new Date().toISOString(),
    session: SESSION,
    username: request.header.username,
    msg_type: type,
    msg_id: randomUUID(),
  };
  const parts = [header, request.header, {}, content].map((part) => JSON.stringify(part));
  send(socket, [...request.identities, DELIMITER, sign(key, parts), ...parts]);
}

/** By socket: messages that wait, the send in progress, and whether somebody waits for it. */
const outboxes = new Map();

/** Hands frames to ZeroMQ; false when it still is busy with a message before. */
function handOver(socket, outbox, frames) {
  try {
    outbox.sending = socket.send(frames).catch(() => {});
    return true;
  } catch (error) {
    return error.code !== "EBUSY"; // otherwise the socket is closed, and nobody is left to read
  }
}

/**
 * Sends frames after those before them: at once where ZeroMQ takes them, so that output is seen before a long
 * synchronous cell ends, and later where it is busy, so that a cell printing thousands of lines loses none.
 */
function send(socket, frames) {
  const outbox = outboxes.get(socket) ?? { waiting: [], sending: Promise.resolve(), isDraining: false };
  outboxes.set(socket, outbox);
  if (outbox.waiting.length === 0 && handOver(socket, outbox, frames)) return;
  outbox.waiting.push(frames);
  if (!outbox.isDraining) void drain(socket, outbox);
}

/** Sends what waits. */
async function drain(socket, outbox) {
  outbox.isDraining = true;
  while (outbox.waiting.length > 0) {
    await outbox.sending;
    if (handOver(socket, outbox, outbox.waiting[0])) outbox.waiting.shift();
    else await new Promise((done) => setImmediate(done));
  }
  outbox.isDraining = false;
}

/** Waits until everything sent so far has left, at most `limitMs`. */
async function untilSent(limitMs) {
  const isWaiting = () => [...outboxes.values()].some((outbox) => outbox.isDraining);
  for (const end = performance.now() + limitMs; isWaiting() && performance.now() < end;)
    await new Promise((done) => setTimeout(done, 1));
}

module.exports = { readMessage, sendMessage, untilSent };
