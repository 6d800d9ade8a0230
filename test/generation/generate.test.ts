import { describe, expect, test } from "@jest/globals";
import { generate, type Decoder, type GenerationRequest } from "../../src/generation/generate.js";

/** Prefers the byte after the last one it read, and writes down what it was asked. */
function counting(context: number): Decoder & { readonly reads: string[] } {
  const reads: string[] = [];
  let remembered = 0;
  return {
    context,
    reads,
    read: (bytes) => {
      remembered += bytes.length;
      if (remembered > context) throw new Error(`${remembered} bytes in a context of ${context}`);
      reads.push(String.fromCharCode(...bytes));
      const logits = new Float32Array(256);
      logits[(bytes.at(-1)! + 1) % 256] = 2;
      return Promise.resolve(logits);
    },
    clear: () => {
      remembered = 0;
      reads.push("clear");
    },
  };
}

async function text(
  decoder: Decoder,
  request: Partial<GenerationRequest> & { readonly text: string },
): Promise<string> {
  const prompt = new TextEncoder().encode(request.text);
  const bytes: number[] = [];
  for await (const byte of generate(decoder, { tokens: 8, seed: 1, temperature: 0, ...request, prompt }))
    bytes.push(byte);
  return String.fromCharCode(...bytes);
}

describe("generation", () => {
  test("reads the prompt once, then every byte but the last", async () => {
    const decoder = counting(16);
    expect(await text(decoder, { text: "abc", tokens: 4 })).toBe("defg");
    expect(decoder.reads).toEqual(["abc", "d", "e", "f"]);
  });

  test("goes on beyond the context from the newer half of its window", async () => {
    const decoder = counting(6);
    expect(await text(decoder, { text: "abcd", tokens: 8 })).toBe("efghijkl");
    expect(decoder.reads).toEqual(["abcd", "e", "f", "clear", "efg", "h", "i", "j", "clear", "ijk"]);
  });

  test("reads the end of a prompt that is longer than the context", async () => {
    const decoder = counting(4);
    expect(await text(decoder, { text: "abcdefgh", tokens: 2 })).toBe("ij");
    expect(decoder.reads).toEqual(["efgh", "clear", "hi"]);
  });

  test("is decided by the seed, and by the temperature", async () => {
    const of = (over: Partial<GenerationRequest>) =>
      text(counting(8), { text: "abc", tokens: 50, temperature: 1, ...over });
    expect(await of({ seed: 4 })).toBe(await of({ seed: 4 }));
    expect(await of({ seed: 5 })).not.toBe(await of({ seed: 4 }));
    expect(await of({ seed: 4, temperature: 0.9 })).not.toBe(await of({ seed: 4 }));
    expect((await of({ seed: 4, tokens: 70 })).startsWith(await of({ seed: 4 }))).toBe(true);
  });

  test("asks nothing more of the decoder when its reader leaves", async () => {
    const decoder = counting(8);
    for await (const byte of generate(decoder, { prompt: Uint8Array.of(1), tokens: 9, seed: 1, temperature: 0 })) {
      if (byte === 3) break;
    }
    expect(decoder.reads).toHaveLength(2);
  });
});
