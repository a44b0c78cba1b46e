/**
 * @file The public surface of the library as typedoc reads it: each export with its docstring and with its declaration as it stands
 * in the source. library-pages.ts shows it, api-faults.mjs says what it lacks.
 */
import { dirname, relative, resolve } from "node:path";
import { Application, Converter, Logger, LogLevel, OptionDefaults, ReflectionKind } from "typedoc";
import ts from "typescript";

/** `@param seed …` has the name `seed`; texts are Markdown. */
interface Tag {
  readonly tag: string;
  readonly name: string;
  readonly text: string;
}

/** `Source: …` and `Differs: …` of a docstring. */
interface Note {
  readonly label: string;
  readonly text: string;
}

/** What a page says of an export. */
export interface Entry {
  readonly name: string;
  readonly kind: "function" | "type" | "constant";
  /** Below the entry point's folder. */
  readonly file: string;
  readonly line: number;
  /** The declaration without a body. */
  readonly code: string;
  readonly text: string;
  readonly tags: readonly Tag[];
  readonly notes: readonly Note[];
}

/** An export with its place in the syntax tree. */
export interface Export {
  readonly entry: Entry;
  readonly node: ts.Node;
}

const NOTE = /^(Source|Differs): ([^]*)$/;
const MAX_CONSTANT_LINES = 30;

const markdown = (parts: readonly import("typedoc").CommentDisplayPart[]): string =>
  parts.map((part) => (part.kind === "inline-tag" ? `\`${part.text}\`` : part.text)).join("");

/** @returns the paragraphs that are notes stand apart */
function withoutNotes(text: string): { text: string; notes: Note[] } {
  const kept: string[] = [];
  const notes: Note[] = [];
  for (const paragraph of text.split(/\n\s*\n|\n(?=(?:Source|Differs): )/)) {
    const [, label, rest] = NOTE.exec(paragraph.trim()) ?? [];
    if (label !== undefined && rest !== undefined) notes.push({ label, text: rest });
    else kept.push(paragraph);
  }
  return { text: kept.join("\n\n").trimEnd(), notes };
}

function readComment(comment: import("typedoc").Comment | undefined): Pick<Entry, "text" | "tags" | "notes"> {
  if (!comment) return { text: "", tags: [], notes: [] };
  const { text, notes } = withoutNotes(markdown(comment.summary));
  const tags = comment.blockTags.map(({ tag, name = "", content }) => {
    const own = withoutNotes(markdown(content));
    notes.push(...own.notes);
    return { tag, name, text: own.text };
  });
  return { text, tags, notes };
}

export function functionOf(node: ts.Node): ts.FunctionLikeDeclaration | undefined {
  const own = ts.isVariableDeclaration(node) ? node.initializer : node;
  return own && (ts.isFunctionDeclaration(own) || ts.isArrowFunction(own)) ? own : undefined;
}

/** @returns its text from the source, a function's without its body */
function codeOf(node: ts.Node): string {
  const source = node.getSourceFile();
  const isConstant = ts.isVariableDeclaration(node);
  const statement = isConstant ? node.parent.parent : node;
  const end = functionOf(node)?.body?.getStart() ?? statement.end;
  const text = source.text.slice(statement.getStart(source), end).trim();
  const lines = text.replace(/^export /, "").split("\n");
  if (!isConstant || lines.length <= MAX_CONSTANT_LINES) return lines.join("\n");
  return [...lines.slice(0, MAX_CONSTANT_LINES), "  …"].join("\n");
}

/** @returns the schema a type is inferred from */
function schemaOf(node: ts.Node): ts.Node | undefined {
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

/** @param kind of a reflection */
const kindOf = (kind: ReflectionKind): Entry["kind"] =>
  kind === ReflectionKind.Function ? "function" : kind === ReflectionKind.Variable ? "constant" : "type";

class Listener extends Logger {
  warnings: string[] = [];
  override log(message: string, level: import("typedoc").LogLevel) {
    if (level >= LogLevel.Warn) this.warnings.push(message.replaceAll(/\s+/g, " "));
  }
}

/**
 * Reads the exports of a module.
 *
 * @param options paths
 * @returns in the order of the sources; warnings are typedoc's
 * @throws Error when typedoc cannot read the module
 */
export async function readSurface({
  entryPoint,
  tsconfig,
}: {
  entryPoint: string;
  tsconfig: string;
}): Promise<{ exports: Export[]; warnings: string[] }> {
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
  const comments: Map<number, import("typedoc").Comment> = new Map();
  const nodes: Map<number, ts.Node> = new Map();
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
