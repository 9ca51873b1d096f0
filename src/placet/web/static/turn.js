// One turn of the chat: the request, and the AI SDK's UI message stream folded into the message it makes. Nothing is shown here.

// What went wrong, in a sentence for people; `signedOut` where signing in again is what helps.
export class Failed extends Error {
  constructor(sentence, signedOut = false) { super(sentence); this.signedOut = signedOut; }
}

// The parts of the answer as they come. Throws Failed where there is none; an AbortError where `signal` said stop.
export async function* turn(address, body, csrf, signal) {
  let answer;
  try {
    answer = await fetch(address, { method: "POST", signal, body: JSON.stringify(body), headers: { "content-type": "application/json", accept: "text/event-stream, application/json", "x-csrf-token": csrf } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failed("The server did not answer.");
  }
  if (!answer.ok) throw new Failed(await sentence(answer), answer.status === 401);
  let rest = "", ended = false;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    while (!ended) {
      const { value, done } = await reader.read();
      if (done) break;
      rest += value;
      for (let at = rest.indexOf("\n\n"); at >= 0; at = rest.indexOf("\n\n")) {
        const data = rest.slice(0, at).split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart()).join("\n");
        rest = rest.slice(at + 2);
        if (data === "[DONE]") ended = true;
        else if (data) yield JSON.parse(data);
      }
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failed("The connection was lost.");
  } finally { reader.cancel().catch(() => {}); }
  if (!ended) throw new Failed("The connection was lost.");
}

async function sentence(answer) {
  try { return (await answer.json()).error ?? "The server refused."; } catch { return "The server did not answer as it should."; }
}

// A part of the stream into the message that it belongs to, as the AI SDK keeps it, so that a next turn can send it along.
export function fold(message, part) {
  const { parts } = message, find = (test) => parts.find(test);
  switch (part.type) {
    case "text-start": parts.push({ type: "text", text: "", id: part.id }); break;
    case "text-delta": find((each) => each.type === "text" && each.id === part.id).text += part.delta; break;
    case "tool-input-available": parts.push({ type: `tool-${part.toolName}`, toolCallId: part.toolCallId, state: "input-available", input: part.input }); break;
    case "tool-output-available": Object.assign(find((each) => each.toolCallId === part.toolCallId) ?? {}, { state: "output-available", output: part.output }); break;
    case "error": throw new Failed(part.errorText);
    default:
      if (!part.type.startsWith("data-") || part.transient) break;
      { const old = find((each) => each.type === part.type && each.id === part.id); old ? Object.assign(old, part) : parts.push(part); }
  }
}

export const said = (message) => message.parts.filter((part) => part.type === "text").map((part) => part.text).join("\n\n");
export const output = (message, tool) => message.parts.findLast((part) => part.type === `tool-${tool}` && part.output)?.output;
