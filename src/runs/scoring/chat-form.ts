/** @file The words around a prompt and its reply, as a template writes them, for a model that is to answer. */
import type { InstructionConfig } from "../../config/config.js";
import { renderExample } from "../../data/instructions/chat-template.js";
import type { ChatForm } from "../../model/generate.js";

/** Around a prompt: the text up to the reply, and the beginnings of another turn, as the template writes them. */
export function chatFormOf(template: InstructionConfig["chatTemplate"]): ChatForm {
  const render = (prompt: string) =>
    renderExample({ id: "prompt", source: "switchboard", prompt, reply: "x" }, template);
  const [first, second] = render("x");
  return {
    turns: [`\n${first.text}`, second.text.slice(second.text.indexOf("\n"))],
    wrap: (prompt) =>
      render(prompt)
        .filter(({ trained }) => !trained)
        .map(({ text }) => text)
        .join(""),
  };
}
