/**
 * @file The public surface of the library as typedoc reads it: each export with its docstring and with its declaration as it stands
 * in the source. api-pages.mjs shows it, api-faults.mjs says what it lacks.
 */
import { dirname, relative, resolve } from "node:path";
import { Application, Converter, Logger, LogLevel, OptionDefaults, ReflectionKind } from "typedoc";
import ts from "typescript";

/**
 * @typedef {{ tag: string, name: string, text: string }} Tag `@param seed …` has the name `seed`; texts are Markdown
 * @typedef {{ label: string, text: string }} Note `Source: …` and `Differs: …` of a docstring
 * @typedef {{ name: string, kind: "function" | "type" | "constant", file: string, line: number, code: string, text: string,
 *   tags: Tag[], notes: Note[] }} Entry `file` is below the entry point's folder; `code` is the declaration without a body
 * @typedef {{ entry: Entry, node: import("typescript").Node }} Export
 */

const NOTE = /^(Source|Differs): ([^]*)$/;
const MAX_CONSTANT_LINES = 30;

/** @param {readonly import("typedoc").CommentDisplayPart[]} parts @returns {string} */
const markdown = (parts) =>
  parts.map((part) => (part.kind === "inline-tag" ? `\`${part.text}\`` : part.text)).join("");

/** @param {string} text @returns {{ text: string, notes: Note[] }} the paragraphs that are notes stand apart */
function withoutNotes(text) {
  /** @type {string[]} */
  const kept = [];
  /** @type {Note[]} */
  const notes = [];
  for (const paragraph of text.split(/\n\s*\n|\n(?=(?:Source|Differs): )/)) {
    const [, label, rest] = NOTE.exec(paragraph.trim()) ?? [];
    if (label !== undefined && rest !== undefined) notes.push({ label, text: rest });
    else kept.push(paragraph);
  }
  return { text: kept.join("\n\n").trimEnd(), notes };
}

/** @param {import("typedoc").Comment | undefined} comment @returns {Pick<Entry, "text" | "tags" | "notes">} */
function readComment(comment) {
  if (!comment) return { text: "", tags: [], notes: [] };
  const { text, notes } = withoutNotes(markdown(comment.summary));
  const tags = comment.blockTags.map(({ tag, name = "", content }) => {
    const own = withoutNotes(markdown(content));
    notes.push(...own.notes);
    return { tag, name, text: own.text };
  });
  return { text, tags, notes };
}

/** @param {import("typescript").Node} node @returns {import("typescript").FunctionLikeDeclaration | undefined} */
export function functionOf(node) {
  const own = ts.isVariableDeclaration(node) ? node.initializer : node;
  return own && (ts.isFunctionDeclaration(own) || ts.isArrowFunction(own)) ? own : undefined;
}

/** @param {import("typescript").Node} node @returns {string} its text from the source, a function's without its body */
function codeOf(node) {
  const source = node.getSourceFile();
  const isConstant = ts.isVariableDeclaration(node);
  const statement = isConstant ? node.parent.parent : node;
  const end = functionOf(node)?.body?.getStart() ?? statement.end;
  const text = source.text.slice(statement.getStart(source), end).trim();
  const lines = text.replace(/^export /, "").split("\n");
  if (!isConstant || lines.length <= MAX_CONSTANT_LINES) return lines.join("\n");
  return [...lines.slice(0, MAX_CONSTANT_LINES), "  …"].join("\n");
}

/** @param {import("typescript").Node} node @returns {import("typescript").Node | undefined} the schema a type is inferred from */
function schemaOf(node) {
  if (!ts.isTypeAliasDeclaration(node) || !ts.isTypeReferenceNode(node.type)) return undefined;
  const [query] = node.type.typeArguments ?? [];
  if (!query || !ts.isTypeQueryNode(query)) return undefined;
  const schema = query.exprName.getText();
  return node
    .getSourceFile()
    .statements.flatMap((statement) =>
      ts.isVariableStatement(statement) ? statement.declarationList.declarations : [],
    )
    .find(({ name }) => name.getText() === schema);
}

/** @param {number} kind of a reflection @returns {Entry["kind"]} */
const kindOf = (kind) =>
  kind === ReflectionKind.Function ? "function" : kind === ReflectionKind.Variable ? "constant" : "type";

class Listener extends Logger {
  /** @type {string[]} */
  warnings = [];
  /** @override @param {string} message @param {import("typedoc").LogLevel} level */
  log(message, level) {
    if (level >= LogLevel.Warn) this.warnings.push(message.replaceAll(/\s+/g, " "));
  }
}

/**
 * Reads the exports of a module.
 *
 * @param {{ entryPoint: string, tsconfig: string }} options paths
 * @returns {Promise<{ exports: Export[], warnings: string[] }>} in the order of the sources; warnings are typedoc's
 * @throws {Error} when typedoc cannot read the module
 */
export async function readSurface({ entryPoint, tsconfig }) {
  const app = await Application.bootstrap({
    ...{
      entryPoints: [entryPoint],
      tsconfig,
      readme: "none",
      disableGit: true,
      sourceLinkTemplate: "{path}",
    },
    ...{ skipErrorChecking: true, blockTags: [...OptionDefaults.blockTags, "@file"] },
    ...{ validation: { notExported: true, notDocumented: false, invalidLink: false } },
  });
  const listener = new Listener();
  app.logger = listener;
  /** @type {Map<number, import("typedoc").Comment>} */
  const comments = new Map();
  /** @type {Map<number, import("typescript").Node>} */
  const nodes = new Map();
  // typedoc gives each @param to its parameter later, and takes what follows the last one along.
  app.converter.on(Converter.EVENT_CREATE_SIGNATURE, (_, { parent, comment }) => {
    if (comment) comments.set(parent.id, comment.clone());
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const child of context.project.children ?? []) {
      const node = context.getSymbolFromReflection(child)?.declarations?.[0];
      if (node) nodes.set(child.id, node);
      const comment = child.comment ?? child.signatures?.[0]?.comment;
      if (comment && !comments.has(child.id)) comments.set(child.id, comment.clone());
    }
  });
  const project = await app.convert();
  if (!project)
    throw new Error(
      `readSurface: typedoc must read ${entryPoint}, got ${listener.warnings.join(" ")}. Mend it.`,
    );
  app.validate(project);
  const exports = (project.children ?? []).flatMap(({ id, name, kind }) => {
    const node = nodes.get(id);
    if (!node) return [];
    const source = node.getSourceFile();
    const schema = schemaOf(node);
    const entry = {
      name,
      kind: kindOf(kind),
      file: relative(resolve(dirname(entryPoint)), source.fileName),
      line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      code: [node, ...(schema ? [schema] : [])].map(codeOf).join("\n\n"),
      ...readComment(comments.get(id)),
    };
    return [{ entry, node }];
  });
  exports.sort(({ entry: a }, { entry: b }) =>
    a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
  );
  return { exports, warnings: listener.warnings };
}
