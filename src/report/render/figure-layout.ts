/** @file Sets a figure at the width of a journal's column or page: 8 pt type, panels as wide as fits, labels wrapped and whole. */
import type { TopLevelSpec } from "vega-lite";

/** Widths of figures in points: ACL's column and page, NeurIPS' page. Source: the venues' LaTeX styles. */
export const FIGURE_WIDTHS_PT = { column: 219, page: 455, neurips: 397 } as const;

/** A venue's width, or one in points. */
export type FigureWidth = keyof typeof FIGURE_WIDTHS_PT | number;

/** Type at final size, in points; numbers at bars are smaller, nothing else. */
export const TYPE_PT = { text: 8, small: 7, title: 9 } as const;
/** Mean width of a character of DejaVu Sans, in em. */
const CHARACTER_EM = 0.58;
const LINE_EM = 1.15;
/** Specifications are written in CSS pixels. */
const POINTS_PER_PIXEL = 0.75;
const NARROWEST_PANEL_PT = 40;
/** A legend begins where the panels do, right of the labels. */
const LEGEND_SHARE = 0.66;
/** A title along an axis that points up, in characters: panels are about 160 pt high. */
const UPRIGHT_CHARACTERS = 32;
const MOST_ROUNDS = 6;
/** Vega rounds the sizes of panels: a figure may be this much narrower than its paper. */
const SLACK_PT = 4;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];

/** How a specification is set: what is tried until it fits. */
interface Setting {
  readonly widthPt: number;
  readonly hasTitle: boolean;
  /** Factor of the panels' own widths. */
  readonly stretch: number;
  /** Panels side by side, at most. */
  readonly columns: number;
  /** Characters of a label before it is wrapped. */
  readonly labelCharacters: number;
}

/** Lines of a text as the label expression breaks them. */
export function wrapText(text: string, characters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= characters)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The longest text of a drawn size that a line of some width holds. */
const charactersIn = (widthPt: number, sizePt: number): number =>
  Math.floor(widthPt / (sizePt * CHARACTER_EM));

const typeSize = (pixels: number): number =>
  pixels < 10 ? TYPE_PT.small : pixels < 13 ? TYPE_PT.text : TYPE_PT.title;

/** Lengths a specification gives in pixels. */
const LENGTHS = new Set([
  "dx",
  "dy",
  "titleX",
  "titleY",
  "titlePadding",
  "labelPadding",
  "strokeWidth",
  "offset",
]);

/** A title whose lines fit; the figure's own is left out unless it is asked for. */
function setTitle(title: unknown, widthPt: number): unknown {
  const { text, subtitle, ...rest } = isObject(title) ? title : { text: title, subtitle: undefined };
  const lines = (value: unknown, sizePt: number): string[] =>
    (typeof value === "string" ? [value] : strings(value)).flatMap((line) =>
      wrapText(line, charactersIn(widthPt, sizePt)),
    );
  const below = lines(subtitle, TYPE_PT.text);
  return {
    ...scaled(rest),
    text: lines(text, TYPE_PT.title * 1.1),
    ...(below.length > 0 && { subtitle: below }),
  };
}

/** Every length of a specification in points; data and texts stay as they are. */
function scaled(spec: Json): Json {
  return Object.fromEntries(
    Object.entries(spec).map(([name, value]) => {
      if (name === "data" || name === "values") return [name, value];
      if (name === "fontSize" && typeof value === "number") return [name, typeSize(value)];
      if (name === "labelLimit") return [name, 0];
      if (name === "size" && typeof value === "number") return [name, value * POINTS_PER_PIXEL ** 2];
      if (name === "symbolSize" && typeof value === "number") return [name, value * POINTS_PER_PIXEL ** 2];
      if (LENGTHS.has(name) && typeof value === "number") return [name, value * POINTS_PER_PIXEL];
      if (Array.isArray(value))
        return [name, value.map((entry: unknown) => (isObject(entry) ? scaled(entry) : entry))];
      return [name, isObject(value) ? scaled(value) : value];
    }),
  );
}

/** The texts of a channel's scale or order, as far as the specification names them. */
const textsOf = (channel: Json): string[] => [
  ...strings(isObject(channel["scale"]) ? channel["scale"]["domain"] : undefined),
  ...strings(channel["sort"]),
];

/** Labels of names wrapped, and a legend with as many columns as the width holds. */
function setChannel(channel: Json, isLabelAxis: boolean, setting: Setting): Json {
  const { axis, legend } = channel;
  const names = textsOf(channel);
  const longest = names.reduce((most, name) => Math.max(most, name.length), 8);
  const isNamed = channel["type"] === "nominal" || channel["type"] === "ordinal";
  const wraps = isLabelAxis && isNamed && axis !== null && longest > setting.labelCharacters;
  const isUpright = isLabelAxis && !(isObject(axis) && axis["titleAngle"] === 0);
  const share = isLabelAxis ? 0.3 : 0.62;
  const most = isUpright
    ? UPRIGHT_CHARACTERS
    : charactersIn((setting.widthPt * share) / setting.columns, TYPE_PT.text);
  const wrappedTitle = (value: unknown): unknown =>
    typeof value === "string" && value.length > most ? wrapText(value, most) : value;
  const pattern = `regexp('(.{1,${setting.labelCharacters}})(?:\\\\s+|$)', 'g')`;
  return {
    ...channel,
    ...("title" in channel && { title: wrappedTitle(channel["title"]) }),
    ...(isObject(axis) && {
      axis: { ...axis, ...("title" in axis && { title: wrappedTitle(axis["title"]) }) },
    }),
    ...(wraps && {
      axis: {
        ...(isObject(axis) ? axis : {}),
        labelExpr: `split(trim(replace(datum.label, ${pattern}, '$1\\n')), '\\n')`,
      },
    }),
    ...(isObject(legend) && {
      legend: {
        ...legend,
        columns: Math.max(
          1,
          Math.floor((setting.widthPt * LEGEND_SHARE) / (longest * TYPE_PT.text * CHARACTER_EM + 26)),
        ),
      },
    }),
  };
}

/** Height of a panel whose rows must hold the lines of their labels. */
function setHeight(height: unknown, encoding: Json, { labelCharacters }: Setting): unknown {
  if (typeof height === "number") return height * POINTS_PER_PIXEL;
  if (!isObject(height) || typeof height["step"] !== "number") return height;
  const y = isObject(encoding["y"]) ? encoding["y"] : {};
  const offset = isObject(encoding["yOffset"]) ? textsOf(encoding["yOffset"]).length : 1;
  const lines = textsOf(y).reduce((most, name) => Math.max(most, wrapText(name, labelCharacters).length), 1);
  const perOffset = height["for"] === "offset" ? Math.max(1, offset) : 1;
  const least = (lines * TYPE_PT.text * LINE_EM + 1) / perOffset;
  return { ...height, step: Math.max(height["step"] * POINTS_PER_PIXEL, least) };
}

function setChannels(encoding: Json, setting: Setting): Json {
  return Object.fromEntries(
    Object.entries(encoding).map(([name, channel]) => [
      name,
      isObject(channel) ? setChannel(channel, name === "y", setting) : channel,
    ]),
  );
}

/** The encoding in which a panel names its rows. */
function rowEncoding(panel: Json): Json {
  const layers = Array.isArray(panel["layer"]) ? panel["layer"].filter(isObject) : [];
  const encodings = [panel, ...layers].map(({ encoding }) => encoding).filter(isObject);
  return encodings.find(({ y }) => isObject(y) && textsOf(y).length > 0) ?? encodings[0] ?? {};
}

/** A panel or layer, and what is in it. */
function setPanel(panel: Json, setting: Setting, labels: boolean | undefined): Json {
  const inner = (name: string): Json =>
    Array.isArray(panel[name])
      ? {
          [name]: panel[name].map((part: unknown) =>
            isObject(part) ? setPanel(part, setting, labels) : part,
          ),
        }
      : {};
  const encoding = isObject(panel["encoding"]) ? setChannels(panel["encoding"], setting) : undefined;
  const y = encoding?.["y"];
  if (labels !== undefined && isObject(y) && isObject(y["axis"]) && "labels" in y["axis"])
    y["axis"] = { ...y["axis"], labels };
  return {
    ...panel,
    ...(encoding && { encoding }),
    ...(typeof panel["width"] === "number" && {
      width: Math.max(20, panel["width"] * POINTS_PER_PIXEL * setting.stretch),
    }),
    ...("height" in panel && { height: setHeight(panel["height"], rowEncoding(panel), setting) }),
    ...inner("layer"),
    ...inner("hconcat"),
    ...inner("vconcat"),
    ...(panel["title"] !== undefined && {
      title: setTitle(
        panel["title"],
        Number(panel["width"] ?? 280) * POINTS_PER_PIXEL * setting.stretch + 20,
      ),
    }),
  };
}

function set(spec: Json, setting: Setting): Json {
  const { title, ...rest } = spec;
  const concat = Array.isArray(spec["concat"]) ? spec["concat"].filter(isObject) : undefined;
  const columns = Math.min(setting.columns, Number(spec["columns"] ?? 1));
  return {
    ...setPanel(scaled(rest), setting, undefined),
    ...(concat && {
      columns,
      concat: concat.map((panel, index) => setPanel(scaled(panel), setting, index % columns === 0)),
    }),
    ...(setting.hasTitle && title !== undefined && { title: setTitle(title, setting.widthPt) }),
  };
}

/** Panels next to one another at their widest, in the specification's pixels, times their number. */
function rowOfPanels(spec: Json, columns: number): number {
  const widthOf = (panel: Json): number => {
    for (const name of ["hconcat", "vconcat"] as const) {
      const inner = Array.isArray(panel[name]) ? panel[name].filter(isObject).map(widthOf) : [];
      if (inner.length > 0)
        return name === "hconcat" ? inner.reduce((sum, width) => sum + width, 0) : Math.max(...inner);
    }
    return typeof panel["width"] === "number" ? panel["width"] : 0;
  };
  const concat = Array.isArray(spec["concat"]) ? spec["concat"].filter(isObject).map(widthOf) : undefined;
  if (!concat) return widthOf(spec);
  return Math.max(...concat) * Math.min(columns, concat.length);
}

/**
 * A specification set at a width: in units of points, each text 8 pt (numbers at bars 7, the title 9), panels stretched until
 * the whole is as wide as asked, fewer of them side by side where they would be too narrow.
 *
 * @param spec      in pixels, as the functions of `plots` return
 * @param measure   width of a drawn specification
 * @returns the specification, as wide as asked or up to 4 pt narrower
 * @throws RangeError when labels leave no room for a panel
 */
export async function fitFigure(
  spec: TopLevelSpec,
  options: { readonly width: FigureWidth; readonly hasTitle: boolean },
  measure: (spec: TopLevelSpec) => Promise<number>,
): Promise<TopLevelSpec> {
  const whole = spec as unknown as Json;
  const widthPt = typeof options.width === "number" ? options.width : FIGURE_WIDTHS_PT[options.width];
  const given = Number(whole["columns"] ?? 1);
  for (let columns = given; columns >= 1; columns--) {
    for (const share of [0.45, 0.34, 0.26]) {
      const labelCharacters = Math.max(10, charactersIn(widthPt * share, TYPE_PT.text));
      const base = rowOfPanels(whole, columns) * POINTS_PER_PIXEL;
      let stretch = Math.min(1, widthPt / base);
      for (let round = 0; round < MOST_ROUNDS; round++) {
        // Titles are wrapped by the mean width of letters: panels are measured without them.
        const setAt = (hasTitle: boolean): TopLevelSpec =>
          set(whole, { widthPt, hasTitle, stretch, columns, labelCharacters }) as unknown as TopLevelSpec;
        const excess = (await measure(setAt(false))) - widthPt;
        if (base === 0 || (excess <= 0.5 && excess > -SLACK_PT)) return setAt(options.hasTitle);
        const next = stretch - (excess + SLACK_PT / 3) / base;
        if ((next * base) / Math.min(columns, given) < NARROWEST_PANEL_PT) break;
        stretch = next;
      }
    }
  }
  throw new RangeError(
    `fitFigure: a figure must have room beside its labels, got ${widthPt} pt. Choose a wider width, or shorter labels.`,
  );
}
