/** @file What the documentation of the public surface lacks: docstrings, explained parameters, errors, the types it names. */
import ts from "typescript";
import { functionOf } from "../../src/dist/report/site/library-surface.js";

/** @typedef {import("../../src/dist/report/site/library-surface.js").Export} Export */
/** @typedef {import("../../src/dist/report/site/library-surface.js").Entry} Entry */

/** A value a type is taken from; a schema is shown with its type. */
const IS_VALUE = /^(\w+Schema|[A-Z_]+), defined in /;
/** typedoc knows no names for destructured parameters; `namedInVain` does. */
const IS_PARAM = / has an @param with name /;

/** @param {import("typescript").PropertySignature | import("typescript").TypeElement} member */
const hasComment = (member) =>
  (ts.getLeadingCommentRanges(member.getSourceFile().text, member.pos) ?? []).length > 0;

/** @param {Entry} entry @returns {string} all its prose */
const proseOf = ({ text, tags, notes }) => [text, ...[...tags, ...notes].map((part) => part.text)].join("\n");

/**
 * The parameters nothing explains: no `@param`, no mention in the docstring, and a type that says no more than "number".
 *
 * @param {import("typescript").FunctionLikeDeclaration} node
 * @param {Entry} entry
 * @param {ReadonlySet<string>} documented exports with a docstring of their own
 * @returns {string[]} their names
 */
function unexplained(node, entry, documented) {
  const prose = proseOf(entry);
  const named = new Set(entry.tags.flatMap(({ tag, name }) => (tag === "@param" ? name.split(".") : [])));
  /** @param {string} name @param {import("typescript").TypeNode | undefined} type @returns {string[]} */
  const missing = (name, type) => {
    if (named.has(name) || prose.includes(`\`${name}\``)) return [];
    if (type && ts.isTypeLiteralNode(type))
      return type.members.flatMap((member) =>
        ts.isPropertySignature(member) && !hasComment(member)
          ? missing(member.name.getText(), member.type)
          : [],
      );
    const words = type?.getText().split(/\W+/) ?? [];
    return words.some((word) => documented.has(word)) ? [] : [name];
  };
  return node.parameters.flatMap(({ name, type }) =>
    missing(ts.isIdentifier(name) ? name.text : "options", type),
  );
}

/**
 * The `@param` that name no parameter, as after a renaming.
 *
 * @param {import("typescript").FunctionLikeDeclaration} node
 * @param {Entry} entry
 * @returns {string[]}
 */
function namedInVain(node, entry) {
  const roots = node.parameters.map(({ name }) => (ts.isIdentifier(name) ? name.text : undefined));
  const words = new Set(node.parameters.flatMap((parameter) => parameter.getText().split(/\W+/)));
  const hasNamedType = node.parameters.some(({ type }) => type && /^\w+(<.*>)?$/.test(type.getText()));
  return entry.tags.flatMap(({ tag, name }) => {
    if (tag !== "@param") return [];
    const [root = "", ...fields] = name.split(".");
    const hasRoot = roots.includes(root) || (fields.length > 0 && roots.includes(undefined));
    const last = fields.at(-1);
    return hasRoot && (last === undefined || words.has(last) || hasNamedType) ? [] : [name];
  });
}

/** Whether a function says itself that something must hold. @param {import("typescript").FunctionLikeDeclaration} node */
const throwsItself = (node) => /\bthrow new |\b(check|require)[A-Z]\w*\(/.test(node.body?.getText() ?? "");

/**
 * What is missing.
 *
 * @param {{ exports: Export[], warnings: string[] }} surface
 * @returns {string[]} one sentence a fault, none when all is documented
 */
export function surfaceFaults({ exports, warnings }) {
  const documented = new Set(exports.flatMap(({ entry }) => (entry.text === "" ? [] : [entry.name])));
  const own = exports.flatMap(({ entry, node }) => {
    const where = `${entry.file}:${entry.line}: ${entry.name}`;
    if (entry.text === "") return [`${where} has no docstring`];
    const made = functionOf(node);
    if (!made) return [];
    const bare = unexplained(made, entry, documented);
    const vain = namedInVain(made, entry);
    const isSilent = throwsItself(made) && !entry.tags.some(({ tag }) => tag === "@throws");
    return [
      ...(isSilent ? [`${where} throws and does not say when`] : []),
      ...(bare.length > 0 ? [`${where} leaves unexplained what it takes: ${bare.join(", ")}`] : []),
      ...(vain.length > 0 ? [`${where} has no parameter ${vain.join(", ")}`] : []),
    ];
  });
  return [...own, ...warnings.filter((text) => !IS_VALUE.test(text) && !IS_PARAM.test(text))];
}
