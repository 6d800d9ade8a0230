import { describe, expect, test } from "@jest/globals";
import { DEFAULT_SPEC, specJsonSchema } from "../src/spec.js";

describe("the JSON Schema", () => {
  interface Schema {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly default?: unknown;
    readonly additionalProperties?: boolean;
    readonly required?: readonly string[];
    readonly minimum?: number;
    readonly maximum?: number;
  }

  /** Every object of the schema beside the part of the defaults that it describes. */
  function objects(schema: Schema, value: unknown): { schema: Schema; value: Record<string, unknown> }[] {
    if (!schema.properties) return [];
    const record = value as Record<string, unknown>;
    const below = Object.entries(schema.properties).flatMap(([key, property]) => objects(property, record[key]));
    return [{ schema, value: record }, ...below];
  }

  const all = objects(specJsonSchema() as Schema, DEFAULT_SPEC);

  test("knows every key there is and no other, and demands none", () => {
    expect(all).toHaveLength(12);
    const optional = all.flatMap(({ schema, value }) =>
      Object.keys(schema.properties ?? {}).filter((key) => !Object.hasOwn(value, key)),
    );
    expect(new Set(optional)).toEqual(new Set(["keyValueHeads", "microBatch", "weightDecay"]));
    for (const { schema, value } of all) {
      expect(Object.keys(schema.properties ?? {})).toEqual(expect.arrayContaining(Object.keys(value)));
      expect(schema).toMatchObject({ additionalProperties: false });
      expect(schema.required ?? []).toEqual([]);
    }
  });

  test("has the defaults, and every number's range holds its default", () => {
    const leaves = all.flatMap(({ schema, value }) =>
      Object.entries(schema.properties ?? {})
        .filter(([, property]) => !property.properties)
        .map(([key, property]) => ({ property, value: value[key] })),
    );
    expect(leaves.length).toBeGreaterThan(20);
    for (const { property, value } of leaves) {
      expect(property.default).toEqual(value);
      if (typeof value !== "number") continue;
      expect(property.minimum).toBeLessThanOrEqual(value);
      expect(property.maximum).toBeGreaterThanOrEqual(value);
    }
  });
});
