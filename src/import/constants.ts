// Nodes whose outputs are known when the graph is imported, because they depend on sizes or on constants alone.

import { GraphError } from "../errors.js";
import { elementCount, type Attribute, type ElementType, type Tensor, type Value } from "../graph/graph.js";
import { ELEMENT_TYPES, STORAGE } from "../graph/onnx-fields.js";
import { input, int } from "../graph/operators/call.js";
import { staticShape } from "../graph/shapes.js";
import { elementsOf, tensorOf, view, stridesOf } from "./elements.js";
import { contents, type Rewrite, type Site } from "./site.js";

/** Elements of an identity matrix: it is written out, and a hostile file may ask for any size. */
const MAX_IDENTITY = 2 ** 22;

export const constants = {
  Constant: ({ b, attributes }) => {
    const [given, ...more] = Object.values(attributes);
    const tensor = given && more.length === 0 ? asTensor(given) : null;
    if (tensor) return [b.constant(tensor)];
    throw new GraphError("unsupported", "a Constant of text, or one without a single value");
  },
  Shape: (site) => {
    const { start, end } = site.attributes;
    const from = start?.kind === "int" ? start.value : 0;
    return [
      site.b.integers(staticShape(input(site, 0).shape).slice(from, end?.kind === "int" ? end.value : undefined)),
    ];
  },
  Size: (site) => [known(site, "int64", [], [elementCount(staticShape(input(site, 0).shape))])],
  /** The places that are not zero, as [axes, places]: how many there are decides a shape. */
  NonZero: (site) => {
    const x = contents(site, 0);
    const found = elementsOf(x).flatMap((element, at) => (Number(element) === 0 ? [] : [at]));
    const strides = stridesOf(x.shape);
    const places = x.shape.flatMap((dim, axis) => found.map((at) => Math.floor(at / strides[axis]) % dim));
    return [known(site, "int64", [x.shape.length, found.length], places)];
  },
  EyeLike: (site) => {
    const { type, shape } = input(site, 0);
    const dtype = site.attributes["dtype"];
    const wanted = dtype?.kind === "int" ? typeOf(dtype.value) : type;
    const [rows, columns, ...more] = staticShape(shape);
    if (columns === undefined || more.length > 0 || rows * columns > MAX_IDENTITY || !wanted) {
      throw new GraphError("unsupported", `EyeLike of [${shape.join(", ")}], or of a type that is not held here`);
    }
    const k = int(site.attributes, "k", 0);
    const ones = view([rows, columns], [1, -1]).map((below) => Number(below === -k));
    return [known(site, wanted, [rows, columns], ones)];
  },
  CastLike: (site) => {
    const [x, { type }] = [input(site, 0), input(site, 1)];
    return site.emit("Cast", [x], { to: { kind: "int", value: STORAGE[type].code } });
  },
} satisfies Record<string, Rewrite>;

function known({ b }: Site, type: ElementType, shape: readonly number[], elements: readonly number[]): Value {
  return b.constant(tensorOf(type, shape, elements)!);
}

function typeOf(code: number): ElementType | undefined {
  return ELEMENT_TYPES.find((type) => STORAGE[type].code === code);
}

function asTensor({ kind, value }: Attribute): Tensor | null {
  switch (kind) {
    case "tensor":
      return value;
    case "int":
      return tensorOf("int64", [], [value]);
    case "ints":
      return tensorOf("int64", [value.length], value);
    case "float":
      return tensorOf("float32", [], [value]);
    case "floats":
      return tensorOf("float32", [value.length], value);
    default:
      return null;
  }
}
