import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";

const answers = new Map<string, ServerResponse>();
let isListening = false;

/** A body whose first part has been read; it goes out no faster than the caller of that invocation takes it. */
export type Paced = (body: ReadableStream<Uint8Array>, invocationId: string) => Promise<ReadableStream<Uint8Array>>;

/**
 * The Functions library writes a body into the answer without waiting for whoever reads it, reads on when nobody does any
 * more, and leaves the answer open when the body breaks off. It does not hand out the answer either: Node tells of it.
 */
export function makePaced(): Paced {
  if (!isListening) subscribe("http.server.request.start", remember);
  isListening = true;
  return async (body, invocationId) => {
    const chunks = body[Symbol.asyncIterator]();
    const first = await chunks.next();
    return ReadableStream.from(pace(chunks, first, answers.get(invocationId)));
  };
}

function remember(message: unknown) {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  const invocationId = request.headers["x-ms-invocation-id"];
  if (typeof invocationId !== "string") return;
  answers.set(invocationId, response);
  response.once("close", () => answers.delete(invocationId));
}

async function* pace(
  chunks: AsyncIterator<Uint8Array>,
  first: IteratorResult<Uint8Array>,
  answer: ServerResponse | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; !next.done && !answer?.destroyed; next = await chunks.next()) {
      yield next.value;
      if (answer?.writableNeedDrain) await drained(answer);
    }
  } catch (error) {
    answer?.destroy();
    throw error;
  } finally {
    await chunks.return?.();
  }
}

/** Resolves when the answer can take more, or is over. */
function drained(answer: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      answer.off("drain", end).off("close", end);
      resolve();
    };
    answer.once("drain", end).once("close", end);
    if (answer.destroyed) end();
  });
}
