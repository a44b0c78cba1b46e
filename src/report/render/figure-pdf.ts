/** @file An SVG figure as PDF: vectors, its fonts embedded, the same bytes every time. The SVG itself is drawn in figure.ts. */
import { figureFonts, sizeOf } from "./figure-fonts.js";

/** Any fixed day: a real one would make two runs differ. */
const NO_DATE = new Date(0);

/**
 * Set an SVG as a page of its own size.
 *
 * @param svg  with width and height in points, its text in DejaVu Sans
 * @param title shown by viewers; the figure's alternative text
 */
export async function svgToPdf(svg: string, title: string): Promise<Uint8Array> {
  // Loaded at the first figure, as all that draws is.
  const [{ default: PDFDocument }, { default: svgToPdfKit }] = await Promise.all([
    import("pdfkit"),
    import("svg-to-pdfkit"),
  ]);
  const { width, height } = sizeOf(svg);
  const pdf = new PDFDocument({
    size: [width, height],
    margin: 0,
    info: { Title: title, CreationDate: NO_DATE, ModDate: NO_DATE },
    lang: "en",
    displayTitle: true,
  });
  const fonts = figureFonts();
  pdf.registerFont("regular", fonts.regular);
  pdf.registerFont("bold", fonts.bold);
  const chunks: Uint8Array[] = [];
  pdf.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const whole = new Promise<Uint8Array>((resolve, reject) => {
    pdf.on("end", () => resolve(Buffer.concat(chunks)));
    pdf.on("error", reject);
  });
  const warnings: string[] = [];
  // A dash without a gap is a solid line, which pdfkit refuses to be told so.
  svgToPdfKit(pdf, svg.replaceAll(/ stroke-dasharray="1, ?0"/g, ""), 0, 0, {
    assumePt: true,
    fontCallback: (_family, bold) => (bold ? "bold" : "regular"),
    warningCallback: (warning) => warnings.push(warning),
  });
  pdf.end();
  const bytes = await whole;
  if (warnings.length > 0)
    throw new Error(
      `svgToPdf: the figure "${title}" must be set without warnings, got: ${[...new Set(warnings)].join("; ")}. Correct the specification.`,
    );
  return bytes;
}
